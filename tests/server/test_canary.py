"""A secret is given to a real server, leaked by blocks in every way, and searched for everywhere.

What was written down, said and answered must hold it in no shape; a marker that is told beside it
shows that the search would have found it.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import threading
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any, ClassVar
from urllib.parse import quote, quote_plus

import httpx2
import pytest
import pytest_asyncio

from luban.model.hiding import MASK
from tests.databases import fresh_database
from tests.server import leaky_blocks
from tests.server.kit import ServerProcess, environment, server
from tests.warm import run

CANARY = 'cnry-7f/3a+9c=51&e0 "q" <t>'
MARKER = leaky_blocks.MARKER
FAILURES = ["crash", "args", "block_error", "temporary", "chained", "child", "exit"]
HTTP = {
    "echo": {"query": {"again": "x"}},
    "status": {"path": "/status", "fail_on_error": True},
    "redirect": {"path": "/redirect"},
    "text": {"path": "/text", "method": "POST", "body": "hello"},
}


def shapes() -> list[bytes]:
    """What must be nowhere; of base64 the letters that depend on no neighbour."""
    raw = CANARY.encode()
    found = {
        CANARY,
        json.dumps(CANARY)[1:-1],
        quote(CANARY, safe=""),
        quote_plus(CANARY),
        raw.hex(),
    }
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(b"\0" * shift + raw).decode()[4:-4])
    return [shape.encode() for shape in found]


class Echo(BaseHTTPRequestHandler):
    """Answers with all it was sent, in body and headers."""

    heard: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        proof = self.headers.get("authorization", "")
        self.heard.append(proof)
        body = self.rfile.read(length).decode()
        told = {"url": self.path, "headers": dict(self.headers), "body": body, "marker": MARKER}
        text = json.dumps(told).encode()
        self.send_response({"/status": 401, "/redirect": 302}.get(self.path, 200))
        self.send_header(
            "content-type", "text/plain" if self.path == "/text" else "application/json"
        )
        self.send_header("x-echo", proof)
        if self.path == "/redirect":
            self.send_header("location", f"/echo?{quote(proof)}")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def echo() -> Iterator[str]:
    Echo.heard.clear()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


class Heard:
    """All that a process prints, read at once so that it never waits for a reader."""

    def __init__(self, stream: IO[str] | None) -> None:
        assert stream is not None
        self._stream = stream
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        self._lines.extend(self._stream)

    def whole(self) -> bytes:
        """Once the process has ended."""
        self._thread.join(60)
        self._stream.close()
        return "".join(self._lines).encode()


class Witness:
    """One client of the server; everything it is told is kept to be searched."""

    def __init__(self, url: str) -> None:
        self.http = httpx2.Client(base_url=f"{url}/api/v1", timeout=30, trust_env=False)
        self.told: list[bytes] = []

    def ask(self, method: str, path: str, **options: Any) -> Any:
        answer = self.http.request(method, path, **options)
        self.told += [answer.content, repr(answer.headers.raw).encode()]
        assert answer.status_code < 500, answer.text
        kind = answer.headers.get("content-type", "")
        return answer.json() if kind == "application/json" else answer.content

    def make(self, name: str, nodes: dict[str, Any], links: list[str] | None = None) -> str:
        document = {"luban": 1, "name": name, "nodes": nodes, "links": links or []}
        made = self.ask("POST", "/agents", json={"document": document})
        return made["id"]

    def run(self, agent: str) -> dict[str, Any]:
        """A run to its end, watched live from its beginning."""
        run = self.ask("POST", f"/agents/{agent}/runs", json={"inputs": {}})["id"]
        with self.http.stream("GET", f"/runs/{run}/events", timeout=60) as events:
            for line in events.iter_lines():
                self.told.append(line.encode())
                if "run_ended" in line:
                    break
        for path in ("", "/steps", "/state", "/archive", "/export"):
            self.ask("GET", f"/runs/{run}{path}")
        return self.ask("GET", f"/runs/{run}")


def node(block: str, **more: Any) -> dict[str, Any]:
    return {"only": {"block": block, "credential": "Canary", **more}}


def use(witness: Witness, site: str) -> None:
    """Stores the credential, and has it leaked in all ways."""
    made = witness.ask(
        "POST",
        "/credentials",
        json={
            "provider": "ollama",
            "name": "Canary",
            "secret": {"api_key": CANARY},
            "settings": {"base_url": site},
        },
    )
    witness.ask("POST", f"/credentials/{made['id']}/test")
    witness.ask(
        "POST", "/credentials", json={"provider": "ollama", "secret": {"api_key": [CANARY]}}
    )
    for block in ("leak.output", "leak.shown", "leak.kept"):
        ended = witness.run(witness.make(block, node(block)))
        assert ended["status"] == "completed", (block, ended["error"])
    for how in FAILURES:
        ended = witness.run(witness.make(how, node("leak.failing", **{"with": {"how": how}})))
        assert ended["status"] == "failed"
    for name, options in HTTP.items():
        constants = {key: value for key, value in options.items() if key != "path"}
        constants["url"] = f"{site}{options.get('path', '/echo')}"
        witness.run(witness.make(f"http {name}", node("web.http_request", **{"with": constants})))
    away = {"url": site.replace("127.0.0.1", "localhost"), "fail_on_error": True}
    refused = witness.run(witness.make("away", node("web.http_request", **{"with": away})))
    assert refused["error"]["code"] == "credential_not_for_host"


def look_around(witness: Witness) -> None:
    """Every list there is, every file, and the agents as files."""
    for path in ("/credentials", "/agents", "/runs", "/approvals", "/findings", "/audit", "/keys"):
        witness.ask("GET", path)
    for path in ("/audit/export", "/settings", "/limits/mine", "/providers"):
        witness.ask("GET", path)
    for file in witness.ask("GET", "/files")["items"]:
        witness.ask("GET", f"/files/{file['id']}/content")
    for agent in witness.ask("GET", "/agents", params={"page_size": 200})["items"]:
        witness.ask("GET", f"/agents/{agent['id']}/export")


def back_up(folder: Path, settings: dict[str, str]) -> bytes:
    """A backup with its keys, unpacked."""
    target = folder / "backup.zip"
    words = ["luban", "db", "backup", "--with-keys", str(target)]
    assert run(words, cwd=folder, env=environment(folder, **settings)).returncode == 0
    with zipfile.ZipFile(target) as packed:
        return b"\n".join(_unpacked(packed, name) for name in packed.namelist())


def _unpacked(packed: zipfile.ZipFile, name: str) -> bytes:
    content = packed.read(name)
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as inner:
            return b"\n".join(inner.read(each) for each in inner.namelist())
    return content


def everything(
    folder: Path,
    running: ServerProcess,
    printed: Heard,
    witness: Witness,
    database: dict[str, str],
) -> dict[str, bytes]:
    """All that was written and said, by where it was found; the server is stopped for it."""
    found = {f"answer {n}": told for n, told in enumerate(witness.told)}
    found["the backup"] = back_up(folder, database)
    # As a crash leaves it: the write-ahead log still holds what no checkpoint has moved.
    shutil.copytree(folder / "home", folder / "as it runs")
    running.process.terminate()
    running.process.wait(60)
    found |= {"stdout": printed.whole(), "stderr": running.written().encode()}
    for place in (folder / "home", folder / "as it runs"):
        for path in sorted(place.rglob("*")):
            if path.is_file():
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.network)])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    async with fresh_database(request.getfixturevalue("postgres_address")) as url:
        yield {"DATABASE_URL": url}


@pytest.mark.slow
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_secret_that_blocks_give_away_is_found_nowhere(
    tmp_path: Path, log_format: str, database: dict[str, str]
) -> None:
    blocks = tmp_path / "leaky"
    blocks.mkdir()
    shutil.copy(leaky_blocks.__file__, blocks / "leaky.py")
    settings = {
        "LUBAN_ALLOW_HOSTS": "loopback",
        "LUBAN_BLOCKS_PATH": str(blocks),
        "LUBAN_LOG_FORMAT": log_format,
        "LUBAN_LOG_LEVEL": "debug",
        "PYTHONWARNINGS": "always",
        **database,
    }
    with echo() as site, server(tmp_path, **settings) as running:
        process = running.process
        printed = Heard(process.stdout)
        witness = Witness(running.url)
        use(witness, site)
        look_around(witness)
        found = everything(tmp_path, running, printed, witness, database)
        witness.http.close()
    assert f"Bearer {CANARY}" in Echo.heard
    stored = [] if database else ["home/luban.db"]
    for where in ("stdout", "stderr", "the backup", *stored):
        assert MARKER.encode() in found[where], where
    told = b"\n".join(found.values())
    assert MASK.encode() in told
    assert b"secret_replaced" in told
    leaks = {
        (where, shape) for where, content in found.items() for shape in shapes() if shape in content
    }
    assert not leaks, [_around(found[where], shape) for where, shape in leaks]


def _around(content: bytes, shape: bytes) -> bytes:
    at = content.index(shape)
    return content[max(at - 300, 0) : at + 100]
