"""What can go wrong, as values: a code, a status, and the sentence in two languages."""

from __future__ import annotations

from typing import Any, ClassVar, cast

_SHOWN = 200
_SIGNS = {"\n": "⏎", "\t": "\t"}


class LubanError(Exception):
    """Something went wrong; subclasses say what, and what to do about it.

    `en` and `zh` are templates filled from the keyword arguments; a value longer than 200
    characters is shortened in the sentence and kept whole in `params`.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    en: ClassVar[str] = "Something unexpected happened: {cause}. The log has the details."
    zh: ClassVar[str] = "发生了意外情况：{cause}。详情见日志。"

    def __init__(self, **params: Any) -> None:
        super().__init__(params)
        self.params: dict[str, Any] = params

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (type(self), self.params)

    def __str__(self) -> str:
        return self.en.format_map(_Shown(self.params))

    @property
    def message_zh(self) -> str:
        return self.zh.format_map(_Shown(self.params))

    def as_json(self) -> dict[str, Any]:
        """The error as it is stored and sent: code, both sentences, the values in them."""
        return {
            "code": self.code,
            "message": str(self),
            "message_zh": self.message_zh,
            "params": {name: _plain(value) for name, value in self.params.items()},
        }


def _unpickled(kind: type[LubanError], params: dict[str, Any]) -> LubanError:
    """The error as it was, whatever its own constructor asks for; another process raised it."""
    error = kind.__new__(kind, params)
    error.params = params
    return error


class _Shown(dict[str, Any]):
    """Template values cut to a readable length; a missing name shows as `?` instead of failing."""

    def __getitem__(self, name: str) -> str:
        if name not in self:
            return "?"
        return show(super().__getitem__(name))


def show(value: object) -> str:
    """A value as it may stand in a sentence: at most 200 characters, one line."""
    text = value if isinstance(value, str) else repr(value)
    if not text.isprintable():
        text = "".join(_SIGNS.get(each) or _printable(each) for each in text)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _printable(letter: str) -> str:
    """A letter as it may stand in a log: nothing that ends the line or turns its direction."""
    return letter if letter.isprintable() else f"\\u{ord(letter):04x}"


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in cast("list[object]", value)]
    return show(value)


class NotFound(LubanError):
    """A named thing does not exist, or is not the caller's to see."""

    code = "not_found"
    status = 404
    en = "There is no {what} `{name}`. {way_out}"
    zh = "没有名为“{name}”的{what_zh}。{way_out_zh}"

    def __init__(
        self, *, what: str, what_zh: str, name: str, way_out: str = "", way_out_zh: str = ""
    ) -> None:
        super().__init__(
            what=what, what_zh=what_zh, name=name, way_out=way_out, way_out_zh=way_out_zh
        )


class InvalidValue(LubanError):
    """A value given from outside cannot be used as it stands."""

    code = "invalid_value"
    status = 422
    en = "`{name}` is {value}, but {expected}."
    zh = "“{name}”的值是 {value}，但{expected_zh}。"

    def __init__(self, *, name: str, value: object, expected: str, expected_zh: str) -> None:
        super().__init__(name=name, value=value, expected=expected, expected_zh=expected_zh)


class Conflict(LubanError):
    """Somebody changed the thing in between."""

    code = "conflict"
    status = 409
    en = "{what} `{name}` was changed meanwhile: it is at revision {revision}, you sent {sent}."
    zh = "{what_zh}“{name}”已被别处修改：当前修订号是 {revision}，你提交的是 {sent}。"


class NotStorable(LubanError):
    """A value cannot be written as JSON."""

    code = "value_not_storable"
    status = 422
    en = (
        "A value of type {type} cannot travel along a link: {cause}. "
        "Give text, numbers, lists, objects or files."
    )
    zh = "类型为 {type} 的值不能沿连线传递：{cause}。请给出文本、数字、列表、对象或文件。"
