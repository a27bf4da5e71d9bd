"""The filters of templates: Jinja's harmless ones behind a gate, and our own for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from types import GeneratorType
from typing import Any, cast

from jinja2 import Undefined
from jinja2.filters import FILTERS  # pyright: ignore[reportUnknownVariableType]
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import pass_context

from luban.model.values import encode
from luban.sdk.template.budget import TooMuch, budget_of, check_number, size_of

Filter = Callable[..., Any]

_JINJA = cast("dict[str, Filter]", FILTERS)
# fmt: off
_FROM_JINJA = (
    "abs", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape",
    "filesizeformat", "first", "float", "forceescape", "groupby", "int", "items", "last",
    "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round",
    "safe", "select", "selectattr", "slice", "sort", "striptags", "title", "trim", "truncate",
    "unique", "upper", "urlencode", "wordcount",
)
# fmt: on
_SPEC = re.compile(r"%(?:\(\w+\))?[-+ 0#]*(\*|\d+)?(?:\.(\*|\d+))?[diouxXeEfFgGcrsa%]")
_WIDEST = 1000


def as_text(value: Any) -> str:
    """A value as it appears in a text: like the conversion of pins, and nothing for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple, dict)):
        size_of(value)
        return encode(value).decode()
    return str(value)


def printf(form: str, values: Any) -> str:
    """`%` formatting with widths that cannot fill the memory."""
    for spec in _SPEC.finditer(form):
        if any(part == "*" or int(part) > _WIDEST for part in spec.groups() if part):
            raise TooMuch(
                f"the format `{spec.group()}` is wider than {_WIDEST}",
                f"格式“{spec.group()}”的宽度超过 {_WIDEST}",
            )
    return form % values


def make_filters(bare: SandboxedEnvironment) -> dict[str, Filter]:
    """The filter table; `bare` calls Jinja's own functions with what they ask for."""
    bare.filters = {name: _JINJA[name] for name in _FROM_JINJA}
    gated = {name: _gated(bare, name) for name in _FROM_JINJA}
    return {**gated, **_OWN}


def _gated(bare: SandboxedEnvironment, name: str) -> Filter:
    @pass_context
    def gate(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        budget = budget_of(context)
        budget.charge(_length(value))
        for given in (*args, *kwargs.values()):
            if isinstance(given, int):
                check_number(given)
        result = bare.call_filter(name, value, args, kwargs, context)
        if isinstance(result, (GeneratorType, Iterator)):
            result = list(_counted(context, cast("Iterator[Any]", result)))
        budget.charge_text(_length(result))
        return result

    return gate


def _counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    budget = budget_of(context)
    for item in items:
        budget.charge(1)
        yield item


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (str, list, dict, tuple)) else 0  # pyright: ignore[reportUnknownArgumentType]


def _text(context: Context, value: Any) -> str:
    text = as_text(value)
    budget_of(context).charge_text(len(text))
    return text


@pass_context
def _each(context: Context, items: Any, literal: int) -> Iterator[Any]:
    """What a `for` walks over, counted together with the text its body repeats."""
    if isinstance(items, Undefined):
        return iter(items)
    if not isinstance(items, (list, dict, str, tuple)):
        raise TypeError(f"`for` needs a list, and got {as_text(items)}")
    return _walk(context, cast("Iterable[Any]", items), literal)


def _walk(context: Context, items: Iterable[Any], literal: int) -> Iterator[Any]:
    budget = budget_of(context)
    for item in items:
        budget.charge(20 + literal)
        yield item


@pass_context
def _checked(context: Context, value: Any) -> Any:
    budget_of(context).charge(size_of(value))
    return value


@pass_context
def _concat(context: Context, parts: list[Any]) -> str:
    return "".join(_text(context, part) for part in parts)


@pass_context
def _join(context: Context, items: Any, between: Any = "", attribute: Any = None) -> str:
    if attribute is not None:
        items = context.environment.call_filter("map", items, (), {"attribute": attribute}, context)
    separator = as_text(between)
    parts = [_text(context, item) for item in items]
    budget_of(context).charge_text(len(separator) * len(parts))
    return separator.join(parts)


@pass_context
def _replace(context: Context, value: Any, old: Any, new: Any, count: int = -1) -> str:
    text, old, new = as_text(value), as_text(old), as_text(new)
    times = text.count(old) if count < 0 else min(count, text.count(old))
    budget_of(context).charge_text(len(text) + times * len(new))
    return text.replace(old, new, count)


@pass_context
def _indent(
    context: Context, value: Any, width: int = 4, first: bool = False, blank: bool = False
) -> str:
    lines = _text(context, value).split("\n")
    space = " " * check_number(int(width))
    budget_of(context).charge_text(len(lines) * len(space))
    indented = [space + line if line or blank else line for line in lines]
    return "\n".join(indented if first else [lines[0], *indented[1:]])


@pass_context
def _range(context: Context, start: int, stop: int | None = None, step: int = 1) -> list[int]:
    bounds = (0, start, step) if stop is None else (start, stop, step)
    numbers = range(*bounds)
    budget_of(context).charge(check_number(len(numbers)))
    return list(numbers)


@pass_context
def _sum(context: Context, items: Any, attribute: Any = None, start: Any = 0) -> Any:
    if attribute is not None:
        items = context.environment.call_filter("map", items, (), {"attribute": attribute}, context)
    total = start
    for item in _counted(context, items):
        if isinstance(item, bool) or not isinstance(item, (int, float)):
            raise TypeError(f"`sum` needs numbers, and got {as_text(item)}")
        total += item
    return total


@pass_context
def _split(context: Context, value: Any, between: str | None = None, count: int = -1) -> list[str]:
    parts = _text(context, value).split(between, count)
    budget_of(context).charge(len(parts))
    return parts


@pass_context
def _format(context: Context, form: Any, *values: Any, **named: Any) -> str:
    text = printf(as_text(form), named or values)
    return _text(context, text)


@pass_context
def _tojson(context: Context, value: Any) -> str:
    budget_of(context).charge(size_of(value))
    return encode(value).decode()


def _get(value: Any, key: Any, default: Any = None) -> Any:
    return cast("dict[Any, Any]", value).get(key, default) if isinstance(value, dict) else default


def _keys(value: Any) -> list[Any]:
    return list(_object(value, "keys").keys())


def _values(value: Any) -> list[Any]:
    return list(_object(value, "values").values())


def _object(value: Any, wanted_by: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"`{wanted_by}` needs an object, and got {as_text(value)}")
    return cast("dict[str, Any]", value)


def _startswith(value: Any, start: Any) -> bool:
    return as_text(value).startswith(as_text(start))


def _endswith(value: Any, end: Any) -> bool:
    return as_text(value).endswith(as_text(end))


_OWN: dict[str, Filter] = {
    "each": _each,
    "checked": _checked,
    "concat": _concat,
    "join": _join,
    "replace": _replace,
    "indent": _indent,
    "range": _range,
    "sum": _sum,
    "split": _split,
    "format": _format,
    "tojson": _tojson,
    "string": pass_context(_text),
    "get": _get,
    "keys": _keys,
    "values": _values,
    "startswith": _startswith,
    "endswith": _endswith,
}
