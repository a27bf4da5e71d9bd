"""Blocks of a repository of somebody's own, under a running server: new, changed, broken, back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from luban.client import Client, Invalid, Missing
from luban.model.run import ENDED, RunStatus, WaitKind
from luban.model.views import BrokenBlockView, RunView
from tests.server.kit import ServerProcess, server
from tests.services.kit import block_folder, waiting

T = TypeVar("T")

GREET = '''
from luban.sdk import Context, Migration, block

RULES = {rules}

@block(id="their.greet", version={version}, migrations=RULES)
async def greet({pin}: str) -> str:
    """Says hello."""
    return f"{version}: hello {{{pin}}}"

@block(id="their.hold", version={version}, migrations=RULES)
async def hold({pin}: str, ctx: Context) -> str:
    """Says hello when it is told to."""
    await ctx.wait_for("go")
    return f"{version}: held {{{pin}}}"
'''
FIRST = GREET.format(version=1, rules="{}", pin="name")
SECOND = GREET.format(version=2, rules='{1: Migration(inputs={"name": "whom"})}', pin="whom")
BROKEN = SECOND + "\ndef broken(:\n"
MANIFEST = 'title = "Theirs"\ntitle_zh = "他们的"\nversion = "0.3"\npermissions = []\n'


def greeting(block: str) -> dict[str, Any]:
    return {
        "luban": 1,
        "name": block,
        "nodes": {
            "greet": {"block": block, "with": {"name": "Ann"}},
            "out": {"block": "io.output", "with": {"name": "out"}},
        },
        "links": ["greet.result -> out.value"],
    }


async def until(ask: Callable[[], Awaitable[T | None]]) -> T:
    """What is asked for, once it is there."""
    async with asyncio.timeout(40):
        while True:
            if (found := await ask()) is not None:
                return found
            await asyncio.sleep(0.1)


class Theirs:
    """Their repository, and what the server says of it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "blocks" / "greet.py"
        self.file.parent.mkdir(parents=True)
        (self.file.parent / "luban-blocks.toml").write_text(MANIFEST, encoding="utf-8")

    def save(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    async def appeared(self, luban: Client, version: int) -> None:
        async def there() -> bool | None:
            try:
                return (await luban.blocks.get("their.greet")).version == version or None
            except Missing:
                return None

        await until(there)

    async def told_broken(self, luban: Client) -> BrokenBlockView:
        async def told() -> BrokenBlockView | None:
            return next((each for each in await luban.blocks.broken()), None)

        return await until(told)


async def waits_for(luban: Client, run: RunView, kind: WaitKind) -> dict[str, Any]:
    """The details of what a run waits for, once it waits for this kind of thing."""

    async def now() -> dict[str, Any] | None:
        waits = (await luban.runs.get(run.id)).waiting_for
        return waits[0].details if waits and waits[0].kind is kind else None

    return await until(now)


@pytest.fixture
def more(tmp_path: Path) -> dict[str, str]:
    folders = [block_folder(tmp_path / "blocks"), tmp_path / "theirs" / "blocks"]
    return {"LUBAN_BLOCKS_PATH": os.pathsep.join(map(str, folders))}


async def outputs(luban: Client, run: RunView) -> dict[str, Any]:
    async def over() -> RunView | None:
        now = await luban.runs.get(run.id)
        return now if now.status in ENDED else None

    ended = await until(over)
    assert ended.status is RunStatus.COMPLETED, ended.error
    return ended.outputs


async def test_a_block_of_another_repository_lives_breaks_and_comes_back(
    tmp_path: Path, more: dict[str, str]
) -> None:
    theirs = Theirs(tmp_path / "theirs")
    with server(tmp_path, **more) as running:
        async with running.client() as luban:
            held = await _lives(luban, theirs, tmp_path)
        running.kill()
    with server(tmp_path, **more) as again:
        await _comes_back(again, theirs, held)


async def _lives(luban: Client, theirs: Theirs, folder: Path) -> RunView:
    """Everything up to the file that breaks; the run that still waits then."""
    other = await luban.runs.start((await luban.agents.create(document=waiting(folder / "go"))).id)

    theirs.save(FIRST)
    await theirs.appeared(luban, 1)
    spec = await luban.blocks.get("their.greet")
    assert spec.package is not None
    assert (spec.package.title_zh, spec.permissions) == ("他们的", ())
    greet = await luban.agents.create(document=greeting("their.greet"))
    hold = await luban.agents.create(document=greeting("their.hold"))
    assert await outputs(luban, await luban.runs.start(greet.id)) == {"out": "1: hello Ann"}
    old = await luban.runs.start(hold.id)
    await waits_for(luban, old, WaitKind.SIGNAL)

    theirs.save(SECOND)
    await theirs.appeared(luban, 2)
    shown = await luban.agents.get(greet.id)
    assert shown.document["nodes"]["greet"] == {"block": "their.greet@2", "with": {"whom": "Ann"}}
    assert shown.findings_count == 0
    assert await outputs(luban, await luban.runs.start(greet.id)) == {"out": "2: hello Ann"}
    new = await luban.runs.start(hold.id)
    await waits_for(luban, new, WaitKind.SIGNAL)

    theirs.save(BROKEN)
    broken = await theirs.told_broken(luban)
    assert (broken.path, broken.line) == (str(theirs.file), BROKEN.count("\n"))
    assert "SyntaxError" in broken.message
    assert "语法错误" in broken.message_zh
    assert broken.blocks == ["their.greet", "their.hold"]
    (finding,) = (await luban.agents.check(greet.id)).findings
    assert (finding.code, finding.node) == ("broken_block", "greet")
    assert f"{theirs.file}:{broken.line}" in finding.message_zh
    with pytest.raises(Invalid, match="its file is broken"):
        await luban.runs.start(greet.id)

    await luban.runs.signal(old.id, "go")
    assert await outputs(luban, old) == {"out": "1: held Ann"}, "it keeps the code it began with"
    (folder / "go").touch()
    await outputs(luban, other)
    return new


async def _comes_back(running: ServerProcess, theirs: Theirs, held: RunView) -> None:
    async with running.client() as luban:
        assert (await theirs.told_broken(luban)).blocks == ["their.greet", "their.hold"]
        await luban.runs.signal(held.id, "go")
        missing = await waits_for(luban, held, WaitKind.BLOCK)
        assert missing == {"block": "their.hold", "version": 2, "installed": None}

        theirs.save(SECOND)
        assert await outputs(luban, held) == {"out": "2: held Ann"}
        assert await luban.blocks.broken() == []
