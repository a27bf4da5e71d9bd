"""Patterns find what they should, and end whatever they are."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from luban.sdk import BlockError
from luban.sdk.patterns import bounded, compile_pattern


async def test_a_search_gives_its_result() -> None:
    compiled = compile_pattern("(?P<n>[0-9]+)")
    found = await bounded(compiled, partial(compiled.search, "Order 66"))
    assert found is not None and found["n"] == "66"


async def test_case_and_dot_are_as_asked() -> None:
    assert compile_pattern("A.B", case_sensitive=False).search("a\nb")
    assert not compile_pattern("A.B").search("a\nb")
    assert not compile_pattern("A.B", dot_all=False).search("A\nB")


async def test_an_endless_pattern_is_ended_and_holds_up_nobody() -> None:
    compiled = compile_pattern("(a|aa)+$(?<=b)")
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.01)

    beside = asyncio.create_task(others())
    with pytest.raises(BlockError, match="took longer") as ended:
        await bounded(compiled, partial(compiled.search, "a" * 80))
    beside.cancel()
    assert ended.value.code == "pattern_too_slow"
    assert turns > 20


@pytest.mark.parametrize("pattern", ["(", "[a", "(?P<1>x)", "x" * 10_001, "a{2,1}"])
def test_what_is_no_pattern_is_named(pattern: str) -> None:
    with pytest.raises(BlockError) as refused:
        compile_pattern(pattern)
    assert refused.value.code == "bad_pattern"
    assert "匹配模式" in refused.value.message_zh
