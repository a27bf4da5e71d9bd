"""What comes from outside and is not what it should be: pages, feeds, large files."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_input.answers import both
from tests.cli.kit import Luban, write_agent
from tests.examples.site import Site

PAGE = """\
luban: 1
name: Page
nodes:
  url: {block: io.input_text, with: {name: url}}
  page: {block: web.page_to_text, with: {timeout: 0.5}}
  out: {block: io.output, with: {name: text}}
links:
  - url.value -> page.url
  - page.text -> out.value
"""
FEED = """\
luban: 1
name: Feed
nodes:
  url: {block: io.input_text, with: {name: url}}
  feed: {block: web.feed}
  out: {block: io.output, with: {name: entries}}
links:
  - url.value -> feed.url
  - feed.entries -> out.value
"""
FILE = """\
luban: 1
name: Read
nodes:
  file: {block: io.input_file, with: {name: file}}
  read: {block: file.read}
  count: {block: text.count}
  out: {block: io.output, with: {name: characters}}
links:
  - file.value -> read.file
  - read.content -> count.text
  - count.character_count -> out.value
"""


@pytest.fixture(autouse=True)
def may_reach_loopback(luban: Luban) -> None:
    luban.env["LUBAN_ALLOW_HOSTS"] = "loopback"


@pytest.fixture
def silent() -> Iterator[str]:
    """An address where everybody is let in and nobody answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_a_page_that_never_answers(luban: Luban, silent: str) -> None:
    path = write_agent(luban.folder / "page.agent.yaml", PAGE)
    names = ("page", silent, "0.5")
    both(luban, "run", path, "-i", f"url={silent}", code=1, names=names)
    answer = luban("run", path, "-i", f"url={silent}", "--json").json
    assert answer["error"]["code"] == "timed_out"
    assert answer["error"]["inputs"]["url"] == silent


def test_a_feed_that_is_not_xml(luban: Luban, site: Site) -> None:
    address = site.serve("/feed", "Good morning, I am not a feed.", "text/plain")
    path = write_agent(luban.folder / "feed.agent.yaml", FEED)
    both(luban, "run", path, "-i", f"url={address}", code=1, names=("feed", address, "Good morn"))
    answer = luban("run", path, "-i", f"url={address}", "--json").json
    assert (answer["status"], answer["error"]["code"]) == ("failed", "not_a_feed")


def test_a_stored_file_of_fifty_megabytes(luban: Luban) -> None:
    """Refused in words at each limit, and read whole where the limits allow it."""
    large: Path = luban.folder / "large.txt"
    with large.open("wb") as file:
        for _ in range(50):
            file.write(b"0123456789" * 100_000)
    path = write_agent(luban.folder / "read.agent.yaml", FILE)
    luban.env["LUBAN_UPLOAD_LIMIT"] = "1000000"
    names = ("large.txt", "1000000", "LUBAN_UPLOAD_LIMIT")
    both(luban, "run", path, "-i", f"file=@{large}", code=2, names=names)
    luban.env["LUBAN_UPLOAD_LIMIT"] = "60000000"
    both(luban, "run", path, "-i", f"file=@{large}", code=1, names=("read", "large.txt", "20 MB"))
    path.write_text(FILE.replace("file.read}", "file.read, with: {max_megabytes: 60}}"))
    answer = luban("run", path, "-i", f"file=@{large}", "--json").json
    assert answer["outputs"] == {"characters": 50_000_000}
