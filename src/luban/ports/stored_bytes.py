"""Where the bytes of files lie: a disk, memory, or an object store that speaks S3."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol

from luban.model.errors import LubanError

PIECE = 1 << 20
"""Bytes that are handed on at once."""


class BytesMissing(LubanError):
    """There is nothing under a key."""

    code = "bytes_missing"
    status = 410
    en = "There is nothing under {key} in {place}. It was deleted, or never came to be."
    zh = "{place} 中没有 {key} 的内容。它已被删除，或从未存在。"


class BytesThere(LubanError):
    """There is something under a key, which is never written twice."""

    code = "bytes_there"
    status = 409
    en = "There is something under {key} in {place} already. Use another key."
    zh = "{place} 中已有 {key}。请换用其他键。"


class BytesCutOff(LubanError):
    """Fewer bytes came than there are."""

    code = "bytes_cut_off"
    status = 502
    retryable = True
    en = "Reading {key} from {place} ended after {got} of {size} bytes. Try again."
    zh = "从 {place} 读取 {key} 时，在 {size} 字节中的第 {got} 字节处中断。请重试。"


class Kept(NamedTuple):
    """What is known of the bytes under a key; `changed_at` in Unix seconds."""

    key: str
    size: int
    changed_at: float


class Shown(NamedTuple):
    """How bytes present themselves to whoever reads them by an address of the store."""

    name: str
    type: str


class ByteStore(Protocol):
    """Bytes under keys: whole or not there at all, never changed, deleted while others read."""

    @property
    def place(self) -> str:
        """Where it is, for messages; without secrets."""
        ...

    async def put(self, key: str, content: AsyncIterator[bytes], shown: Shown) -> int:
        """Stores a stream, holding a few MiB of it; how many bytes there were.

        Nothing is under the key until all is there, nor if the stream breaks off. Raises
        `BytesThere`, `StorageFull`, `StorageBroken`.
        """
        ...

    def read(self, key: str) -> AsyncIterator[bytes]:
        """The bytes in pieces of at most 1 MiB, all of them or an error: never fewer in silence.

        Who has begun reads to the end, also if they are deleted meanwhile; some object stores only
        let them read what went in one part. Raises `BytesMissing` and `BytesCutOff`.
        """
        ...

    async def find(self, key: str) -> Kept | None: ...

    async def delete(self, key: str) -> None:
        """Nothing is there afterwards, whether or not there was before."""
        ...

    def list(self) -> AsyncIterator[Kept]:
        """Everything that is whole, by key."""
        ...

    async def url(self, key: str, seconds: int) -> str | None:
        """An address of the store's own that reads the bytes for a while; `None` if it has none."""
        ...

    async def aclose(self) -> None: ...
