"""`luban retry`, `luban runs fork` and `luban runs compare`: runs again, and beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luban.cli.commands.run import leave_with, to_the_end
from luban.cli.files import read_inputs, uploaded
from luban.cli.flags import AsJson, Data, InputFile, Inputs, Server
from luban.cli.money import money
from luban.cli.pins import read_pins
from luban.cli.printing import as_json, line, table, value_text
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

if TYPE_CHECKING:
    from luban.model.state_views import ComparisonView, StepDifferenceView
    from luban.model.views import StepView

TheRun = Annotated[str, typer.Argument(metavar="RUN", help=say("A run.", "一次运行。"))]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=say("No progress.", "不显示进度。"))]


def retry(
    run_id: TheRun,
    begin: Annotated[
        Literal["failed", "start"] | None,
        typer.Option(
            "--from",
            help=say(
                "Begin at the failed steps, or at the start.", "从失败的步骤开始，或从头开始。"
            ),
            show_default="failed",
        ),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
    quiet: Quiet = False,
) -> None:
    async def work(reached: Reach) -> dict[str, Any]:
        run = await reached.client.runs.retry(run_id, begin)
        return await to_the_end(reached, run.id, quiet or json)

    leave_with(with_reach(server, data, work), json)


def fork(
    run_id: TheRun,
    node: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="NODE",
            help=say(
                "The node to do again: add, each/add, each[2]/add, agent:3.",
                "要重新执行的节点：add、each/add、each[2]/add、agent:3。",
            ),
        ),
    ] = None,
    constants: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NODE.PIN=VALUE",
            help=say("Another constant, which makes a version.", "改变一个常量；会生成新版本。"),
        ),
    ] = None,
    input: Inputs = None,
    input_file: InputFile = None,
    version: Annotated[
        str | None,
        typer.Option(help=say("Of the agent: draft, published or a number.", "智能体的版本。")),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
    quiet: Quiet = False,
) -> None:
    inputs = read_inputs(input or [], input_file)
    changed = read_pins("--set", constants or [])
    which: Any = int(version) if version and version.isdecimal() else version

    async def work(reached: Reach) -> dict[str, Any]:
        run = await reached.client.runs.fork(
            run_id,
            from_node=node,
            inputs=await uploaded(reached.client, inputs),
            constants=changed,
            version=which,
        )
        return await to_the_end(reached, run.id, quiet or json)

    leave_with(with_reach(server, data, work), json)


def compare(
    first: TheRun,
    second: Annotated[
        str, typer.Argument(metavar="OTHER", help=say("Another run.", "另一次运行。"))
    ],
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> ComparisonView:
        return await reached.client.runs.compare(first, second)

    found = with_reach(server, data, work)
    if json:
        as_json(found)
        return
    table(
        [say("Step", "步骤"), say("Differs in", "不同之处"), first, second],
        ([_place(each), ", ".join(each.differs), _side(each.first), _side(each.second)]
         for each in found.steps),
    )  # fmt: skip
    line(say(f"{found.same} steps are the same.", f"其余 {found.same} 个步骤相同。"))


def _place(step: StepDifferenceView) -> str:
    return f"{step.node} #{step.iteration + 1}"


def _side(step: StepView | None) -> str:
    if step is None:
        return "–"
    took = "" if step.duration is None else f" {step.duration * 1000:.1f} ms"
    used = step.usage
    spent = f" {money(used.get('usd'), int(used.get('unpriced') or 0))}" if used else ""
    sent = "; ".join(f"{pin}={value_text(value)[:40]}" for pin, value in step.outputs[:2])
    return f"{step.status}{took}{spent} {sent}".rstrip()


retry.__doc__ = say(
    "Do a run once more: a failed one from its failed steps, others from the start.",
    "重试一次运行：失败的运行从失败的步骤开始，其他的从头开始。",
)
fork.__doc__ = say(
    "Run again from a node, or with other inputs, constants or version; the rest is kept.",
    "从某个节点重新运行，或更换输入、常量、版本；其余结果保留。",
)
compare.__doc__ = say("Tell the steps in which two runs differ.", "列出两次运行中不同的步骤。")
