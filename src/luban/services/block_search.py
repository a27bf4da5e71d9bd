"""Which blocks fit a question in words: pure, and the same for everybody who asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from luban.model.block import BlockSpec
from luban.model.words import terms

_WEIGHTS = (6.0, 4.0, 3.0, 1.0)
"""Of a word found in: the id, the title, the keywords, the description."""
_BEGINS = 0.5
"""What it counts where one of the two words only begins with the other: `mail` and `mails`."""
_SHORT = 3


def best(blocks: Iterable[BlockSpec], query: str, limit: int) -> list[BlockSpec]:
    """The best first; a block that has none of the words is left out."""
    wanted = list(dict.fromkeys(terms(query)))
    if not wanted:
        return sorted(blocks, key=lambda each: each.id)[:limit]
    scored = [(_score(each, wanted), each.id, each) for each in blocks]
    found = sorted((one for one in scored if one[0] > 0), key=lambda one: (-one[0], one[1]))
    return [spec for _, _, spec in found[:limit]]


def _score(spec: BlockSpec, wanted: Sequence[str]) -> float:
    """Each word counts where it weighs most; more of the words beat one word often."""
    texts = (
        spec.id.replace("_", " "),
        f"{spec.title} {spec.title_zh}",
        " ".join(spec.keywords),
        f"{spec.description} {spec.description_zh} {spec.category}",
    )
    places = [(weight, set(terms(text))) for weight, text in zip(_WEIGHTS, texts, strict=True)]
    return sum(max(_fit(word, weight, known) for weight, known in places) for word in wanted)


def _fit(word: str, weight: float, known: set[str]) -> float:
    if word in known:
        return weight
    long = [each for each in known if len(each) > _SHORT] if len(word) > _SHORT else []
    begins = any(each.startswith(word) or word.startswith(each) for each in long)
    return weight * _BEGINS if begins else 0.0
