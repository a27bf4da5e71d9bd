"""Every promise names a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "guarantees.md"
_LINK = re.compile(r"\]\(\.\./([^)]+)\)")
_TEST = re.compile(r"`(test_\w+)`")


def rows() -> list[str]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("|")][2:]


def test_every_line_says_what_proves_it():
    linked: set[str] = set()
    for row in rows():
        links = _LINK.findall(row) or ("there too" in row and linked)
        assert links, row
        linked = set(links)
        assert [link for link in links if not (ROOT / link).exists()] == [], row


def test_every_test_that_is_named_exists():
    linked: list[str] = []
    for row in rows():
        linked = _LINK.findall(row) or linked
        files = [ROOT / link for link in linked if link.endswith(".py")]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        for test in _TEST.findall(row):
            assert f"def {test}(" in text, row
