"""Kept drafts and versions, while the blocks they use move on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from luban.ports.stores import Slice
from luban.server.wiring import Home
from luban.services.agents import AgentChange, AgentDraft
from luban.services.checking import AgentHasErrors
from tests.services.kit import ME, agent_of, over

SAY = """
from luban.sdk import Migration, block

@block(id="my.say", version={version}{rules})
async def say({pin}: str, times: int = 1) -> str:
    return "{version}" + {pin} * times
"""
RULES = ', migrations={1: Migration(inputs={"text": "words"})}'


def first() -> str:
    return SAY.format(version=1, rules="", pin="text")


def second(rules: str = RULES) -> str:
    return SAY.format(version=2, rules=rules, pin="words")


def agent(**node: Any) -> dict[str, Any]:
    return {
        "luban": 1,
        "name": "Say",
        "nodes": {
            "say": {"block": "my.say", **node},
            "out": {"block": "io.output", "with": {"name": "out"}},
        },
        "links": ["say.result -> out.value"],
    }


def write(home: Home, text: str, file: str = "say.py") -> None:
    """The file as it is to be, and what the server does when it sees that."""
    (home.settings.blocks_path[0] / file).write_text(text, encoding="utf-8")
    home.registry.reload()
    home.blocks_changed()


async def said(home: Home, agent_id: str) -> Any:
    """What a run of the draft gives."""
    if not home.house.health.ready:
        await home.start_worker()
    run = await home.house.runs.start(ME, agent_id, {})
    return (await over(home, run.id)).outputs.get("out")


async def test_a_draft_and_a_published_version_are_brought_up(home: Home) -> None:
    write(home, first())
    kept = await agent_of(home, agent(**{"with": {"text": "a"}}))
    await home.house.versions.publish(ME, kept)
    assert await said(home, kept) == "1a"

    write(home, second())
    shown = await home.house.agents.get(ME, kept)
    assert shown.document["nodes"]["say"] == {"block": "my.say@2", "with": {"words": "a"}}
    assert shown.revision == 1, "nothing kept was changed"
    version = await home.house.versions.get(ME, kept, 1)
    assert version.document["nodes"]["say"]["with"] == {"words": "a"}
    assert await said(home, kept) == "2a"

    write(home, first())
    assert await said(home, kept) == "1a", "and the old one works as before"


async def test_what_is_saved_after_the_change_is_of_the_new_version(home: Home) -> None:
    write(home, first())
    kept = await agent_of(home, agent(**{"with": {"text": "a"}}))
    write(home, second())
    fresh = await agent_of(home, agent(**{"with": {"words": "b"}}))
    await home.house.agents.change(ME, kept, AgentChange(name="Renamed"))

    write(home, second().replace("version=2", "version=3"))  # its rules no longer reach it
    for each in (kept, fresh):
        document = (await home.house.agents.get(ME, each)).document
        assert document["nodes"]["say"]["block"] == "my.say@2"
    _, text = await home.house.agents.export(ME, kept, "yaml")
    assert "block: my.say@2" in text


async def test_two_versions_side_by_side_need_no_rule(home: Home) -> None:
    write(home, first())
    kept = await agent_of(home, agent(**{"with": {"text": "a"}}))
    write(home, second(""), "newer.py")
    shown = await home.house.agents.get(ME, kept)
    assert shown.document["nodes"]["say"] == {"block": "my.say@1", "with": {"text": "a"}}
    assert home.house.checking.agent(shown).findings == []
    assert await said(home, kept) == "1a"
    assert [spec.version for spec in home.house.blocks.older()] == [1]


async def test_without_a_rule_the_check_says_what_changed(home: Home) -> None:
    write(home, first())
    kept = await agent_of(home, agent(**{"with": {"text": "a", "times": 2}}))
    write(home, second("").replace("-> str", "-> int"))
    findings = home.house.checking.agent(await home.house.agents.get(ME, kept)).findings

    gone = findings[0]
    assert (gone.code, gone.node) == ("block_version_gone", "say")
    assert gone.params == {"block": "my.say", "version": 1, "installed": 2}
    for what in ("`text` is gone", "`words` is now required", "`result` was text and is number"):
        assert what in gone.message, gone.message
    assert "“words”现在必填" in gone.message_zh
    assert "`my.say@2`" in gone.repair
    assert {("unknown_pin", "text"), ("missing_input", "words")} <= {
        (each.code, each.pin) for each in findings
    }
    with pytest.raises(AgentHasErrors):
        await home.house.runs.start(ME, kept, {})


async def test_a_rule_that_fails_is_told_as_what_is_wrong(home: Home) -> None:
    write(home, first())
    kept = await agent_of(home, agent(**{"with": {"text": "a"}}))
    rules = ", migrations={1: Migration(constants=lambda values: {'n': values['nothing']})}"
    write(home, second(rules))
    found = home.house.checking.agent(await home.house.agents.get(ME, kept)).findings[0]
    assert "Its own rule failed: KeyError: 'nothing'" in found.message


async def test_the_agent_of_a_file_stays_one_revision_as_long_as_the_file_does(home: Home) -> None:
    write(home, second(""))
    text = "luban: 1\nname: Say\nnodes: {say: {block: my.say, with: {words: a}}}\nlinks: []\n"
    kept = [
        await home.house.agents.keep_file(ME, "file-1", AgentDraft(text=text)) for _ in range(3)
    ]
    assert [each.revision for each in kept] == [1, 1, 1]
    assert kept[-1].document["nodes"]["say"]["block"] == "my.say@2"


async def test_versions_are_listed_as_they_are_shown(home: Home) -> None:
    write(home, first())
    kept = await agent_of(home, agent(**{"with": {"text": "a"}}))
    await home.house.versions.publish(ME, kept)
    write(home, second())
    _, page = await home.house.versions.list(ME, kept, Slice())
    assert [each.document["nodes"]["say"]["block"] for each in page.items] == ["my.say@2"]
    listed = await home.house.agents.list(ME, Slice())
    assert listed.items[0].agent.document["nodes"]["say"]["block"] == "my.say@2"


async def test_broken_chinese_texts_do_not_make_a_block_missing(home: Home, tmp_path: Path) -> None:
    write(home, first())
    write(home, "{", "zh-CN.json")
    assert [each.blocks for each in home.house.blocks.broken()] == [()]
    kept = await agent_of(home, agent(**{"with": {"text": "a"}}))
    assert await said(home, kept) == "1a"
