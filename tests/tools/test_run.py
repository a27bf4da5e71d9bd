"""`./run` starts on any Python, sets up once, and then only hands over."""

from __future__ import annotations

import ast
import os
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.setup import words

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def copy_of_the_project(target: Path) -> Path:
    """What a clone of the present work tree would hold."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():  # deleted in the work tree, still in the index
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return target


def test_the_launcher_can_be_read_by_old_pythons() -> None:
    source = (ROOT / "run").read_text(encoding="ascii")
    ast.parse(source, feature_version=(3, 4))
    assert 'f"' not in source and os.access(ROOT / "run", os.X_OK)


@pytest.mark.parametrize("there_is_a_newer_one", [True, False])
def test_an_old_python_hands_over_or_says_what_is_missing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    there_is_a_newer_one: bool,
) -> None:
    script(tmp_path / "python3.13", "exit 126 # the shim of a version manager")
    if there_is_a_newer_one:
        script(tmp_path / "python3.12", '[ "$1" = -c ] || echo "taken over: $2"')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 8))
    monkeypatch.setattr(sys, "argv", ["run", "help"])
    code = runpy.run_path(str(ROOT / "run"))["main"]()
    said = capfd.readouterr()
    if there_is_a_newer_one:
        assert (code, said.out) == (0, "taken over: help\n")
    else:
        assert code == 2 and "needs Python 3.11" in said.err and "this is 3.8" in said.err


def test_help_lists_every_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert words.main(["help"]) == 0
    said = capsys.readouterr().out
    assert all(f"./run {word}" in said for word in ("test", "check", "fix", "dev", "bench", "lock"))


@pytest.mark.parametrize(
    ("display", "given", "told"),
    [
        (":0", ["--port", "1"], ["--browser", "--port", "1"]),
        (":0", ["--no-browser", "--port", "1"], ["--port", "1"]),
        ("", ["--data", "x"], ["--data", "x"]),
    ],
)
@pytest.mark.skipif(sys.platform == "darwin", reason="there is always a display")
def test_the_browser_is_opened_where_it_is_wanted_and_seen(
    monkeypatch: pytest.MonkeyPatch, display: str, given: list[str], told: list[str]
) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert words.up_words(given) == told


def test_an_error_is_one_sentence_and_no_trace(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = copy_of_the_project(tmp_path / "luban")
    (copy / "requirements.lock").write_text("no-such-package-anywhere==1 --hash=sha256:" + "0" * 64)
    result = subprocess.run(
        [sys.executable, copy / "run", "setup"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "./run: uv pip install failed" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.slow
def test_it_sets_up_once_from_a_folder_with_spaces(tmp_path: Path) -> None:
    copy = copy_of_the_project(tmp_path / "a folder with spaces" / "鲁班")
    env = {**os.environ, "LUBAN_SKIP_UI": "1"}
    start = [sys.executable, str(copy / "run")]
    subprocess.run([*start, "setup"], env=env, check=True, cwd=tmp_path)
    nothing = {**env, "UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}
    began = time.monotonic()
    result = subprocess.run(
        [*start, "setup"], env=nothing, check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert result.stderr == "" and time.monotonic() - began < 3
    where = "import luban; print(luban.__file__)"
    python = copy / ".venv/bin/python"
    found = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(copy)


@pytest.mark.slow
def test_a_moved_project_sets_itself_up_again(tmp_path: Path) -> None:
    env = {**os.environ, "LUBAN_SKIP_UI": "1"}
    before = copy_of_the_project(tmp_path / "before")
    subprocess.run([sys.executable, before / "run", "setup"], env=env, check=True)
    after = before.rename(tmp_path / "after")
    again = subprocess.run(
        [sys.executable, after / "run", "setup"],
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "made elsewhere" in again.stderr
