"""Building an agent with the mouse and with the keyboard, as it is seen and as it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.builder import Builder, middle
from tests.server.kit import server

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("builder")) as running:
        yield running.url


@pytest.fixture(scope="module")
def chromium(browser_program: str) -> Iterator[Browser]:
    with sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=browser_program, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def builder(chromium: Browser, address: str) -> Iterator[Builder]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "luban_lang", "value": "en", "url": address}])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield Builder(page, address)
    context.close()
    assert wrong == []


def texts() -> dict[str, Any]:
    """Three unconnected cards, and a file nobody reads yet."""
    return {
        "luban": 1,
        "name": "Texts",
        "nodes": {
            "words": {
                "block": "io.input_text",
                "with": {"name": "words", "value": "b,a"},
                "at": [0, 0],
            },
            "split": {"block": "text.split", "with": {"delimiter": ","}, "at": [320, 0]},
            "result": {"block": "io.output", "with": {"name": "result"}, "at": [640, 0]},
            "paper": {"block": "io.input_file", "with": {"name": "paper"}, "at": [0, 260]},
        },
        "links": [],
    }


def test_blocks_come_by_click_and_by_drag(builder: Builder) -> None:
    builder.create({"luban": 1, "name": "Empty", "nodes": {}, "links": []})
    expect(builder.page.locator(".lb-empty")).to_be_visible()
    builder.add_from_palette("Split text")
    expect(builder.card("split")).to_be_visible()
    source = builder.page.get_by_role("button", name="Number input").first
    source.drag_to(builder.page.locator(".react-flow__pane"), target_position={"x": 120, "y": 420})
    expect(builder.card("input_number")).to_be_visible()
    document = builder.wait_stored(lambda now: len(now["nodes"]) == 2)
    assert document["nodes"]["input_number"]["with"] == {"name": "input_number"}


def test_links_come_by_drag_and_by_two_taps(builder: Builder) -> None:
    builder.create(texts())
    builder.drag(builder.pin("words", "out", "value"), builder.pin("split", "in", "text"))
    builder.pin("split", "out", "piece").click()
    expect(builder.page.locator(".lb-mode")).to_be_visible()
    builder.pin("result", "in", "value").click()
    document = builder.wait_stored(lambda now: len(now["links"]) == 2)
    assert document["links"] == ["words.value -> split.text", "split.piece -> result.value"]


def test_a_link_dropped_on_a_card_finds_its_pin(builder: Builder) -> None:
    builder.create(texts())
    builder.drag(builder.pin("words", "out", "value"), builder.card("split").locator(".lb-title"))
    builder.wait_stored(lambda now: now["links"] == ["words.value -> split.text"])


def test_a_link_dropped_on_nothing_offers_what_fits(builder: Builder) -> None:
    builder.create(texts())
    x, y = middle(builder.card("paper"))
    builder.drag(builder.pin("paper", "out", "value"), (x + 260, y + 60))
    offered = builder.page.locator(".lb-quick-hit")
    expect(offered.first).to_be_visible()
    assert "text.count" not in {each.get_attribute("data-block") for each in offered.all()}
    builder.page.keyboard.type("read file")
    builder.press("Enter")
    builder.wait_stored(lambda now: now["links"] == ["paper.value -> read.file"])


def test_a_refused_link_says_why_and_changes_nothing(builder: Builder) -> None:
    builder.create(texts())
    builder.drag(builder.pin("paper", "out", "value"), builder.pin("split", "in", "text"))
    refused = builder.page.locator(".lb-refused")
    expect(refused).to_contain_text("“text” cannot be made from “file”")
    assert builder.stored()["links"] == []


def test_the_offered_converter_goes_between(builder: Builder) -> None:
    builder.create(texts())
    builder.drag(builder.pin("paper", "out", "value"), builder.pin("split", "in", "text"))
    builder.page.locator(".lb-refused").get_by_role("button").first.click()
    document = builder.wait_stored(lambda now: len(now["links"]) == 2)
    assert document["links"] == ["paper.value -> read.file", "read.content -> split.text"]


def test_everything_can_be_undone_and_done_again(builder: Builder) -> None:
    builder.create(texts())
    before = builder.stored()
    builder.drag(builder.pin("words", "out", "value"), builder.pin("split", "in", "text"))
    builder.card("split").locator(".lb-title").click()
    builder.press("Alt+ArrowDown", "Alt+ArrowDown", "d", "F2")
    builder.page.keyboard.type("Cut")
    builder.press("Enter", "Control+d", "Delete")
    changed = builder.wait_stored(lambda now: now["nodes"]["split"].get("title") == "Cut")
    assert changed["nodes"]["split"]["disabled"] is True
    assert changed["nodes"]["split"]["at"] == [320, 20]
    for _ in range(6):
        builder.press("Control+z")
    builder.wait_stored(lambda now: now == before)
    for _ in range(6):
        builder.press("Control+Shift+z")
    builder.wait_stored(lambda now: now == changed)


def test_copy_and_paste_is_plain_text(builder: Builder) -> None:
    builder.create({**texts(), "links": ["words.value -> split.text"]})
    builder.page.locator(".react-flow__pane").click(position={"x": 40, "y": 560})
    builder.press("Control+a", "Control+c", "Control+v")
    document = builder.wait_stored(lambda now: len(now["nodes"]) == 8)
    assert document["links"] == ["words.value -> split.text", "words_2.value -> split_2.text"]


def test_the_keyboard_alone_joins_and_moves(builder: Builder) -> None:
    builder.create(texts())
    builder.card("words").focus()
    builder.card("words").press("ArrowRight")
    expect(builder.card("split")).to_be_focused()
    builder.card("split").press("c")
    expect(builder.page.locator(".lb-mode")).to_contain_text("split.piece → result.value")
    builder.press("Enter")
    builder.wait_stored(lambda now: now["links"] == ["split.piece -> result.value"])
    builder.press("n")
    builder.page.keyboard.type("count text")
    builder.press("Enter")
    builder.wait_stored(lambda now: "count" in now["nodes"])


def test_a_body_opens_and_its_changes_are_stored(builder: Builder) -> None:
    inner = {
        "mode": "map",
        "over": "items",
        "nodes": {
            "items": {"block": "io.input", "with": {"name": "items"}},
            "up": {"block": "text.change_case", "with": {"operation": "upper"}},
            "done": {"block": "io.output", "with": {"name": "done"}},
        },
        "links": ["items.value -> up.text", "up.processed_text -> done.value"],
    }
    builder.create({"luban": 1, "name": "Body", "nodes": {"each": {"body": inner}}, "links": []})
    builder.card("each").get_by_role("button", name="Open what is inside").click()
    expect(builder.card("up")).to_be_visible()
    builder.rest()
    builder.card("up").locator(".lb-title").click()
    builder.press("d")
    builder.wait_stored(lambda now: now["nodes"]["each"]["body"]["nodes"]["up"].get("disabled"))
    builder.page.locator(".lb-path").get_by_role("button", name="Agent").click()
    expect(builder.card("each")).to_be_visible()


def test_a_run_shows_on_the_cards_and_survives_a_reload(builder: Builder) -> None:
    links = ["words.value -> split.text", "split.piece -> result.value"]
    document = {**texts(), "links": links}
    del document["nodes"]["paper"]
    builder.create(document)
    builder.card("split").locator(".lb-title").click()
    builder.press("Control+Enter")
    dialog = builder.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Run").click()
    for node in ("words", "split", "result"):
        expect(builder.card(node)).to_contain_text("Completed")
    expect(builder.card("split").locator(".lb-peek")).to_have_text("a")
    expect(builder.card("result")).to_contain_text("×2")
    builder.open()
    assert builder.stored()["links"] == links
    expect(builder.page.locator(".react-flow__edge")).to_have_count(2)


def test_a_body_is_made_in_the_builder_and_taken_back(builder: Builder) -> None:
    builder.create({"luban": 1, "name": "New body", "nodes": {}, "links": []})
    builder.add_from_palette("For each item (body)")
    made = builder.wait_stored(lambda now: "each" in now["nodes"])["nodes"]["each"]["body"]
    assert made["mode"] == "map"
    assert made["over"] == "item"
    assert [node["block"] for node in made["nodes"].values()] == ["io.input", "io.output"]
    at_once = builder.page.get_by_label("At most so many at once")
    at_once.fill("2")
    builder.wait_stored(lambda now: now["nodes"]["each"]["body"]["parallel"] == 2)
    builder.card("each").get_by_role("button", name="Open what is inside").click()
    expect(builder.card("item")).to_be_visible()
    undo = builder.page.get_by_role("button", name="Undo")
    undo.click()
    undo.click()
    builder.wait_stored(lambda now: not now["nodes"])


def test_a_drag_with_alt_leaves_the_card_and_brings_a_copy(builder: Builder) -> None:
    builder.create(texts())
    title = builder.card("split").locator(".lb-title")
    x, y = middle(title)
    builder.page.keyboard.down("Alt")
    builder.drag(title, (x, y + 200))
    builder.page.keyboard.up("Alt")
    nodes = builder.wait_stored(lambda now: "split_2" in now["nodes"])["nodes"]
    assert nodes["split"]["at"] == [320, 0]
    assert nodes["split_2"]["at"][1] > 100
    assert nodes["split_2"]["with"] == nodes["split"]["with"]


@pytest.mark.parametrize("place", ["builder", "run"])
def test_a_run_at_its_limit_goes_on(builder: Builder, place: str) -> None:
    links = ["words.value -> split.text", "split.piece -> result.value"]
    document = {**texts(), "links": links, "settings": {"limits": {"steps": 2}}}
    del document["nodes"]["paper"]
    builder.create(document)
    page = builder.page
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    if place == "run":
        page.get_by_role("link", name="Open run").click()
    expect(page.get_by_text("the limit of 2 steps was reached")).to_be_visible()
    page.get_by_label("New limit").fill("20")
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible()
    expect(page.get_by_text("the limit of 2 steps was reached")).to_be_hidden()
