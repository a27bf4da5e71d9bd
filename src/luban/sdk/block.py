"""How a block is written: `@block` on a function, or a class with Input, Output and run."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, ClassVar, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo

from luban.model.block import (
    TOOL_PIN,
    BlockExample,
    BlockSpec,
    CredentialNeed,
    Effect,
    OutputPin,
    Role,
)
from luban.model.values import type_of_scalar
from luban.sdk.code import BlockCode, Emission, Emissions, Style
from luban.sdk.context import Context
from luban.sdk.errors import BadBlock
from luban.sdk.fields import BlockInput, BlockOutput
from luban.sdk.migration import Migration, Migrations, checked, reaching
from luban.sdk.schema import input_pins, output_pins

USER_MODULES = "luban_blocks."
"""The package under which files of block folders are loaded; not part of their blocks' ids."""


def Example(  # noqa: N802
    inputs: dict[str, Any],
    outputs: dict[str, Any],
    world: dict[str, Any] | None = None,
    *,
    needs: tuple[str, ...] = (),
) -> BlockExample:
    """Inputs, and what each output pin must give: a value, or a list for a `many` pin.

    A pin that is not named must stay silent; `{"error": {"code": "…"}}` is an example of a failure.
    `world` is what the outside answers meanwhile, see `luban.sdk.testing.TestContext.from_world`.
    `needs` are parts of a machine, such as `ffmpeg`, without which the example is skipped.
    """
    return BlockExample(inputs=inputs, outputs=outputs, world=world or {}, needs=needs)


class Block:
    """The class form of a block: several outputs, streams, examples.

    Subclasses set `id` and the metadata below, define `Input` and `Output`, and write `run`,
    which returns a value for the main output, an `Output`, a dict of pins, `Emissions` (pairs, for
    pins that repeat), or yields `(pin, value)` pairs, each sent on at once. One instance
    serves all steps, so `run` keeps nothing on `self`.
    """

    id: ClassVar[str] = ""
    version: ClassVar[int] = 1
    migrations: ClassVar[Migrations] = {}
    title: ClassVar[str] = ""
    description: ClassVar[str] = ""
    category: ClassVar[str] = "logic"
    effect: ClassVar[Effect] = Effect.IDEMPOTENT
    role: ClassVar[Role] = Role.STEP
    static: ClassVar[bool] = False
    ends_run: ClassVar[bool] = False
    """Whether the run is over when a step of this block is done."""
    icon: ClassVar[str] = "box"
    keywords: ClassVar[tuple[str, ...]] = ()
    aliases: ClassVar[tuple[str, ...]] = ()
    demo: ClassVar[bool] = False
    timeout: ClassVar[float | None] = None
    credentials: ClassVar[Sequence[str | CredentialNeed]] = ()
    permission: ClassVar[str] = ""
    examples: ClassVar[Sequence[BlockExample]] = ()
    exempt: ClassVar[Sequence[tuple[str, str]]] = ()
    """Rules of `luban block check` that do not apply, each with the reason."""

    Input: ClassVar[type[BaseModel]] = BlockInput
    Output: ClassVar[type[BaseModel]] = BlockOutput

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """The block's work, as `run(self, input, ctx)`.

        `async def`, an asynchronous generator, or a plain function; one that needs no `ctx` may
        leave it out.
        """
        raise BadBlock(block=self.id or type(self).__name__, reason="it has no `run`")

    async def probe(self, input: Any, ctx: Context) -> Any:
        """Whether an interrupted step of a block with the effect ONCE had taken effect.

        Returns what `run` would have returned, or `None` if nothing happened; raises if it cannot
        tell, and then a person is asked.
        """
        raise NotImplementedError


def block(
    function: Callable[..., Any] | None = None,
    *,
    id: str | None = None,
    version: int = 1,
    migrations: Migrations | None = None,
    title: str | None = None,
    description: str | None = None,
    category: str = "logic",
    effect: Effect = Effect.IDEMPOTENT,
    icon: str = "box",
    keywords: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    timeout: float | None = None,
    credentials: Sequence[str | CredentialNeed] = (),
    examples: tuple[BlockExample, ...] = (),
    exempt: Sequence[tuple[str, str]] = (),
) -> Any:
    """Makes a typed function a block: parameters become inputs, the result the pin `result`.

    A function returning a `BlockOutput` has one output per field. A parameter annotated with
    `Context` gets the context and is no pin. The function itself stays callable as it was.
    """

    def mark(target: Callable[..., Any]) -> Callable[..., Any]:
        declared: dict[str, Any] = {
            "id": id or _stable_id(target),
            "version": version,
            "migrations": dict(migrations or {}),
            "title": title or target.__name__.replace("_", " ").strip().capitalize(),
            "description": description or inspect.getdoc(target) or "",
            "category": category,
            "effect": effect,
            "icon": icon,
            "keywords": keywords,
            "aliases": aliases,
            "timeout": timeout,
            "credentials": needs_of(credentials),
            "examples": examples,
            "exempt": dict(exempt),
        }
        target.__luban_block__ = declared  # type: ignore[attr-defined]
        return target

    return mark if function is None else mark(function)


def needs_of(declared: Sequence[str | CredentialNeed]) -> tuple[CredentialNeed, ...]:
    """Needs as they are declared: the id of a provider, or with more said of it."""
    return tuple(
        CredentialNeed(provider=each) if isinstance(each, str) else each for each in declared
    )


def is_block(thing: object) -> bool:
    """Whether a name found in a module declares a block."""
    if inspect.isclass(thing):
        return issubclass(thing, Block) and thing is not Block and bool(thing.id)
    return callable(thing) and hasattr(thing, "__luban_block__")


def compile_block(declaration: Any) -> BlockCode:
    """The runnable form of a declared block. Raises `BadBlock` when it does not hold together."""
    if inspect.isclass(declaration):
        return _compile_class(cast("type[Block]", declaration))
    return _compile_function(declaration)


def _compile_class(declared: type[Block]) -> BlockCode:
    instance = declared()
    migrations = checked(declared.id, declared.version, declared.migrations)
    spec = BlockSpec(
        id=declared.id,
        version=declared.version,
        migrates=reaching(declared.version, migrations),
        title=declared.title or _words(declared.__name__),
        description=declared.description or inspect.getdoc(declared) or "",
        category=declared.category,
        effect=declared.effect,
        role=declared.role,
        static=declared.static,
        ends_run=declared.ends_run,
        icon=declared.icon,
        keywords=declared.keywords,
        aliases=declared.aliases,
        demo=declared.demo,
        timeout=declared.timeout,
        credentials=needs_of(declared.credentials),
        permission=declared.permission,
        examples=tuple(declared.examples),
        exempt=dict(declared.exempt),
        inputs=input_pins(declared.Input),
        outputs=output_pins(declared.Output),
    )
    _check_names(spec)
    call = instance.run
    if len(inspect.signature(call).parameters) == 1:
        alone = cast("Callable[[Any], Any]", call)

        def call(input: Any, ctx: Any) -> Any:
            return alone(input)

    return BlockCode(
        spec=spec,
        validate=_validator(declared.Input),
        call=call,
        style=_style(instance.run),
        emissions=_reader(spec, fields_are_pins=True),
        probe=None if declared.probe is Block.probe else instance.probe,
        migrations=migrations,
    )


def _compile_function(function: Callable[..., Any]) -> BlockCode:
    declared: dict[str, Any] = dict(function.__luban_block__)  # type: ignore[attr-defined]
    migrations = _migrations_of(declared)
    try:
        hints = get_type_hints(function, include_extras=True)
    except NameError as error:
        raise BadBlock(block=declared["id"], reason=f"an annotation is unknown: {error}") from error
    result = hints.pop("return", Any)
    parameters = inspect.signature(function).parameters
    context_name = next((name for name, hint in hints.items() if hint is Context), None)
    model = _model_of(declared["id"], parameters, hints, context_name)
    outputs, fields_are_pins = _outputs_of(result)
    spec = BlockSpec(
        **declared,
        inputs=input_pins(model),
        outputs=outputs,
        migrates=reaching(declared["version"], migrations),
    )
    _check_names(spec)

    def call(input: Any, ctx: Any) -> Any:
        values = input.__dict__
        return (
            function(**values)
            if context_name is None
            else function(**values, **{context_name: ctx})
        )

    return BlockCode(
        spec=spec,
        validate=_validator(model),
        call=call,
        style=_style(function),
        emissions=_reader(spec, fields_are_pins=fields_are_pins),
        migrations=migrations,
    )


def _check_names(spec: BlockSpec) -> None:
    if any(pin.name == TOOL_PIN.name for pin in spec.outputs):
        raise BadBlock(
            block=spec.id,
            reason=f"no output may be named `{TOOL_PIN.name}`: every block has that pin, from "
            "where it is linked as a tool",
        )


def _migrations_of(declared: dict[str, Any]) -> dict[int, Migration]:
    return checked(declared["id"], declared["version"], declared.pop("migrations"))


def _model_of(
    block_id: str, parameters: Any, hints: dict[str, Any], context_name: str | None
) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if name == context_name:
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise BadBlock(block=block_id, reason=f"`*{name}` cannot be a pin; name every input")
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hints.get(name, Any), default)
    return create_model("Input", __config__=ConfigDict(extra="forbid"), **fields)


def _outputs_of(result: Any) -> tuple[tuple[OutputPin, ...], bool]:
    if inspect.isclass(result) and issubclass(result, BlockOutput):
        return output_pins(result), True
    if result is type(None):
        return (), False
    arguments: tuple[Any, ...] = getattr(result, "__args__", ())
    streamed = getattr(result, "__origin__", None) in (AsyncIterator, _async_generator())
    single: Any = arguments[0] if streamed and arguments else result
    holder = create_model("Output", result=(single, FieldInfo(title="Result")))
    (pin,) = output_pins(holder)
    return (pin.model_copy(update={"many": streamed, "main": True}),), False


def _async_generator() -> Any:
    from collections.abc import AsyncGenerator

    return AsyncGenerator


def _validator(model: type[BaseModel]) -> Callable[[dict[str, Any]], Any]:
    return model.__pydantic_validator__.validate_python


def _style(function: Callable[..., Any]) -> Style:
    if inspect.isasyncgenfunction(function):
        return Style.STREAM
    return Style.COROUTINE if inspect.iscoroutinefunction(function) else Style.THREAD


def _reader(spec: BlockSpec, *, fields_are_pins: bool) -> Callable[[Any], list[Emission]]:
    """How a result becomes emissions; a dict of a function block is one value, of a class pins."""
    main = spec.main_output
    pins = frozenset(spec.output_by_name)

    def read(result: Any) -> list[Emission]:
        if main is not None and type(result) in type_of_scalar:
            return [(main.name, result)]
        if isinstance(result, BlockOutput):
            return [(name, getattr(result, name)) for name in result.model_fields_set]
        if fields_are_pins and isinstance(result, dict):
            named = cast("dict[str, Any]", result)
            if named.keys() <= pins:
                return list(named.items())
        if fields_are_pins and isinstance(result, Emissions):
            return result
        if main is None:
            return []
        return [(main.name, result)]

    return read


def _stable_id(function: Callable[..., Any]) -> str:
    """The id a function block has when its author gives none: its module path and name."""
    module = function.__module__.removeprefix(USER_MODULES)
    if module.rpartition(".")[2] == function.__name__:
        return module
    return f"{module}.{function.__name__}"


def _words(class_name: str) -> str:
    """`CustomizedCalculatorBlock` → `Customized Calculator`."""
    name = class_name.removesuffix("Block") or class_name
    spaced = "".join(
        f" {letter}" if letter.isupper() and i else letter for i, letter in enumerate(name)
    )
    return spaced.strip()
