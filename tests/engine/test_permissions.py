"""What a manifest does not name, the context of a step refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.model.block import PERMISSIONS
from luban.registry import discover
from luban.storage.memory import MemoryDatabase
from tests.engine.house import house_over
from tests.engine.kit import graph_of

ASKS = {
    "agents": ["await ctx.call('io.note', text='x')", "await ctx.run_agent('1')"],
    "code": ["ctx.sandbox"],
    "files": ["ctx.files"],
    "models": ["ctx.llm"],
    "network": [
        "ctx.http",
        "ctx.mail",
        "ctx.browser",
        "ctx.databases",
        "await ctx.address('example.org', 1)",
    ],
    "state": ["ctx.state", "ctx.tables", "ctx.index"],
}
BLOCK = """
from luban.sdk import Context, block

@block(id="my.curious")
async def curious(ctx: Context) -> list[str]:
    refused = []
{asks}
    return refused
"""
ASK = """
    try:
        {ask}
    except Exception as error:
        refused.append(getattr(error, "code", "") + " " + str(error))
"""


@pytest.mark.parametrize("permission", PERMISSIONS)
async def test_each_permission_opens_its_own_and_nothing_else(
    tmp_path: Path, permission: str
) -> None:
    others = [ask for name, asks in ASKS.items() if name != permission for ask in asks]
    asks = "".join(ASK.format(ask=ask) for ask in others)
    text = BLOCK.format(asks=asks)
    (tmp_path / "curious.py").write_text(text)
    (tmp_path / "luban-blocks.toml").write_text(f'permissions = ["{permission}"]')
    (tmp_path / "needy.py").write_text(
        text.replace("my.curious", "my.needy").replace(asks, f"    {ASKS[permission][0]}\n")
    )
    out = {"block": "io.output", "with": {"name": "out"}}
    async with house_over(MemoryDatabase(), discover([tmp_path])) as house:
        graph = graph_of({"a": "my.curious", "out": out}, ["a.result -> out.value"])
        (refused,) = (await house.run(graph)).outputs.values()
        assert len(refused) == len(others)
        assert all(each.startswith("permission_not_declared ") for each in refused)
        assert "luban-blocks.toml" in refused[0]

        granted = await house.run(graph_of({"a": "my.needy"}, []))
        assert granted.error is None or granted.error["code"] != "permission_not_declared"
