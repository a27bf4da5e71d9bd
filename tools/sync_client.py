"""The client that blocks, made from the asynchronous one: the same words without waiting.

`luban.client` is the source. Every module of it but those that wait for nothing is written again
under `luban/client/sync`; `./run fix` does it, and `./run check` fails when one is not fresh.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "luban" / "client"
SHARED = frozenset({"__init__", "errors"})
"""Modules that both faces use as they are."""

_ASIDE = "\n\n`luban.client.sync` has the same for programs that are not asynchronous.\n"
_FIRST_LINE = "# Generated from luban/client/{name}.py by ./run fix."
_WORDS: tuple[tuple[str, str], ...] = (
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsyncBaseTransport\b", "BaseTransport"),
    (r"\bAsyncClient\b", "Client"),
    (r"\bAsync(Generator|Iterator|Iterable)\b", r"\1"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\baclosing\b", "closing"),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\baclose\b", "close"),
    (r"\ba(iter_bytes|iter_lines|read)\b", r"\1"),
    (r"\bimport asyncio\n", ""),
    (r"\basyncio\.sleep\b", "time.sleep"),
)


def names() -> list[str]:
    """The modules that have a twin."""
    return sorted(path.stem for path in SOURCE.glob("*.py") if path.stem not in SHARED)


def package() -> str:
    """The twin of `luban/client/__init__.py`: the same names, of which only some differ."""
    text = (SOURCE / "__init__.py").read_text(encoding="utf-8")
    return _made("__init__", text.replace(_ASIDE, ""))


def text_of(name: str) -> str:
    """The twin of one module."""
    return _made(name, (SOURCE / f"{name}.py").read_text(encoding="utf-8"))


def _made(name: str, text: str) -> str:
    for pattern, plain in _WORDS:
        text = re.sub(pattern, plain, text)
    twins = "|".join(names())
    text = re.sub(rf"\bluban\.client\.({twins})\b", r"luban.client.sync.\1", text)
    return _formatted(f"{_FIRST_LINE.format(name=name)}\n\n{text}")


def _formatted(text: str) -> str:
    where = ["--stdin-filename", "src/luban/client/sync/made.py", "-"]
    for words in (["check", "--fix", "--quiet", "--select", "I"], ["format", "--quiet"]):
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ruff"), *words, *where],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            cwd=ROOT,
        )
        text = done.stdout
    return text


def __getattr__(name: str) -> Callable[[], str]:
    """`tools.generated` asks for the maker of each file by its name."""
    if name not in names():
        raise AttributeError(name)
    return lambda: text_of(name)
