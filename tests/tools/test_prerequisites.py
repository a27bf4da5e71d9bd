"""What tests need is found in the promised order, and what is missing is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import prerequisites, servers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


_OTHERS = (
    *("OpenID provider", "OAuth 2 server", "model server", "OpenAI's Node client"),
    *("suite of MCP", "promtool", "clamd", "MariaDB", "boxes"),
)
"""Missing too, unless Node was installed from PyPI."""


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH holds only what a test puts there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.delenv("LUBAN_BROWSER", raising=False)
    return programs


def program(path: Path, script: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_browser_on_path_is_found(bare_machine: Path) -> None:
    wanted = program(bare_machine / "chromium")
    assert prerequisites.find_browser() == str(wanted)


def test_a_browser_that_does_not_start_is_not_found(bare_machine: Path) -> None:
    program(bare_machine / "chromium", "exit 127")
    assert prerequisites.find_browser() is None


def test_the_browser_asked_for_is_the_only_one_tried(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bare_machine / "chromium")
    given = program(tmp_path / "mine", "exit 3")
    monkeypatch.setenv("LUBAN_BROWSER", str(given))
    assert prerequisites.find_browser() is None
    given = program(tmp_path / "mine-too")
    monkeypatch.setenv("LUBAN_BROWSER", str(given))
    assert prerequisites.find_browser() == str(given)


def test_what_cannot_be_had_is_listed(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUBAN_BROWSER", str(bare_machine / "absent"))
    program(bare_machine / "fc-list", "exit 0")  # answers, with no font
    missing = prerequisites.provide(lambda _: None)
    assert {"browser", "Chinese font"} <= set(missing) <= {"browser", "Chinese font", *_OTHERS}


def test_a_chinese_font_is_seen(bare_machine: Path) -> None:
    program(bare_machine / "fc-list", "echo 'Noto Sans CJK SC'")
    assert prerequisites.has_chinese_font()


@pytest.mark.parametrize(
    ("value", "strict"), [("true", True), ("1", True), ("", False), ("false", False)]
)
def test_ci_makes_the_missing_a_failure(
    monkeypatch: pytest.MonkeyPatch, value: str, strict: bool
) -> None:
    monkeypatch.setenv("CI", value)
    assert prerequisites.strict() == strict


@pytest.mark.parametrize("name", sorted(servers.SERVERS))
def test_a_given_address_is_used_as_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(servers.SERVERS[name].variable, "somewhere://else")
    with servers.provide(name) as address:
        assert address == "somewhere://else"
