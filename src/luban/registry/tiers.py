"""How good a block is: *listed*, *solid* or *model*, and what it lacks for the next tier.

Every rule is kept, or named in the block's `exempt` with a reason. The rules look at what is known
of a block and at its text; nothing of it is run, so a whole palette is judged in a blink.
"""

from __future__ import annotations

from typing import NamedTuple

from luban.model.block import Tier
from luban.registry.evidence import evidence_of
from luban.registry.tier_rules import MODEL, SOLID
from luban.sdk.code import BlockCode


class Lack(NamedTuple):
    """One thing to do: which rule asks for it, for which tier, and the sentence."""

    rule: str
    tier: Tier
    message: str
    message_zh: str


class Judgement(NamedTuple):
    """The tier a block reaches, and all it lacks for the ones above."""

    tier: Tier
    lacks: tuple[Lack, ...]


def judge(code: BlockCode, place: str | None) -> Judgement:
    """The tier of a block that stands in the file `place`."""
    evidence = evidence_of(code, place or "")
    lacks = tuple(
        Lack(name, tier, *said)
        for tier, rules in ((Tier.SOLID, SOLID), (Tier.MODEL, MODEL))
        for name, rule in rules.items()
        if not evidence.spec.exempt.get(name)
        for said in rule(evidence)
    )
    wanting = {lack.tier for lack in lacks}
    if Tier.SOLID in wanting:
        return Judgement(Tier.LISTED, lacks)
    return Judgement(Tier.SOLID if wanting else Tier.MODEL, lacks)
