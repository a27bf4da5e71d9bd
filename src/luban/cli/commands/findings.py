"""`luban findings`: what does not get on, and what to do about it."""

from __future__ import annotations

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, table
from luban.cli.reach import with_reach
from luban.cli.speech import say


def findings(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.findings())
    if json:
        as_json(found)
        return
    table(
        [
            say("Since", "自"),
            say("Run", "运行"),
            say("Finding", "发现"),
            say("Way out", "处理办法"),
            "",
        ],
        (
            [
                each.since,
                each.run_id,
                say(each.message, each.message_zh),
                say(each.repair, each.repair_zh),
                say("over", "已结束") if each.over else "",
            ]
            for each in found
        ),
    )


findings.__doc__ = say(
    "List what does not get on: blocks that misbehave, runs that stand still.",
    "列出停滞不前的情况：行为异常的模块、停住的运行。",
)
