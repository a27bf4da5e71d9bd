"""Calls of a model over loopback, by our port or by the vendor's own client; many at once, too."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import openai
import uvloop

from benchmarks.works.answering import answer
from luban.llm import ConfiguredModels, ModelConfig, ModelSettings
from luban.sdk.chat import ChatMessage

QUESTION = "Who wrote Dream of the Red Chamber? 《红楼梦》的作者是谁？"
Ask = Callable[[bool], Awaitable[int]]
"""Asks once, as a stream or not; gives how many letters came."""


def ours(address: str) -> Ask:
    """As a step asks, without what a step adds."""
    row = ModelConfig(id="bench/model", base_url=address)
    models = ConfiguredModels(ModelSettings({row.id: row}, row.id))

    async def ask(stream: bool) -> int:
        came: list[str] = []
        told = await models.chat(
            "", [ChatMessage("user", QUESTION)], on_delta=came.append if stream else None
        )
        return len("".join(came)) if stream else len(told.text)

    return ask


def bare(address: str) -> Ask:
    """As the vendor's documentation says."""
    client = openai.AsyncOpenAI(base_url=address, api_key="none", max_retries=0)

    async def ask(stream: bool) -> int:
        if not stream:
            told = await client.chat.completions.create(
                model="model", messages=[{"role": "user", "content": QUESTION}]
            )
            return len(told.choices[0].message.content or "")
        came: list[str] = []
        pieces = await client.chat.completions.create(
            model="model",
            messages=[{"role": "user", "content": QUESTION}],
            stream=True,
            stream_options={"include_usage": True},
        )
        async for piece in pieces:
            came += [choice.delta.content or "" for choice in piece.choices]
        return len("".join(came))

    return ask


async def main(who: str, address: str) -> None:
    ask = {"ours": ours, "bare": bare}[who](address)

    async def play(calls: int, at_once: int, stream: bool) -> dict[str, float]:
        await ask(stream)  # what is loaded by the first call is not the cost of a call
        gc.collect()
        before, cpu, wall = _resident(), time.process_time(), time.perf_counter()
        most = asyncio.create_task(_most())
        turns = asyncio.Semaphore(at_once)

        async def one() -> int:
            async with turns:
                return await ask(stream)

        letters = await asyncio.gather(*(one() for _ in range(calls)))
        most.cancel()
        if len(set(letters)) != 1 or not letters[0]:
            raise RuntimeError(f"answers of different lengths: {sorted(set(letters))}")
        return {
            "steps": calls,
            "cpu": time.process_time() - cpu,
            "wall": time.perf_counter() - wall,
            "bytes": (max(_seen, default=before) - before) / at_once,
        }

    await answer(play)


_seen: list[int] = []


async def _most() -> None:
    """Looks at the memory while the answers come."""
    _seen.clear()
    while True:
        await asyncio.sleep(0.1)
        _seen.append(_resident())


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 8_192), hard), hard))
    uvloop.run(main(sys.argv[2], sys.argv[3]))
