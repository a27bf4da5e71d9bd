"""Blocks that cannot be used: their file is broken, their version is gone, something is lacking."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.engine.validation import check
from luban.model.finding import Finding, Severity
from luban.registry import discover

STEP = """
from luban.sdk import Migration, block

@block(id="my.step", version={version}, migrations={rules})
async def step(words: str) -> str:
    return words
"""
RULES = '{1: Migration(inputs={"text": "words"})}'


def found(folder: Path, block: str, **constants: str) -> list[Finding]:
    tree = {
        "luban": 1,
        "nodes": {"a": {"block": block, "with": constants}, "out": {"block": "io.output"}},
        "links": ["a.result -> out.value"],
    }
    findings = check(tree, discover([folder]))
    return [each for each in findings if each.node == "a"]


def write(folder: Path, text: str, name: str = "step.py") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("block", ["my.step", "my.step@1"])
def test_a_block_whose_file_is_broken_is_named_with_line_and_reason(
    tmp_path: Path, block: str
) -> None:
    path = write(tmp_path, STEP.format(version=1, rules="{}") + "import nothing_of_the_kind\n")
    (finding,) = found(tmp_path, block)
    assert finding.code == "broken_block"
    assert f"`{block}`" in finding.message
    for said in (finding.message, finding.message_zh):
        assert f"{path}:7" in said
        assert "nothing_of_the_kind" in said
    assert finding.params["why"] and finding.repair_zh


def test_a_version_that_a_rule_leads_on_from_has_no_finding(tmp_path: Path) -> None:
    write(tmp_path, STEP.format(version=2, rules=RULES))
    assert found(tmp_path, "my.step@1", text="x") == []
    assert found(tmp_path, "my.step@2", words="x") == []
    assert found(tmp_path, "my.step", words="x") == []


def test_a_version_that_is_gone_is_told_with_what_does_not_fit(tmp_path: Path) -> None:
    write(tmp_path, STEP.format(version=2, rules="{}"))
    findings = found(tmp_path, "my.step@1", text="x")
    assert [(each.code, each.pin) for each in findings] == [
        ("block_version_gone", None),
        ("unknown_pin", "text"),
        ("missing_input", "words"),
    ]
    assert findings[0].params == {"block": "my.step", "version": 1, "installed": 2}
    (newer,) = found(tmp_path, "my.step@3", words="x")
    assert newer.code == "block_version_gone"


def test_an_unmet_need_is_a_warning_at_the_node(tmp_path: Path) -> None:
    write(tmp_path, STEP.format(version=1, rules="{}"))
    write(tmp_path, 'needs.programs = ["no-such-program"]', "luban-blocks.toml")
    (finding,) = found(tmp_path, "my.step", words="x")
    assert (finding.code, finding.severity) == ("unmet_need", Severity.WARNING)
    assert "no-such-program" in finding.message
    assert "PATH" in finding.message_zh
