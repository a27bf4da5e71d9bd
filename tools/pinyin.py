"""Pinyin keywords of the built-in blocks: what somebody types without a Chinese keyboard.

Each `zh-CN.json` keeps its own words; this adds the pinyin of a block's title, its initials, and
the pinyin of its Chinese keywords, where they are missing. It changes the line of the keywords and
nothing else.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pypinyin import lazy_pinyin, load_phrases_dict, load_single_dict

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = ROOT / "src" / "luban" / "blocks"

_BLOCK = re.compile(r'^  "([\w.]+)": \{$')
_KEYWORDS = re.compile(r'^(    "keywords": )(\[.*\])(,?)$')
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PARTS = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+")

# Characters with two readings that a dictionary of phrases gets wrong here.
load_single_dict({ord("行"): "háng"})
load_phrases_dict(
    {
        "长文本": [["cháng"], ["wén"], ["běn"]],
        "转文本": [["zhuǎn"], ["wén"], ["běn"]],
        "多行": [["duō"], ["háng"]],
        "行数": [["háng"], ["shù"]],
    }
)


def syllables(text: str) -> list[str]:
    """`"HTTP 请求"` → `["http", "qing", "qiu"]`; the parts of a word are read together."""
    return [
        syllable
        for part in _PARTS.findall(text)
        for syllable in (lazy_pinyin(part) if _CHINESE.match(part) else [part.lower()])
    ]


def complete(title: str, keywords: Iterable[str]) -> list[str]:
    """The keywords with what is missing: the title's pinyin in front, that of words behind."""
    said = list(keywords)
    spoken = syllables(title)
    front = [" ".join(spoken), "".join(syllable[0] for syllable in spoken)]
    if len(spoken) == 1:
        front.pop()  # one letter finds everything
    behind = [" ".join(syllables(word)) for word in said if _CHINESE.search(word)]
    known = set(said)
    return [
        *(word for word in dict.fromkeys(front) if word not in known),
        *said,
        *(word for word in dict.fromkeys(behind) if word not in known and word not in front),
    ]


def filled(text: str) -> str:
    """The text of a `zh-CN.json` with complete keywords."""
    blocks = json.loads(text)
    lines = list(_lines(text.splitlines(), blocks))
    return "\n".join(lines) + "\n"


def _lines(lines: Iterable[str], blocks: dict[str, dict[str, object]]) -> Iterator[str]:
    block = ""
    for line in lines:
        if named := _BLOCK.match(line):
            block = named[1]
        if block and (said := _KEYWORDS.match(line)):
            words = complete(str(blocks[block].get("title", "")), json.loads(said[2]))
            yield f"{said[1]}{json.dumps(words, ensure_ascii=False)}{said[3]}"
        else:
            yield line


def files() -> list[Path]:
    return sorted(BLOCKS.glob("*/zh-CN.json"))


def stale() -> list[str]:
    """One sentence for each file whose keywords lack something."""
    return [
        f"{path.relative_to(ROOT).as_posix()} lacks pinyin: run python -m tools.pinyin"
        for path in files()
        if filled(text := path.read_text("utf-8")) != text
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Add missing pinyin keywords to zh-CN.json.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if one is stale")
    if parser.parse_args().check:
        found = stale()
        print("\n".join(found) or "every block is found by its pinyin")
        return 1 if found else 0
    for path in files():
        path.write_text(filled(path.read_text("utf-8")), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
