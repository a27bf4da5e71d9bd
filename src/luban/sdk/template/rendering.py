"""How a template is compiled and rendered: Jinja's sandbox with only plain values in reach."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from luban.sdk.errors import BlockError
from luban.sdk.template.budget import KEY, Budget, TooMuch, budget_of, check_number, size_of
from luban.sdk.template.filters import as_text, make_filters, printf
from luban.sdk.template.rules import Rules

_LONGEST_TEMPLATE = 200_000
_LONGEST_POWER, _MOST_BITS = 1_000, 4_096
_LOOP = frozenset(
    {"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"}
)
_GROUP = {"grouper": 0, "list": 1}
_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError)


def render(
    template: str,
    values: Mapping[str, Any],
    *,
    escape_html: bool = False,
    strict: bool = False,
) -> str:
    """The template with the values filled in; values are plain JSON values.

    A name without a value is blank, or with `strict` an error. Raises `BlockError` that names the
    line. Work, time and size are limited, so any template may be rendered, whoever wrote it.
    """
    if "{" not in template:
        return template
    compiled = _compile(template, escape_html, strict)
    budget = Budget()
    context = compiled.new_context({**values, KEY: budget})
    pieces: list[str] = []
    length = 0
    try:
        for piece in compiled.root_render_func(context):
            length += len(piece)
            budget.check_length(length)
            budget.charge(len(piece))
            pieces.append(piece)
    except _FAILURES as error:
        raise _failure(error, _line_of(error, compiled)) from error
    return "".join(pieces)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Names lead to keys of objects and places of lists, never to attributes of Python."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        if isinstance(obj, tuple) and attribute in _GROUP:  # what `groupby` gives
            return self.getitem(obj, _GROUP[attribute])
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj[argument]  # raises, naming what is undefined
        try:
            if isinstance(obj, dict):
                return cast("dict[Any, Any]", obj)[argument]
            if isinstance(obj, (list, str, tuple)) and isinstance(argument, int):
                return obj[argument]  # pyright: ignore[reportUnknownVariableType]
        except (LookupError, TypeError):
            pass
        return self.undefined(obj=obj, name=str(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        match operator:
            case "**":
                _check_power(left, right)
            case "*":
                _check_product(left, right)
            case "%" if isinstance(left, str):
                return printf(left, right)
            case "+" if not isinstance(left, (int, float)):
                budget_of(context).charge_text(size_of(left) + size_of(right))
            case _:
                pass
        return super().call_binop(context, operator, left, right)


def _check_power(base: Any, exponent: Any) -> None:
    if isinstance(exponent, (int, float)) and abs(exponent) > _LONGEST_POWER:
        raise TooMuch(f"the power {exponent} is too large", f"指数 {exponent} 过大")
    if isinstance(base, int) and isinstance(exponent, int):
        _check_bits(base.bit_length() * max(exponent, 1))


def _check_product(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())
    for whole, times in ((left, right), (right, left)):
        if isinstance(whole, (list, tuple)):
            raise TypeError("a list cannot be multiplied")
        if isinstance(whole, str) and isinstance(times, int):
            check_number(len(whole) * times)


def _check_bits(bits: int) -> None:
    if bits > _MOST_BITS:
        raise TooMuch("a number in it becomes too large", "其中的数字过大")


@pass_context
def _written(context: Context, value: Any) -> Any:
    """What an expression puts into the text, paid for."""
    if hasattr(value, "__html__") or isinstance(value, (str, Undefined)):
        budget_of(context).charge_text(len(value))
        return value
    text = as_text(value)
    budget_of(context).charge_text(len(text))
    return text


@lru_cache(maxsize=4)
def _environment(escape_html: bool, strict: bool) -> _Sandbox:
    missing = StrictUndefined if strict else Undefined
    bare = _Sandbox(undefined=missing, autoescape=escape_html)
    made = _Sandbox(
        undefined=missing, autoescape=escape_html, finalize=_written, keep_trailing_newline=True
    )
    made.globals = {}
    made.filters = make_filters(bare)
    return made


@lru_cache(maxsize=256)
def _compile(template: str, escape_html: bool, strict: bool) -> Template:
    if len(template) > _LONGEST_TEMPLATE:
        raise BlockError(
            f"The template has {len(template):,} characters; at most {_LONGEST_TEMPLATE:,} are "
            "allowed. Put long texts into values.",
            zh=f"模板有 {len(template):,} 个字符，上限为 {_LONGEST_TEMPLATE:,}。"
            "请把长文本放进值里。",
            code="template_too_long",
        )
    environment = _environment(escape_html, strict)
    try:
        tree = cast("nodes.Template", Rules().visit(environment.parse(template)))
        code = cast("Any", environment.compile(tree))
    except (TemplateError, SyntaxError, RecursionError, ValueError) as error:
        raise _failure(error, getattr(error, "lineno", None)) from error
    return Template.from_code(environment, code, {})


def _failure(error: Exception, line: int | None) -> BlockError:
    if isinstance(error, (RecursionError, MemoryError)) or (
        isinstance(error, SyntaxError) and not isinstance(error, TemplateSyntaxError)
    ):
        said, said_zh = "it is nested too deeply", "嵌套过深"
    elif isinstance(error, TooMuch):
        said, said_zh = str(error), error.chinese
    else:
        message = getattr(error, "message", None)
        said = said_zh = str(message or error).removesuffix(".")
    where, where_zh = (f"line {line}: ", f"第 {line} 行：") if line else ("", "")
    return BlockError(
        f"The template cannot be filled: {where}{said}. Check the template and the names in it.",
        zh=f"模板无法填充：{where_zh}{said_zh}。请检查模板及其中的名称。",
        code="template_failed",
    )


def _line_of(error: BaseException, compiled: Template) -> int | None:
    line = None
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == "<template>":
            line = compiled.get_corresponding_lineno(number)
    return line
