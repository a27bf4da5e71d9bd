"""Tools of an agent: other nodes, blocks, agents and servers, as a model may choose them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError, WithJsonSchema

from luban.model.block import BlockSpec, Effect, InputPin
from luban.model.pins import PinKind
from luban.sdk.errors import BlockError, WordedError

ToolKind = Literal["node", "block", "agent"]
ToolPin = Annotated[
    dict[str, Any], WithJsonSchema({"type": "object", "title": "Tool", "x-kind": "tool"})
]
"""The type of a pin that tools are linked to; `ctx.tools` says which, the pin has no value."""

_LONGEST_NAME = 64
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
_OURS = "x-"


class ToolUnknown(WordedError):
    """A step asks for a tool that is not there, or not for it."""

    code = "tool_unknown"
    status = 404
    en = "There is no tool `{tool}` here: {why}"
    zh = "这里没有工具“{tool}”：{why_zh}"

    def __init__(self, tool: str, why: str, why_zh: str) -> None:
        super().__init__(tool=tool, why=why, why_zh=why_zh)


class UnknownArgument(WordedError):
    """A tool is given what it does not take."""

    code = "unknown_argument"
    en = "The tool `{tool}` takes no `{names}`. Its arguments are: {known}."
    zh = "工具“{tool}”没有参数“{names}”。可用的参数：{known}。"


@dataclass(frozen=True, slots=True)
class UsableTool:
    """What `ctx.tools` gives and `ctx.use` takes; plain data, so it can be recorded.

    `name` is unique among those of one call, and as models want it: letters, digits, `_` and `-`,
    64 at most. `parameters` is a JSON Schema of its arguments, without the inputs that are
    `fixed`. `target` is the node, block or agent that is run; its pin `into`, if named, gets all
    arguments as one object. `source` is who offers it: `node`, `block`, `agent` or `mcp:SERVER`;
    title and description of the last are foreign text.
    """

    name: str
    title: str
    description: str
    parameters: Mapping[str, Any]
    effect: Effect
    kind: ToolKind
    target: str
    source: str
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    into: str = ""

    def as_value(self) -> dict[str, Any]:
        """The tool as plain data, for a record; `from_value` gives it back."""
        return {**asdict(self), "effect": self.effect.value}

    @classmethod
    def from_value(cls, value: object) -> UsableTool:
        """Raises `BlockError` for what is not a tool."""
        try:
            return _AS_TOOL.validate_python(value)
        except ValidationError as error:
            raise BlockError(
                f"This is not a tool as `ctx.tools` gives it: {error}", code="tool_unknown"
            ) from error


_AS_TOOL = TypeAdapter(UsableTool)


def tool_of_block(
    spec: BlockSpec,
    *,
    kind: ToolKind = "block",
    target: str = "",
    name: str = "",
    title: str = "",
    fixed: Collection[str] = (),
) -> UsableTool:
    """A block, or a node of one, as a tool; inputs that are `fixed` are no arguments of it."""
    return UsableTool(
        name=fit_name(name, spec.id),
        title=title or spec.title,
        description=spec.description,
        parameters=parameters_of(spec.inputs, fixed),
        effect=spec.effect,
        kind=kind,
        target=target or spec.id,
        source=kind,
    )


def fit_name(*wanted: str) -> str:
    """The first of some names of which something is left when it is made as models want it."""
    for each in wanted:
        if fit := _UNFIT.sub("_", each).strip("_")[:_LONGEST_NAME]:
            return fit
    return "tool"


def with_own_names(tools: Iterable[UsableTool]) -> list[UsableTool]:
    """Each tool once, those of a name that an earlier one has under `name_2` and so on."""
    taken: set[str] = set()
    named: list[UsableTool] = []
    once: dict[tuple[str, str, str], UsableTool] = {}
    for tool in tools:
        once.setdefault((tool.kind, tool.target, repr(tool.fixed)), tool)
    for tool in once.values():
        name, number = tool.name, 2
        while name in taken:
            ending = f"_{number}"
            name, number = tool.name[: _LONGEST_NAME - len(ending)] + ending, number + 1
        taken.add(name)
        named.append(tool if name == tool.name else replace(tool, name=name))
    return named


def parameters_of(pins: Iterable[InputPin], fixed: Collection[str] = ()) -> dict[str, Any]:
    """The JSON Schema of the inputs that a model may fill in."""
    asked = [pin for pin in pins if pin.name not in fixed and _is_argument(pin)]
    return {
        "type": "object",
        "properties": {pin.name: _argument(pin) for pin in asked},
        "required": [pin.name for pin in asked if pin.required],
        "additionalProperties": False,
    }


def inputs_for(tool: UsableTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the target is given: what is fixed wins over what a model says.

    Raises `UnknownArgument`.
    """
    check_arguments(tool, arguments)
    given: Mapping[str, Any] = {tool.into: dict(arguments)} if tool.into else arguments
    return {**given, **tool.fixed}


def check_arguments(tool: UsableTool, arguments: Mapping[str, Any]) -> None:
    """Raises `UnknownArgument` for names the parameters do not have, unless they let in others."""
    if tool.parameters.get("additionalProperties") is not False:
        return
    known: Mapping[str, Any] = tool.parameters.get("properties") or {}
    unknown = [name for name in arguments if name not in known]
    if unknown:
        raise UnknownArgument(
            tool=tool.name, names="`, `".join(unknown), known=", ".join(known) or "-"
        )


def _is_argument(pin: InputPin) -> bool:
    return not (pin.hidden or pin.secret or PinKind.TOOL in (pin.kind, pin.item_kind))


def _argument(pin: InputPin) -> dict[str, Any]:
    schema = {key: value for key, value in pin.schema_.items() if not key.startswith(_OURS)}
    if pin.title:
        schema.setdefault("title", pin.title)
    if pin.description:
        schema.setdefault("description", pin.description)
    if schema.get("default", ...) is None:
        del schema["default"]
    return schema
