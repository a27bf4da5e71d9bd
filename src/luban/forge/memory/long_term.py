"""Memories in a collection of an agent or of all agents of its owner: kept, found, forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Literal, NamedTuple, cast

from luban.forge.memory.embedding import Embedded, embedded
from luban.forge.memory.likeness import Candidate, Verdict, judged
from luban.forge.memory.recalling import Found, Recalled, chosen
from luban.forge.memory.remembered import Kept, Remembered, of, said
from luban.forge.memory.weighty import widened
from luban.sdk import Context
from luban.sdk.errors import LubanError
from luban.sdk.ranking import fused
from luban.sdk.stored import Document, Hit

COLLECTION = "memory"
Scope = Literal["agent", "user"]
_DEEP = 60
_LIKE = 12
_PAGE = 100


class Limits(NamedTuple):
    """How many memories are kept, and how many are told at once in how many model tokens."""

    keep: int = 1000
    most: int = 6
    tokens: int = 600


_LIMITS = Limits()


class LongTermMemory:
    """What an agent, or all agents of its owner, remember beyond a run.

    With a model for embeddings it is searched by words and meaning, else by words alone, which
    every answer then says. Everything is durable under the keys it is given.
    """

    def __init__(
        self, ctx: Context, scope: Scope = "agent", *, model: str = "", limits: Limits = _LIMITS
    ) -> None:
        self._ctx = ctx
        self._scope = scope
        self._model = model
        self._limits = limits

    async def recall(self, question: str, *, key: str) -> Recalled:
        """What fits a question; nothing, and no model is asked, while nothing is remembered."""

        async def anything() -> bool:
            return bool(await self._ctx.index.list(COLLECTION, limit=1, scope=self._scope))

        if not await self._ctx.step("look", anything, key=f"{key}-look"):
            return Recalled()
        made = await embedded(self._ctx, self._model, [question], key)

        async def find() -> dict[str, Any]:
            found, note = await self._find(question, made)
            taken = chosen(question, found, self._limits.most, self._limits.tokens)
            used = [each.used(self._ctx.now()) for each in taken]
            for each in used:
                await self._describe(each)
            return {"memories": [asdict(each) for each in used], "note": note}

        told = await self._ctx.step("recall", find, key=f"{key}-find")
        if told["note"]:
            self._ctx.log("Memory was searched {note}", note=told["note"])
        memories = tuple(Remembered(**each) for each in told["memories"])
        return Recalled(memories, "hybrid" if made.vectors else "text", told["note"])

    async def remember(
        self, told: Remembered | Mapping[str, Any] | str, *, key: str, replaces: str = ""
    ) -> Kept:
        """Takes a text, its parts by name (`text kind about …`), or a memory.

        Keeps it, unless it is known; what it takes the place of is superseded, not deleted.

        Beyond the limit the least useful are forgotten. Raises `BlockError` for a text that is
        empty or too long.
        """
        if not isinstance(told, Remembered):
            told = Remembered(told) if isinstance(told, str) else Remembered(**told)
        told = replace(told, text=said(told.text), about=told.about.strip()[:200])
        made = await embedded(self._ctx, self._model, [told.text], key)
        digest = hashlib.sha256(f"{self._ctx.idempotency_key}/{key}".encode()).hexdigest()
        mine = replace(told, id=f"m_{digest[:16]}", embedded=made.model)

        async def keep() -> dict[str, Any]:
            known = await self._like(mine, made, replaces)
            kept = await self._keep(mine, made, judged(mine, known, replaces))
            forgotten = (
                await self._forget_most(kept.id) if kept.outcome in ("new", "replaced") else []
            )
            return kept._replace(forgotten=forgotten)._asdict()

        kept = Kept(**await self._ctx.step("remember", keep, key=f"{key}-keep"))
        if kept.note:
            self._ctx.log("A memory was kept {note}", note=kept.note)
        return kept

    async def forget(self, ids: Sequence[str], *, key: str) -> int:
        """How many went."""

        async def work() -> int:
            return await self._ctx.index.delete(COLLECTION, list(ids), scope=self._scope)

        return await self._ctx.step("forget", work, key=key) if ids else 0

    # -- looking ----------------------------------------------------------------------------

    async def _find(self, question: str, made: Embedded) -> tuple[list[Found], str]:
        words = widened(question)
        by_words = await self._search(words) if words else []
        by_vector, note = await self._near(made)
        cosines = {hit.document.id: hit.score for hit in by_vector}
        rankings = {
            name: [(hit.score, hit.document) for hit in hits]
            for name, hits in (("text", by_words), ("vector", by_vector))
        }
        return [
            Found(of(hit.document), cosines.get(hit.document.id), _rank(hit))
            for hit in fused(rankings)
        ], note

    async def _search(self, words: str, limit: int = _DEEP) -> list[Hit]:
        return await self._ctx.index.search(
            COLLECTION, words, mode="text", limit=limit, scope=self._scope
        )

    async def _near(self, made: Embedded, limit: int = _DEEP) -> tuple[list[Hit], str]:
        if not made.vectors:
            return [], made.note
        try:
            hits = await self._ctx.index.search(
                COLLECTION, vector=made.vectors[0], mode="vector", limit=limit, scope=self._scope
            )
        except LubanError as error:
            return [], _other_length(error)
        return hits, ""

    async def _like(self, told: Remembered, made: Embedded, replaces: str) -> list[Candidate]:
        """Memories that may say the same, but not this one as an earlier attempt kept it."""
        words = widened(f"{told.text} {told.about}")
        hits = await self._search(words, _LIKE) if words else []
        near, _ = await self._near(made, _LIKE)
        cosines = {hit.document.id: hit.score for hit in near}
        known = {hit.document.id: of(hit.document) for hit in (*hits, *near)}
        if replaces and replaces not in known:
            named = await self._ctx.index.get(COLLECTION, replaces, scope=self._scope)
            known |= {replaces: of(named)} if named else {}
        known.pop(told.id, None)
        return [Candidate(memory, cosines.get(id, 0.0)) for id, memory in known.items()]

    # -- changing ---------------------------------------------------------------------------

    async def _keep(self, told: Remembered, made: Embedded, verdict: Verdict) -> Kept:
        same = verdict.same
        if same is not None and verdict.outcome == "known":
            await self._describe(replace(same, times=same.times + 1))
            return Kept(same.id, "known", [], [], made.note)
        if same is not None:
            told = replace(
                told,
                id=same.id,
                times=same.times + 1,
                uses=same.uses,
                used_at=same.used_at,
                importance=max(same.importance, told.importance),
                about=told.about or same.about,
            )
        note = await self._put(told, made)
        for each in verdict.replaced:
            await self._describe(replace(each, superseded_by=told.id))
        return Kept(told.id, verdict.outcome, [each.id for each in verdict.replaced], [], note)

    async def _put(self, told: Remembered, made: Embedded) -> str:
        vector = made.vectors[0] if made.vectors else None
        document = Document(told.text, told.id, told.metadata, vector)
        try:
            await self._ctx.index.add(COLLECTION, [document], scope=self._scope)
        except LubanError as error:
            note = _other_length(error)
            bare = document._replace(vector=None, metadata={**told.metadata, "embedded": ""})
            await self._ctx.index.add(COLLECTION, [bare], scope=self._scope)
            return note
        return made.note

    async def _describe(self, memory: Remembered) -> None:
        await self._ctx.index.describe(COLLECTION, memory.id, memory.metadata, scope=self._scope)

    async def _forget_most(self, newest: str) -> list[str]:
        keep = self._limits.keep
        over = await self._ctx.index.list(COLLECTION, limit=1, offset=keep, scope=self._scope)
        if not over:
            return []
        oldest_first = reversed(await self._everything())
        others = sorted((each for each in oldest_first if each.id != newest), key=usefulness)
        going = [each.id for each in others[: max(len(others) + 1 - keep, 0)]]
        await self._ctx.index.delete(COLLECTION, going, scope=self._scope)
        self._ctx.log("Memories were forgotten, for {keep} are kept", keep=keep, ids=going)
        return going

    async def _everything(self) -> list[Remembered]:
        found: list[Remembered] = []
        while True:  # whole pages, each beginning where the last one ended
            part = await self._ctx.index.list(
                COLLECTION, limit=_PAGE, offset=len(found), scope=self._scope
            )
            found += [of(each) for each in part]
            if len(part) < _PAGE:
                return found


def usefulness(memory: Remembered) -> tuple[Any, ...]:
    """The least useful come first: superseded, unimportant, little used, long ago."""
    last = max(memory.used_at, memory.updated_at)
    return not memory.superseded_by, round(memory.importance, 1), memory.uses, last


def _rank(hit: Hit) -> float:
    return sum(1 / (60 + place) for place in cast("dict[str, int]", hit.by).values())


def _other_length(error: LubanError) -> str:
    if error.code != "vector_of_other_length":
        raise error
    return f"by words alone, without vectors: {error}"
