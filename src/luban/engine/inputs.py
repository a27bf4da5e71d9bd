"""From tokens to what a block takes, and from what it gives to tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from pydantic import ValidationError

from luban.engine.bounds import SHORT, Bounds
from luban.model.block import BlockSpec
from luban.model.errors import LubanError, show
from luban.model.outside_files import takes_files
from luban.model.pins import FITS, CoercionFailed, PinKind, PinType, coerce
from luban.model.values import decode, encode, plain
from luban.sdk.code import BlockCode, Emission

_CONTAINERS: frozenset[type] = frozenset({list, dict})
_NOTHING: frozenset[type] = frozenset()
_SAFE = frozenset({str, bool, int, type(None)})
"""Types whose values are plain as they are; those JSON cannot hold are found when it is written."""
_SIZED: frozenset[type] = frozenset({str, bytes, bytearray})
_HIDDEN = "•••"
_ANYTHING = PinType(PinKind.ANY)
_BOUNDS = Bounds()


class Lacking:
    """Stands where a link's path found nothing; the step that meets it fails with the error."""

    __slots__ = ("error",)

    def __init__(self, error: LubanError) -> None:
        self.error = error


class BadInput(LubanError):
    """An input of a step cannot be used."""

    code = "invalid_input"
    status = 422
    en = "The input `{pin}` of `{node}` cannot be used: {problem}"
    zh = "“{node}”的输入“{pin}”无法使用：{problem_zh}"


class UnknownOutput(LubanError):
    """A block emitted on a pin it does not have."""

    code = "unknown_output"
    status = 500
    en = "The block `{block}` emitted on `{pin}`, which is none of its outputs: {known}."
    zh = "模块“{block}”在“{pin}”上输出，但它没有这个输出端口，可用的是：{known}。"


class Gate:
    """The way in and out of one block; made once, used by every step."""

    def __init__(self, code: BlockCode) -> None:
        self._spec: BlockSpec = code.spec
        self._validate: Callable[[dict[str, Any]], Any] = code.validate
        self._takes = {pin.name: pin.type for pin in code.spec.inputs}
        self._as_they_are: dict[str, frozenset[type]] = {
            pin.name: frozenset(FITS[pin.kind] - _CONTAINERS)
            for pin in code.spec.inputs
            if pin.type.item is None
        }
        self._gives = {
            name: (FITS[pin.kind] if pin.item_kind is None else frozenset[type](), pin.type)
            for name, pin in code.spec.output_by_name.items()
        }
        self._leave_as_they_are = {name: fits & _SAFE for name, (fits, _) in self._gives.items()}
        self.files = {name: to for name, to in self._takes.items() if takes_files(to)}
        """Pins of files, which also take texts that stand for one."""
        self._secret = {pin.name for pin in code.spec.inputs if pin.secret}

    def enter(self, node: str, inputs: dict[str, Any]) -> Any:
        """What the block's code takes. Raises `BadInput` naming the pin and the value."""
        ready = inputs
        for name, value in inputs.items():
            if type(value) not in self._as_they_are.get(name, _NOTHING):
                if ready is inputs:
                    ready = dict(inputs)
                ready[name] = self._convert(node, name, value)
        try:
            return self._validate(ready)
        except ValidationError as refused:
            raise self._refusal(node, refused) from refused

    def leave(
        self, emissions: Sequence[Emission], node: str = "", bounds: Bounds = _BOUNDS
    ) -> list[Emission]:
        """The emissions as plain values of their pins' types. Raises as `leave_one` does."""
        as_they_are = self._leave_as_they_are
        if len(emissions) == 1:  # nearly always: spares what a comprehension costs
            ((pin, value),) = emissions
            if type(value) in as_they_are.get(pin, _NOTHING) and (
                type(value) is not str or len(value) < SHORT
            ):
                return [(pin, value)]
            return [(pin, self.leave_one(pin, value, node, bounds))]
        if len(emissions) > bounds.emissions:
            bounds.check_count(len(emissions), node)
        return [
            (pin, value)
            if type(value) in as_they_are.get(pin, _NOTHING)
            and (type(value) is not str or len(value) < SHORT)
            else (pin, self.leave_one(pin, value, node, bounds))
            for pin, value in emissions
        ]

    def leave_one(self, pin: str, value: Any, node: str = "", bounds: Bounds = _BOUNDS) -> Any:
        """One emitted value.

        Raises `UnknownOutput`, `NotStorable`, `CoercionFailed` or `OutputTooLarge`.
        """
        known = self._gives.get(pin)
        if known is None:
            raise UnknownOutput(block=self._spec.id, pin=pin, known=", ".join(self._gives))
        fits, wanted = known
        kind = cast("type[Any]", type(value))
        if kind in _SIZED:
            bounds.check_size(len(value), node, pin)
        if kind in _CONTAINERS:  # as `plain` does it, with a look at the size in between
            written = encode(value)
            bounds.check_size(len(written), node, pin)
            value = decode(written)
        elif kind not in _SAFE:
            value = plain(value)
        return value if type(value) in fits else coerce(value, wanted)

    def _convert(self, node: str, name: str, value: Any) -> Any:
        if isinstance(value, Lacking):
            error = value.error
            raise BadInput(node=node, pin=name, problem=str(error), problem_zh=error.message_zh)
        if type(value) in _CONTAINERS:
            value = decode(encode(value))  # its own copy: other steps may hold the same token
        try:
            return coerce(value, self._takes.get(name, _ANYTHING))
        except CoercionFailed as error:
            if name in self._secret:
                error.params["value"] = _HIDDEN
            raise BadInput(
                node=node, pin=name, problem=str(error), problem_zh=error.message_zh
            ) from error

    def _refusal(self, node: str, refused: ValidationError) -> LubanError:
        first = refused.errors(include_url=False)[0]
        where = [str(part) for part in first["loc"]]
        pin = where[0] if where else "?"
        value = _HIDDEN if pin in self._secret else show(first.get("input"))
        if first["type"] == "missing":
            return BadInput(
                node=node,
                pin=pin,
                problem="it has no value. Link it, or give it one.",
                problem_zh="没有值。请连接它，或填写一个值。",
            )
        reason = f"{value} is refused at `{'.'.join(where)}`: {first['msg']}."
        reason_zh = f"{value} 在“{'.'.join(where)}”处不被接受：{first['msg']}。"
        return BadInput(node=node, pin=pin, problem=reason, problem_zh=reason_zh)
