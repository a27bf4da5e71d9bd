"""A small web site on a real socket: a feed and its pages, counted as they are fetched."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from xml.sax.saxutils import escape


class Page(NamedTuple):
    """What an address answers; `gate` holds the answer back until it is set."""

    body: bytes
    type: str
    status: int = 200
    gate: threading.Event | None = None


class Site:
    """Where it listens, what it serves, and how often each path was asked for."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: Counter[str] = Counter()
        self._pages: dict[str, Page] = {}
        self._changed = threading.Condition()

    def serve(
        self,
        path: str,
        body: str,
        type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        gate: threading.Event | None = None,
    ) -> str:
        """Serves a text under a path, and gives its address."""
        self._pages[path] = Page(body.encode(), type, status, gate)
        return self.url + path

    def wait_asked(self, path: str, seconds: float = 30) -> None:
        """Until somebody has asked for the path."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.asked[path] > 0, seconds), f"{path}: nobody"

    def answer(self, path: str) -> Page:
        with self._changed:
            self.asked[path] += 1
            self._changed.notify_all()
        page = self._pages.get(path, Page(b"There is nothing here.", "text/plain", 404))
        if page.gate is not None:
            page.gate.wait(60)
        return page

    def open_gates(self) -> None:
        for page in self._pages.values():
            if page.gate is not None:
                page.gate.set()


def article(title: str, sentences: str) -> str:
    """A page as sites write them: the text, with menus around it."""
    return (
        f"<!doctype html><html><head><title>{escape(title)}</title></head><body>"
        "<nav><a href='/'>Home</a> <a href='/about'>About us</a></nav>"
        f"<article><h1>{escape(title)}</h1><p>{escape(sentences)}</p></article>"
        "<footer>Subscribe to our newsletter</footer></body></html>"
    )


def feed(title: str, entries: list[tuple[str, str, str]]) -> str:
    """RSS of entries, each a title, a link and a summary."""
    now = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><title>{escape(name)}</title><link>{escape(link)}</link>"
        f"<description>{escape(summary)}</description><pubDate>{now}</pubDate></item>"
        for name, link, summary in entries
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(title)}</title>{items}</channel></rss>"
    )


@contextmanager
def open_site() -> Iterator[Site]:
    """The site, for as long as the block runs."""

    class Visitor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.answer(self.path)
            try:
                self.send_response(page.status)
                self.send_header("content-type", page.type)
                self.send_header("content-length", str(len(page.body)))
                self.end_headers()
                self.wfile.write(page.body)
            except ConnectionError:  # the visitor was killed while it waited
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test looks at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Visitor)
    server.daemon_threads = True
    site = Site(server.server_address[1])
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield site
    finally:
        site.open_gates()
        server.shutdown()
        server.server_close()
        serving.join()
