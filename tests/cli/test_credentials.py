"""Credentials and keys on the command line; secrets come from standard input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.warm import run

pytestmark = pytest.mark.slow
SECRET = "sk-cli-canary-1f2e"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def luban(home: Path, *words: str, given: str = "", code: int = 0, **more: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LUBAN_")}
    env = {**kept, "LUBAN_HOME": str(home), "LANG": "C.UTF-8", **more}
    done = run(["luban", *words], env=env, cwd=home.parent, input=given)
    assert done.returncode == code, done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_credential_lives_on_the_command_line(home: Path) -> None:
    luban(home, "credential", "add", "openai", "--name", "Work", given=f"{SECRET}\n")
    assert "Work\topenai\tapi_key\tunknown" in luban(home, "credential", "list")
    assert "unknown" in luban(home, "credential", "test", "Work", code=1)
    assert luban(home, "credential", "uses", "Work") == ""
    again = luban(home, "credential", "add", "openai", "--name", "Work", given=SECRET, code=2)
    assert "already" in again
    luban(home, "credential", "delete", "Work")
    assert "no credential" in luban(home, "credential", "delete", "Work", code=2)


def test_keys_are_rotated_by_either_name(home: Path) -> None:
    luban(home, "credential", "add", "openai", given=SECRET)
    assert "1 secrets" in luban(home, "vault", "rotate")
    assert "0 secrets" in luban(home, "key", "rotate", "--current")
    first, second = luban(home, "vault", "keys").splitlines()
    assert first.endswith("\t1\tcurrent")
    assert second.split("\t")[1] == "0"


def test_a_lost_key_is_told_with_its_way_out(home: Path) -> None:
    luban(home, "credential", "add", "openai", "--name", "Work", given=SECRET)
    ring = home / "keys" / "ring"
    kept = ring.read_text()
    ring.unlink()
    assert "LOST" in luban(home, "vault", "keys", code=1)
    assert "key_lost" in luban(home, "credential", "list")
    assert "Put it back" in luban(home, "credential", "test", "Work", code=1)
    ring.write_text(kept)
    assert "LOST" not in luban(home, "vault", "keys")
    assert "key_lost" not in luban(home, "credential", "list")


def test_keys_from_outside_are_not_added_to(home: Path) -> None:
    key = luban(home, "vault", "new-key").strip()
    luban(home, "credential", "add", "openai", given=SECRET, LUBAN_KEYS=key)
    assert "given from outside" in luban(home, "vault", "rotate", code=2, LUBAN_KEYS=key)
    luban(home, "vault", "rotate", "--current", LUBAN_KEYS=key)
    refused = luban(home, "vault", "keys", code=2, LUBAN_KEYS="nonsense")
    assert "LUBAN_KEYS" in refused
    assert not (home / "keys").exists()
