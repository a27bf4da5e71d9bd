"""The memories of agents as people see and change them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from luban.forge.memory.long_term import COLLECTION
from luban.forge.memory.remembered import MemoryKind, Remembered, of, said
from luban.forge.memory.weighty import widened
from luban.model.errors import NotFound
from luban.model.ids import new_id
from luban.model.words import asked
from luban.ports.clock import Clock
from luban.ports.search_index import Document, Place, SearchIndex, StoredDocument
from luban.ports.stores import Page, Slice
from luban.services.agent_state import scope_of
from luban.services.agents import Agents
from luban.services.search import search

_MOST_FOUND = 200


class Memories:
    """Of one agent, or without its id of all agents of an owner together.

    What people write has no vector, and is found by its words.
    """

    def __init__(self, index: SearchIndex, agents: Agents, clock: Clock) -> None:
        self._index = index
        self._agents = agents
        self._clock = clock

    async def list(self, owner: str, agent: str, part: Slice) -> Page[Remembered]:
        """The one changed last first. Raises `NotFound` for an agent."""
        found = await self._index.list(await self._place(owner, agent), part)
        return Page([of(each) for each in found.items], found.total)

    async def search(
        self, owner: str, agent: str, text: str, limit: int
    ) -> list[tuple[Remembered, float]]:
        """The best first. Raises `NotFound` for an agent."""
        place = await self._place(owner, agent)
        words = widened(text) or text
        if not asked(words):
            return []
        most = min(limit, _MOST_FOUND)
        hits = await search(self._index, place, words, None, "text", most, None)
        return [(of(hit.document), hit.score) for hit in hits]

    async def get(self, owner: str, agent: str, id: str) -> Remembered:
        """Raises `NotFound`."""
        return of(await self._known(await self._place(owner, agent), id))

    async def add(self, owner: str, agent: str, memory: Remembered) -> Remembered:
        """Raises `NotFound` for an agent, `BlockError` for a text that is empty or too long."""
        place = await self._place(owner, agent)
        source = {"agent": agent} if agent else {}
        made = replace(memory, id=new_id("m"), text=said(memory.text), said_by="person")
        await self._put(place, made, source)
        return of(await self._known(place, made.id))

    async def change(
        self,
        owner: str,
        agent: str,
        id: str,
        *,
        text: str,
        kind: MemoryKind,
        about: str,
        importance: float,
        trusted: bool,
    ) -> Remembered:
        """What a person wrote is current; where it first came from stays. Raises `NotFound`."""
        place = await self._place(owner, agent)
        document = await self._known(place, id)
        known = of(document)
        made = replace(
            known,
            text=said(text),
            kind=kind,
            about=about,
            importance=importance,
            trusted=trusted,
            superseded_by="",
        )
        if made.text == known.text:
            await self._index.describe(place, id, made.metadata)
        else:
            made = replace(made, said_by="person", embedded="")
            await self._put(place, made, dict(document.source))
        return of(await self._known(place, id))

    async def delete(self, owner: str, agent: str, id: str) -> None:
        """Raises `NotFound`."""
        if not await self._index.delete(await self._place(owner, agent), [id]):
            raise _unknown(id)

    async def all(self, owner: str, agent: str) -> AsyncIterator[Remembered]:
        """Every one, to take along. Raises `NotFound` for an agent."""
        place = await self._place(owner, agent)
        return self._pages(place)

    async def _pages(self, place: Place) -> AsyncIterator[Remembered]:
        number = 1
        while items := (await self._index.list(place, Slice(number, 200))).items:
            for each in items:
                yield of(each)
            number += 1

    async def _put(self, place: Place, memory: Remembered, source: Mapping[str, object]) -> None:
        document = Document(memory.text, memory.id, memory.metadata)
        await self._index.add(place, [document], source, self._clock.now())

    async def _place(self, owner: str, agent: str) -> Place:
        if agent:
            await self._agents.get(owner, agent)
        return Place(owner, scope_of("agent", agent) if agent else "user", COLLECTION)

    async def _known(self, place: Place, id: str) -> StoredDocument:
        found = await self._index.find(place, id)
        if found is None:
            raise _unknown(id)
        return found


def _unknown(id: str) -> NotFound:
    return NotFound(
        what="memory",
        what_zh="记忆",
        name=id,
        way_out="`luban memory list` shows what is remembered.",
        way_out_zh="可用 `luban memory list` 列出已有的记忆。",
    )
