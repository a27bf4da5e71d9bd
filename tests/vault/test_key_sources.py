"""Keys come from where an administrator put them, or the program says what is wrong with that."""

from __future__ import annotations

import base64
import os
import secrets
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from luban.model.errors import LubanError
from luban.ports.vault import KeyLost, KeysAreGiven
from luban.vault.key_keeper import open_keys
from luban.vault.key_ring import BadKey, KeyRing, new_key, parse_keys
from luban.vault.key_sources import (
    KeyCommandFailed,
    KeyFileOpen,
    KeyFileUnusable,
    KeySources,
    make_file,
    of_fernet,
    read_file,
)
from luban.vault.sealing import EnvelopeSealing

A, B = new_key(), new_key()
PLACE = ("credentials", "c_1", "team")


def sources(home: Path, **environment: str) -> KeySources:
    return KeySources(environment, home)


def test_a_key_file_is_made_at_the_first_start_and_kept(tmp_path: Path) -> None:
    ring = sources(tmp_path / "new").ring()
    file = tmp_path / "new" / "keys" / "ring"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sources(tmp_path / "new").ring().current == ring.current
    assert [path.name for path in file.parent.iterdir()] == ["ring"]


def test_of_many_processes_that_start_at_once_one_makes_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: sources(tmp_path).ring().current.id, range(16)))
    assert len(set(rings)) == 1


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o620])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    make_file(tmp_path / "keys/ring")
    (tmp_path / "keys/ring").chmod(mode)
    with pytest.raises(KeyFileOpen, match="chmod 600"):
        sources(tmp_path).ring()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyFileUnusable):
        sources(tmp_path / "file").ring()


def test_keys_of_the_environment_come_before_the_file(tmp_path: Path) -> None:
    make_file(tmp_path / "keys/ring")
    given = f"{A.written()}, {B.written()}"
    ring = sources(tmp_path, LUBAN_KEYS=given).ring()
    assert ring.ids == [A.id, B.id, read_file(tmp_path / "keys/ring")[0].id]


def test_with_keys_from_outside_no_file_is_made(tmp_path: Path) -> None:
    sources(tmp_path, LUBAN_KEYS=A.written()).ring()
    assert not (tmp_path / "keys/ring").exists()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("not a key", "does not begin with an id"),
        ("id:§", "is not base64"),
        ("id:c2hvcnQ=", "has 5 bytes"),
        (f"a:{base64.b64encode(b'1' * 32).decode()},a:{'2' * 43}=", "two different keys"),
        ("#nothing", "there is none"),
    ],
)
def test_a_key_that_is_none_is_refused_without_being_shown(
    tmp_path: Path, written: str, said: str
) -> None:
    with pytest.raises(LubanError, match=said) as refused:
        sources(tmp_path, LUBAN_KEYS=written).ring()
    assert written not in str(refused.value)


def test_both_alphabets_and_comments_are_read() -> None:
    secret = bytes(range(224, 256))
    standard = base64.b64encode(secret).decode()
    url_safe = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    keys = parse_keys(f"# mine\na:{standard}\n\nb:{url_safe} # old\n", "x")
    assert [key.secret for key in keys] == [secret, secret]


def test_a_fernet_key_is_what_a_key_is_derived_from(tmp_path: Path) -> None:
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    key = of_fernet(fernet)
    assert key == of_fernet(fernet.rstrip("="))
    assert key.secret != base64.urlsafe_b64decode(fernet)
    assert sources(tmp_path, ENCRYPTION_KEY=fernet).ring().current == key


@pytest.mark.parametrize(
    "written",
    ["dvziYgz0KSK8FENhju0ZYi8-fRTfAdlz6YLhdB_jhNw=", "A" * 43 + "=", "short", "§§§"],
)
def test_a_fernet_key_that_everybody_knows_is_refused(written: str) -> None:
    with pytest.raises(BadKey):
        of_fernet(written)


def program(folder: Path, text: str) -> str:
    path = folder / "keys.py"
    path.write_text(text)
    return f"'{sys.executable}' '{path}'"


def test_a_command_prints_keys(tmp_path: Path) -> None:
    command = program(tmp_path, f"print({A.written()!r})")
    assert sources(tmp_path, LUBAN_KEY_COMMAND=command).ring().current == A


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    with pytest.raises(KeyCommandFailed):
        sources(tmp_path, LUBAN_KEY_COMMAND=f"true; touch {tmp_path}/owned").ring()
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("raise SystemExit(3)", "status 3"), ("pass", "printed nothing")],
)
def test_a_command_that_gives_none_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(KeyCommandFailed, match=said):
        sources(tmp_path, LUBAN_KEY_COMMAND=program(tmp_path, text)).ring()


def test_a_command_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(KeyCommandFailed, match="No such file"):
        sources(tmp_path, LUBAN_KEY_COMMAND="/no/such/program").ring()


def test_a_new_key_seals_and_the_old_one_still_opens(tmp_path: Path) -> None:
    ring, keeper = open_keys(sources(tmp_path))
    sealing = EnvelopeSealing(ring)
    sealed = sealing.seal(b"secret", *PLACE)
    old = keeper.current
    new = keeper.add()
    assert (keeper.current, keeper.ids) == (new, [new, old])
    assert sealing.open(sealed, *PLACE) == b"secret"
    assert sealing.seal(b"secret", *PLACE).key == new
    assert stat.S_IMODE((tmp_path / "keys/ring").stat().st_mode) == 0o600


def test_another_process_finds_the_new_key_when_it_meets_it(tmp_path: Path) -> None:
    here, keeper = open_keys(sources(tmp_path))
    there, _ = open_keys(sources(tmp_path))
    keeper.add()
    sealed = EnvelopeSealing(here).seal(b"secret", *PLACE)
    assert EnvelopeSealing(there).open(sealed, *PLACE) == b"secret"


def test_another_process_seals_with_the_new_key_from_then_on(tmp_path: Path) -> None:
    _, keeper = open_keys(sources(tmp_path))
    there, _ = open_keys(sources(tmp_path))
    new = keeper.add()
    assert EnvelopeSealing(there).seal(b"secret", *PLACE).key == new


def test_nothing_is_sealed_with_a_key_that_is_only_in_memory(tmp_path: Path) -> None:
    ring, _ = open_keys(sources(tmp_path))
    (tmp_path / "keys/ring").unlink()
    with pytest.raises(BadKey):
        EnvelopeSealing(ring).seal(b"secret", *PLACE)


def test_given_keys_are_not_added_to(tmp_path: Path) -> None:
    _, keeper = open_keys(sources(tmp_path, LUBAN_KEYS=A.written()))
    assert keeper.given
    with pytest.raises(KeysAreGiven):
        keeper.add()


def test_a_key_that_was_taken_out_is_lost(tmp_path: Path) -> None:
    ring, keeper = open_keys(sources(tmp_path))
    sealed = EnvelopeSealing(ring).seal(b"secret", *PLACE)
    keeper.add()
    assert sources(tmp_path).forget(sealed.key)
    keeper.read_again()
    with pytest.raises(KeyLost, match=sealed.key):
        EnvelopeSealing(ring).open(sealed, *PLACE)


def test_a_key_does_not_show_itself() -> None:
    assert base64.urlsafe_b64encode(A.secret).decode() not in repr([A, KeyRing.of(A)])
