"""Which boxes hold is tried, and what does not hold is off with its reason."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from luban.ports.sandbox import CodePiece
from luban.sandbox.bubblewrap import Bubblewrap
from luban.sandbox.cgroup import ControlGroups
from luban.sandbox.interpreters import PLACES, SYSTEM, Interpreters
from luban.sandbox.landlock import Landlock
from luban.sandbox.probing import Probe
from luban.sandbox.sandboxes import SandboxChoice, Sandboxes
from luban.sandbox.seccomp import program
from luban.sandbox.syscalls import MACHINES
from luban.sdk.sandbox import CodeFailed, SandboxOff


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder first on PATH, from which every user may start programs."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        yield Path(folder)


def write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def test_a_box_that_does_not_hold_is_off(programs: Path) -> None:
    """One whose files are those of the machine is found out by what code in it reads."""
    real = shutil.which("bwrap", path="/usr/bin:/bin")
    if real is None:
        pytest.skip("bubblewrap is not installed")
    shown = " ".join(f"--ro-bind-try {each} {each}" for each in (*SYSTEM, "/etc"))
    pretends = f"exec {real} {shown} --proc /proc --dev /dev --tmpfs /box --chdir /box"
    until = 'while [ "$1" != "--" ]; do shift; done'
    write(programs / "bwrap", f'#!/bin/sh\n{until}\n{pretends} "$@"\n')
    found = Probe((), ("bubblewrap",)).ask(Interpreters())
    assert found.boxes is None
    assert "code in it reached /etc/passwd" in found.reason
    assert "/etc/passwd" in found.reason_zh


def test_a_box_that_cannot_be_made_tells_why(programs: Path) -> None:
    refusal = "bwrap: No permissions to create a new namespace"
    write(programs / "bwrap", f"#!/bin/sh\necho '{refusal}' >&2\nexit 1\n")
    found = Probe((), ("bubblewrap",)).ask(Interpreters())
    assert found.boxes is None
    assert refusal in found.reason


def test_no_bubblewrap_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not installed" in Probe((), ("bubblewrap",)).ask(Interpreters()).reason


async def test_a_python_that_is_none_is_told(tmp_path: Path, some_box: str) -> None:
    runner = Sandboxes(
        SandboxChoice(), Probe((), (some_box,)), Interpreters(str(tmp_path / "bin" / "python"))
    )
    try:
        with pytest.raises(SandboxOff, match="python"):
            await runner.run(CodePiece("python", "1"), "full")
    finally:
        await runner.aclose()


async def test_a_chosen_python_brings_its_packages(some_box: str) -> None:
    """And ours has none, though it lies beside them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        system = shutil.which("python3", path=PLACES)
        if system is None:
            pytest.skip("the system has no Python")
        made = [system, "-m", "venv", "--without-pip", f"{folder}/env"]
        assert await (await asyncio.create_subprocess_exec(*made)).wait() == 0
        (packages,) = Path(folder).glob("env/lib/python*/site-packages")
        (packages / "for_code.py").write_text("answer = 42")
        chosen = Interpreters(f"{folder}/env/bin/python")
        for programs, expected in ((chosen, 42), (Interpreters(), "none")):
            runner = Sandboxes(SandboxChoice(), Probe((), (some_box,)), programs)
            code = "try:\n    import for_code\n    result = for_code.answer\n"
            code += "except ImportError:\n    result = 'none'"
            assert (await runner.run(CodePiece("python", code), "full")).result == expected
            ours = "import pydantic"
            with pytest.raises(CodeFailed, match="No module named 'pydantic'"):
                await runner.run(CodePiece("python", ours), "full")
            await runner.aclose()


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize("whole_tree", [True, False])
def test_a_filter_only_jumps_forward_and_inside(machine: object, whole_tree: bool) -> None:
    code = program(machine, unix_sockets=not whole_tree, whole_tree=whole_tree)  # type: ignore[arg-type]
    lines = [code[at : at + 8] for at in range(0, len(code), 8)]
    assert 100 < len(lines) < 4096
    for at, line in enumerate(lines):
        if int.from_bytes(line[:2], "little") & 7 == 5:  # a jump
            assert max(line[2], line[3]) + at + 1 < len(lines)
    assert int.from_bytes(lines[-1][:2], "little") == 6  # a return


def test_kinds_say_what_they_are() -> None:
    groups = ControlGroups()
    for machine in MACHINES.values():
        assert Bubblewrap(machine, groups).name == "bubblewrap"
        assert Landlock(machine, groups).name == "landlock"
