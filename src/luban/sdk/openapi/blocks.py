"""A block out of an operation: its pins, how its inputs are checked, and what calling it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, cast

import pydantic
from pydantic import BaseModel, ConfigDict, create_model

from luban.model.block import BlockSpec, CredentialNeed, Effect, InputPin, OutputPin
from luban.model.pins import PinKind
from luban.sdk.code import BlockCode, Emission, Emissions, Style
from luban.sdk.context import Context
from luban.sdk.errors import BlockError
from luban.sdk.fields import FileRef
from luban.sdk.http import HttpResponse
from luban.sdk.openapi.calls import Call, call_of
from luban.sdk.openapi.operations import Operation, Parameter
from luban.sdk.openapi.paging import Paging, Turning, items_of
from luban.sdk.openapi.refusals import check
from luban.sdk.schema import kind_of_schema

MOST = "at_most"
_MOST_PAGES = 1000
_MOST_BYTES = 50_000_000
_BOUNDS = (
    ("minimum", "ge"), ("maximum", "le"), ("exclusiveMinimum", "gt"), ("exclusiveMaximum", "lt"),
    ("minLength", "min_length"), ("maxLength", "max_length"),
)  # fmt: skip
_TYPES: Mapping[PinKind, Any] = {
    PinKind.TEXT: str,
    PinKind.DATE: str,
    PinKind.NUMBER: int | float,
    PinKind.BOOLEAN: bool,
    PinKind.LIST: list[Any],
    PinKind.OBJECT: dict[str, Any],
    PinKind.FILE: FileRef,
}


@dataclass(frozen=True)
class Manner:
    """What the family says of one block, beside what the document says."""

    id: str
    api: str
    server: str
    category: str
    icon: str
    timeout: float
    effect: Effect
    paging: Paging | None
    need: CredentialNeed | None
    keywords: tuple[str, ...]
    title: str = ""


def block_of(operation: Operation, manner: Manner) -> BlockCode:
    """A block that calls the operation."""
    caller = _Caller(operation, manner)
    spec = BlockSpec(
        id=manner.id,
        title=manner.title or operation.title,
        description=operation.description,
        category=manner.category,
        effect=manner.effect,
        icon=manner.icon,
        keywords=manner.keywords,
        timeout=manner.timeout,
        credentials=(manner.need,) if manner.need else (),
        inputs=caller.inputs(),
        outputs=_outputs(operation, manner.paging),
    )
    return BlockCode(
        spec=spec,
        validate=caller.validate,
        call=caller.call,
        style=Style.COROUTINE,
        emissions=_as_emissions,
    )


def _as_emissions(result: Any) -> list[Emission]:
    return cast("Emissions", result)


class _Caller:
    def __init__(self, operation: Operation, manner: Manner) -> None:
        self._operation = operation
        self._manner = manner
        paging = manner.paging
        turned = {paging.parameter} if paging else set[str]()
        self._shown = [each for each in operation.parameters if each.name not in turned]

    def inputs(self) -> tuple[InputPin, ...]:
        pins = [_input_pin(each) for each in self._shown]
        return (*pins, _MOST_PIN) if self._manner.paging else tuple(pins)

    @cached_property
    def _model(self) -> type[BaseModel]:
        """Made when the block is first used: a family may have a thousand blocks."""
        fields: dict[str, Any] = {
            f"f{number}": _field(each) for number, each in enumerate(self._shown)
        }
        if self._manner.paging:
            fields["most"] = (int, pydantic.Field(default=100, ge=1, le=100_000, alias=MOST))
        config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
        return create_model("Input", __config__=config, **fields)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Raises pydantic's `ValidationError`."""
        checked = self._model.model_validate(values).__dict__
        found = {each.pin: checked[f"f{number}"] for number, each in enumerate(self._shown)}
        if self._manner.paging:
            found[MOST] = checked["most"]
        return found

    async def call(self, inputs: dict[str, Any], ctx: Context) -> Emissions:
        operation, manner = self._operation, self._manner
        call = await call_of(operation, manner.server, inputs, ctx)
        if manner.paging is not None:
            return await self._all_pages(manner.paging, call, inputs[MOST], ctx)
        response = await self._send(call, ctx)
        sent = Emissions([("status", response.status)])
        if operation.answer != "nothing" and response.content:
            pin, value = await self._read(response, ctx)
            sent.insert(0, (pin, value))
        return sent

    async def _all_pages(self, paging: Paging, call: Call, most: int, ctx: Context) -> Emissions:
        """All at once, so that another try does not send the first pages again."""
        found: list[Any] = []
        turning, plain = Turning(paging), dict(call.query)
        for _ in range(_MOST_PAGES):
            response = await self._send(call, ctx)
            answer = self._json(response)
            found += items_of(answer, paging)
            ctx.progress(min(len(found), most), most)
            if len(found) >= most or not turning.turn(response, answer):
                break
            call.query = {} if turning.address else {**plain, **turning.query}
            call.url = turning.address or call.url
        kept = found[:most]
        return Emissions([*(("item", each) for each in kept), ("count", len(kept))])

    async def _send(self, call: Call, ctx: Context) -> HttpResponse:
        manner, operation = self._manner, self._operation
        query, headers = call.query, call.headers
        if manner.need is not None:
            opened = (
                await ctx.find_credential(manner.need.provider)
                if manner.need.optional
                else await ctx.credential(manner.need.provider)
            )
            if opened is not None:  # it goes nowhere but where it is for
                query = {**query, **opened.query(call.url)}
                headers = {**headers, **opened.headers(call.url)}
        response = await ctx.http.request(
            operation.method,
            call.url,
            params=query,
            headers={"Accept": _ACCEPTS[operation.answer], **headers},
            timeout=manner.timeout,
            max_bytes=_MOST_BYTES,
            **call.body,
        )
        check(
            response,
            api=manner.api,
            call=manner.id,
            documented=operation.refusals,
            once=manner.effect is Effect.ONCE,
            now=ctx.now(),
        )
        return response

    async def _read(self, response: HttpResponse, ctx: Context) -> tuple[str, Any]:
        match self._operation.answer:
            case "json":
                return "result", self._json(response)
            case "text":
                return "result", response.text
            case _:
                kind = response.headers.get("content-type", "").partition(";")[0].strip()
                name = response.url.partition("?")[0].rstrip("/").rpartition("/")[2]
                stored = await ctx.files.write(name or "file", response.content, kind or None)
                return "file", stored.as_value()

    def _json(self, response: HttpResponse) -> Any:
        try:
            return response.json()
        except ValueError as error:
            raise BlockError(
                f"{self._manner.api} answered `{self._manner.id}` with something that is not JSON: "
                f"{response.text[:80]!r}. Ask those who run it, or mend its document.",
                zh=f"{self._manner.api} 对“{self._manner.id}”的回答不是 JSON："
                f"{response.text[:80]!r}。请联系服务方，或修正其描述文件。",
                code="api_answer_not_json",
            ) from error


_ACCEPTS = {"json": "application/json", "text": "text/*, */*", "file": "*/*", "nothing": "*/*"}
_MOST_PIN = InputPin(
    name=MOST,
    kind=PinKind.NUMBER,
    title="At most",
    title_zh="最多",
    description="How many items to fetch; pages are turned until there are so many, or no more.",
    description_zh="最多获取多少项；会逐页读取，直到取够或没有更多内容。",
    required=False,
    default=100,
    schema={"type": "integer", "minimum": 1, "maximum": 100_000, "default": 100},
)
_STATUS_PIN = OutputPin(
    name="status",
    kind=PinKind.NUMBER,
    title="Status",
    title_zh="状态码",
    description="The status code of the answer, such as 200.",
    description_zh="回答的状态码，例如 200。",
    schema={"type": "integer"},
)
_COUNT_PIN = OutputPin(
    name="count",
    kind=PinKind.NUMBER,
    title="Count",
    title_zh="数量",
    description="How many items there were.",
    description_zh="共有多少项。",
    schema={"type": "integer"},
)


def _input_pin(parameter: Parameter) -> InputPin:
    schema = dict(parameter.schema)
    kind = kind_of_schema(schema)
    item = schema.get("items")
    item_kind = kind_of_schema(cast("dict[str, Any]", item)) if isinstance(item, dict) else None
    return InputPin(
        name=parameter.pin,
        kind=kind,
        item_kind=None if kind is not PinKind.LIST or item_kind is PinKind.ANY else item_kind,
        title=parameter.title,
        description=parameter.description,
        required=parameter.required,
        default=None if parameter.required else schema.get("default"),
        advanced=parameter.advanced,
        schema=schema,
    )


def _outputs(operation: Operation, paging: Paging | None) -> tuple[OutputPin, ...]:
    schema = operation.answer_schema
    if paging is not None:
        for name in paging.items.split(".") if paging.items else ():
            schema = schema.get("properties", {}).get(name, {})
        item = cast("dict[str, Any]", schema.get("items", {}))
        return (
            OutputPin(
                name="item",
                kind=kind_of_schema(item),
                title="Item",
                title_zh="项",
                description="One after another, from all pages.",
                description_zh="来自各页，逐项输出。",
                many=True,
                main=True,
                schema=item,
            ),
            _COUNT_PIN,
        )
    if operation.answer == "nothing":
        return (_STATUS_PIN,)
    if operation.answer == "file":
        file = {"type": "object", "x-kind": "file"}
        result = OutputPin(
            name="file",
            kind=PinKind.FILE,
            title="File",
            title_zh="文件",
            description="What came back, stored.",
            description_zh="返回的内容，已存为文件。",
            main=True,
            schema=file,
        )
        return (result, _STATUS_PIN)
    result = OutputPin(
        name="result",
        kind=kind_of_schema(schema),
        title="Result",
        title_zh="结果",
        description=str(schema.get("description") or "What came back."),
        description_zh="返回的内容。",
        main=True,
        schema=schema,
    )
    return (result, _STATUS_PIN)


def _field(parameter: Parameter) -> tuple[Any, Any]:
    schema = parameter.schema
    kind = kind_of_schema(schema)
    choices = schema.get("enum")
    hint: Any = _TYPES.get(kind, Any)
    if schema.get("type") == "integer":
        hint = int
    bounds: dict[str, Any] = {}
    if isinstance(choices, list) and choices and all(_plain(each) for each in cast("Any", choices)):
        hint = Literal[tuple(cast("list[Any]", choices))]
    elif kind in (PinKind.TEXT, PinKind.NUMBER):
        bounds = {
            name: schema[bound]
            for bound, name in _BOUNDS
            if isinstance(schema.get(bound), (int, float)) and _fits(bound, kind)
        }
    if bounds:
        hint = Annotated[hint, pydantic.Field(**bounds)]
    if parameter.required:
        return (hint, pydantic.Field(alias=parameter.pin))
    return (hint | None, pydantic.Field(default=schema.get("default"), alias=parameter.pin))


def _fits(bound: str, kind: PinKind) -> bool:
    return bound.endswith("Length") == (kind is PinKind.TEXT)


def _plain(value: Any) -> bool:
    return isinstance(value, (str, int, bool)) or value is None
