"""What the pages tell their readers to do works, in an empty home, as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.engine.validation import check
from luban.interop import agent_file
from luban.registry import discover
from luban.server.settings import read_settings
from tests.docs.pages import PAGES, ROOT, Snippet, commands, fits, snippets
from tests.docs.reader import Reader

KNOWN = {"run", "server", "agent", "settings"}
ALL = [snippet for page in PAGES for snippet in snippets(page)]
FOLLOWED = [page for page in PAGES if any("run" in each.words for each in snippets(page))]


def _name(value: Path | Snippet) -> str:
    return value.name if isinstance(value, Snippet) else value.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", FOLLOWED, ids=_name)
def test_a_page_can_be_followed(page: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    try:
        for snippet in snippets(page):
            reader.follow(snippet)
    finally:
        reader.close()


@pytest.mark.parametrize("snippet", [each for each in ALL if "agent" in each.words], ids=_name)
def test_a_shown_agent_has_nothing_wrong(snippet: Snippet, tmp_path: Path) -> None:
    for each in snippets(snippet.page):  # blocks that the same page writes
        if "blocks/" in (each.file or ""):
            (tmp_path / Path(each.file or "").name).write_text(each.text, encoding="utf-8")
    findings = check(agent_file.load(snippet.text), discover((tmp_path,)))
    assert [finding.message for finding in findings] == []


@pytest.mark.parametrize("snippet", [each for each in ALL if "settings" in each.words], ids=_name)
def test_shown_settings_are_understood(snippet: Snippet, tmp_path: Path) -> None:
    (tmp_path / "luban.toml").write_text(snippet.text, encoding="utf-8")
    assert read_settings(environment={}, folder=tmp_path).warnings == ()


def test_every_word_of_a_fence_is_known() -> None:
    words = {
        (each.name, word)
        for each in ALL
        for word in each.words
        if not word.startswith("file=") and word not in KNOWN
    }
    assert words == set()


def test_every_shown_agent_is_checked() -> None:
    """A whole agent file on a page, in either format, is marked as one."""
    unmarked = [
        each.name
        for each in ALL
        if each.language in ("yaml", "json")
        and "luban: 1" in each.text
        and "agent" not in each.words
    ]
    assert unmarked == []


def test_a_page_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console run\n$ echo a \\\n  b\na …\n$ echo c\nd\n```\n")
    reader = Reader(tmp_path)
    (snippet,) = [
        Snippet(ROOT / "page.md", s.line, s.language, s.words, s.text) for s in snippets(page)
    ]
    assert [command.text for command in commands(snippet)] == ["echo a \\\n  b", "echo c"]
    with pytest.raises(AssertionError, match="page shows"):
        reader.follow(snippet)
    assert fits("a\n…\nd", "a\nb\nc\nd\n") and fits("a … c", "a b c") and not fits("a", "a b")
