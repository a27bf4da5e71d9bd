"""`luban caps`: how many runs may run and queue at once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

Running = Annotated[
    str | None,
    typer.Option(
        "--running", help=say("Runs at once; `none` for no cap.", "同时运行数；none 为不限。")
    ),
]
Queued = Annotated[
    str | None,
    typer.Option(
        "--queued",
        help=say("Runs that may wait, or `none`.", "可排队数；none 为不限。"),
    ),
]
Weight = Annotated[
    float | None,
    typer.Option("--weight", help=say("2 gets twice the turns of 1.", "2 的机会是 1 的两倍。")),
]
Default = Annotated[
    bool, typer.Option("--default", help=say("Back to the settings.", "恢复为设置中的默认值。"))
]


def caps(
    running: Running = None,
    queued: Queued = None,
    weight: Weight = None,
    default: Default = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def act(reached: Reach) -> Any:
        client = reached.client
        if default:
            return await client.reset_caps()
        now = await client.caps()
        changed = now.model_dump()
        changed |= {"weight": weight} if weight is not None else {}
        changed |= {"running": _number(running, "--running")} if running is not None else {}
        changed |= {"queued": _number(queued, "--queued")} if queued is not None else {}
        return now if changed == now.model_dump() else await client.set_caps(**changed)

    found = with_reach(server, data, act)
    if json:
        as_json(found)
        return
    none = say("no cap", "不限")
    table(
        [say("Running", "同时运行"), say("Queued", "排队"), say("Weight", "权重")],
        [[_shown(found.running, none), _shown(found.queued, none), f"{found.weight:g}"]],
    )


def _number(text: str, name: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdigit():
        raise typer.BadParameter(
            say(
                f"{name} takes a whole number or `none`, not {text}.",
                f"{name} 需要整数或 none，而不是 {text}。",
            )
        )
    return int(text)


def _shown(value: int | None, none: str) -> str:
    return none if value is None else str(value)


caps.__doc__ = say(
    "Show or set how many runs may run and queue at once.", "查看或设置同时运行和排队的数量。"
)
