"""The values that a statement's parameters stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.sdk import BlockError
from luban.sdk.databases import Statement


def values_of(statement: Statement, given: Mapping[str, Any]) -> dict[str, Any]:
    """Those that it names. Raises `BlockError` for one that is missing, or named nowhere."""
    missing = [name for name in dict.fromkeys(statement.names) if name not in given]
    if missing:
        raise BlockError(
            f"The statement has a parameter `:{missing[0]}`, and no value is given for it. Add "
            f"`{missing[0]}` to the parameters.",
            zh=f"语句中有参数 `:{missing[0]}`，但没有给出它的值。请在参数中加入“{missing[0]}”。",
            code="parameter_missing",
        )
    unused = [name for name in given if name not in statement.names]
    if unused:
        raise BlockError(
            f"The value `{unused[0]}` is given, and the statement has no `:{unused[0]}`. Write it "
            "there, or leave the value out.",
            zh=f"给出了值“{unused[0]}”，但语句中没有 `:{unused[0]}`。请写入语句，或去掉该值。",
            code="parameter_unknown",
        )
    return {name: given[name] for name in statement.names}
