"""`luban logs`: the events of a run, as they were or as they happen."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.money import money
from luban.cli.printing import as_json, line, value_text
from luban.cli.reach import OWNER, Reach, with_reach
from luban.cli.speech import say, told_of


def logs(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help=say("A run's id.", "运行的 id。"))],
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help=say("Until the run ends.", "直到运行结束。"))
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def work(reached: Reach) -> None:
        told = await reached.client.runs.get(run_id)
        over = told.status in ("completed", "failed", "cancelled")
        async for event in await _events(reached, run_id):
            if json:
                as_json({"id": event.id, "kind": event.kind, **event.values})
            elif event.id is not None:
                line(_text(event.kind, event.values))
            if event.kind in ("run_ended", "run_paused") and not (follow and not over):
                return

    with_reach(server, data, work)


async def _events(reached: Reach, run_id: str) -> Any:
    if reached.home is not None:  # without a network there is no stream to read from
        return await reached.home.house.run_events.open(OWNER, run_id)
    return reached.client.runs.events(run_id)


def _text(kind: str, values: dict[str, Any]) -> str:
    when = values.get("at") or values.get("started_at") or ""
    where = values.get("node", "")
    if where and values.get("iteration"):
        where = f"{where} #{values['iteration'] + 1}"
    rest = ""
    if values.get("error"):
        rest = told_of(values["error"])
    elif kind == "step_finished":
        rest = "; ".join(f"{pin}={value_text(value)[:80]}" for pin, value in values["emissions"])
    elif kind == "step_emitted":
        rest = f"{values['pin']}={value_text(values['value'])[:80]}"
    elif kind == "model_used":
        tokens = values["input_tokens"] + values["output_tokens"]
        rest = f"{values['model']}: {tokens} tokens, {money(values['usd'])}"
    elif kind == "run_paused":
        rest = str(values["limit"])
    elif kind == "run_ended":
        rest = values["status"]
    return f"{when:24}  {kind:14}  {where}  {rest}".rstrip()


logs.__doc__ = say("Print the events of a run.", "输出一次运行的事件。")
