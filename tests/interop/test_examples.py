"""The shipped agent files are free of findings and survive being read and written."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.engine.validation import check
from luban.interop import agent_file
from luban.registry import discover
from tools.generated import ROOT

EXAMPLES = ROOT / "examples"
FILES = sorted(EXAMPLES.rglob("*.agent.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_has_no_findings(path: Path) -> None:
    blocks = discover([path.parent / "blocks"])
    assert [each.message for each in check(agent_file.load(agent_file.read(path)), blocks)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_keeps_every_comment(path: Path) -> None:
    source = agent_file.read(path)
    tree = agent_file.load(source)
    text = agent_file.dump(tree, source=source)

    assert agent_file.load(text) == tree
    assert comments(text) == comments(source)
    tree["nodes"]["added"] = {"block": "io.note", "with": {"text": "hello"}}
    assert comments(agent_file.dump(tree, source=source)) == comments(source)


def comments(text: str) -> list[str]:
    return [line.partition("# ")[2].strip() for line in text.splitlines() if "# " in line]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_told_in_both_languages_and_listed(path: Path) -> None:
    tree = agent_file.load(agent_file.read(path))
    assert tree["name"]
    assert tree["description"]
    assert {"name_zh", "description_zh"} <= set(tree["meta"])
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert str(path.relative_to(EXAMPLES)).split("/")[0] in listed
    assert all("at" in node for node in tree["nodes"].values())
