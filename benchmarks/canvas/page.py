"""Builds the page of the canvas alone and serves it, with a run whose events never stop."""

from __future__ import annotations

import json
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
EVENTS_PER_SECOND = 500
NODES = 1000


def build(folder: Path) -> None:
    """Writes the page into `folder`. Raises `CalledProcessError` if it cannot be built."""
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    command = ["node", str(vite), "build", "--config", "bench/vite.config.ts"]
    subprocess.run(
        [*command, "--outDir", str(folder), "--emptyOutDir", "--logLevel", "error"],
        cwd=WEB,
        check=True,
        stdout=subprocess.DEVNULL,
    )


class _Page(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.split("?")[0].endswith("/events"):
            self._stream()
        else:
            super().do_GET()

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        started = time.monotonic()
        sent = 0
        try:
            for text in _events():
                self.wfile.write(text.encode())
                sent += 1
                ahead = sent / EVENTS_PER_SECOND - (time.monotonic() - started)
                if ahead > 0:
                    time.sleep(ahead)
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the terminal belongs to the figures."""


def _events() -> Iterator[str]:
    """Steps that start and finish all over the graph."""
    chance = random.Random(7)
    number = 0
    while True:
        number += 1
        node = {"run": "r_1", "node": f"n{chance.randrange(NODES)}", "iteration": 0}
        yield f"event: step_started\ndata: {json.dumps(node)}\n\n"
        done = {**node, "attempt": 1, "emissions": [["result", number]], "duration": 0.01}
        finished = json.dumps({**done, "started_at": None})
        yield f"id: {number}\nevent: step_finished\ndata: {finished}\n\n"


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The address of the page while it is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, directory=str(folder)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
