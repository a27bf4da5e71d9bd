"""What a graph asks for when a run starts, and whether what was given will do."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

from luban.model.block import BlockSpec, Effect, InputPin, Role
from luban.model.errors import LubanError, show
from luban.model.graph import Graph, Node
from luban.model.outside_files import names_elsewhere
from luban.model.pins import PinKind, PinType, coerce
from luban.model.rejection import rejection
from luban.sdk.code import BlockCode, BlockSource, Style

_VALUE = "value"
_TO_SCHEMA = {
    "minimum": "minimum",
    "maximum": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "options": "enum",
    "choices": "enum",
    "placeholder": "x-placeholder",
}
_TO_LIST_SCHEMA = {"least": "minItems", "most": "maxItems"}
_ITEM_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
"""Constants of input nodes that say something about the value, as JSON Schema says it."""


class AskedInput(NamedTuple):
    """One input of a graph: how to ask for it, and the block that judges what is given."""

    name: str
    title: str
    title_zh: str
    description: str
    description_zh: str
    type: PinType
    required: bool
    default: Any
    schema: dict[str, Any]
    node: Node
    block: BlockCode


class InputProblem(NamedTuple):
    """Why one input will not do."""

    name: str
    code: str
    message: str
    message_zh: str


class InvalidInputs(LubanError):
    """What a run was given does not fit what its graph asks for; every problem is named."""

    code = "invalid_inputs"
    status = 422
    en = "{problems}"
    zh = "{problems_zh}"

    def __init__(self, problems: Sequence[InputProblem]) -> None:
        super().__init__()
        self.problems = list(problems)

    def __str__(self) -> str:
        return " ".join(each.message for each in self.problems)

    @property
    def message_zh(self) -> str:
        return "".join(each.message_zh for each in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The error, with each problem apart."""
        told = super().as_json()
        told["params"] = {"problems": [each._asdict() for each in self.problems]}
        return told


def inputs_of(graph: Graph, blocks: BlockSource) -> list[AskedInput]:
    """The inputs of a graph in the order of its nodes; nodes without a name ask by their id."""
    asked: dict[str, AskedInput] = {}
    for node in graph.nodes:
        code = blocks.find(node.block) if node.block and not node.disabled else None
        if code is not None and code.spec.role is Role.INPUT:
            asked.setdefault(_name_of(node), _asked(node, code))
    return list(asked.values())


async def judged(asked: Sequence[AskedInput], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values as the run will take them. Raises `InvalidInputs` naming every problem."""
    problems = [_unknown(name, asked) for name in given if all(name != a.name for a in asked)]
    taken: dict[str, Any] = {}
    for each in asked:
        value = given.get(each.name)
        if value is None:
            if each.required and each.default is None:
                problems.append(_missing(each))
            continue
        try:
            taken[each.name] = await _judge(each, value)
        except LubanError as error:
            problems.append(
                InputProblem(each.name, error.code, *_named(each.name, str(error), error))
            )
        except ValidationError as error:
            problems.extend(_rejected(each, value, error))
    if problems:
        raise InvalidInputs(problems)
    return taken


async def _judge(asked: AskedInput, value: Any) -> Any:
    """The value, converted; a built-in input block looks at it as it will in the run."""
    if names_elsewhere(value, asked.type):
        return value  # the step that takes it in stores the file
    value = coerce(value, asked.type)
    code = asked.block
    spec = code.spec
    if _VALUE not in spec.input_by_name:
        return value
    checked = code.validate({**asked.node.constants, "name": asked.name, _VALUE: value})
    alone = spec.effect is Effect.NONE and code.style is Style.COROUTINE
    if spec.source == "builtin" and alone:
        await code.call(checked, None)
    return value


def _asked(node: Node, code: BlockCode) -> AskedInput:
    spec, constants = code.spec, node.constants
    pin = spec.input_by_name.get(_VALUE)
    name = _name_of(node)
    title = str(constants.get("title") or node.title or name)
    description = str(constants.get("description") or "")
    default = constants.get(_VALUE)
    if default is None and pin is not None:
        default = pin.default
    return AskedInput(
        name=name,
        title=title,
        title_zh=str(constants.get("title_zh") or title),
        description=description,
        description_zh=str(constants.get("description_zh") or description),
        type=_type_of(spec, pin, constants),
        required=_is_required(spec, constants) and default is None,
        default=default,
        schema=_schema(pin, constants),
        node=node,
        block=code,
    )


def _name_of(node: Node) -> str:
    return str(node.constants.get("name") or node.id)


def _is_required(spec: BlockSpec, constants: Mapping[str, Any]) -> bool:
    pin = spec.input_by_name.get("required")
    return bool(constants.get("required", pin.default if pin else True))


def _type_of(spec: BlockSpec, pin: InputPin | None, constants: Mapping[str, Any]) -> PinType:
    """What the value is: as the node says, else as the block's own pins say."""
    chosen = constants.get("type")
    if "type" in spec.input_by_name and chosen in set(PinKind):
        return PinType(PinKind(chosen))
    if pin is not None and pin.kind is not PinKind.ANY:
        return pin.type
    given = spec.output_by_name.get(_VALUE) or spec.main_output
    return given.type if given else PinType(PinKind.ANY)


def _schema(pin: InputPin | None, constants: Mapping[str, Any]) -> dict[str, Any]:
    schema = dict(pin.schema_) if pin else {}
    for left_out in ("title", "description", "default", "x-nullable"):
        schema.pop(left_out, None)
    for constant, keyword in _TO_SCHEMA.items():
        if constants.get(constant) not in (None, "", []):
            schema[keyword] = constants[constant]
    return _of_list(schema, constants) if schema.get("type") == "array" else schema


def _of_list(schema: dict[str, Any], constants: Mapping[str, Any]) -> dict[str, Any]:
    """What is said about the items of a list, and how many of them there may be."""
    options = schema.pop("enum", None)
    if options is not None:
        schema["items"] = {**schema.get("items", {}), "enum": options}
        schema["uniqueItems"] = True
    if constants.get("items") in _ITEM_SCHEMAS:
        schema["items"] = _ITEM_SCHEMAS[constants["items"]]
    for constant, keyword in _TO_LIST_SCHEMA.items():
        if isinstance(constants.get(constant), int) and constants[constant]:
            schema[keyword] = constants[constant]
    return schema


def _missing(asked: AskedInput) -> InputProblem:
    return InputProblem(
        asked.name,
        "missing",
        f"The input `{asked.name}` is missing; give it a value.",
        f"缺少输入“{asked.name}”，请填写。",
    )


def _unknown(name: str, asked: Sequence[AskedInput]) -> InputProblem:
    names = [each.name for each in asked]
    shown, known = show(name), ", ".join(f"`{each}`" for each in names)
    known_zh = "、".join(f"“{each}”" for each in names)
    close = difflib.get_close_matches(name[:80], names, n=1)
    if close:
        hint, hint_zh = f"`{close[0]}` may be meant.", f"也许应为“{close[0]}”。"
    elif names:
        hint, hint_zh = f"Known inputs: {known}.", f"可用的输入：{known_zh}。"
    else:
        hint, hint_zh = "This agent takes none.", "此智能体不需要输入。"
    return InputProblem(
        name,
        "unknown",
        f"There is no input `{shown}`. {hint}",
        f"没有输入“{shown}”。{hint_zh}",
    )


def _named(name: str, message: str, error: LubanError) -> tuple[str, str]:
    """The sentences of an error, beginning with the input unless they name it already."""
    if f"`{name}`" in message:
        return message, error.message_zh
    return f"The input `{name}`: {message}", f"输入“{name}”：{error.message_zh}"


def _rejected(asked: AskedInput, value: Any, error: ValidationError) -> list[InputProblem]:
    problems: list[InputProblem] = []
    for each in error.errors(include_url=False):
        why = rejection(each)
        place = why.path.removeprefix(_VALUE) if why.path.startswith(_VALUE) else f".{why.path}"
        name, shown = f"{asked.name}{place}", show(why.value)
        problems.append(
            InputProblem(
                asked.name,
                why.kind,
                f"The input `{name}` is {shown}, but {why.expected}.",
                f"输入“{name}”的值是 {shown}，但{why.expected_zh}。",
            )
        )
    return problems
