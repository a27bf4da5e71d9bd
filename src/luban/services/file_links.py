"""Addresses at which anybody reads one stored file for a while: sealed, so that nobody makes one.

What such a link names is in the link itself: who owns the file, which it is, until when. Nothing is
stored for it, and none can be changed into a link to something else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import quote

import orjson

from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.clock import Clock
from luban.ports.files import FileStore, StoredFile
from luban.ports.sealed_bytes import packed, unpacked
from luban.ports.vault import Sealing

LONGEST = 7 * 86_400
_PLACE = "file link"
PATH = "/api/v1/files/linked"


class FileLink(NamedTuple):
    """An address, and until when it leads anywhere."""

    url: str
    expires_at: float


class FileLinks:
    """Links to files; they begin with `public`, or with the address this process listens at."""

    def __init__(
        self, store: FileStore, sealing: Sealing, clock: Clock, public: str, own: str
    ) -> None:
        self._store = store
        self._sealing = sealing
        self._clock = clock
        self._public = public.rstrip("/")
        self._own = own

    def listen_at(self, address: str) -> None:
        """Where this process really listens, once that is known."""
        self._own = address.rstrip("/")

    @property
    def reachable(self) -> bool:
        """Whether others than this machine can follow a link."""
        return bool(self._public) and not self._public.startswith(_AT_HOME)

    async def make(self, file: StoredFile, seconds: int) -> FileLink:
        """Raises `InvalidValue` for a time that is none or too long."""
        if not 1 <= seconds <= LONGEST:
            raise InvalidValue(
                name="seconds",
                value=seconds,
                expected=f"a link holds from 1 to {LONGEST} seconds",
                expected_zh=f"链接有效期为 1 到 {LONGEST} 秒",
            )
        until = self._clock.now() + seconds
        own = await self._store.url(file, seconds)
        if own is not None:
            return FileLink(own, until)
        told = orjson.dumps([file.owner, file.id, until])
        sealed = packed(self._sealing.seal(told, _PLACE))
        token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        return FileLink(
            f"{self._public or self._own}{PATH}/{token}/{quote(file.name, safe='')}", until
        )

    async def open(self, token: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """The file of a link. Raises `NotFound`, the same for every link that leads nowhere."""
        file = None
        if named := self._named(token):
            owner, file_id, until = named
            if self._clock.now() < until:
                file = await self._store.find(owner, file_id)
        if file is None:
            raise NotFound(
                what="link",
                what_zh="链接",
                name="…",
                way_out="It is over, was cut short, or its file was deleted; ask for a new one.",
                way_out_zh="它已过期、不完整，或文件已被删除；请索取新的链接。",
            )
        return file, self._store.read(file)

    def _named(self, token: str) -> tuple[str, str, float] | None:
        try:
            sealed = unpacked(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            owner, file_id, until = orjson.loads(self._sealing.open(sealed, _PLACE))
        except (binascii.Error, ValueError, IndexError, LubanError):
            return None
        return owner, file_id, until


_AT_HOME = ("http://127.", "http://localhost", "http://[::1]", "http://0.0.0.0")
