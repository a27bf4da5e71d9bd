"""`luban version`."""

from __future__ import annotations

from luban.cli.flags import AsJson
from luban.cli.printing import as_json, line
from luban.cli.speech import say


def version(json: AsJson = False) -> None:
    from importlib.metadata import version as installed

    number = installed("luban")
    if json:
        as_json({"version": number})
    else:
        line(f"Luban {number}")


version.__doc__ = say("Print the version.", "显示版本号。")
