"""The pages for readers, taken apart: fenced blocks, what their first line says, what they expect.

The words behind a fence's language say what a test does with the block; docs/README.md explains
them to writers of pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md"))
    if "decisions" not in path.parts and path.parent.name != "blocks"  # those run in a test apart
)

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.M | re.S
)


@dataclass(frozen=True)
class Snippet:
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str | None:
        """The name under which the reader is told to store it."""
        found = [word.removeprefix("file=") for word in self.words if word.startswith("file=")]
        return found[0] if found else None

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A line behind `$`, continued by backslashes, and what is printed below it."""

    line: int
    text: str
    expected: str


def snippets(page: Path) -> list[Snippet]:
    text = page.read_text(encoding="utf-8")
    found: list[Snippet] = []
    for fence in _FENCE.finditer(text):
        language, *words = fence["info"].split() or [""]
        line = text.count("\n", 0, fence.start()) + 1
        indent = len(fence["indent"])
        body = "".join(
            each[indent:] if each.strip() else each for each in fence["text"].splitlines(True)
        )
        found.append(Snippet(page, line, language, tuple(words), body))
    return found


def commands(snippet: Snippet) -> list[Command]:
    """The commands of a console block; lines before the first `$` are an error."""
    found: list[Command] = []
    lines = snippet.text.splitlines()
    at = 0
    while at < len(lines):
        assert lines[at].startswith("$ "), f"{snippet.name}: {lines[at]!r} is no command"
        begun = at
        command = lines[at][2:]
        while command.endswith("\\"):
            at += 1
            command = f"{command}\n{lines[at]}"
        at += 1
        expected: list[str] = []
        while at < len(lines) and not lines[at].startswith("$ "):
            expected.append(lines[at])
            at += 1
        found.append(Command(snippet.line + 1 + begun, command, "\n".join(expected)))
    return found


def fits(expected: str, printed: str) -> bool:
    """Whether what was printed is what the page shows; `…` stands for anything."""
    parts = [re.escape(part.strip("\n")) for part in _lines(expected).split("…")]
    return re.fullmatch(r"(?s:.*?)".join(parts), _lines(printed)) is not None


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
