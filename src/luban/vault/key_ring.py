"""The keys that the data keys of records are wrapped with; the first seals, all of them open."""

from __future__ import annotations

import re
import secrets
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from luban.model.errors import LubanError
from luban.ports.vault import KeyLost

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class BadKey(LubanError):
    """A key, or a list of keys, cannot be used."""

    code = "bad_key"
    status = 500
    en = (
        "The keys in {place} cannot be used: {cause}. Write one `id:key` for each, the key being "
        "32 random bytes in base64; `luban vault new-key` makes one."
    )
    zh = (
        "{place} 中的密钥无法使用：{cause}。请为每个密钥写一项“id:密钥”，密钥为 base64 编码的 32 个"
        "随机字节；可用 `luban vault new-key` 生成。"
    )


class Key(NamedTuple):
    """A key by the name that records remember it by. Its bytes are never shown."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"

    def written(self) -> str:
        """As it stands in a key file."""
        return f"{self.id}:{urlsafe_b64encode(self.secret).decode()}"


Source = Callable[[], Sequence[Key]]
"""Reads the keys of one place again. Raises `BadKey` and what reading it raises."""


class KeyRing:
    """Keys by name; `current` seals. `quick` is read when an unknown key is asked for.

    So a key that another process added is found before a record under it is called lost.
    """

    def __init__(self, source: Source, quick: Source | None = None) -> None:
        self._source = source
        self._quick = quick or source
        self._keys: dict[str, Key] = {}
        self.read_again()

    @classmethod
    def of(cls, *keys: Key) -> KeyRing:
        return cls(lambda: keys)

    @property
    def current(self) -> Key:
        return next(iter(self._keys.values()))

    def sealing_key(self) -> Key:
        """The current key as the sources say now: another process may have rotated.

        Raises what they raise, so that nothing is sealed with a key that is only in memory.
        """
        self._keys = _by_id(self._quick())
        return self.current

    @property
    def ids(self) -> list[str]:
        return list(self._keys)

    def get(self, key_id: str, what: str) -> Key:
        """Raises `KeyLost` if it is in no source either."""
        if key_id not in self._keys:
            self._keys = _by_id(self._quick())
        found = self._keys.get(key_id)
        if found is None:
            raise KeyLost(key=key_id, what=what)
        return found

    def read_again(self) -> None:
        """Looks at the sources; keys they no longer name are forgotten."""
        self._keys = _by_id(self._source())


def new_key(at: datetime | None = None) -> Key:
    """A key of random bytes, named for its day."""
    day = (at or datetime.now(UTC)).strftime("%Y%m%d")
    return Key(f"k{day}-{secrets.token_hex(3)}", secrets.token_bytes(KEY_BYTES))


def parse_keys(text: str, place: str) -> list[Key]:
    """`id:base64` by commas or lines; `#` begins a remark. Raises `BadKey`."""
    lines = (line.partition("#")[0] for line in text.splitlines())
    entries = [entry.strip() for line in lines for entry in line.split(",")]
    keys = [_parse(entry, place) for entry in entries if entry]
    _by_id(keys, place, may_be_empty=True)
    return keys


def name_of(secret: bytes) -> str:
    """A name for a key that was given without one, from which it cannot be learned."""
    return sha256(b"luban key name\0" + secret).hexdigest()[:8]


def decoded(text: str) -> bytes:
    """Base64 in either alphabet, with or without its padding. Raises `ValueError`."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except NotBase64 as error:
        raise ValueError(str(error)) from error


def _parse(entry: str, place: str) -> Key:
    key_id, colon, written = entry.partition(":")
    key_id = key_id.strip()
    if not colon or not _ID.fullmatch(key_id):
        # What stands there may be a key itself, so it is not repeated.
        raise BadKey(place=place, cause="an entry does not begin with an id of letters and digits")
    try:
        secret = decoded(written)
    except ValueError as error:
        raise BadKey(place=place, cause=f"the key `{key_id}` is not base64") from error
    if len(secret) != KEY_BYTES:
        raise BadKey(place=place, cause=f"the key `{key_id}` has {len(secret)} bytes, not 32")
    return Key(key_id, secret)


def _by_id(
    keys: Iterable[Key], place: str = "the key ring", *, may_be_empty: bool = False
) -> dict[str, Key]:
    found: dict[str, Key] = {}
    for key in keys:
        if found.setdefault(key.id, key).secret != key.secret:
            raise BadKey(place=place, cause=f"two different keys are called `{key.id}`")
    if not found and not may_be_empty:
        raise BadKey(place=place, cause="there is none")
    return found
