"""Inputs too large to be an example: each block refuses them with the error it names."""

from __future__ import annotations

from typing import Any

import pytest

from luban.registry import discover
from luban.sdk.errors import BlockError
from luban.sdk.testing import run_block

BLOCKS = discover(())
TOO_LARGE = [
    ("io.report", {"content": "x" * 2_000_001, "format": "html"}, "text_too_long"),
    ("data.write_excel", {"rows": [["a" * 40_000]]}, "text_too_long"),
    ("text.markdown_to_html", {"markdown": "a" * 2_000_001}, "text_too_long"),
    ("text.diff", {"before": "a\n" * 20_001, "after": ""}, "text_too_long"),
    ("storage.log_to_table", {"table": "t", "data": [{"a": 1}] * 10_001}, "too_many_rows"),
    ("text.html_to_markdown", {"html": "<b>" * 5000}, "nested_too_deeply"),
]


@pytest.mark.parametrize(("block", "inputs", "code"), TOO_LARGE, ids=[e[0] for e in TOO_LARGE])
async def test_what_is_too_large_is_refused(block: str, inputs: dict[str, Any], code: str) -> None:
    found = BLOCKS.find(block)
    assert found is not None
    with pytest.raises(BlockError) as raised:
        await run_block(found, **inputs)
    assert raised.value.code == code
