"""The files of a new block: code, test, page."""

from __future__ import annotations

_CODE = '''"""{title}: says what this block is for."""

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

_TEST = '''"""Tests of the block `{name}`; run with pytest."""

import asyncio
import importlib.util
from pathlib import Path

from luban.testing import probe

_spec = importlib.util.spec_from_file_location("{name}", Path(__file__).parent.parent / "{name}.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)


def test_each_text_is_said_louder():
    seen = asyncio.run(probe(_module.{name}, {{"text": ["a", "b"]}}, times=2))
    assert seen["result"] == ["AA", "BB"]
'''

_PAGE = """# {title}

What it is for, in a sentence.

| pin | type | about |
|---|---|---|
| → `text` | text | what to say |
| → `times` | number | how often |
| ← `result` | text | the text in capitals |
"""


def files_of(name: str) -> dict[str, str]:
    """The texts of the files, by path inside the block folder."""
    title = name.replace("_", " ").capitalize()
    return {
        f"{name}.py": _CODE.format(name=name, title=title),
        f"tests/test_{name}.py": _TEST.format(name=name, title=title),
        f"docs/{name}.md": _PAGE.format(name=name, title=title),
    }
