"""The world around runs that die: `python -m tests.faults.outside PLACE SEED BUSY LONG`.

One process that outlives all others: the server that counts effects, a person who answers, looks
up what is in doubt and lets runs go on, a sender of signals at any moment, and, with BUSY, somebody
who starts new runs when fewer are under way; they wait LONG seconds at a time. It says its port
first; `enough` on its standard input ends the new runs, the end of that input all of it: then it
tells what was done to the world.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from luban.model.errors import LubanError
from luban.model.run import Run, RunStatus, Wait, WaitKind
from luban.ports.stores import Slice
from tests.engine.house import OWNER
from tests.faults.effects import EffectServer
from tests.faults.graphs import all_cases
from tests.faults.places import OPEN, how_many, opened, store_runs

if TYPE_CHECKING:
    from tests.engine.house import Database

_PAUSE = 0.01
_MANY = Slice(1, 500)


class Outside:
    """What comes to runs from outside; `effects` tells what they did there."""

    def __init__(self, database: Database, draw: random.Random, effects: EffectServer) -> None:
        self._database = database
        self._draw = draw
        self._effects = effects
        self._sent: dict[str, int] = {}
        self._seen: set[str] = set()
        self._signals = [case.signals for case in all_cases().values()]
        self.decided: set[str] = set()
        self.let_go_on = 0

    async def forever(self) -> None:
        while True:
            with suppress(LubanError):  # a server that is away; asked again
                await self.once()
            await asyncio.sleep(_PAUSE)

    async def once(self) -> None:
        """Looks at everything that is open, and does some of what is to do."""
        for status in OPEN:
            for run in (await self._database.runs.list(OWNER, _MANY, status=status)).items:
                await self._send(run)
                for wait in run.waiting_for:
                    await self._deal_with(run, wait)

    async def _send(self, run: Run) -> None:
        signals, sent = self._signals[run.version - 1], self._sent.get(run.id, 0)
        if sent < len(signals) and self._draw.random() < 0.1:
            self._sent[run.id] = sent + 1
            name, value = signals[sent]
            for _ in range(self._draw.choice([1, 2])):  # a sender that is not sure sends again
                await self._signal(run, f"signal:{name}", value, f"{name} {sent}")

    async def _deal_with(self, run: Run, wait: Wait) -> None:
        if wait.kind is WaitKind.QUARANTINE:
            self.let_go_on += await self._database.runs.resume(OWNER, run.id, {}, wait.since)
        elif wait.kind is WaitKind.ASK and self._draw.random() < 0.3:
            answer = {"choice": "that", "values": {"n": 5}}
            await self._signal(run, f"answer:{wait.details['id']}", answer, wait.details["id"])
        elif wait.kind is WaitKind.IN_DOUBT:
            await self._decide(run, wait)

    async def _decide(self, run: Run, wait: Wait) -> None:
        """Looks at what was done, the second time it sees the question."""
        question = f"{wait.details['id']} {wait.key}"
        if question not in self._seen:
            self._seen.add(question)
            return
        found = self._effects.effects.get(f"{run.id}/{wait.node}/{wait.iteration}")
        answer: dict[str, Any] = {"choice": "again"}
        if found is not None:
            answer = {"choice": "done", "values": {"result": found.value}}
        await self._signal(run, f"answer:{wait.details['id']}", answer, question)
        self.decided.add(question)

    async def _signal(self, run: Run, key: str, value: Any, once: str) -> None:
        await self._database.runs.signal(OWNER, run.id, key, value, 0.0, once=once)


async def _keep_busy(database: Database, busy: int, long: float, enough: asyncio.Event) -> None:
    while not enough.is_set():
        with suppress(LubanError):
            if await how_many(database, RunStatus.QUEUED, RunStatus.RUNNING) < busy:
                await store_runs(database, 1, long)
        await asyncio.sleep(_PAUSE / 2)


def _listen(loop: asyncio.AbstractEventLoop, enough: asyncio.Event, over: asyncio.Event) -> None:
    for line in sys.stdin:
        if line.strip() == "enough":
            loop.call_soon_threadsafe(enough.set)
    loop.call_soon_threadsafe(over.set)


async def main(place: str, seed: int, busy: int, long: float) -> None:
    database, enough, over = await opened(place), asyncio.Event(), asyncio.Event()
    listening = (asyncio.get_running_loop(), enough, over)
    threading.Thread(target=_listen, args=listening, daemon=True).start()
    async with EffectServer().running() as effects:
        outside = Outside(database, random.Random(seed), effects)
        sys.stdout.write(f"{effects.port}\n")
        sys.stdout.flush()
        tasks = [asyncio.create_task(outside.forever())]
        if busy:
            await _keep_busy(database, busy, long, enough)
            sys.stdout.write("enough\n")
            sys.stdout.flush()
        await over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    await database.close()
    told = {"decided": len(outside.decided), "let_go_on": outside.let_go_on}
    sys.stdout.write(json.dumps({**told, "effects": effects.as_json()}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
