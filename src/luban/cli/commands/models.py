"""`luban models`: which language models can be used here."""

from __future__ import annotations

from luban.cli.flags import AsJson, Data, Server
from luban.cli.printing import as_json, table
from luban.cli.reach import with_reach
from luban.cli.speech import say


def models(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    found = with_reach(server, data, lambda reached: reached.client.models())
    if json:
        as_json(found)
        return
    table(
        [say("Model", "模型"), say("Title", "名称"), ""],
        ([m.id, m.title, say("demo", "演示") if m.demo else ""] for m in found),
    )


models.__doc__ = say("List the models that can be used.", "列出可用的模型。")
