"""What comes first: rows by a field, and documents that were found in several ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.sdk.stored import Hit, StoredDocument, StoredRow
from luban.sdk.where import part


def in_order(rows: list[StoredRow], sort: str) -> list[StoredRow]:
    """By a field, `-field` with the largest first: numbers before texts, nothing last."""
    field = sort.removeprefix("-")
    if not field:
        return rows
    down = sort.startswith("-")
    known = [row for row in rows if part(row.values, field) is not None]
    known.sort(key=lambda row: _rank(part(row.values, field)), reverse=down)
    return known + [row for row in rows if part(row.values, field) is None]


def _rank(value: Any) -> tuple[int, float, str]:
    if isinstance(value, (int, float)):
        return 0, float(value), ""
    return 1, 0.0, value if isinstance(value, str) else repr(value)


def fused(rankings: Mapping[str, Sequence[tuple[float, StoredDocument]]]) -> list[Hit]:
    """One ranking out of several, by the places in each: reciprocal rank fusion.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
    Learning Methods", 2009; 60 is theirs. A single ranking keeps its own scores.
    """
    places: dict[str, dict[str, int]] = {}
    known: dict[str, StoredDocument] = {}
    scores: dict[str, float] = {}
    for by, ranking in rankings.items():
        for place, (score, document) in enumerate(ranking, 1):
            places.setdefault(document.id, {})[by] = place
            known[document.id] = document
            gained = score if len(rankings) == 1 else 1 / (60 + place)
            scores[document.id] = scores.get(document.id, 0.0) + gained
    best = sorted(scores, key=lambda id: -scores[id])
    return [Hit(known[id], round(scores[id], 6), places[id]) for id in best]
