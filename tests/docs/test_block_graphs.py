"""The agent that the reference shows for each block runs, and gives what its example says."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from luban.engine.validation import check
from luban.interop import agent_file
from luban.model.block import Role
from luban.model.values import canonical
from luban.registry import discover
from luban.sdk.machine_parts import missing_part
from luban.testing import TestContext, run_agent
from tests.docs.pages import ROOT
from tools.block_graphs import document_of, example_of, expected_of, text_of

HIDDEN = "•••"
DIFFERENT = {
    "message.webhook": "the id of the message is that of the step",
    "flow.stop": "the run is over before anything leaves it",
    "ai.image": "the name of the file is made from that of the step",
}
REGISTRY = discover(())
SPECS = [spec for spec in REGISTRY.specs() if spec.source == "builtin"]


@pytest.mark.parametrize("category", sorted({spec.category for spec in SPECS}))
async def test_the_agents_of_a_page_run(category: str) -> None:
    wrong: list[str] = []
    for spec in SPECS:
        document = document_of(spec) if spec.category == category else None
        if document is None:
            continue
        document = agent_file.load(text_of(document))
        errors = [each.message for each in check(document, REGISTRY) if each.severity == "error"]
        if errors:
            wrong.append(f"{spec.id}: {errors}")
            continue
        example = example_of(spec)
        if example is not None and any(missing_part(each) for each in example.needs):
            continue
        context = TestContext.from_world(example.world if example else {})
        run = await run_agent(document, blocks=REGISTRY, context=context)
        if run.status != "completed":
            wrong.append(f"{spec.id}: {run.error}")
        elif spec.id in DIFFERENT or HIDDEN in str(
            run.outputs
        ):  # part of what it gives is the secret it was given
            continue
        elif _shown(run.outputs) != _shown(expected_of(spec)):
            wrong.append(f"{spec.id}: gave {run.outputs}, not {expected_of(spec)}")
    assert wrong == []


def _shown(value: Any) -> bytes:
    """For comparing; how many bytes a picture or a page takes is up to who packs it."""
    return canonical(_without_sizes(value))


def _without_sizes(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_sizes(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    kept = {name: _without_sizes(each) for name, each in fields.items()}
    return {**kept, "size": 0} if "$file" in kept else kept


def test_every_block_has_an_agent_or_only_failures_to_show() -> None:
    without = [spec for spec in SPECS if document_of(spec) is None and spec.role is not Role.NOTE]
    assert [spec.id for spec in without if not spec.examples] == []
    assert len(without) < len(SPECS) / 10, [spec.id for spec in without]


def test_the_comparison_names_blocks_that_there_are() -> None:
    families = "|".join(sorted({spec.id.partition(".")[0] for spec in SPECS}))
    page = (ROOT / "docs" / "comparison" / "blocks.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{families})\.[a-z_]+)`", page))
    assert len(named) > 80
    assert named - {spec.id for spec in SPECS} == set()
