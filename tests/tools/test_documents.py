"""The house documents are there, short, and point at things that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/luban/*/README.md")]
FLOORS = [path.parent for path in ROOT.glob("src/luban/*/__init__.py")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.name)
def test_a_floor_that_is_lived_in_says_what_it_knows(floor: Path) -> None:
    if len([*floor.rglob("*.py")]) == 1:
        assert (floor / "__init__.py").read_text(encoding="utf-8").startswith('"""')
        return
    lines = (floor / "README.md").read_text(encoding="utf-8").splitlines()
    assert 3 <= len(lines) <= 40


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_front_page_is_short(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 150


def test_every_decision_is_listed_and_says_what_enforces_it() -> None:
    folder = ROOT / "docs/decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for page in folder.glob("0*.md"):
        text = page.read_text(encoding="utf-8")
        assert page.name in listed and "**Decided.**" in text and "**Enforced by**" in text


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
