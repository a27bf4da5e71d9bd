"""Parts of a value picked and reshaped by a JMESPath expression."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.blocks.data.jmespath_budget import TooMuch, search
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

_LONGEST = 2000
_MOST = 2_000_000


class Query(Block):
    """Picks and reshapes parts of a value with JMESPath, the query language of the AWS tools.

    `people[?age > `18`].name`, `{total: sum(items[].price), first: items[0]}`, `sort_by(@, &n)`.
    For a plain place such as `user.name`, Pick is enough.
    """

    id = "data.query"
    title = "Query (JMESPath)"
    category = "data"
    effect = Effect.NONE
    icon = "braces"
    keywords = ("jmespath", "json", "path", "select", "reshape", "extract", "jsonpath")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="An object or a list.")
        expression: str = Field(
            title="Expression", widget="code", description="What to take out of it."
        )

    class Output(BlockOutput):
        result: Any = Field(
            title="Result", description="What was found; nothing if it is not there."
        )

    examples = (
        Example(
            {
                "value": {"p": [{"n": "a", "x": 1}, {"n": "b", "x": 5}]},
                "expression": "p[?x > `2`].n",
            },
            {"result": ["b"]},
        ),
        Example(
            {"value": {"表": [1, 2]}, "expression": '{sum: sum("表"), last: "表"[-1]}'},
            {"result": {"sum": 3, "last": 2}},
        ),
        Example({"value": {"a": 1}, "expression": "b.c"}, {"result": None}),
        Example({"value": {}, "expression": "a[?"}, {"error": {"code": "bad_expression"}}),
        Example({"value": {}, "expression": "sum(@)"}, {"error": {"code": "bad_expression"}}),
        Example(
            {"value": [1], "expression": "@" + " | [@, @][]" * 40},
            {"error": {"code": "expression_too_slow"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {"result": await asyncio.to_thread(_found, input)}


def _found(input: Query.Input) -> Any:
    from jmespath.exceptions import JMESPathError
    from jmespath.parser import Parser

    if len(input.expression) > _LONGEST:
        raise _wrong(
            input, f"it has more than {_LONGEST:,} characters", f"超过 {_LONGEST:,} 个字符"
        )
    try:
        parsed = Parser().parse(input.expression)
        return search(parsed.parsed, input.value, _MOST)
    except TooMuch as error:
        raise BlockError(
            f"`{show(input.expression)}` makes more than {_MOST:,} values. Take less, or put fewer "
            "lists into lists.",
            zh=f"“{show(input.expression)}”产生的值超过 {_MOST:,} 个。"
            "请减少取出的内容或列表的嵌套。",
            code="expression_too_slow",
        ) from error
    except RecursionError as error:
        raise _wrong(input, "it is nested too deeply", "嵌套过深") from error
    except (JMESPathError, ValueError, TypeError, AttributeError) as error:
        said = str(error).partition("\n")[0].rstrip(".")
        place = getattr(error, "lex_position", None)
        where = f" at character {place + 1}" if isinstance(place, int) else ""
        where_zh = f"第 {place + 1} 个字符处，" if isinstance(place, int) else ""
        raise _wrong(input, f"{show(said)}{where}", f"{where_zh}{show(said)}") from error


def _wrong(input: Query.Input, why: str, why_zh: str) -> BlockError:
    return BlockError(
        f"`{show(input.expression)}` is no JMESPath expression for this value: {why}. Names stand "
        "bare or in double quotes, values in backticks.",
        zh=f"“{show(input.expression)}”不是可用于此值的 JMESPath 表达式：{why_zh}。"
        "名称直接写或用双引号，值用反引号。",
        code="bad_expression",
    )
