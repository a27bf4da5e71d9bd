"""A server in a thread, two teams with things of their own, and a stranger's view on them."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import uvicorn
from starlette.requests import HTTPConnection

from luban.api.app import create_app
from luban.api.caller import SignInNeeded
from luban.api.door import Door
from luban.model.access import ADMIN, USER, VIEWER, Caller, Role
from luban.server.bounded_http import BoundedHttp
from luban.server.database import MEMORY
from luban.server.process import bind
from tests.api.kit import V1
from tests.databases import ready_database
from tests.services.kit import CALCULATOR, memory_home

CANARY = "canary-7f3a9"
"""Stands in every text of the other team; nobody else may ever read it."""

ROLES: Mapping[str, Role] = {"admin": ADMIN, "she": USER, "looker": VIEWER, "other": USER}


class Ids(NamedTuple):
    """What path parameters may be, by their names."""

    hers: Mapping[str, str]
    others: Mapping[str, str]


class Served(NamedTuple):
    url: str
    ids: Ids


class _Quiet(uvicorn.Server):
    """A server that leaves the signals of the process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def by_name(connection: HTTPConnection) -> Caller:
    """Tests say who they are; whoever says nothing is a visitor."""
    name = connection.headers.get("x-caller", "")
    if name == "wrong":
        raise SignInNeeded
    role = ROLES.get(name)
    if role is None:
        return Caller()
    team = "she" if name in ("admin", "looker") else name
    return Caller(name, team, role.permissions, by="session", grant=f"s_{name}")


@contextmanager
def server(folder: Path, address: str = "") -> Iterator[Served]:
    """The application on a port of its own, until the block ends; over memory, or PostgreSQL."""
    began, over = threading.Event(), threading.Event()
    found: dict[str, Any] = {}

    async def live() -> None:
        async with AsyncExitStack() as closing:
            database = MEMORY
            if address:
                database = await closing.enter_async_context(ready_database(address))
            home = await closing.enter_async_context(
                memory_home(folder, rate_limits={"enabled": False}, database_url=database)
            )
            app = create_app(home.house, identify=by_name, door=Door(seconds=20))
            listening = bind("127.0.0.1", 0)
            port = listening.getsockname()[1]
            config = uvicorn.Config(
                app, http=BoundedHttp, lifespan="off", log_config=None, access_log=False
            )
            running = _Quiet(config)
            serving = asyncio.create_task(running.serve(sockets=[listening]))
            url = f"http://127.0.0.1:{port}"
            try:
                await home.worker.start()
                async with httpx2.AsyncClient(base_url=url) as http:
                    hers = await things(http, "she", "hers")
                    others = await things(http, "other", CANARY)
                found["served"] = Served(url, Ids(hers, others))
                began.set()
                await asyncio.to_thread(over.wait)
            finally:
                running.should_exit = True
                await serving
                listening.close()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:
            found["error"] = error
            raise
        finally:
            gc.collect()  # what belongs to this thread goes in this thread
            began.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        began.wait()
        if "error" in found:
            raise found["error"]
        yield found["served"]
    finally:
        over.set()
        thread.join()


async def things(http: httpx2.AsyncClient, who: str, word: str) -> dict[str, str]:
    """One of each thing, with the word in all its texts."""
    http.headers["x-caller"] = who
    document = {**CALCULATOR, "name": f"Agent {word}", "description": word}
    agent = await _made(http.post(f"{V1}/agents", json={"document": document}))
    await http.post(f"{V1}/agents/{agent}/versions", json={"label": word})
    inputs = {"a": 1, "b": 2}
    run = await _made(http.post(f"{V1}/agents/{agent}/runs", json={"inputs": inputs}))
    file = await _made(
        http.post(f"{V1}/files", files={"file": (f"{word}.txt", word.encode(), "text/plain")})
    )
    return {"agent_id": agent, "run_id": run, "file_id": file, "version": "1"}


async def _made(sending: Any) -> str:
    answer = await sending
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]
