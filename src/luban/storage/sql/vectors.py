"""Which documents are nearest to a vector: all of a collection compared, in memory.

Up to some 100,000 vectors this takes less than an index would cost to keep; what was read stays for
the next question, and a question after a change reads what changed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from luban.ports.search_index import Place, VectorOfOtherLength
from luban.storage.sql.database import Database, find

STATE = """
select revision, removed, dimensions from collections
where owner = :owner and scope = :scope and name = :collection"""
READ = """
select document, revision, vector from document_vectors
where owner = :owner and scope = :scope and collection = :collection
  and revision > :since and revision <= :until
order by revision, document limit :limit offset :offset"""
COUNT = """
select count(*) as total from document_vectors
where owner = :owner and scope = :scope and collection = :collection
  and revision > :since and revision <= :until"""
_AT_ONCE = 10_000
_MOST_RANKED = 10_000
"""How deep a ranking goes: nobody looks further, and filters seldom leave less."""


Part = list[tuple[int, float]]
"""Documents by their numbers, and their cosines."""


@dataclass
class _Held:
    """The vectors of a collection as of a revision; row `i` is of document `numbers[i]`."""

    revision: int
    numbers: Any
    matrix: Any

    @property
    def bytes(self) -> int:
        return int(self.matrix.nbytes + self.numbers.nbytes)


class Ranking(NamedTuple):
    """Documents by their numbers, and their cosines: arrays of one length, read part by part."""

    numbers: Any
    scores: Any

    def part(self, start: int, size: int) -> Part:
        end = start + size
        numbers, scores = self.numbers[start:end], self.scores[start:end]
        return [(int(a), float(b)) for a, b in zip(numbers, scores, strict=True)]


NOTHING = Ranking((), ())
_AT_A_TIME = 100


class VectorSearch(Protocol):
    """How a database finds documents by their vectors."""

    def ranked(self, place: Place, vector: Sequence[float]) -> AsyncIterator[Part]:
        """The nearest first, part by part. Raises `VectorOfOtherLength`."""
        ...


class Vectors:
    """What a process remembers of them, the last used up to a number of bytes."""

    def __init__(self, database: Database, most_bytes: int) -> None:
        self._database = database
        self._most = most_bytes
        self._held: OrderedDict[Place, _Held] = OrderedDict()
        self._reading = asyncio.Lock()

    async def ranked(self, place: Place, vector: Sequence[float]) -> AsyncIterator[Part]:
        """The nearest first, part by part. Raises `VectorOfOtherLength`."""
        nearest = await self.nearest(place, vector)
        for start in range(0, len(nearest.numbers), _AT_A_TIME):
            yield nearest.part(start, _AT_A_TIME)

    async def nearest(self, place: Place, vector: Sequence[float]) -> Ranking:
        """The nearest first. Raises `VectorOfOtherLength`."""
        state = await find(self._database, STATE, **place._asdict())
        if state is None or not state["dimensions"]:
            return NOTHING
        known = state["dimensions"]
        if len(vector) != known:
            raise VectorOfOtherLength(collection=place.collection, known=known, given=len(vector))
        async with self._reading:  # two questions at once read once
            held = await self._fresh(place, state["revision"], state["removed"], known)
        return await asyncio.to_thread(_best, held, packed(vector))

    async def _fresh(self, place: Place, revision: int, removed: int, dimensions: int) -> _Held:
        held = self._held.pop(place, None)
        if held is not None and (removed > held.revision or held.revision > revision):
            held = None
        if held is None or held.revision < revision:
            since = held.revision if held else 0
            rows = await self._read(place, since, revision)
            held = await asyncio.to_thread(_joined, held, rows, revision, dimensions)
        if held.bytes <= self._most:
            self._held[place] = held
            while sum(each.bytes for each in self._held.values()) > self._most:
                self._held.popitem(last=False)
        return held

    async def _read(self, place: Place, since: int, until: int) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        while True:
            rows, _ = await self._database.page(
                READ,
                "select 0 as total",
                limit=_AT_ONCE,
                offset=len(found),
                **place._asdict(),
                since=since,
                until=until,
            )
            found += [(row["document"], row["vector"]) for row in rows]
            if len(rows) < _AT_ONCE:
                return found


def packed(vector: Sequence[float]) -> bytes:
    """As it is stored: 32-bit floats of length 1, so that a product is the cosine."""
    import numpy as np  # heavy, and only needed where there are vectors

    made = np.asarray(vector, dtype="<f4")
    size = float(np.linalg.norm(made))
    return (made / size if size else made).astype("<f4").tobytes()


def _joined(
    held: _Held | None, rows: list[tuple[int, bytes]], revision: int, dimensions: int
) -> _Held:
    import numpy as np

    numbers = np.fromiter((number for number, _ in rows), dtype=np.int64, count=len(rows))
    content = b"".join([content for _, content in rows])
    matrix = np.frombuffer(content, dtype="<f4").reshape(len(rows), dimensions)
    if held is not None:
        stays = ~np.isin(held.numbers, numbers)
        numbers = np.concatenate([held.numbers[stays], numbers])
        matrix = np.concatenate([held.matrix[stays], matrix])
    return _Held(revision, numbers, matrix)


def _best(held: _Held, vector: bytes) -> Ranking:
    import numpy as np

    scores = held.matrix @ np.frombuffer(vector, dtype="<f4")
    if len(scores) > _MOST_RANKED:
        chosen = np.argpartition(-scores, _MOST_RANKED)[:_MOST_RANKED]
    else:
        chosen = np.arange(len(scores))
    order = chosen[np.argsort(-scores[chosen], kind="stable")]
    return Ranking(held.numbers[order], scores[order])
