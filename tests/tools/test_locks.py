"""Locks name versions and hashes only, and a stale or talkative one is found."""

from __future__ import annotations

import json
import re
import shutil
import sysconfig
from pathlib import Path

import pytest

from tools import locks

WEB_LOCK = locks.ROOT / "web" / "package-lock.json"
ISSUER_LOCK = locks.ROOT / "tests" / "accounts" / "issuer" / "package-lock.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", *(lock.name for lock in locks.LOCKS)):
        shutil.copy(locks.ROOT / name, tmp_path / name)
    return tmp_path


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_committed_locks_are_fresh_and_name_no_place() -> None:
    assert locks.problems() == []


@pytest.mark.parametrize("lock", locks.LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_hashes(lock: locks.Lock) -> None:
    text = (locks.ROOT / lock.name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if "==" in line]
    assert pins and all("--hash=sha256:" in pin for pin in pins)


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple\n",
        "--find-links /opt/somewhere\n",
        "six @ file:///tmp/six.whl\n",
        "--trusted-host packages.example\n",
    ],
)
def test_a_place_in_a_lock_is_found(project: Path, line: str) -> None:
    append(project / "requirements.lock", line)
    assert any("names a place" in problem for problem in locks.problems(project))


def test_a_new_dependency_makes_the_locks_that_hold_it_stale(project: Path) -> None:
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace("dependencies = [\n", 'dependencies = [\n  "six",\n'))
    stale = [problem.split()[0] for problem in locks.problems(project)]
    assert stale == ["requirements.lock", "requirements-dev.lock"]


def test_a_missing_lock_is_named(project: Path) -> None:
    (project / "requirements-dev.lock").unlink()
    assert locks.problems(project) == ["requirements-dev.lock is missing: run ./run lock"]


def test_other_settings_leave_the_locks_fresh(project: Path) -> None:
    append(project / "pyproject.toml", "\n[tool.other]\na = 1\n")
    assert locks.problems(project) == []


def test_no_dependency_runs_code_when_python_starts() -> None:
    # A `.pth` file is run by every start of the interpreter: a new one has to be looked at.
    known = {"_editable_impl_luban.pth", "distutils-precedence.pth"}  # ours, and setuptools'
    folder = Path(sysconfig.get_path("purelib"))
    assert {path.name for path in folder.glob("*.pth")} - known == set()


@pytest.mark.parametrize("lock", [WEB_LOCK, ISSUER_LOCK], ids=lambda lock: lock.parent.name)
def test_a_lock_of_npm_names_no_host(lock: Path) -> None:
    assert not re.search(r'"resolved"\s*:\s*"\w+://', lock.read_text(encoding="utf-8"))


def test_the_web_lock_has_every_optional_package() -> None:
    # A registry that lags on platform binaries makes npm leave them out, and `npm ci` then fails
    # on the platforms that were left out.
    packages = json.loads(WEB_LOCK.read_text(encoding="utf-8"))["packages"]
    listed = {path.rpartition("node_modules/")[2] for path in packages}
    missing = [
        f"{owner} -> {name}"
        for owner, package in packages.items()
        for name in package.get("optionalDependencies", {})
        if name not in listed
    ]
    assert missing == []
