"""Many people at once on one server: readers, silent WebSockets, and everybody signing in."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.environments import FOLDER
from benchmarks.machine import describe
from benchmarks.report import Report, Row
from benchmarks.server import Running, running
from benchmarks.sizes import scaled
from benchmarks.start import luban

METHOD = [
    "One server process demands accounts (SQLite). Readers: sessions of 20 people send reads of",
    "agents, runs and /me in turn, 200 a second all together, each answer timed by the sender;",
    "memory is resident, before and after. WebSockets: opened with keys, then left alone for ten",
    "seconds; what the process grew by, divided. Sign-ins: as many at once as there are readers,",
    "with wrong passwords, while runs of two blocks are started and answered; their times with and",
    "without it. The load comes from another process on the same machine.",
]
PEOPLE = 20
_LIMITS = """
[rate_limits]
sign_in = "100000/minute"
account = "100000/minute"
start = "100000/minute"
read = "100000/minute"
"""
"""Everybody comes from one address here, and in small rounds they are few."""
RATE = 200
PASSWORD = "correct horse battery staple"
ADMIN = {"email": "ada@example.com", "password": PASSWORD}
_DOCUMENT = {
    "luban": 1,
    "name": "Two",
    "nodes": {
        "text": {"block": "io.input", "with": {"name": "text", "type": "text"}},
        "loud": {"block": "text.change_case", "with": {"operation": "upper"}},
        "result": {"block": "io.output", "with": {"name": "result"}},
    },
    "links": ["text.value -> loud.text", "loud.processed_text -> result.value"],
}


@dataclass
class _Readers:
    """What reading came to: seconds per answer, in order, and what was no success."""

    took: list[float] = field(default_factory=list[float])
    failed: list[int] = field(default_factory=list[int])

    def at(self, share: float) -> float:
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def measure() -> Report:
    """Measures everything against a server of its own."""
    report = Report("crowd", describe(), list(METHOD))
    FOLDER.mkdir(exist_ok=True)
    program = luban()
    guarded = type(program)(program.name, program.command, ("/health",), _environment)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        (Path(folder) / "luban.toml").write_text(_LIMITS, encoding="utf-8")
        with running(guarded, Path(folder)) as server:
            asyncio.run(_measure(server, report))
    return report


def _environment(folder: Path) -> dict[str, str]:
    return {
        "LUBAN_AUTH": "required",
        "LUBAN_ADMIN_EMAIL": ADMIN["email"],
        "LUBAN_ADMIN_PASSWORD": PASSWORD,
        "LUBAN_LOG_LEVEL": "warning",
    }


async def _measure(server: Running, report: Report) -> None:
    base = f"http://127.0.0.1:{server.port}"
    async with httpx2.AsyncClient(base_url=base, timeout=60) as admin:
        _good(await admin.post("/api/v1/auth/sign-in", json=ADMIN))
        people = [await _person(admin, base, number) for number in range(scaled(PEOPLE))]
        agent = _good(await admin.post("/api/v1/agents", json={"document": _DOCUMENT}))["id"]
        key = _good(await admin.post("/api/v1/api-keys", json={"name": "bench"}))["key"]
        me = _good(await admin.get("/api/v1/me"))["id"]
        report.rows += await _reading(base, people, server)
        report.rows += await _silence(base, me, key, server)
        report.rows += await _storm(admin, base, agent)


async def _person(admin: httpx2.AsyncClient, base: str, number: int) -> list[str]:
    """The cookies of several sessions of a new user."""
    email = f"person{number}@example.com"
    asked = {"email": email, "name": f"Person {number}", "password": PASSWORD, "role": "user"}
    _good(await admin.post("/api/v1/users", json=asked))
    cookies: list[str] = []
    for _ in range(scaled(25)):
        async with httpx2.AsyncClient(base_url=base, timeout=60) as http:
            answer = await http.post(
                "/api/v1/auth/sign-in", json={"email": email, "password": PASSWORD}
            )
            _good(answer)
            cookies += [f"{name}={value}" for name, value in http.cookies.items()]
    return cookies


async def _reading(base: str, people: list[list[str]], server: Running) -> list[Row]:
    cookies = [cookie for person in zip(*people, strict=True) for cookie in person]
    paths = itertools.cycle(["/api/v1/agents", "/api/v1/runs", "/api/v1/me"])
    limits = httpx2.Limits(max_connections=len(cookies), max_keepalive_connections=len(cookies))
    async with httpx2.AsyncClient(base_url=base, timeout=30, limits=limits) as http:
        await _read(http, cookies, paths, _Readers(), scaled(5, least=1))
        before, readers = server.memory(), _Readers()
        await _read(http, cookies, paths, readers, scaled(300, least=2))
        after = server.memory()
    growth = 100 * ((after or 1) / (before or 1) - 1)
    what = f"reads by {len(cookies)} sessions"
    return [
        Row(f"{what}, p50", readers.at(0.5) * 1e3, "ms"),
        Row(f"{what}, p99", readers.at(0.99) * 1e3, "ms", bar="<= 100"),
        Row(f"{what}, refused or failed", float(len(readers.failed)), "", bar="0"),
        Row("memory growth meanwhile", growth, "%", bar="flat"),
    ]


async def _read(
    http: httpx2.AsyncClient, cookies: list[str], paths: Any, readers: _Readers, seconds: float
) -> None:
    """Sends at a steady rate, whether answers come or not."""
    asking: set[asyncio.Task[None]] = set()
    began = time.perf_counter()
    for number in range(int(seconds * RATE)):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        cookie = cookies[number % len(cookies)]
        task = asyncio.create_task(_ask(http, next(paths), cookie, readers))
        asking.add(task)
        task.add_done_callback(asking.discard)
    await asyncio.gather(*asking)


async def _ask(http: httpx2.AsyncClient, path: str, cookie: str, readers: _Readers) -> None:
    began = time.perf_counter()
    answer = await http.get(path, headers={"cookie": cookie})
    readers.took.append(time.perf_counter() - began)
    if answer.status_code != 200:
        readers.failed.append(answer.status_code)


async def _silence(base: str, user: str, key: str, server: Running) -> list[Row]:
    address = f"{base.replace('http', 'ws', 1)}/ws/{user}"
    headers = {"authorization": f"Bearer {key}"}
    count = scaled(2000)
    sockets: list[ClientConnection] = []
    before = server.memory()
    try:
        for _ in range(count):
            sockets.append(await connect(address, additional_headers=headers, ping_interval=None))
        await asyncio.sleep(scaled(10, least=1))
        after = server.memory()
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))
    grown = ((after or 0) - (before or 0)) * 1000 / count
    return [Row(f"memory of a silent WebSocket, {count} of them", grown, "KB", bar="<= 20")]


async def _storm(admin: httpx2.AsyncClient, base: str, agent: str) -> list[Row]:
    calm = await _runs(admin, agent)
    async with httpx2.AsyncClient(base_url=base, timeout=120) as http:
        storm = [
            asyncio.create_task(
                http.post("/api/v1/auth/sign-in", json={"email": f"x{n}@a.b", "password": "wrong"})
            )
            for n in range(scaled(500, least=4))
        ]
        await asyncio.sleep(0.2)
        meanwhile = await _runs(admin, agent)
        refused = {answer.status_code for answer in await asyncio.gather(*storm)}
    note = "/".join(map(str, sorted(refused)))
    return [
        Row("start a run and have its result", median(calm) * 1e3, "ms"),
        Row(f"the same during a storm of sign-ins ({note})", median(meanwhile) * 1e3, "ms"),
        Row("the longest of them", max(meanwhile) * 1e3, "ms"),
    ]


async def _runs(http: httpx2.AsyncClient, agent: str) -> list[float]:
    took: list[float] = []
    for _ in range(scaled(50)):
        began = time.perf_counter()
        body = {"inputs": {"text": "a"}}
        told = _good(await http.post(f"/api/v1/agents/{agent}/runs?wait=30", json=body))
        assert told["status"] == "completed", told
        took.append(time.perf_counter() - began)
    return took


def _good(answer: httpx2.Response) -> Any:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.text}"
    return json.loads(answer.content) if answer.content else None
