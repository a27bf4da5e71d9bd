"""Two ways to run an example, with one answer: the command line, and a server over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from luban.client import Client
from tests.cli.kit import ROOT, Luban
from tests.server.kit import server

EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: str
    outputs: dict[str, Any]
    error: dict[str, Any] | None
    starved: list[Any]


class Face(Protocol):
    """Runs an example to its end; a `Path` among the inputs is a file."""

    async def run(self, example: str, **inputs: Any) -> Ended: ...


@dataclass
class CommandLine:
    """`luban run FILE … --json`."""

    luban: Luban

    async def run(self, example: str, **inputs: Any) -> Ended:
        words: list[str | Path] = ["run", EXAMPLES / f"{example}.agent.yaml", "--json"]
        for name, value in inputs.items():
            given = f"@{value}" if isinstance(value, Path) else value
            words += ["--input", f"{name}={given}"]
        answer = await asyncio.to_thread(self.luban, *words)
        assert answer.out, answer.err
        told = answer.json
        assert answer.code == (0 if told["status"] == "completed" else 1)
        return Ended(told["status"], told["outputs"], told["error"], told["starved"])


@dataclass
class Http:
    """An agent made from the template and run on a server."""

    client: Client

    async def run(self, example: str, **inputs: Any) -> Ended:
        agent = await self.client.agents.create(template=example)
        ready = {
            name: (await self.client.files.upload(value)).ref if isinstance(value, Path) else value
            for name, value in inputs.items()
        }
        run = await self.client.runs.start(agent.id, ready)
        run = await self.client.runs.wait(run.id, timeout=60)
        return Ended(run.status.value, run.outputs, run.error, list(run.starved))


@asynccontextmanager
async def opened(kind: str, folder: Path, **environment: str) -> AsyncIterator[Face]:
    """The face `cli` or `http`, in a home of its own, allowed to reach this machine."""
    environment = {"LUBAN_ALLOW_HOSTS": "loopback", **environment}
    if kind == "cli":
        yield CommandLine(Luban(folder / "home", folder, environment))
        return
    with server(folder, **environment) as running:
        async with running.client() as client:
            yield Http(client)
