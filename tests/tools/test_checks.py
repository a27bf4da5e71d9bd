"""`./run check` and `./run test` tell what failed, and nothing that failed looks well."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tools import generated
from tools.setup import checks, proof

MADE = "made by this test\n"


def made_text() -> str:
    return MADE


def check(name: str, code: str) -> checks.Check:
    return checks.Check(name, [sys.executable, "-c", code])


def test_all_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.run([check("one", "print('quiet')")]) == 0
    said = capsys.readouterr().out
    assert "ok     one" in said and "quiet" not in said


def test_a_failure_is_shown_and_the_others_still_run(capsys: pytest.CaptureFixture[str]) -> None:
    bad = check("one", "import sys; print('the reason'); sys.exit(3)")
    assert checks.run([bad, check("two", "")]) == 1
    said = capsys.readouterr()
    assert "FAILED one" in said.out and "the reason" in said.out and "ok     two" in said.out
    assert "checks failed: one" in said.err


def test_a_program_that_is_not_there_fails_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.run([checks.Check("absent", ["no-such-program-anywhere"])]) == 1
    assert "no-such-program-anywhere" in capsys.readouterr().out


def test_generated_files_stale_and_fresh(tmp_path: Path) -> None:
    files = (generated.Generated("docs/made.txt", f"{__name__}:made_text"),)
    sys.modules.setdefault(__name__, sys.modules[made_text.__module__])
    assert generated.stale(files, tmp_path) == ["docs/made.txt is out of date: run ./run fix"]
    generated.write(files, tmp_path)
    assert generated.stale(files, tmp_path) == []
    (tmp_path / "docs/made.txt").write_text("edited by hand")
    assert len(generated.stale(files, tmp_path)) == 1


def test_the_summary_counts_and_lists_what_was_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter({"passed": 5, "skipped": 1})
    outcomes = [
        proof.Outcome("pytest", True, 1.0, counts, ["tests.web.test_page: a browser is missing"]),
        proof.Outcome("vitest", True, 1.0),
    ]
    assert proof.summary(outcomes, {"browser": "none found"}) == 0
    said = capsys.readouterr().out.splitlines()
    assert "not on this machine: browser (none found)" in said
    assert "skipped: tests.web.test_page: a browser is missing" in said
    assert said[-1] == "6 passed, 0 failed, 1 skipped"


def test_a_part_that_died_without_counts_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert proof.summary([proof.Outcome("pytest", False, 1.0)], {}) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
