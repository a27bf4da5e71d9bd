"""Whether memory helps where it is needed, what it costs where it is not, and how long it takes."""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Unpack

from benchmarks.machine import describe
from benchmarks.memory_tasks import CHORES, NEEDLESS, SUMS, Task, told, wanted
from benchmarks.report import Report, Row
from benchmarks.sizes import rounds, scaled
from luban.forge.memory.long_term import COLLECTION
from luban.forge.memory.weighty import weighty
from luban.llm.token_estimate import tokens_of
from luban.ports.clock import SystemClock
from luban.ports.world import StepPlace
from luban.registry import discover
from luban.sdk.chat import ChatAnswer, ChatMessage, ChatOptions, EmbeddingAnswer, Usage
from luban.sdk.scripted_models import ScriptedModels
from luban.sdk.stored import Document
from luban.sdk.testing import TestContext, run_block
from luban.services.search import StepIndex
from luban.storage.sqlite import open_database

METHOD = [
    "A model that knows nothing but its prompt: it answers from the line that shares most words",
    "with the question, does sums, and else says that it does not know. Each task is a run of its",
    "own: ai.recall before ai.chat (on), ai.chat alone (off). Facts were told to ai.remember in",
    "earlier runs, one in four was corrected later; as many distractors speak of other people and",
    "of other things of the same people. By words alone (no model for vectors), SQLite on disk.",
    "Tokens are four bytes each, those of the tools that are offered too. Latency: ai.recall over",
    "many facts, median; hybrid has made-up vectors of 384 numbers, given at once.",
]
_BLOCKS = ("ai.agent", "ai.chat", "ai.recall", "ai.remember")
_SUM = re.compile(r"(\d+) \+ (\d+)")


class Reader(ScriptedModels):
    """Answers from what stands in its prompt, and counts what it read."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.tokens = 0
        self.asked = 0

    async def embed(
        self, model: str, texts: Sequence[str], *, timeout: float = 120.0
    ) -> EmbeddingAnswer:
        return EmbeddingAnswer([_vector(text) for text in texts], "bench/made-up", Usage())

    async def chat(
        self, model: str, messages: Sequence[ChatMessage], **options: Unpack[ChatOptions]
    ) -> ChatAnswer:
        for tool in options.get("tools", ()):
            told = f"{tool.name} {tool.description} {json.dumps(dict(tool.parameters))}"
            self.tokens += tokens_of(told)
        return await super().chat(model, messages, **options)

    def _answer(self, messages: Sequence[ChatMessage]) -> str:
        self.asked += 1
        self.tokens += sum(tokens_of(each.content) for each in messages)
        *lines, question = messages[-1].content.strip().splitlines()
        if found := _SUM.search(question):
            return str(int(found[1]) + int(found[2]))
        if question.startswith("Spell "):
            return question.split()[1].upper()
        words = weighty(question)
        shared = [(len(words & weighty(line)), line) for line in lines]
        most = max((count for count, _ in shared), default=0)
        fitting = [line for count, line in shared if count == most]
        return fitting[0] if most >= 2 else "I do not know."


class Outcome(NamedTuple):
    """What a set of tasks came to."""

    right: int
    tasks: int
    tokens: int
    calls: int

    @property
    def share(self) -> float:
        return 100 * self.right / self.tasks


class Bench:
    """An agent's blocks over a database on disk, one context per run."""

    def __init__(self, database: Any) -> None:
        self._database = database
        registry = discover(())
        self._blocks = {id: registry.find(id) for id in _BLOCKS}
        self._runs = 0

    def context(self, models: ScriptedModels) -> TestContext:
        self._runs += 1
        key = f"r_{self._runs}/node/0"
        place = StepPlace(f"r_{self._runs}", "node", key)
        index: Any = StepIndex(self._database.index, "local", "a_bench", place, SystemClock())
        return TestContext(llm=models, index=index, idempotency_key=key, time=time.time())

    async def remember(self, text: str, about: str) -> None:
        ctx = self.context(Reader())
        given = {"text": text, "about": about, "model": "none", "keep": 100_000}
        await run_block(self._blocks["ai.remember"], ctx, **given)

    async def recall(self, question: str, models: ScriptedModels, model: str = "none") -> str:
        ctx = self.context(models)
        sent = await run_block(self._blocks["ai.recall"], ctx, question=question, model=model)
        return sent["text"][0]

    async def tasks(self, tasks: Sequence[Task], *, memory: bool) -> Outcome:
        models, right = Reader(), 0
        for each in tasks:
            known = await self.recall(each.question, models) if memory else ""
            prompt = f"{known}\n{each.question}" if known else each.question
            sent = await run_block(self._blocks["ai.chat"], self.context(models), prompt=prompt)
            right += each.answer in sent["answer"][0] and each.wrong not in sent["answer"][0]
        return Outcome(right, len(tasks), models.tokens, models.asked)

    async def agent(self, tasks: Sequence[Task], *, memory: str) -> Outcome:
        """The same tasks by an agent that decides by itself, which has no other tools."""
        models, right = Reader(), 0
        for each in tasks:
            ctx = self.context(models)
            sent = await run_block(self._blocks["ai.agent"], ctx, goal=each.question, memory=memory)
            right += each.answer in sent["answer"][0]
        return Outcome(right, len(tasks), models.tokens, models.asked)


def measure() -> Report:
    """All of it in one process."""
    return asyncio.run(_measure())


async def _measure() -> Report:
    report = Report("memory", describe(), list(METHOD))
    with tempfile.TemporaryDirectory() as folder:
        report.rows += await _worth(Path(folder) / "worth.db", report)
        report.rows += await _latency(Path(folder) / "latency.db")
    return report


async def _worth(file: Path, report: Report) -> list[Row]:
    database = open_database(file)
    bench, people = Bench(database), scaled(50, least=4)
    try:
        for text, about in told(people):
            await bench.remember(text, about)
        need = wanted(people)
        on, off = [await bench.tasks(need, memory=each) for each in (True, False)]
        plain_on, plain_off = [await bench.tasks(NEEDLESS, memory=each) for each in (True, False)]
        agent_on, agent_off = [await bench.agent(SUMS, memory=each) for each in ("agent", "off")]
        told_on, told_off = [await bench.agent(CHORES, memory=each) for each in ("agent", "off")]
    finally:
        await database.close()
    report.notes.append(f"{on.tasks} tasks that need memory, {plain_on.tasks} that do not.")
    return [
        Row("needed: right", on.share, "%", off.share, "memory off", ">= 90"),
        Row("needed: model calls a task", on.calls / on.tasks, "", off.calls / off.tasks, "off"),
        Row("needed: tokens a task", on.tokens / on.tasks, "", off.tokens / off.tasks, "off"),
        Row("not needed: right", plain_on.share, "%", plain_off.share, "memory off", "= off"),
        Row("not needed: model calls", plain_on.calls, "", plain_off.calls, "memory off", "= off"),
        Row("not needed: tokens", plain_on.tokens, "", plain_off.tokens, "memory off", "= off"),
        Row("ai.agent, a sum: right", agent_on.share, "%", agent_off.share, "off", "= off"),
        Row("ai.agent, a sum: tokens", agent_on.tokens, "", agent_off.tokens, "off", "= off"),
        Row(
            "ai.agent, a chore: tokens a task",
            told_on.tokens / told_on.tasks,
            "",
            told_off.tokens / told_off.tasks,
            "off: no tools to remember with",
        ),
    ]


async def _latency(file: Path) -> list[Row]:
    database = open_database(file)
    bench, count = Bench(database), scaled(10_000, least=50)
    try:
        ctx = bench.context(Reader())
        facts = [text for text, _ in told(count // 8 + 1)][:count]
        for start in range(0, len(facts), 500):
            documents = [
                Document(text, f"m_{start + at}", {"trusted": True, "kind": "fact"}, _vector(text))
                for at, text in enumerate(facts[start : start + 500])
            ]
            await ctx.index.add(COLLECTION, documents)
        questions = [each.question for each in wanted(20)][: rounds(40)]
        by_words = await _timed(bench, questions, "none")
        await bench.recall("What is the dog of Ada?", Reader(), "bench/made-up")  # reads vectors
        hybrid = await _timed(bench, questions, "bench/made-up")
    finally:
        await database.close()
    return [
        Row(f"recall of {len(facts):,} facts, by words", by_words, "ms", bar="<= 50"),
        Row(f"recall of {len(facts):,} facts, hybrid", hybrid, "ms", bar="<= 100"),
    ]


async def _timed(bench: Bench, questions: Sequence[str], model: str) -> float:
    took: list[float] = []
    for question in questions:
        began = time.perf_counter()
        await bench.recall(question, Reader(), model)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _vector(text: str) -> list[float]:
    """Made up of the text, and near to no other."""
    dice = random.Random(text)
    return [dice.gauss(0, 1) for _ in range(384)]
