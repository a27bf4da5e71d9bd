"""Where keys come from: LUBAN_KEYS, a command, ENCRYPTION_KEY, `keys/ring` in LUBAN_HOME.

All that are given are one ring, in this order; the first key of the first is the current one. A key
file is made when nothing else gives a key.
"""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from luban.model.errors import LubanError
from luban.vault.key_ring import (
    KEY_BYTES,
    BadKey,
    Key,
    KeyRing,
    decoded,
    name_of,
    new_key,
    parse_keys,
)

FILE = Path("keys") / "ring"
COMMAND_SECONDS = 15.0
_MOST = 64 << 10
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# Keys that examples were shipped with, told by their SHA-256: whoever has one has everybody's.
_KNOWN_TO_ALL = frozenset({"0893eb977bed969d1a3f394f613d31c3ab6c741325acf5a96926ac7307ea7baf"})
_HEAD = """\
# The keys that secrets in the database are sealed with; the first one seals, all of them open.
# Without them the secrets are lost. Keep a copy elsewhere than your backups of the database.
"""


class KeyFileOpen(LubanError):
    """The file with the keys can be read by others of the machine."""

    code = "key_file_open"
    status = 500
    en = "{path} can be read by others on this machine (mode {mode}). Run: chmod 600 {path}"
    zh = "本机的其他用户可以读取 {path}（权限 {mode}）。请执行：chmod 600 {path}"


class KeyFileUnusable(LubanError):
    """The file with the keys cannot be read or made."""

    code = "key_file_unusable"
    status = 500
    en = "{path} cannot be used: {cause}. Make LUBAN_HOME writable, or give the keys in LUBAN_KEYS."
    zh = "无法使用 {path}：{cause}。请使 LUBAN_HOME 可写，或通过 LUBAN_KEYS 提供密钥。"


class KeyCommandFailed(LubanError):
    """The command that gives the keys did not give any."""

    code = "key_command_failed"
    status = 500
    en = "The command in LUBAN_KEY_COMMAND (`{program}`) gave no keys: {cause}."
    zh = "LUBAN_KEY_COMMAND 中的命令（`{program}`）没有给出密钥：{cause}。"


@dataclass(frozen=True)
class KeySources:
    """What the environment and the data folder say of keys."""

    environment: Mapping[str, str]
    home: Path
    _printed: list[Key] = field(default_factory=list[Key])
    """What the command said last; it is not run again for every key that is lost."""

    @property
    def file(self) -> Path:
        return self.home / FILE

    @property
    def from_outside(self) -> bool:
        """Whether the current key is given from outside, so that a new one has to be too."""
        return bool(self._given())

    def ring(self) -> KeyRing:
        """All keys. Makes the key file if there is no key at all.

        Raises `BadKey`, `KeyFileOpen`, `KeyFileUnusable`, `KeyCommandFailed`.
        """
        if not self._given():
            make_file(self.file)
        return KeyRing(self.read, self.read_quickly)

    def read(self) -> list[Key]:
        """All there are now."""
        if command := self.environment.get("LUBAN_KEY_COMMAND", "").strip():
            self._printed[:] = of_command(command)
        return self.read_quickly()

    def read_quickly(self) -> list[Key]:
        """All there are now, but for the command's, which are those of last time."""
        keys = [key for read in self._given() for key in read()]
        if self.file.exists():
            keys += read_file(self.file)
        return keys

    def add(self) -> Key:
        """Puts a new key before the others in the file. Raises as `ring`."""
        key = new_key()
        keys = read_file(self.file) if self.file.exists() else []
        _write(self.file, [key, *keys])
        return key

    def forget(self, key_id: str) -> bool:
        """Takes a key out of the file; `False` if it is not in there."""
        keys = read_file(self.file) if self.file.exists() else []
        kept = [key for key in keys if key.id != key_id]
        if len(kept) == len(keys):
            return False
        _write(self.file, kept)
        return True

    def _given(self) -> list[Callable[[], Sequence[Key]]]:
        found: list[Callable[[], Sequence[Key]]] = []
        if text := self.environment.get("LUBAN_KEYS", "").strip():
            found.append(lambda: parse_keys(text, "LUBAN_KEYS"))
        if self.environment.get("LUBAN_KEY_COMMAND", "").strip():
            found.append(lambda: self._printed)
        if fernet := self.environment.get("ENCRYPTION_KEY", "").strip():
            found.append(lambda: [of_fernet(fernet)])
        return found


def of_fernet(written: str) -> Key:
    """The key that a Fernet key stands for; derived, so that one key has one use.

    Raises `BadKey`, also for keys that everybody knows.
    """
    place = "ENCRYPTION_KEY"
    try:
        given = decoded(written)
    except ValueError as error:
        raise BadKey(place=place, cause="it is not base64") from error
    if len(given) != KEY_BYTES:
        raise BadKey(place=place, cause=f"it has {len(given)} bytes, not 32")
    if len(set(given)) < 8 or sha256(given).hexdigest() in _KNOWN_TO_ALL:
        raise BadKey(place=place, cause="this key is no secret: examples are published with it")
    from cryptography.hazmat.primitives.hashes import SHA256  # only here: starting is to be quick
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"luban key ring 1")
    secret = derive.derive(given)
    return Key(f"env-{name_of(secret)}", secret)


def of_command(command: str) -> list[Key]:
    """The keys a program prints, in the words of the key file. Raises `KeyCommandFailed`."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise KeyCommandFailed(program="?", cause=str(error)) from error
    program = words[0] if words else "?"
    try:
        done = subprocess.run(
            words,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=COMMAND_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        cause = f"it was not done after {COMMAND_SECONDS:g} s"
        raise KeyCommandFailed(program=program, cause=cause) from error
    except OSError as error:
        raise KeyCommandFailed(program=program, cause=error.strerror or str(error)) from error
    if done.returncode:
        # What it printed may hold keys, so it is not told.
        raise KeyCommandFailed(program=program, cause=f"it ended with status {done.returncode}")
    keys = parse_keys(done.stdout[:_MOST].decode("utf-8", "replace"), "LUBAN_KEY_COMMAND")
    if not keys:
        raise KeyCommandFailed(program=program, cause="it printed nothing")
    return keys


def make_file(path: Path) -> None:
    """Makes a key file with one key, unless there is one; of several processes, one makes it."""
    if path.exists():
        return
    _write(path, [new_key()], only_if_missing=True)


def read_file(path: Path) -> list[Key]:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & _OTHERS:
                raise KeyFileOpen(path=str(path), mode=f"{mode:04o}")
            text = file.read(_MOST).decode("utf-8", "replace")
    except OSError as error:
        raise KeyFileUnusable(path=str(path), cause=error.strerror or str(error)) from error
    return parse_keys(text, str(path))


def _write(path: Path, keys: Sequence[Key], *, only_if_missing: bool = False) -> None:
    """Whole or not at all, and from its first moment on for its owner alone."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{new_key().id}")
    text = _HEAD + "".join(f"{key.written()}\n" for key in keys)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if only_if_missing:
                _link_unless_there(beside, path)
            else:
                beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise KeyFileUnusable(path=str(path), cause=error.strerror or str(error)) from error


def _link_unless_there(made: Path, path: Path) -> None:
    try:
        path.hardlink_to(made)
    except FileExistsError:
        return  # another process was first; its keys count
