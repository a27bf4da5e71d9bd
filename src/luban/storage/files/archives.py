"""Archives of runs in a folder: one packed file per run, in a folder per agent."""

from __future__ import annotations

import asyncio
import gzip
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from luban.storage.errors import refused_by_system

_PIECE = 1 << 20
_LEVEL = 6


class DiskArchives:
    """`ArchiveFolder` at a path: `<agent>/<run>.jsonl.gz`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, agent_id: str, run_id: str, lines: AsyncIterator[bytes]) -> None:
        place = self._folder / agent_id / f"{run_id}.jsonl.gz"
        # Another server may be writing the same one.
        beside = place.with_name(f"{place.name}.{secrets.token_hex(4)}.part")
        try:
            await asyncio.to_thread(place.parent.mkdir, parents=True, exist_ok=True)
            with await asyncio.to_thread(gzip.open, beside, "wb", _LEVEL) as file:
                waiting = bytearray()
                async for line in lines:
                    waiting += line
                    if len(waiting) >= _PIECE:
                        await asyncio.to_thread(file.write, bytes(waiting))
                        waiting = bytearray()
                await asyncio.to_thread(file.write, bytes(waiting))
            await asyncio.to_thread(_settle, beside, place)
        except OSError as error:
            raise refused_by_system(str(self._folder), error) from error
        finally:
            with suppress(OSError):  # it may never have come to be
                beside.unlink(missing_ok=True)


def _settle(beside: Path, place: Path) -> None:
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(place)
    if os.name == "posix":  # a new name is durable only when its folder is
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
