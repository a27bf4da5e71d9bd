"""`luban signal`: a message to a run that waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from luban.cli.flags import AsJson, Home, Server
from luban.cli.printing import as_json, line
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say
from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from luban.model.views import RunView


def signal(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help=say("The run.", "运行。"))],
    name: Annotated[str, typer.Argument(help=say("The signal's name.", "信号名称。"))],
    data: Annotated[
        str, typer.Option(metavar="JSON", help=say("What it brings.", "信号携带的数据。"))
    ] = "null",
    once: Annotated[
        str | None,
        typer.Option(
            help=say("A second signal with this key is ignored.", "相同键的第二个信号会被忽略。")
        ),
    ] = None,
    json: AsJson = False,
    home: Home = None,
    server: Server = None,
) -> None:
    content = _content(data)

    async def work(reached: Reach) -> RunView:
        told = await reached.client.runs.signal(run_id, name, content, once=once)
        if reached.home is None:
            return told
        await reached.home.worker.run_one(run_id)
        return await reached.client.runs.get(run_id)

    told = with_reach(server, home, work)
    if json:
        as_json(told)
    else:
        line(f"{told.id}  {told.agent_name} v{told.version}  {told.status.value}")


def _content(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidValue(
            name="--data",
            value=text,
            expected=f"it must be JSON ({error})",
            expected_zh=f"必须是 JSON（{error}）",
        ) from error


signal.__doc__ = say("Send a run a message that it waits for.", "向运行发送它所等待的信号。")
