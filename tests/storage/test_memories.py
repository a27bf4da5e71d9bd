"""Memories over every kind of storage: what is told, replaced and forgotten is the same."""

from __future__ import annotations

from typing import Any

from luban.forge.memory import LongTermMemory, Remembered
from luban.forge.memory.long_term import Limits
from luban.ports.clock import SystemClock
from luban.ports.world import StepPlace
from luban.sdk.testing import TestContext
from luban.services.search import StepIndex
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store


def memory(store: Store, agent: str, run: str, owner: str = OWNER, **more: Any) -> LongTermMemory:
    key = f"{run}/node/0"
    place = StepPlace(run, "node", key)
    index: Any = StepIndex(store.index, owner, agent, place, SystemClock())
    ctx = TestContext(index=index, idempotency_key=key)
    return LongTermMemory(ctx, model="none", **more)


async def told(memory: LongTermMemory, question: str) -> list[str]:
    return [each.text for each in (await memory.recall(question, key="ask")).memories]


async def test_one_run_tells_another(store: Store) -> None:
    first = memory(store, "a_1", "r_1")
    for number, text in enumerate(
        (
            "Ada lives in Rome",
            "Boris lives in Oslo",
            "Ada has a cat called Tom",
            "用户喜欢吃辣的川菜",
        )
    ):
        await first.remember(Remembered(text, said_by="user"), key=f"k{number}")
    await first.remember({"text": "Ada lives in Lima", "about": "home"}, key="dict")
    await first.remember("The harbour has 14 cranes", key="text")

    again = memory(store, "a_1", "r_2")
    recalled = await again.recall("Where is Ada living?", key="ada")
    assert {each.text for each in recalled.memories} == {"Ada lives in Rome", "Ada lives in Lima"}
    assert {(each.run, each.node, each.agent) for each in recalled.memories} == {
        ("r_1", "node", "a_1")
    }
    assert await told(memory(store, "a_1", "r_3"), "推荐一家川菜馆") == ["用户喜欢吃辣的川菜"]
    assert await told(memory(store, "a_1", "r_4"), "How many cranes has the harbour?") == [
        "The harbour has 14 cranes"
    ]
    assert await told(memory(store, "a_1", "r_5"), "What is 14 + 7?") == []
    for stranger in (memory(store, "a_2", "r_6"), memory(store, "a_1", "r_7", STRANGER)):
        assert await told(stranger, "Where is Ada living?") == []
    used = await again._ctx.index.get("memory", recalled.memories[0].id)  # pyright: ignore[reportPrivateUsage]
    assert used is not None
    assert used.metadata["uses"] == 1


async def test_an_attempt_that_is_made_again_keeps_nothing_twice(store: Store) -> None:
    for _ in range(2):  # as after a crash before the record: the same run, step and key
        kept = await memory(store, "a_1", "r_1").remember("Ada lives in Rome", key="k")
        assert kept.outcome == "new"
    small = memory(store, "a_1", "r_2", limits=Limits(keep=1))
    kept = await small.remember("Boris lives in Oslo", key="k")
    assert len(kept.forgotten) == 1
    assert await told(memory(store, "a_1", "r_3"), "Who is Ada?") == []
