"""The files of a new block: code, test, page."""

from __future__ import annotations

import re
from typing import Literal

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_FUNCTION = '''"""{title}: says what this block is for."""

from luban.sdk import Effect, Example, block


@block(
    id="{name}",
    category="text",
    effect=Effect.NONE,
    examples=(Example({{"text": "hello", "times": 2}}, {{"result": "HELLOHELLO"}}),),
)
async def {name}(text: str, times: int = 1) -> str:
    """Say it louder, so many times."""
    return text.upper() * times
'''

_CLASS = '''"""{title}: says what this block is for."""

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Emissions, Emit, Example
from luban.sdk import Field


class {class_name}(Block):
    """Cuts text into pieces of a length."""

    id = "{name}"
    title = "{title}"
    category = "text"
    effect = Effect.NONE
    icon = "scissors"
    keywords = ("cut", "pieces")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The text to cut.")
        size: int = Field(1000, ge=1, title="Size", description="Characters per piece.")

    class Output(BlockOutput):
        piece: str = Emit("One piece after another.", title="Piece", main=True)
        count: int = Field(title="Count", description="How many pieces there are.")

    examples = (
        Example({{"text": "abcd", "size": 3}}, {{"piece": ["abc", "d"], "count": 2}}),
        Example({{"text": ""}}, {{"error": {{"code": "nothing_to_cut"}}}}),
    )

    async def run(self, input: Input) -> Emissions:
        if not input.text:
            raise BlockError(
                "There is no text to cut. Give one.",
                zh="没有可切分的文本，请提供文本。",
                code="nothing_to_cut",
            )
        starts = range(0, len(input.text), input.size)
        pieces = Emissions(("piece", input.text[at : at + input.size]) for at in starts)
        return Emissions([*pieces, ("count", len(pieces))])
'''

_LOADED = '''"""Tests of the block `{name}`; run with pytest."""

import asyncio
import importlib.util
from pathlib import Path

from luban.testing import probe

_spec = importlib.util.spec_from_file_location("{name}", Path(__file__).parent.parent / "{name}.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

'''

_FUNCTION_TEST = """
def test_each_text_is_said_louder():
    seen = asyncio.run(probe(_module.{name}, {{"text": ["a", "b"]}}, times=2))
    assert seen["result"] == ["AA", "BB"]
"""

_CLASS_TEST = """
def test_each_text_is_cut():
    seen = asyncio.run(probe(_module.{class_name}, {{"text": ["abcd", "ef"]}}, size=3))
    assert seen["piece"] == ["abc", "d", "ef"]
    assert seen["count"] == [2, 1]


def test_no_text_is_an_error():
    seen = asyncio.run(probe(_module.{class_name}, {{"text": [""]}}))
    assert seen["error"][0]["code"] == "nothing_to_cut"
"""

_FUNCTION_PAGE = """# {title}

What it is for, in a sentence.

| pin | type | about |
|---|---|---|
| → `text` | text | what to say |
| → `times` | number | how often |
| ← `result` | text | the text in capitals |
"""

_CLASS_PAGE = """# {title}

What it is for, in a sentence.

| pin | type | about |
|---|---|---|
| → `text` | text | what to cut |
| → `size` | number | characters per piece |
| ← `piece` | text | one piece after another |
| ← `count` | number | how many there are |

Fails with `nothing_to_cut` when there is no text.
"""


def is_name(name: str) -> bool:
    """Whether a block's file, id and function may be called so."""
    return _NAME.fullmatch(name) is not None


def files_of(name: str, kind: Literal["function", "class"] = "function") -> dict[str, str]:
    """The texts of the files, by path inside the block folder."""
    words = {
        "name": name,
        "title": name.replace("_", " ").strip().capitalize(),
        "class_name": "".join(part.capitalize() for part in name.split("_")),
    }
    code, test, page = (
        (_FUNCTION, _FUNCTION_TEST, _FUNCTION_PAGE)
        if kind == "function"
        else (_CLASS, _CLASS_TEST, _CLASS_PAGE)
    )
    return {
        f"{name}.py": code.format(**words),
        f"tests/test_{name}.py": (_LOADED + test).format(**words),
        f"docs/{name}.md": page.format(**words),
    }
