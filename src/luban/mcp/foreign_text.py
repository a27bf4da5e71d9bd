"""Texts that a server wrote, fit to be shown to people and models; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, cast

LONGEST_NAME, LONGEST_TITLE, LONGEST_DESCRIPTION = 128, 200, 4000
_LONGEST_SCHEMA_TEXT = 1000
_DEEPEST = 24
_SHOWN = frozenset("\n\t")


def cleaned(text: object, longest: int) -> str:
    """Without control and format characters, which hide words from readers; at most so long."""
    if not isinstance(text, str):
        return ""
    kept = "".join(
        letter
        for letter in text[: 4 * longest]
        if letter in _SHOWN or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def line(text: object, longest: int) -> str:
    """As `cleaned`, in one line."""
    return " ".join(cleaned(text, longest).split())


def schema(given: object) -> dict[str, Any]:
    """A JSON Schema whose texts are cleaned; what is no object asks for an object of anything."""
    found = _cleaned_tree(given, 0)
    if not isinstance(found, dict):
        return {"type": "object"}
    return {**cast("dict[str, Any]", found), "type": "object"}


def _cleaned_tree(value: object, depth: int) -> object:
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return cleaned(value, _LONGEST_SCHEMA_TEXT)
    if isinstance(value, Mapping):
        tree = cast("Mapping[str, object]", value)
        return {line(key, 200): _cleaned_tree(each, depth + 1) for key, each in tree.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_cleaned_tree(each, depth + 1) for each in cast("Sequence[object]", value)]
    return value
