"""Built-in blocks are found by pinyin, and the words for it are up to date."""

from __future__ import annotations

import json

import pytest

from tools.pinyin import complete, filled, stale, syllables


def test_every_block_has_its_pinyin() -> None:
    assert stale() == []


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("切分文本", "qie fen wen ben"),
        ("HTTP 请求", "http qing qiu"),
        ("24点", "24 dian"),
        ("长文本输入", "chang wen ben shu ru"),
        ("行", "hang"),
        ("…", ""),
    ],
)
def test_a_text_is_spoken(text: str, spoken: str) -> None:
    assert " ".join(syllables(text)) == spoken


def test_own_words_stay_and_nothing_is_said_twice() -> None:
    words = complete("排序", ["paixu", "顺序", "order"])
    assert words == ["pai xu", "px", "paixu", "顺序", "order", "shun xu"]
    assert complete("排序", words) == words


def test_a_short_title_gets_no_single_letter() -> None:
    assert complete("锁", []) == ["suo"]


def test_only_the_line_of_keywords_changes() -> None:
    text = (
        '{\n  "a.b": {\n    "title": "排序",\n    "keywords": ["顺序"],\n'
        '    "inputs": {\n      "x": {"title": "项",   "description": "说明"}\n    }\n  }\n}\n'
    )
    after = filled(text)
    assert json.loads(after)["a.b"]["keywords"] == ["pai xu", "px", "顺序", "shun xu"]
    changed = [line for line in after.splitlines() if line not in text.splitlines()]
    assert len(changed) == 1
