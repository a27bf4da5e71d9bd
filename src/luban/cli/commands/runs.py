"""`luban runs`: what ran, and one run in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from luban.cli.commands.run import failure_text
from luban.cli.flags import AsJson, Data, Server
from luban.cli.money import money
from luban.cli.printing import as_json, line, table, value_text
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.cli.waits import wait_lines

if TYPE_CHECKING:
    from luban.model.state_views import RunStateView
    from luban.model.views import RunView, StepView


State = Literal["queued", "running", "waiting", "completed", "failed", "cancelled"]


def runs(
    run_id: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help=say("One run.", "一次运行。"))
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help=say("Only of this agent.", "只看此智能体。"))
    ] = None,
    status: Annotated[
        State | None, typer.Option(help=say("Only in this state.", "只看此状态。"))
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help=say("Let it go on.", "让它继续。"))
    ] = False,
    pause: Annotated[bool, typer.Option("--pause", help=say("Pause it.", "暂停它。"))] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help=say("Cancel it.", "取消它。"))] = False,
    at: Annotated[
        int | None,
        typer.Option(
            "--at",
            metavar="EVENT",
            help=say("As it stood at this event, by its id.", "它在此事件（编号）时的状态。"),
        ),
    ] = None,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    if run_id is None:
        _list(agent, status, json, lambda work: with_reach(server, data, work))
        return
    if at is not None:
        state = with_reach(server, data, lambda reached: reached.client.runs.state(run_id, at))
        as_json(state) if json else _show_state(run_id, state)
        return

    async def work(reached: Reach) -> tuple[RunView, list[StepView]]:
        if cancel:
            await reached.client.runs.cancel(run_id)
        if pause:
            await reached.client.runs.pause(run_id)
        if resume:
            await reached.client.runs.resume(run_id)
            if reached.home is not None:
                await reached.home.worker.run_one(run_id)
        steps = await reached.client.runs.steps(run_id, page_size=200)
        return await reached.client.runs.get(run_id), steps.items

    told, steps = with_reach(server, data, work)
    if json:
        as_json({**told.model_dump(mode="json"), "steps": steps})
    else:
        _show(told, steps)


def _list(agent: str | None, status: State | None, json: bool, reach: Any) -> None:
    from luban.cli.commands.agent import find_agent
    from luban.model.run import RunStatus

    async def work(reached: Reach) -> list[RunView]:
        agent_id = (await find_agent(reached.client, agent)).id if agent else None
        wanted = RunStatus(status) if status else None
        found = await reached.client.runs.list(agent=agent_id, status=wanted, page_size=50)
        return found.items

    found: list[RunView] = reach(work)
    if json:
        as_json(found)
        return
    table(
        [say("Run", "运行"), say("Agent", "智能体"), say("State", "状态"), say("Begun", "开始于"),
         say("Steps", "步骤"), say("Cost", "费用")],
        ([r.id, r.agent_name, r.status.value, r.created_at, r.steps, _cost(r)] for r in found),
    )  # fmt: skip


def _cost(run: RunView) -> str:
    """Empty for a run that asked no model."""
    return money(run.usd, run.unpriced) if run.tokens or run.usd or run.unpriced else ""


def _step_cost(step: StepView) -> str:
    used = step.usage
    return money(used.get("usd"), int(used.get("unpriced") or 0)) if used else ""


def _show(told: RunView, steps: list[StepView]) -> None:
    line(f"{told.id}  {told.agent_name} v{told.version}  {told.status.value}")
    for each in wait_lines(told.id, told.waiting_for):
        line(f"  … {each}")
    for name, value in told.inputs.items():
        line(f"  → {name}: {value_text(value)}")
    table(
        [
            say("Step", "步骤"),
            say("State", "状态"),
            say("Time", "用时"),
            say("Cost", "费用"),
            say("Sent", "输出"),
        ],
        (
            [
                f"{s.node} #{s.iteration + 1}",
                s.status,
                "" if s.duration is None else f"{s.duration * 1000:.1f} ms",
                _step_cost(s),
                "; ".join(f"{pin}={value_text(value)[:60]}" for pin, value in s.outputs[:3]),
            ]
            for s in steps
        ),
    )
    for name, value in told.outputs.items():
        line(f"  ← {name}: {value_text(value)}")
    if cost := _cost(told):
        line(say(f"{told.tokens} model tokens, {cost}", f"{told.tokens} 个模型 token，{cost}"))
    if told.error:
        line(failure_text(told.error))


def _show_state(run_id: str, state: RunStateView) -> None:
    line(f"{run_id}  {state.status.value}  {state.at or ''}".rstrip())
    table(
        [say("Node", "节点"), say("State", "状态"), say("Steps", "步骤")],
        ([n.node, n.status, n.running + n.waiting + n.completed + n.failed + n.cancelled]
         for n in state.nodes),
    )  # fmt: skip
    for held in state.held:
        shown = ", ".join(value_text(value)[:60] for value in held.values)
        line(f"  {held.node}.{held.pin}: {held.count} [{shown}]")
    for name, value in state.outputs.items():
        line(f"  ← {name}: {value_text(value)}")
    spent = state.spent
    took, usd = f"{spent.seconds:.1f}", money(spent.usd, spent.unpriced)
    line(
        say(
            f"{spent.steps} steps, {spent.tokens} model tokens, {usd}, {took} s",
            f"{spent.steps} 个步骤，{spent.tokens} 个模型 token，{usd}，{took} 秒",
        )
    )


runs.__doc__ = say("List runs, or look at one.", "列出运行，或查看其中一次。")
