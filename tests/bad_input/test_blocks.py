"""Block files that cannot be used: named with file and line, and everything else works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_input.answers import is_chinese, told
from tests.cli.kit import CALCULATOR, Luban, write_agent
from tests.server.kit import server

SAY = '''from luban.sdk import block


@block(id="my.say", category="text")
async def say(text: str) -> str:
    """Says it."""
    return text
'''


@pytest.fixture
def blocks(luban: Luban) -> Path:
    folder = luban.folder / "blocks"
    folder.mkdir()
    return folder


def all_else_works(luban: Luban) -> None:
    path = write_agent(luban.folder / "good.agent.yaml", CALCULATOR)
    assert luban("run", path, "-i", "a=2", "-i", "b=3", "--json").json["outputs"] == {"result": 5}


def in_both(luban: Luban, *names: str) -> None:
    for language in ("en", "zh"):
        luban.env["LUBAN_LANG"] = language
        told(luban("blocks"), code=0, names=names)
    (broken,) = luban("blocks", "--json").json["broken"]
    assert is_chinese(broken["message_zh"]) and not is_chinese(broken["message"])


def test_two_blocks_with_one_id(luban: Luban, blocks: Path) -> None:
    (blocks / "one.py").write_text(SAY)
    (blocks / "two.py").write_text(SAY)
    in_both(luban, "my.say", "one.py", "two.py")
    all_else_works(luban)


def test_a_block_file_with_a_syntax_error(luban: Luban, blocks: Path) -> None:
    (blocks / "fine.py").write_text(SAY)
    (blocks / "torn.py").write_text("from luban.sdk import block\n\ndef torn(:\n    pass\n")
    in_both(luban, "torn.py:3", "my.say")
    all_else_works(luban)


async def test_the_server_lists_it_too(tmp_path: Path) -> None:
    folder = tmp_path / "blocks"
    folder.mkdir()
    (folder / "torn.py").write_text("def torn(:\n    pass\n")
    with server(tmp_path) as running:
        async with running.client() as client:
            (broken,) = await client.blocks.broken()
            assert (Path(broken.path).name, broken.line) == ("torn.py", 1)
            assert any(spec.id == "maths.calculate" for spec in await client.blocks.list())
