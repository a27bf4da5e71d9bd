"""A file of blocks that breaks while somebody builds: palette and node say what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import QUIET, Site, Visit, serious
from tests.server.kit import ServerProcess

pytestmark = pytest.mark.browser

GREET = '''
from luban.sdk import block

@block(id="their.greet", title="Greet them", category="text")
async def greet(name: str) -> str:
    """Says hello."""
    return f"hello {name}"
'''
AGENT: dict[str, Any] = {
    "luban": 1,
    "nodes": {
        "greet": {"block": "their.greet", "with": {"name": "Ann"}, "at": [0, 0]},
        "out": {"block": "io.output", "with": {"name": "out"}, "at": [360, 0]},
    },
    "links": ["greet.result -> out.value"],
}


class Folder(Site):
    """A server, and the file of a block that it watches."""

    def __init__(self, url: str, file: Path) -> None:
        super().__init__(url)
        self.file = file


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "blocks").mkdir()
    file = folder / "blocks" / "greet.py"
    file.write_text(GREET, encoding="utf-8")
    (folder / "blocks" / "luban-blocks.toml").write_text('needs.programs = ["no-such-program"]')
    process = ServerProcess(folder, **QUIET)
    yield Folder(process.url, file)
    process.stop()


SAID = {
    "en": ("Files with mistakes", "line 9", "Missing for it: their.greet"),
    "zh-CN": ("有错误的文件", "第 9 行", "因此缺少：their.greet"),
}


def test_a_file_that_breaks_is_told_in_palette_and_node(visit: Visit, site: Folder) -> None:
    agent = site.agent("Greets", AGENT)
    page = visit(f"/agents/{agent}/edit")
    mark = page.get_by_role("img", name="no-such-program")
    expect(mark.first).to_be_visible()
    expect(page.get_by_role("region", name="Files with mistakes")).to_have_count(0)

    site.file.write_text(GREET + "\ndef broken(:\n", encoding="utf-8")
    region = page.get_by_role("region", name="Files with mistakes")
    expect(region).to_contain_text("SyntaxError", timeout=20_000)
    for language, (heading, line, missing) in SAID.items():
        page = visit(f"/agents/{agent}/edit", language=language)
        region = page.get_by_role("region", name=heading)
        for text in ("greet.py", line, missing):
            expect(region).to_contain_text(text)
        page.locator("[data-id='greet']").first.click()
        expect(page.get_by_text("greet.py:9").first).to_be_visible()
        assert serious(page) == []

    site.file.write_text(GREET, encoding="utf-8")
    expect(region).to_have_count(0, timeout=20_000)


NEWER = GREET.replace("title=", "version=2, title=").replace("name: str", "whom: str")


def test_a_node_of_a_version_that_is_gone_takes_the_one_there_is(
    visit: Visit, site: Folder
) -> None:
    agent = site.agent("Of old", AGENT)
    site.file.write_text(NEWER.replace("{name}", "{whom}"), encoding="utf-8")
    page = visit("/")
    page.wait_for_function(
        "async () => (await (await fetch('/api/v1/blocks/their.greet')).json()).version === 2"
    )
    page = visit(f"/agents/{agent}/edit")
    page.locator("[data-id='greet']").first.click()
    expect(page.get_by_text("was made for version 1").first).to_be_visible()
    expect(page.get_by_text("The input `whom` is now required").first).to_be_visible()
    page.get_by_role("button", name="Use version 2").click()
    expect(page.get_by_text("was made for version 1")).to_have_count(0)
    expect(page.get_by_text("their.greet@2").first).to_be_visible()
