"""The news digest over real HTTP: a feed and its pages, the demo and a scripted model, a kill."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

from luban.client import Client
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import scripted_server
from luban.model.run import RunStatus
from tests.examples.faces import Face, opened
from tests.examples.site import Site, article, feed
from tests.server.kit import server

WORDS = ("Locks", "Kites", "Saws", "Stairs", "Bridges", "Wells")
MISSING = "Wells"


def paper(site: Site, words: tuple[str, ...] = WORDS, *, missing: str = "") -> str:
    """Serves a page per word and the feed of them all; gives the feed's address."""
    entries: list[tuple[str, str, str]] = []
    for word in words:
        text = f"{word} were built yesterday. " + f"Everybody looked at the {word.lower()}. " * 8
        if word == missing:
            link = f"{site.url}/gone"
        else:
            link = site.serve(f"/{word}", article(f"New {word}", text))
        entries.append((f"News of {word}", link, f"Only the feed knows about {word}."))
    return site.serve("/feed", feed("The Daily Joiner", entries), "application/rss+xml")


def sections(report: str) -> list[str]:
    return [line.removeprefix("## ") for line in report.splitlines() if line.startswith("## ")]


def script(words: tuple[str, ...] = WORDS) -> list[Reply]:
    """One summary for the whole, one per page."""
    whole = Reply(when="Summarise the news below", text="All in all, much was built.")
    return [whole, *(Reply(when=word, text=f"In short: {word}!") for word in words)]


async def test_with_the_demo_model(face: Face, site: Site) -> None:
    ended = await face.run("news-digest", feed=paper(site, missing=MISSING), limit=6)
    assert (ended.status, ended.starved) == ("completed", [])
    report = ended.outputs["report"]
    assert report.startswith("# The Daily Joiner")
    assert sections(report) == [f"News of {word}" for word in WORDS]
    assert ended.outputs["count"] == 6
    for word in WORDS:
        assert f"{word} were built yesterday" in report or word == MISSING
    assert f"Only the feed knows about {MISSING}" in report
    assert "Subscribe to our newsletter" not in report
    assert site.asked == Counter({"/feed": 1, "/gone": 1} | {f"/{w}": 1 for w in WORDS[:-1]})


async def test_as_many_entries_as_asked_for(face: Face, site: Site) -> None:
    ended = await face.run("news-digest", feed=paper(site), limit=2)
    assert sections(ended.outputs["report"]) == ["News of Locks", "News of Kites"]
    assert site.asked == {"/feed": 1, "/Locks": 1, "/Kites": 1}


async def test_with_a_model_at_an_address(site: Site, tmp_path: Path) -> None:
    for kind in ("cli", "http"):
        folder = tmp_path / kind
        folder.mkdir()
        async with scripted_server(script()) as model:
            variables = {"OPENAI_BASE_URL": model.base_url, "LUBAN_MODEL": "small"}
            async with opened(kind, folder, **variables) as face:
                ended = await face.run("news-digest", feed=paper(site), limit=6)
        report = ended.outputs["report"]
        assert "All in all, much was built." in report
        assert all(f"In short: {word}!" in report for word in WORDS)
        assert len(model.requests) == len(WORDS) + 1
        assert {each.body["model"] for each in model.requests} == {"small"}


async def test_a_feed_that_is_not_there_fails_with_its_place(face: Face, site: Site) -> None:
    ended = await face.run("news-digest", feed=f"{site.url}/nothing")
    assert ended.status == "failed" and ended.error is not None
    assert (ended.error["node"], ended.error["inputs"]["url"]) == (
        "entries",
        f"{site.url}/nothing",
    )


async def test_killed_half_way_it_goes_on(site: Site, tmp_path: Path) -> None:
    """`kill -9` with some pages done and some under way: what is recorded is not done again."""
    address, gate = paper(site), threading.Event()
    for word in WORDS[3:]:
        site.serve(f"/{word}", article(word, f"{word} were built yesterday. " * 9), gate=gate)
    async with scripted_server(script()) as model:
        settings = {
            "LUBAN_ALLOW_HOSTS": "loopback",
            "OPENAI_BASE_URL": model.base_url,
            "LUBAN_MODEL": "small",
        }
        with server(tmp_path, **settings) as first:
            async with first.client() as luban:
                agent = await luban.agents.create(template="news-digest")
                run = await luban.runs.start(agent.id, {"feed": address, "limit": 6})
                recorded = await until_summarised(luban, run.id, 3)
            first.kill()
        fetched, asked = Counter(site.asked), len(model.requests)
        assert recorded >= {"entries", *(f"each[{i}]/page" for i in range(3))}
        assert asked == 3
        gate.set()
        with server(tmp_path, **settings) as second:
            async with second.client() as luban:
                run = await luban.runs.wait(run.id, timeout=60)
                finished = Counter(
                    [
                        (event.values["node"], event.values["iteration"])
                        async for event in luban.runs.events(run.id)
                        if event.kind == "step_finished"
                    ]
                )
    assert run.status is RunStatus.COMPLETED
    assert sections(run.outputs["report"]) == [f"News of {word}" for word in WORDS]
    assert set(finished.values()) == {1}
    for path in ("/feed", "/Locks", "/Kites", "/Saws"):
        assert (fetched[path], site.asked[path]) == (1, 1), path
    assert all(site.asked[f"/{word}"] <= 2 for word in WORDS[3:])
    assert len(model.requests) == len(WORDS) + 1


async def until_summarised(luban: Client, run_id: str, count: int) -> set[str]:
    """The nodes whose steps are recorded, once so many pages are summarised."""
    finished: set[str] = set()
    async for event in luban.runs.events(run_id):
        if event.kind == "step_finished":
            finished.add(event.values["node"])
        if sum(node.endswith("/summarise") for node in finished) == count:
            break
    return finished
