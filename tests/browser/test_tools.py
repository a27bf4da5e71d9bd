"""Tools of an agent: drawn from card to card, kept in the file, and seen at work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from luban.llm.scripted.script import Reply, ReplyCall
from tests.browser.builder import Builder, middle
from tests.browser.conftest import QUIET, Site, Visit, serious
from tests.browser.test_proposals import model
from tests.server.kit import ServerProcess

pytestmark = pytest.mark.browser

SUM = ReplyCall(name="sum", arguments={"a": 40, "b": 2})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    replies = [Reply(calls=(SUM,), times=1), Reply(text="It is 42.", times=1)]
    with model(replies) as address:
        folder = tmp_path_factory.mktemp("tools")
        process = ServerProcess(folder, **QUIET, OPENAI_BASE_URL=address, LUBAN_MODEL="small")
        yield Site(process.url)
        process.stop()


def calculating() -> dict[str, Any]:
    return {
        "luban": 1,
        "name": "Sums",
        "nodes": {
            "agent": {"block": "ai.agent", "with": {"goal": "Add 40 and 2."}, "at": [0, 0]},
            "result": {"block": "io.output", "with": {"name": "answer"}, "at": [420, 0]},
            "sum": {"block": "maths.calculate", "with": {"operation": "add"}, "at": [0, 420]},
        },
        "links": ["agent.answer -> result.value"],
    }


def test_a_tool_is_drawn_kept_and_seen_at_work(visit: Visit, site: Site) -> None:
    page = visit("/")
    builder = Builder(page, site.url)
    builder.create(calculating())
    builder.card("sum").hover()
    builder.drag(builder.pin("sum", "out", "as_tool"), builder.pin("agent", "in", "tools"))
    document = builder.wait_stored(lambda now: len(now["links"]) == 2)
    assert document["links"][1] == "sum.as_tool -> agent.tools"
    expect(builder.card("sum")).to_contain_text("Tool")
    expect(page.locator(".lb-link-tool")).to_have_count(1)
    assert serious(page) == []

    x, y = middle(builder.pin("agent", "in", "tools"))
    builder.drag(builder.pin("agent", "in", "tools"), (x + 330, y + 60))
    page.keyboard.type("join texts")
    expect(page.locator(".lb-quick-hit").first).to_be_visible()
    builder.press("Enter")
    builder.wait_stored(lambda now: "join.as_tool -> agent.tools" in now["links"])
    builder.press("Control+z")
    builder.wait_stored(lambda now: len(now["links"]) == 2)

    run = site.run(builder.agent)
    page.goto(f"{site.url}/runs/{run}")
    expect(page.get_by_text("It is 42.").first).to_be_visible()
    steps = site.ask("GET", f"/runs/{run}/steps?node=sum")["items"]
    (used,) = [step for step in steps if step["verb"] == "use"]
    assert used["inputs"] == {"operation": "add", "a": 40, "b": 2}
    assert used["name"] == "sum"
