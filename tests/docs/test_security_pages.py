"""Every threat and every line of the standard names a test that exists, or says why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "security"
REASONS = ("By build:", "Not here:", "Not yet:", "Yours:")

_TEST = re.compile(r"`(test_\w+)`")


def rows(page: str) -> list[list[str]]:
    lines = (FOLDER / page).read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"
    ]
    return [row for row in cells if not set("".join(row)) <= {"-"}]


def proofs(cell: str) -> list[tuple[Path, list[str]]]:
    """The linked files, each with the tests named behind it."""
    parts = [part.partition(")") for part in cell.split("](../../tests/")[1:]]
    return [(ROOT / "tests" / link, _TEST.findall(rest)) for link, _, rest in parts]


def threats() -> list[list[str]]:
    return [row for row in rows("threat-model.md") if len(row) == 4 and row[0] != "threat"]


def answers() -> list[list[str]]:
    return [row for row in rows("asvs.md") if row[0] != "asked for"]


@pytest.mark.parametrize("row", [*threats(), *answers()], ids=lambda row: row[0][:60])
def test_each_line_is_proved_or_reasoned(row: list[str]) -> None:
    named = proofs(row[-1])
    if not named:
        assert row[-1].startswith(REASONS), row
        assert len(row[-1].split()) > 4, row
    for file, tests in named:
        assert file.is_file(), file
        text = file.read_text(encoding="utf-8")
        assert [test for test in tests if f"def {test}(" not in text] == [], row


def test_no_threat_is_without_a_test() -> None:
    assert len(threats()) > 30
    assert [row[0] for row in threats() if not proofs(row[-1])] == []


def test_every_chapter_of_the_standard_is_there() -> None:
    text = (FOLDER / "asvs.md").read_text(encoding="utf-8")
    assert re.findall(r"^## V(\d+) ", text, re.M) == [str(number) for number in range(1, 18)]


def test_the_front_page_leads_here() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "docs/security/threat-model.md" in text
    assert "docs/security/asvs.md" in text
