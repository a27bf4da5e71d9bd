"""Short workflows of other systems become our tree, and say what was chosen."""

from __future__ import annotations

from typing import Any

import pytest

from luban.engine.validation import check
from luban.interop import agent_file
from luban.interop.foreign_blocks import BY_ID, BY_NAME, snake
from luban.interop.short_workflow import Imported, imported, is_short
from luban.registry import Registry, discover


@pytest.fixture(scope="module")
def blocks() -> Registry:
    return discover([])


def links_of(found: Imported) -> list[str]:
    return [
        link if isinstance(link, str) else f"{link['from']} -> {link['to']}"
        for link in found.tree["links"]
    ]


NEWS = {
    "id": "wf_123",
    "name": "Hot news",
    "description": "One summary.",
    "nodes": [
        {"id": "page", "block_id": "web_scrape", "config": {"url": "https://example.org"}},
        {
            "id": "llm",
            "block_id": "llm_call",
            "config": {"model": "gpt-4o", "system_prompt": "Be brief.", "temperature": 0.3},
        },
        {"id": "show", "block_id": "display_result", "config": {}},
    ],
    "edges": [{"from": "page", "to": "llm"}, {"from": "llm", "to": "show"}],
}


def test_nodes_with_block_id_and_config(blocks: Registry) -> None:
    found = imported(NEWS, blocks)

    tree = found.tree
    assert (tree["id"], tree["name"], tree["description"]) == ("wf_123", "Hot news", "One summary.")
    assert tree["nodes"]["page"]["block"] == "web.page_to_text"
    assert tree["nodes"]["llm"]["with"] == {
        "model": "gpt-4o",
        "system": "Be brief.",
        "temperature": 0.3,
    }
    assert links_of(found) == ["page.text -> llm.prompt", "llm.answer -> show.value"]
    assert check(tree, blocks) == []
    told = " ".join(note.message for note in found.notes)
    assert "`page.text -> llm.prompt`" in told
    assert "`llm_call` is `ai.chat`" in told
    assert [note["message_zh"] for note in tree["meta"]["import_notes"]]


def test_nodes_with_block_type_and_input_data(blocks: Registry) -> None:
    workflow = {
        "name": "upper",
        "nodes": [
            {
                "id": "1",
                "block_type": "TEXT_PROCESSING",
                "input_data": {"text": "hello world", "operation": "UPPER"},
            }
        ],
    }
    found = imported(workflow, blocks)

    assert found.tree["nodes"]["node_1"] == {
        "block": "text.change_case",
        "with": {"text": "hello world", "operation": "upper"},
    }
    assert found.tree["nodes"]["processed_text"]["block"] == "io.output"
    assert check(found.tree, blocks) == []
    assert any("no output" in note.message for note in found.notes)


SOCIAL = {
    "name": "social",
    "trigger": {
        "type": "schedule",
        "config": {"interval": "*/360 * * * *", "timezone": "Asia/Shanghai"},
    },
    "nodes": [
        {"id": "fetch", "block": "read_rss_feed", "config": {"rss_url": "https://x.org/feed"}},
        {"id": "analyze", "block": "llm_call", "config": {"temperature": 0.7}},
        {"id": "one", "block": "output", "config": {}},
        {"id": "two", "block": "output", "config": {"name": "second"}},
    ],
    "edges": [
        {"from": "trigger", "to": "fetch"},
        {"from": "fetch", "to": "analyze"},
        {"from": "analyze", "to": "one"},
        {"from": "analyze", "to": "two"},
    ],
}


def test_a_trigger_is_kept_and_its_edge_is_no_link(blocks: Registry) -> None:
    found = imported(SOCIAL, blocks)

    assert found.tree["trigger"] == SOCIAL["trigger"]
    assert links_of(found) == [
        "fetch.entry -> analyze.prompt",
        "analyze.answer -> one.value",
        "analyze.answer -> two.value",
    ]
    assert check(found.tree, blocks) == []
    told = " ".join(note.message for note in found.notes)
    assert "`0 */6 * * *`" in told
    assert found.tree["nodes"]["two"]["with"]["name"] == "second"


def test_edges_of_four_parts_keep_their_pins(blocks: Registry) -> None:
    workflow = {
        "nodes": [
            {"id": "n-1", "block_id": BY_ID_OF["calculator"], "input_default": {"a": 1, "b": 2}},
            {"id": "t", "block_id": "fill_text_template", "input_default": {"format": "{{ x }}"}},
        ],
        "links": [
            {
                "source_id": "n-1",
                "source_name": "result",
                "sink_id": "t",
                "sink_name": "values_#_x",
            }
        ],
    }
    tree: dict[str, Any] = {**workflow, "edges": []}
    found = imported(tree, blocks)
    assert links_of(found)[0] == "n-1.result -> t.values.x"


BY_ID_OF = {name: id for id, name in BY_ID.items()}


def test_unknown_blocks_become_findings(blocks: Registry) -> None:
    found = imported(
        {
            "nodes": [{"id": "a", "block_id": "post_to_moon"}, 7],
            "edges": [{"from": "a", "to": "x"}],
        },
        blocks,
    )
    codes = {(each.code, each.node) for each in check(found.tree, blocks)}
    assert ("unknown_block", "a") in codes
    assert ("unknown_node", None) in codes
    assert any("Node 2" in note.message for note in found.notes)


def test_a_create_request_holds_the_workflow_inside(blocks: Registry) -> None:
    found = imported({"name": "outer", "workflow": {**NEWS, "name": "inner"}}, blocks)
    assert found.tree["nodes"]["llm"]["block"] == "ai.chat"


OPEN = """
nodes:
  a: {block: io.input_number, with: {name: a}}
  b: {block: io.input_number, with: {name: b}}
  add: {block: maths.calculate, with: {operation: add}}
  out: {block: io.output, with: {name: sum}}
  each:
    body:
      over: item
      nodes:
        item: {block: io.input, with: {name: item}}
        done: {block: io.output, with: {name: done}}
      links:
        - item -> done
links:
  - a -> add
  - b.value -> add
  - add -> out
  - {from: add, to: out, sticky: true}
"""


def test_links_without_pins_in_our_own_files(blocks: Registry) -> None:
    tree = agent_file.load(OPEN)
    assert not is_short(tree)
    found = imported(tree, blocks)

    assert links_of(found)[:3] == [
        "a.value -> add.a",
        "b.value -> add.b",
        "add.result -> out.value",
    ]
    assert found.tree["nodes"]["each"]["body"]["links"] == ["item.value -> done.value"]
    assert len([n for n in found.notes if "names no pins" in n.message]) == 5
    assert found.tree["links"][3] == {"from": "add", "to": "out", "sticky": True}
    assert [(each.code, each.link) for each in check(found.tree, blocks)][:1] == [
        ("bad_document", "add -> out")
    ]


def test_a_document_with_all_its_pins_is_left_alone(blocks: Registry) -> None:
    tree = {"nodes": {"a": {"block": "io.input"}}, "links": ["a.value -> b.c", 3, "nonsense", None]}
    assert imported(tree, blocks) == Imported(tree, [])


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("LLMCallBlock", "llm_call"),
        ("TEXT_PROCESSING", "text_processing"),
        ("AITextGeneratorBlock", "ai_text_generator"),
        ("http-request", "http_request"),
        ("ReadRSSFeedBlock", "read_rss_feed"),
        ("CalculatorBlock", "calculator"),
    ],
)
def test_foreign_names_in_one_shape(foreign: str, ours: str) -> None:
    assert snake(foreign) == ours
    assert ours in BY_NAME


def test_what_foreign_names_lead_to_is_there(blocks: Registry) -> None:
    """Blocks and inputs named in the data, once the blocks they stand for are installed."""
    wrong: list[str] = []
    for name, ours in BY_NAME.items():
        code = blocks.find(ours.block)
        if code is None:
            continue
        known = code.spec.input_by_name
        wrong += [f"{name}: {pin}" for pin in ours.inputs.values() if pin not in known]
        wrong += [f"{name}: {pin}" for pin in ours.into if pin.partition(".")[0] not in known]
    assert wrong == []
    assert set(BY_ID.values()) <= set(BY_NAME)


def test_outputs_of_foreign_names_are_ours(blocks: Registry) -> None:
    nodes = [
        {"id": "llm", "type": "LLMBlock", "config": {"prompt": "Hi"}},
        {"id": "art", "type": "ImageGenerationBlock", "config": {"prompt": "A lock"}},
        *({"id": f"show{n}", "type": "display_result"} for n in range(4)),
    ]
    sources = ["llm.response", "llm.token_usage.prompt_tokens", "llm.model_used", "art.image_url"]
    edges = [{"from": source, "to": f"show{n}.value"} for n, source in enumerate(sources)]

    found = imported({"name": "Names", "nodes": nodes, "edges": edges}, blocks)

    assert [link.split(" -> ")[0] for link in links_of(found)] == [
        "llm.answer",
        "llm.usage.input_tokens",
        "llm.model",
        "art.image",
    ]
    assert check(found.tree, blocks) == []


def test_the_first_of_a_list_has_what_the_input_is_called(blocks: Registry) -> None:
    nodes = [
        {"id": "find", "block_id": "web_search", "config": {"query": "locks"}},
        {"id": "read", "block_id": "web_scrape"},
    ]
    tree = {"name": "News", "nodes": nodes, "edges": [{"from": "find", "to": "read"}]}
    assert "find.results[0].url -> read.url" in links_of(imported(tree, blocks))
