"""Every check of the project's own text, run one after another with one line each."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools import webapp
from tools.setup.environment import PYTHON, ROOT, command_env, tool

WEB = ROOT / "web"


@dataclass(frozen=True)
class Check:
    """One command; it holds when the command ends with 0."""

    name: str
    command: list[str]
    folder: Path = ROOT
    env: dict[str, str] = field(default_factory=dict[str, str])


def all_checks() -> list[Check]:
    python = str(PYTHON)
    return [
        Check("format", [tool("ruff"), "format", "--check", "."]),
        Check("lint", [tool("ruff"), "check", "."]),
        Check("types", [tool("pyright"), "--level", "error", "--threads"]),
        Check("floors", [tool("lint-imports"), "--no-logo", "--no-cache"]),
        Check("sizes", [python, "-m", "tools.check_sizes"]),
        Check("glossary", [python, "-m", "tools.check_glossary"]),
        Check("locks", [python, "-m", "tools.locks"]),
        Check("generated", [python, "-m", "tools.generated", "--check"]),
        Check("api", [python, "-m", "tools.api_diff"]),
        *_web_checks(),
    ]


def repairs() -> list[Check]:
    python = str(PYTHON)
    return [
        Check("generated", [python, "-m", "tools.generated"]),
        Check("lint", [tool("ruff"), "check", "--fix", "."]),
        Check("format", [tool("ruff"), "format", "."]),
        *_web([("web lint", "@biomejs/biome", "biome", ["check", "--write", "."])]),
    ]


def vitest() -> list[Check]:
    """The web app's own tests, if there is a web app."""
    return _web([("vitest", "vitest", "vitest", ["run"])])


def _web_checks() -> list[Check]:
    return _web([
        ("web lint", "@biomejs/biome", "biome", ["check", "."]),
        ("web types", "typescript", "tsc", ["--noEmit"]),
        ("web dead code", "knip", "knip", []),
    ])  # fmt: skip


def _web(wanted: list[tuple[str, str, str, list[str]]]) -> list[Check]:
    """Commands of npm packages, started through Node itself so that Windows needs no shell."""
    if not (WEB / "package.json").exists():
        return []
    from tools.setup.words import node

    runner = node()
    webapp.install(WEB, runner)
    named = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    return [
        Check(name, [runner.program, _program(package, program), *words], WEB, runner.env())
        for name, package, program, words in wanted
        if package in named
    ]


def _program(package: str, program: str) -> str:
    folder = WEB / "node_modules" / package
    declared = json.loads((folder / "package.json").read_text(encoding="utf-8"))["bin"]
    return str(folder / (declared if isinstance(declared, str) else declared[program]))


def run(checks: list[Check], *, fail_fast: bool = False, show_all: bool = False) -> int:
    """Run them all, one line for each; the output of those that fail, or of every one."""
    failed: list[str] = []
    for check in checks:
        started = time.monotonic()
        good, output = _outcome(check)
        took = time.monotonic() - started
        print(f"{'ok    ' if good else 'FAILED'} {check.name:<14} {took:5.1f} s", flush=True)
        if not good or show_all:
            print(_indent(output), flush=True)
        if not good:
            failed.append(check.name)
            if fail_fast:
                break
    if failed:
        names = ", ".join(failed)
        print(f"checks failed: {names} (./run fix repairs what can be repaired)", file=sys.stderr)
    return 1 if failed else 0


def _outcome(check: Check) -> tuple[bool, str]:
    env = {**command_env(), **check.env}
    pipe, joined = subprocess.PIPE, subprocess.STDOUT
    try:
        result = subprocess.run(
            check.command, cwd=check.folder, env=env, stdout=pipe, stderr=joined, check=False
        )
    except OSError as error:
        return False, str(error)
    return result.returncode == 0, result.stdout.decode("utf-8", errors="replace")


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())
