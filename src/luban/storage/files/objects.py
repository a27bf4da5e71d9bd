"""Bytes of files in an object store that speaks S3: Amazon's, or one of your own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from luban.model.errors import LubanError
from luban.ports.stored_bytes import PIECE, BytesCutOff, BytesMissing, BytesThere, Kept, Shown
from luban.storage.errors import ObjectStoreRefused, ObjectStoreUnreachable

if TYPE_CHECKING:
    from obstore.store import S3Store

_PART = 8 << 20
"""What is smaller goes in one request; what is larger in parts of this size."""
_PARTS_AT_ONCE = 2
_RETRIES = 2


class Bucket(NamedTuple):
    """Where an object store is and how it is opened; no endpoint is Amazon's."""

    name: str
    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    links: bool = False
    """Whether whoever gets a link can reach the store; else links lead through this server."""


class ObjectBytes:
    """`ByteStore` in a bucket; keys lie in it as they do on a disk, so that they can be copied."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._opened: S3Store | None = None
        self._creates = True
        """Whether the store knows conditional writes; some answer that they do not."""

    @property
    def place(self) -> str:
        return f"{self._bucket.endpoint or 's3:/'}/{self._bucket.name}"

    async def put(self, key: str, content: AsyncIterator[bytes], shown: Shown) -> int:
        begun, more = await _first_part(content)
        if not more:
            await self._put_once(key, bytes(begun), shown)
            return len(begun)
        return await self._put_parts(key, begun, content, shown)

    async def _put_once(self, key: str, content: bytes, shown: Shown) -> None:
        import obstore

        attributes = _attributes(shown)
        if self._creates:
            try:
                await obstore.put_async(
                    self._store, _path(key), content, mode="create", attributes=attributes
                )
                return
            except Exception as error:
                if not _not_implemented(error):
                    raise self._meaning(error, key) from error
                self._creates = False
        await self._refuse_second(key)
        try:
            await obstore.put_async(self._store, _path(key), content, attributes=attributes)
        except Exception as error:
            raise self._meaning(error, key) from error

    async def _put_parts(
        self, key: str, begun: bytearray, content: AsyncIterator[bytes], shown: Shown
    ) -> int:
        """Parts cannot be refused for what is there already, so it is looked for before."""
        import obstore

        await self._refuse_second(key)
        counted = _Counted(begun, content)
        putting = asyncio.ensure_future(
            obstore.put_async(
                self._store,
                _path(key),
                counted.parts(),
                attributes=_attributes(shown),
                chunk_size=_PART,
                max_concurrency=_PARTS_AT_ONCE,
                use_multipart=True,
            )
        )
        try:
            await asyncio.shield(putting)
        except asyncio.CancelledError:
            counted.stop()  # it ends with an error, and the library takes the parts back
            with suppress(Exception, asyncio.CancelledError):
                await putting
            raise
        except Exception as error:
            if counted.broke is not None:
                raise counted.broke from None
            raise self._meaning(error, key) from error
        return counted.size

    async def _refuse_second(self, key: str) -> None:
        if await self.find(key) is not None:
            raise BytesThere(key=key, place=self.place)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        import obstore

        got, size = 0, 0
        try:
            answer = await obstore.get_async(self._store, _path(key))
            size = answer.meta["size"]
            async for chunk in answer.stream(min_chunk_size=PIECE):
                piece = memoryview(chunk)
                got += len(piece)
                for start in range(0, len(piece), PIECE):
                    yield bytes(piece[start : start + PIECE])
        except Exception as error:
            if got:
                raise BytesCutOff(key=key, place=self.place, got=got, size=size) from error
            raise self._meaning(error, key) from error
        if got < size:
            raise BytesCutOff(key=key, place=self.place, got=got, size=size)

    async def find(self, key: str) -> Kept | None:
        import obstore

        try:
            facts = await obstore.head_async(self._store, _path(key))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self._meaning(error, key) from error
        return Kept(key, facts["size"], facts["last_modified"].timestamp())

    async def delete(self, key: str) -> None:
        import obstore

        try:
            await obstore.delete_async(self._store, _path(key))
        except FileNotFoundError:
            return
        except Exception as error:
            raise self._meaning(error, key) from error

    async def list(self) -> AsyncIterator[Kept]:
        import obstore

        try:
            async for chunk in obstore.list(self._store, prefix="files"):
                for facts in chunk:
                    key = facts["path"].rpartition("/")[2]
                    yield Kept(key, facts["size"], facts["last_modified"].timestamp())
        except Exception as error:
            raise self._meaning(error, "files") from error

    async def url(self, key: str, seconds: int) -> str | None:
        import obstore

        if not self._bucket.links:
            return None
        return await obstore.sign_async(self._store, "GET", _path(key), timedelta(seconds=seconds))

    async def aclose(self) -> None:
        self._opened = None

    @property
    def _store(self) -> S3Store:
        if self._opened is None:
            from obstore.store import S3Store

            bucket = self._bucket
            given: dict[str, Any] = {
                "endpoint": bucket.endpoint,
                "access_key_id": bucket.access_key,
                "secret_access_key": bucket.secret_key,
            }
            self._opened = S3Store(
                bucket.name,
                region=bucket.region or "us-east-1",
                virtual_hosted_style_request=not bucket.endpoint,
                client_options={"allow_http": True, "timeout": "60s", "connect_timeout": "5s"},
                retry_config={
                    "max_retries": _RETRIES,
                    "retry_timeout": timedelta(seconds=10),
                    "backoff": {
                        "init_backoff": timedelta(milliseconds=100),
                        "max_backoff": timedelta(seconds=1),
                        "base": 2,
                    },
                },
                **{name: value for name, value in given.items() if value},
            )
        return self._opened

    def _meaning(self, error: Exception, key: str) -> Exception:
        """What an error of the library means to those who stored or read."""
        from obstore import exceptions

        if isinstance(error, LubanError):
            return error
        if isinstance(error, FileNotFoundError):
            missing = "NoSuchBucket" in str(error)
            if missing:
                return ObjectStoreRefused(place=self.place, cause="there is no such bucket")
            return BytesMissing(key=key, place=self.place)
        if isinstance(error, exceptions.AlreadyExistsError):
            return BytesThere(key=key, place=self.place)
        if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError):
            return ObjectStoreRefused(place=self.place, cause="the keys are not accepted")
        if isinstance(error, exceptions.BaseError):
            return ObjectStoreUnreachable(place=self.place, cause=_short(error))
        return error


class _Counted:
    """Parts of equal size, counted; keeps what broke the stream off, for the library hides it."""

    def __init__(self, begun: bytearray, content: AsyncIterator[bytes]) -> None:
        self._waiting = begun
        self._content = content
        self._next: asyncio.Future[bytes] | None = None
        self._stopped = False
        self.size = 0
        self.broke: BaseException | None = None

    def stop(self) -> None:
        self._stopped = True
        if self._next is not None:
            self._next.cancel()

    async def parts(self) -> AsyncIterator[bytes]:
        try:
            while True:
                while len(self._waiting) >= _PART:
                    yield self._cut(_PART)
                if self._stopped:
                    raise asyncio.CancelledError
                try:
                    self._next = asyncio.ensure_future(anext(self._content))
                    self._waiting += await self._next
                except StopAsyncIteration:
                    break
            if self._waiting:
                yield self._cut(len(self._waiting))
        except BaseException as error:
            self.broke = error
            raise

    def _cut(self, size: int) -> bytes:
        part = bytes(self._waiting[:size])
        del self._waiting[:size]
        self.size += size
        return part


async def _first_part(content: AsyncIterator[bytes]) -> tuple[bytearray, bool]:
    """What comes first, and whether there may be more."""
    begun = bytearray()
    while len(begun) < _PART:
        try:
            begun += await anext(content)
        except StopAsyncIteration:
            return begun, False
    return begun, True


def _path(key: str) -> str:
    return f"files/{key[-2:]}/{key}"


def _attributes(shown: Shown) -> Any:
    """How the store answers whoever has a link: never as a page of its own."""
    name = quote(shown.name, safe="")
    return {
        "Content-Type": shown.type,
        "Content-Disposition": f"attachment; filename*=utf-8''{name}",
    }


def _not_implemented(error: Exception) -> bool:
    return "NotImplemented" in str(error) or "501" in str(error)


def _short(error: Exception) -> str:
    """The library's reason without the addresses and debugging below it."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return first[:200]
