"""Every built-in block is at least solid; what is missing is said so that it can be done."""

from __future__ import annotations

from pathlib import Path

from luban.model.block import Tier
from luban.registry import discover
from luban.registry.tier_rules import MODEL, SOLID
from luban.registry.tiers import Judgement, judge
from luban.services.blocks import Blocks

ROUGH = """
import numpy
from luban.model import graph
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect

class Rough(Block):
    id = "my.rough"
    effect = Effect.NONE
    class Input(BlockInput):
        url: str
    class Output(BlockOutput):
        page: str
    def run(self, input, ctx):
        try:
            ctx.http.request("GET", input.url)
        except Exception:
            pass
        if not input.url:
            raise ValueError("no")
        raise BlockError("no")
"""
FUNCTION = """
from luban.sdk import block

@block(exempt=[("chinese", "for readers of English only")])
async def say(text, times: int = 1):
    '''Says it.'''
    return text
"""


def _judged(folder: Path, name: str, text: str) -> Judgement:
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    registry = discover((folder,))
    assert [each.message for each in registry.broken() if str(folder) in each.path] == []
    (spec,) = [each for each in registry.specs() if each.source != "builtin"]
    code = registry.find(spec.id)
    assert code is not None
    return judge(code, registry.place(spec.id))


def test_every_built_in_block_is_at_least_solid() -> None:
    registry = discover(())
    wanting = [
        f"{spec.id}: {lack.message}"
        for spec in registry.specs()
        if (code := registry.find(spec.id)) is not None
        for lack in judge(code, registry.place(spec.id)).lacks
        if lack.tier is Tier.SOLID
    ]
    assert wanting == []


def test_each_exemption_of_a_built_in_block_names_a_rule_and_a_reason() -> None:
    for spec in discover(()).specs():
        assert spec.exempt.keys() <= {*SOLID, *MODEL}, spec.id
        assert all(len(reason) > 10 for reason in spec.exempt.values()), spec.id


def test_the_palette_is_told_the_tier() -> None:
    palette = Blocks(discover(()))
    assert palette.get("text.split").tier in (Tier.SOLID, Tier.MODEL)
    assert {spec.tier for spec in palette.list()} <= {Tier.SOLID, Tier.MODEL}


def test_everything_that_is_wrong_with_a_rough_block_is_said(tmp_path: Path) -> None:
    judged = _judged(tmp_path, "rough", ROUGH)
    assert judged.tier is Tier.LISTED
    assert {lack.rule for lack in judged.lacks if lack.tier is Tier.SOLID} == {
        *("texts", "chinese", "found", "examples", "failure", "errors", "bounded", "effect"),
        *("asynchronous", "light", "alone"),
    }
    said = " ".join(lack.message for lack in judged.lacks)
    assert "Line 16 catches every error" in said
    assert "Line 19 raises `ValueError`" in said
    assert "The error in line 20 lacks `code` and `zh`" in said
    assert all(lack.message_zh != lack.message for lack in judged.lacks)


def test_a_function_without_types_is_seen_and_an_exempt_rule_is_not(tmp_path: Path) -> None:
    judged = _judged(tmp_path, "say", FUNCTION)
    rules = {lack.rule for lack in judged.lacks}
    assert "typed" in rules
    assert "chinese" not in rules
