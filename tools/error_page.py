"""The page about errors: every code with its sentence in both languages, from the classes.

`python -m tools.error_page` writes it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import luban
from luban.model.errors import LubanError
from tools import generated

_HEAD = """# Errors

Written from the code by `python -m tools.error_page`.

Every error has a stable `code` and a sentence in English and Chinese; `{…}` is filled in. Over HTTP
it is one shape, with its status ([HTTP](http.md#errors)); in a run it stands in `error` with the
node and its inputs, and leaves by the pin `error` where that is linked. *Again*: temporary; a
node's `retry` tries these again unless it names codes of its own. Blocks may add codes, such as
`not_a_feed`.

| code | status | again | sentence | 中文 |
|---|---|---|---|---|
"""
_LEFT_OUT = ("__main__", ".migrations")


def text() -> str:
    """The text of `docs/reference/errors.md`."""
    rows = {
        (each.code, each.status, each.retryable, each.en, each.zh)
        for each in set(_below(LubanError))
        if each.__module__.startswith("luban.") and each.en != LubanError.en
    }
    return _HEAD + "".join(_row(*row) for row in sorted(rows) if row[3] != "{reason}")


def _below(kind: type[LubanError]) -> Iterator[type[LubanError]]:
    if kind is LubanError:
        for found in pkgutil.walk_packages(luban.__path__, "luban."):
            if not any(part in found.name for part in _LEFT_OUT):
                importlib.import_module(found.name)
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _row(code: str, status: int, retryable: bool, english: str, chinese: str) -> str:
    again = "✓" if retryable else ""
    cells: list[Any] = [f"`{code}`", status, again, _cell(english), _cell(chinese)]
    return "| " + " | ".join(map(str, cells)) + " |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    pages = tuple(one for one in generated.FILES if one.maker.startswith("tools.error_page:"))
    generated.write(pages)


if __name__ == "__main__":
    main()
