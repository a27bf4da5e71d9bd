"""`luban models`: which language models can be used here."""

from __future__ import annotations

from luban.cli.commands.model import show_models
from luban.cli.flags import AsJson, Data, Server
from luban.cli.reach import with_reach
from luban.cli.speech import say


def models(json: AsJson = False, data: Data = None, server: Server = None) -> None:
    show_models(with_reach(server, data, lambda reached: reached.client.models.list()), json)


models.__doc__ = say("List the models that can be used.", "列出可用的模型。")
