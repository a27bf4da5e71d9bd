"""Summaries made of the text's own first sentences, within the length asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from luban.llm.demo.language import is_chinese, sentences, words

_ASKS = re.compile(
    r"summar|tl;?dr|digest|\bbrief\b|key points|in short|摘要|总结|概括|归纳|概述|提要|简述|梗概",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"(\d+|[一二两三四五六七八九十]|one|two|three|four|five)[\s-]*(?:个|条)?"
    r"(words?|characters?|sentences?|bullets?|points?|字|词|句|条|点|要点)",
    re.IGNORECASE,
)
_NUMBERS = {
    **{letter: value for value, letter in enumerate("一二三四五六七八九十", start=1)},
    "两": 2,
    **{word: value for value, word in enumerate(("one", "two", "three", "four", "five"), start=1)},
}
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+(?P<title>.+?)|-{3,}|={3,}|\*{3,})\s*$")
_COLON = re.compile(r"[:：]\s*")
_DEFAULT = {"words": 60, "letters": 120}
_INSTRUCTION = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to summarise, and how much of it may stay; `unit` is words, letters or sentences."""

    text: str
    amount: int
    unit: str


def find(system: str, asked: str) -> Wanted | None:
    """The summary a prompt asks for, if it asks for one."""
    in_system = _ASKS.search(system)
    head = asked[:_INSTRUCTION]
    tail = asked[-_INSTRUCTION:]
    if not (in_system or _ASKS.search(head) or _ASKS.search(tail)):
        return None
    text = _without_instruction(asked)
    amount, unit = _length(f"{system}\n{head}\n{tail}", text)
    return Wanted(text, amount, unit)


def write(wanted: Wanted) -> str:
    """The first sentences, or one line per section when the text has sections."""
    sections = _sections(wanted.text)
    if len(sections) < 2:
        return _first(wanted.text, wanted.amount, wanted.unit)
    lines: list[str] = []
    for title, body in sections:
        sentence = _first(body, 1, "sentences")
        colon = "：" if is_chinese(f"{title}{sentence}") else ": "
        lines.append("- " + colon.join(filter(None, (title, sentence))))
    if wanted.unit == "sentences":  # fewer than there are sections is meant for each of them
        return "\n".join(lines[: wanted.amount] if wanted.amount > 2 else lines)
    return _cut("\n".join(lines), wanted.amount, wanted.unit)


def first_sentence(text: str) -> str:
    """The first sentence of what a prompt is about."""
    return _first(_without_instruction(text), 1, "sentences")


def _without_instruction(asked: str) -> str:
    """The text below or behind the instruction; all of it when there is nothing else."""
    paragraphs = [part for part in re.split(r"\n\s*\n", asked) if part.strip()]
    if len(paragraphs) > 1:
        kept = [part for part in paragraphs if not _is_instruction(part)]
        if kept:
            return "\n\n".join(kept).strip()
    first, *rest = asked.split("\n", 1)
    if rest and rest[0].strip() and _ASKS.search(first) and len(first) < _INSTRUCTION:
        return rest[0].strip()
    parts = _COLON.split(asked, maxsplit=1)
    if len(parts) == 2 and _ASKS.search(parts[0]) and len(parts[0]) < _INSTRUCTION:
        return parts[1].strip()
    return asked.strip()


def _is_instruction(paragraph: str) -> bool:
    return len(paragraph) < _INSTRUCTION and bool(
        _ASKS.search(paragraph) and not _HEADING.match(paragraph.splitlines()[0])
    )


def _length(instruction: str, text: str) -> tuple[int, str]:
    found = _LENGTH.search(instruction)
    if found is None:
        return (
            (_DEFAULT["letters"], "letters") if is_chinese(text) else (_DEFAULT["words"], "words")
        )
    number = found.group(1).lower()
    amount = int(number) if number.isdigit() else _NUMBERS[number]
    name = found.group(2).lower()
    if name.startswith("word"):
        return amount, "words"
    if name.startswith("character") or name in ("字", "词"):
        return amount, "letters"
    return amount, "sentences"


def _sections(text: str) -> list[tuple[str, str]]:
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading is None:
            sections[-1][1].append(line)
        else:
            sections.append((heading.group("title") or "", []))
    joined = [(title, "\n".join(lines).strip()) for title, lines in sections]
    return [(title, body) for title, body in joined if title or body]


def _first(text: str, amount: int, unit: str) -> str:
    found = sentences(text)
    if not found:
        return ""
    if unit == "sentences":
        return _joined(found[:amount])
    kept: list[str] = []
    for sentence in found:
        if _size(_joined([*kept, sentence]), unit) > amount:
            break
        kept.append(sentence)
    return _joined(kept) if kept else _cut(found[0], amount, unit)


def _joined(parts: list[str]) -> str:
    return ("" if is_chinese("".join(parts)) else " ").join(parts)


def _size(text: str, unit: str) -> int:
    return len(text) if unit == "letters" else words(text)


def _cut(text: str, amount: int, unit: str) -> str:
    if _size(text, unit) <= amount:
        return text
    if unit == "letters":
        return f"{text[: max(1, amount - 1)].rstrip()}…"
    pieces = re.findall(r"\s*[^\s\u4e00-\u9fff]+|\s*[\u4e00-\u9fff]", text)
    return "".join(pieces[:amount]).strip() + "…"
