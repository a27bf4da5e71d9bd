"""A request that starts a run and is answered with what it gave, run and steps stored.

Beside n8n, which stores its runs too, and Node-RED, which stores nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environments import FOLDER, NotInstalled, n8n_program, node_program
from benchmarks.load import Served, put_load_on
from benchmarks.machine import describe
from benchmarks.report import Report, Row
from benchmarks.server import NeverAnswered, Program, running
from benchmarks.sizes import scaled, with_peers
from benchmarks.start import luban

CONNECTIONS = (1, 10, 20, 50)
METHOD = [
    "One POST with a JSON body goes through two blocks (nodes) and is answered with the result:",
    "ours POST /agents/{id}/runs?wait=30, n8n and Node-RED a webhook. Ours and n8n store every run",
    "with its steps (SQLite, as each comes), Node-RED stores nothing. One server at a time; the",
    "load comes from one process on the same machine, which sends as soon as it is answered, on",
    "kept connections, a second of warming up first. n8n 2.8.4 was installed with pnpm 10 and",
    "`--ignore-scripts`, `xlsx` and `@langchain/langgraph-checkpoint` pinned as in",
    "benchmarks/environments.py, and `sqlite3` built after that; Node-RED is 4.1.",
]
BODY = '{"inputs": {"text": "hello"}}'
_DOCUMENT = {
    "luban": 1,
    "name": "Two blocks",
    "nodes": {
        "text": {"block": "io.input", "with": {"name": "text", "type": "text"}},
        "loud": {"block": "text.change_case", "with": {"operation": "upper"}},
        "shown": {"block": "text.join", "with": {"delimiter": ""}},
        "result": {"block": "io.output", "with": {"name": "result"}},
    },
    "links": [
        "text.value -> loud.text",
        "loud.processed_text -> shown.texts[0]",
        "shown.output -> result.value",
    ],
}


@dataclass(frozen=True)
class Peer:
    """A server, what must be done before it is started, and which address starts a run."""

    program: Program
    prepare: Callable[[Path], None]
    address: Callable[[int], str]


def measure() -> Report:
    """Measures everything. A peer that cannot be installed is left out, and said so."""
    report = Report("serving", describe(), list(METHOD))
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        ours = _ours(Path(folder) / "luban")
        for name, make, bar in (("n8n", n8n, ">= 10 x"), ("Node-RED", node_red, ">= 0.5 x")):
            theirs = _peer(report, make, Path(folder) / name) if with_peers() else {}
            report.rows += _rows(ours, theirs, name, bar)
    return report


def _ours(folder: Path) -> dict[int, Served]:
    with running(luban(), folder) as server:
        base = f"http://127.0.0.1:{server.port}/api/v1/agents"
        made = _post(base, {"document": _DOCUMENT})
        return _loads(f"{base}/{made['id']}/runs?wait=30")


def _peer(report: Report, make: Callable[[], Peer], folder: Path) -> dict[int, Served]:
    try:
        peer = make()
        folder.mkdir(parents=True)
        peer.prepare(folder)
        with running(peer.program, folder) as server:
            return _loads(peer.address(server.port))
    except (NotInstalled, NeverAnswered, subprocess.CalledProcessError) as missing:
        report.notes.append(f"Not beside a peer: {missing}")
        return {}


def _loads(url: str) -> dict[int, Served]:
    put_load_on(url, 4, scaled(3, least=1), BODY)
    return {number: put_load_on(url, number, scaled(10, least=1), BODY) for number in CONNECTIONS}


def _rows(ours: dict[int, Served], theirs: dict[int, Served], name: str, bar: str) -> list[Row]:
    rows: list[Row] = []
    for number, mine in ours.items():
        other = theirs.get(number)
        label = f"{number} connections" if number > 1 else "1 connection"
        rows.append(
            Row(
                f"time per answer, {label}",
                1e6 / mine.per_second,
                "us",
                1e6 / other.per_second if other else None,
                name,
                bar,
            )
        )
        rows.append(
            Row(f"p99, {label}", mine.p99 * 1e3, "ms", other.p99 * 1e3 if other else None, name)
        )
    return rows


def node_red() -> Peer:
    """Node-RED with an `http in`, a function and an `http response`. Raises `NotInstalled`."""
    command = node_program("node-red", "node-red@4.1", "red.js")
    flows = [
        {"id": "t", "type": "tab", "label": "Two"},
        {"id": "a", "type": "http in", "z": "t", "url": "/run", "method": "post", "wires": [["b"]]},
        {
            "id": "b",
            "type": "function",
            "z": "t",
            "func": "msg.payload = msg.payload.inputs.text.toUpperCase(); return msg;",
            "outputs": 1,
            "wires": [["c"]],
        },
        {
            "id": "c",
            "type": "change",
            "z": "t",
            "rules": [{"t": "set", "p": "payload", "pt": "msg", "to": "payload", "tot": "msg"}],
            "wires": [["d"]],
        },
        {"id": "d", "type": "http response", "z": "t", "wires": []},
    ]
    return Peer(
        Program(
            "Node-RED",
            lambda port, data: [*command, "--port", str(port), "--userDir", str(data)],
            ("/",),
        ),
        lambda folder: _write(folder / "flows.json", flows),
        lambda port: f"http://127.0.0.1:{port}/run",
    )


def n8n() -> Peer:
    """n8n with a webhook and two nodes, answering with the last one. Raises `NotInstalled`."""
    command = n8n_program()

    def environment(folder: Path) -> dict[str, str]:
        return {
            "N8N_USER_FOLDER": str(folder),
            "N8N_DIAGNOSTICS_ENABLED": "false",
            "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
            "N8N_TEMPLATES_ENABLED": "false",
            "N8N_RUNNERS_ENABLED": "false",
            "N8N_LISTEN_ADDRESS": "127.0.0.1",
            "N8N_PORT": os.environ.get("N8N_PORT", "5678"),
        }

    def prepare(folder: Path) -> None:
        _write(folder / "two.json", [_N8N])
        around = {**os.environ, **environment(folder)}
        for words in (
            ["import:workflow", f"--input={folder / 'two.json'}"],
            ["update:workflow", "--id=benchmark", "--active=true"],
        ):
            subprocess.run(
                [*command, *words], env=around, check=True, capture_output=True, timeout=300
            )

    return Peer(
        Program(
            "n8n",
            lambda port, data: ["env", f"N8N_PORT={port}", *command, "start"],
            ("/healthz/readiness",),
            environment,
        ),
        prepare,
        lambda port: f"http://127.0.0.1:{port}/webhook/run",
    )


def _n8n_node(name: str, kind: str, version: float, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [0, 0],
        "parameters": parameters,
    }


def _set(name: str, value: str) -> dict[str, Any]:
    assignment = {"id": name, "name": "text", "type": "string", "value": value}
    return _n8n_node(name, "set", 3.4, {"assignments": {"assignments": [assignment]}})


def _to(name: str) -> dict[str, Any]:
    return {"main": [[{"node": name, "type": "main", "index": 0}]]}


_HOOK = _n8n_node(
    "hook", "webhook", 2, {"httpMethod": "POST", "path": "run", "responseMode": "lastNode"}
)
_N8N = {
    "id": "benchmark",
    "name": "Two",
    "active": True,
    "nodes": [
        {**_HOOK, "webhookId": "run"},
        _set("loud", "={{ $json.body.inputs.text.toUpperCase() }}"),
        _set("shown", "={{ $json.text }}"),
    ],
    "connections": {"hook": _to("loud"), "loud": _to("shown")},
    "settings": {"executionOrder": "v1"},
}


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def _post(url: str, body: Any) -> Any:
    asked = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)
