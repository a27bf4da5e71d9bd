"""`luban vault`: the keys that secrets are sealed with."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import RUN_FAILED, as_json, leave, line, note, table
from luban.cli.reach import Reach, with_reach
from luban.cli.speech import say

app = typer.Typer(
    help=say("The keys secrets are sealed with: list, rotate.", "密封机密的密钥：列出、轮换。")
)


@app.command("keys", help=say("The keys there are, and what lies under each.", "列出密钥。"))
def keys(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    async def act(reached: Reach) -> Any:
        return await reached.client.credentials.keys()

    found = with_reach(server, data, act)
    if json:
        as_json([each.model_dump() for each in found.items])
        return
    current, lost = say("current", "当前"), say("LOST", "已丢失")
    table(
        [say("key", "密钥"), say("records", "记录数"), say("state", "状态")],
        [
            [each.id, str(each.records), current if each.current else "" if each.here else lost]
            for each in found.items
        ],
    )
    if any(not each.here for each in found.items):
        leave(RUN_FAILED)


ROTATE = say(
    "Make a new key and seal every secret under it; servers may run.",
    "生成新密钥并用它重新密封所有机密；服务器可以继续运行。",
)


@app.command("rotate", help=ROTATE)
def rotate(
    current: Annotated[
        bool,
        typer.Option(
            "--current",
            help=say("Make no new key: use the first there is.", "不生成新密钥，使用当前密钥。"),
        ),
    ] = False,
    json: AsJson = False,
    data: Data = None,
    server: Server = None,
) -> None:
    async def act(reached: Reach) -> Any:
        return await reached.client.credentials.rotate(new_key=not current)

    done = with_reach(server, data, act)
    if json:
        as_json(done)
    else:
        sealed = done.resealed
        line(
            say(
                f"✓ {sealed} secrets are sealed anew; the key is {done.key}.",
                f"✓ 已重新密封 {sealed} 条机密；当前密钥为 {done.key}。",
            )
        )
    if done.lost or done.broken:
        note(
            say(
                f"{done.lost} lie under keys that are gone, {done.broken} are spoilt: enter them "
                "again. `luban credential list` shows which.",
                f"{done.lost} 条的密钥已丢失，{done.broken} 条已损坏，需要重新填写；"
                "`luban credential list` 会列出它们。",
            )
        )
        leave(RUN_FAILED)


@app.command("new-key", help=say("Print a key for LUBAN_KEYS.", "打印一个新密钥。"))
def make() -> None:
    from luban.vault.key_ring import new_key

    line(new_key().written())
