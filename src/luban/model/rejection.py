"""Why pydantic refused a value, as the end of a sentence in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails


class Rejection(NamedTuple):
    """Where in a value something is wrong, what stands there, and what should."""

    path: str
    value: Any
    expected: str
    expected_zh: str
    kind: str


_ADDRESS = (
    "it must be an address such as https://example.org",
    "必须是网址，例如 https://example.org",
)
_DATE = ("it must be a date such as 2026-01-31", "必须是日期，例如 2026-01-31")
_TIME = ("it must be a time such as 2026-01-31T08:00", "必须是时间，例如 2026-01-31T08:00")

_EXPECTED: dict[str, tuple[str, str]] = {
    "missing": ("it must be given", "必须填写"),
    "extra_forbidden": ("there is no such input", "没有这个输入"),
    "string_type": ("it must be text", "必须是文本"),
    "int_type": ("it must be a whole number", "必须是整数"),
    "int_parsing": ("it must be a whole number", "必须是整数"),
    "int_from_float": ("it must be a whole number", "必须是整数"),
    "float_type": ("it must be a number", "必须是数字"),
    "float_parsing": ("it must be a number", "必须是数字"),
    "finite_number": ("it must be a finite number", "必须是有限的数字"),
    "bool_type": ("it must be true or false", "必须是 true 或 false"),
    "bool_parsing": ("it must be true or false", "必须是 true 或 false"),
    "list_type": ("it must be a list", "必须是列表"),
    "tuple_type": ("it must be a list", "必须是列表"),
    "dict_type": ("it must be an object", "必须是对象"),
    "model_type": ("it must be an object", "必须是对象"),
    "model_attributes_type": ("it must be an object", "必须是对象"),
    "none_required": ("it must be empty", "必须为空"),
    "greater_than": ("it must be greater than {gt}", "必须大于 {gt}"),
    "greater_than_equal": ("it must be at least {ge}", "不能小于 {ge}"),
    "less_than": ("it must be less than {lt}", "必须小于 {lt}"),
    "less_than_equal": ("it must be at most {le}", "不能大于 {le}"),
    "multiple_of": ("it must be a multiple of {multiple_of}", "必须是 {multiple_of} 的倍数"),
    "enum": ("it must be one of {expected}", "必须是其中之一：{expected}"),
    "literal_error": ("it must be one of {expected}", "必须是其中之一：{expected}"),
    "string_too_short": (
        "it needs {min_length} or more characters",
        "至少需要 {min_length} 个字符",
    ),
    "string_too_long": ("it may have at most {max_length} characters", "最多 {max_length} 个字符"),
    "too_short": ("it needs at least {min_length} items", "至少需要 {min_length} 项"),
    "too_long": ("it may have at most {max_length} items", "最多 {max_length} 项"),
    "string_pattern_mismatch": ("it must match the pattern {pattern}", "必须符合格式 {pattern}"),
    "url_parsing": _ADDRESS,
    "date_from_datetime_parsing": _DATE,
    "date_parsing": _DATE,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
}


def rejection(error: ErrorDetails) -> Rejection:
    """One entry of `ValidationError.errors()` in our words; unknown kinds keep pydantic's."""
    context: Mapping[str, Any] = error.get("ctx", {})
    templates = _EXPECTED.get(error["type"])
    if templates is None:
        said = error["msg"].removeprefix("Value error, ")
        texts = (said[:1].lower() + said[1:], said)
    else:
        texts = (templates[0].format_map(context), templates[1].format_map(context))
    return Rejection(_path(error["loc"]), error["input"], *texts, kind=error["type"])


def _path(loc: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".")
