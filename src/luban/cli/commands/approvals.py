"""`luban approvals`: questions that runs ask people, and answering them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.views import ApprovalView

app = typer.Typer(
    help=say("Questions that runs ask people.", "运行向人提出的问题。"),
    invoke_without_command=True,
)


@app.callback()
def approvals(
    context: typer.Context, json: AsJson = False, data: Data = None, server: Server = None
) -> None:
    if context.invoked_subcommand is None:
        _list(json, data, server)


@app.command("list", help=say("List the open questions.", "列出待答复的问题。"))
def list_approvals(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    _list(json, data, server)


def _list(json: bool, data: Any, server: str | None) -> None:
    async def work(reached: Reach) -> list[ApprovalView]:
        return (await reached.client.approvals.list(page_size=200)).items

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    table(
        [say("Question", "编号"), say("Agent", "智能体"), say("Step", "步骤"),
         say("Asked", "提出于"), say("What", "内容"), say("Choices", "可选项")],
        (
            [q.id, q.agent_name, q.node, q.since, _what(q), " | ".join(q.choices)]
            for q in found
        ),
    )  # fmt: skip


@app.command("answer", help=say("Answer a question.", "答复一个问题。"))
def answer(
    question: Annotated[
        str, typer.Argument(metavar="ID", help=say("Which question.", "哪个问题。"))
    ],
    choice: Annotated[str, typer.Argument(help=say("One of those offered.", "可选项之一。"))] = "",
    comment: Annotated[str, typer.Option(help=say("A remark.", "备注。"))] = "",
    set: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help=say("A value that is asked for.", "问题要求填写的值。")
        ),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    values = dict(_value(each) for each in set or [])

    async def work(reached: Reach) -> ApprovalView:
        answered = await reached.client.approvals.answer(
            question, choice, comment=comment, values=values
        )
        if reached.home is not None:
            await reached.home.worker.run_one(answered.run_id)
        return answered

    answered = with_reach(server, data, work)
    if json:
        as_json(answered)
    else:
        line(f"{answered.run_id}  {answered.agent_name}  {choice}")
        note(say(f"To look at it: luban runs {answered.run_id}",
                 f"查看运行：luban runs {answered.run_id}"))  # fmt: skip


def _what(question: ApprovalView) -> str:
    return question.question or say("Did this step take effect?", "该步骤是否已生效？")


def _value(given: str) -> tuple[str, Any]:
    """`name=value`; what reads as JSON is taken as such, everything else as text."""
    name, separator, value = given.partition("=")
    if not separator or not name.strip():
        raise InvalidValue(
            name="--set",
            value=given,
            expected="a value is written NAME=VALUE",
            expected_zh="值应写成 NAME=VALUE",
        )
    try:
        return name.strip(), orjson.loads(value)
    except orjson.JSONDecodeError:
        return name.strip(), value


approvals.__doc__ = say("Questions that runs ask people.", "运行向人提出的问题。")
