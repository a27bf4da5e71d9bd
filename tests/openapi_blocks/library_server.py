"""The wire of the town library, over real sockets: pages, errors, forms and files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOOKS = [{"id": number, "title": f"Book {number}"} for number in range(1, 8)]


@dataclass
class Asked:
    """One request as it came."""

    line: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class LibraryServer:
    """Its address, and what it was asked."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@contextmanager
def library() -> Iterator[LibraryServer]:
    told = LibraryServer()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

        def answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            told.asked.append(
                Asked(
                    f"{self.command} {parts.path}",
                    parse_qs(parts.query),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                )
            )
            status, headers, body = _answer(told)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            kind = "image/png" if isinstance(body, bytes) and body else "application/json"
            for name, value in {"Content-Type": kind, **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def _answer(told: LibraryServer) -> tuple[int, dict[str, str], Any]:
    asked = told.last
    query = {name: values[0] for name, values in asked.query.items()}
    match asked.line.split("/")[2:]:
        case ["books"] if asked.line.startswith("GET"):
            page, size = int(query.get("page", 1)), min(int(query.get("per_page", 3)), 3)
            return 200, {}, BOOKS[(page - 1) * size : page * size]
        case ["books"]:
            return 201, {}, {**json.loads(asked.body), "id": 8}
        case ["books", number, "cover"] if asked.line.startswith("GET"):
            return 200, {}, b"\x89PNG" + number.encode()
        case ["books", _, "cover"] | ["books", "1"] if not asked.line.startswith("GET"):
            return 204, {}, b""
        case ["books", "1"]:
            return 200, {}, BOOKS[0]
        case ["books", number]:
            return 404, {}, {"error": {"message": f"no book {number}"}}
        case ["loans"] if asked.line.startswith("GET"):
            start, size = int(query.get("offset", 0)), int(query.get("limit", 2))
            return 200, {}, {"loans": [{"n": n} for n in range(5)[start : start + size]]}
        case ["events"]:
            page = int(query.get("cursor", "c0")[1:])
            following = f"c{page + 1}" if page < 2 else None
            return 200, {}, {"data": [{"page": page}], "meta": {"next_cursor": following}}
        case ["shelves"]:
            page = int(query.get("at", 0))
            link = {"Link": f'</v1/shelves?at={page + 1}>; rel="next"'} if page < 2 else {}
            return 200, link, {"shelves": [{"name": f"s{page}"}], "shown": []}
        case ["refuse", status]:
            return int(status), {"Retry-After": "7"} if status in ("429",) else {}, {"detail": "no"}
        case _:
            return 200, {}, {"got": asked.body.decode("latin-1")}
