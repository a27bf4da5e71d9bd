"""Every example of every block gives what it says, and every block tells people what it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from luban.model.block import BlockExample, Role
from luban.sdk.code import Style
from luban.sdk.machine_parts import missing_part
from luban.sdk.testing import try_example
from tests.blocks.catalogue import Found, Library, all_blocks

CATEGORIES = frozenset(
    [
        "input",
        "output",
        "text",
        "data",
        "logic",
        "maths",
        "time",
        "web",
        "file",
        "media",
        "storage",
        "code",
        "message",
        "ai",
        "flow",
    ]
)
WITHOUT_EXAMPLES = {"io.note": "a note never runs"}
MAY_USE_A_THREAD: dict[str, str] = {}
CHINESE = re.compile(r"[\u4e00-\u9fff]")

BLOCKS = [pytest.param(found, id=found.id) for found in all_blocks()]
EXAMPLES = [
    pytest.param(found, example, id=f"{found.id}-{number}")
    for found in all_blocks()
    for number, example in enumerate(found.code.spec.examples)
]


@pytest.mark.parametrize(("found", "example"), EXAMPLES)
async def test_an_example_gives_what_it_says(found: Found, example: BlockExample) -> None:
    if lacking := [why for each in example.needs if (why := missing_part(each))]:
        pytest.skip("; ".join(lacking))
    assert await try_example(found.code, example, Library()) == []


def test_ids_and_aliases_are_unique() -> None:
    names = [name for found in all_blocks() for name in (found.id, *found.code.spec.aliases)]
    assert [name for name, times in Counter(names).items() if times > 1] == []


@pytest.mark.parametrize("found", BLOCKS)
def test_a_block_has_an_example_or_a_reason(found: Found) -> None:
    assert bool(found.code.spec.examples) != (found.id in WITHOUT_EXAMPLES)


@pytest.mark.parametrize("found", BLOCKS)
def test_a_block_stands_where_its_id_says(found: Found) -> None:
    family, _, name = found.id.partition(".")
    assert found.module.rstrip("_") == f"luban.blocks.{family}.{name}"


@pytest.mark.parametrize("found", BLOCKS)
def test_a_block_is_asynchronous(found: Found) -> None:
    """A plain function costs a thread per step."""
    assert found.code.style is not Style.THREAD or found.id in MAY_USE_A_THREAD


@pytest.mark.parametrize("found", BLOCKS)
def test_a_block_tells_what_it_is(found: Found) -> None:
    spec = found.code.spec
    assert spec.category in CATEGORIES
    assert spec.icon != "box", "choose a lucide icon"
    assert re.fullmatch(r"[a-z0-9-]+", spec.icon)
    assert spec.title and spec.title[0].isupper()
    assert spec.description.endswith((".", "!"))
    assert spec.keywords
    assert (spec.role is Role.INPUT) == (spec.category == "input")


@pytest.mark.parametrize("found", BLOCKS)
def test_every_pin_has_a_title_and_a_description(found: Found) -> None:
    spec = found.code.spec
    assert [pin.name for pin in (*spec.inputs, *spec.outputs) if not pin.title] == []
    assert [pin.name for pin in (*spec.inputs, *spec.outputs) if not pin.description] == []


@pytest.mark.parametrize("found", BLOCKS)
def test_a_block_speaks_chinese(found: Found) -> None:
    spec, chinese = found.code.spec, found.chinese
    assert CHINESE.search(chinese.get("title", "")), "no title in zh-CN.json"
    assert CHINESE.search(chinese.get("description", "")), "no description in zh-CN.json"
    assert chinese.get("keywords"), "run tools/pinyin.py"
    for kind, pins in (("inputs", spec.inputs), ("outputs", spec.outputs)):
        texts: dict[str, Any] = chinese.get(kind, {})
        assert sorted(texts) == sorted(pin.name for pin in pins)
        assert [name for name, said in texts.items() if not _complete(said)] == []


def _complete(said: dict[str, str]) -> bool:
    """A title may be a letter, as in `A`; a description is a sentence."""
    return bool(said.get("title")) and bool(CHINESE.search(said.get("description", "")))


def test_chinese_texts_belong_to_blocks() -> None:
    folders = {Path(str(found.code.call.__code__.co_filename)).parent for found in all_blocks()}
    named = {
        name
        for folder in folders
        if (folder / "zh-CN.json").exists()
        for name in json.loads((folder / "zh-CN.json").read_text(encoding="utf-8"))
    }
    assert named <= {found.id for found in all_blocks()}
