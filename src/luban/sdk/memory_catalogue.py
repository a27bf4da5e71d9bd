"""A catalogue of blocks and agents made of memory, for tests of blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.model.block import BlockSpec
from luban.model.errors import NotFound
from luban.model.finding import Finding
from luban.model.words import terms
from luban.sdk.catalogue import Proposed


class MemoryCatalogue:
    """Holds what it is told: `blocks` as specs, `agents` by name as texts, `findings` by text.

    A text without findings is sound. `proposals` keeps what was proposed.
    """

    def __init__(self, told: Mapping[str, Any] | None = None) -> None:
        told = told or {}
        self.blocks = [BlockSpec.model_validate(each) for each in told.get("blocks", ())]
        self.agents: dict[str, str] = dict(told.get("agents", {}))
        self.findings: dict[str, list[Finding]] = {
            text: [Finding.model_validate(each) for each in given]
            for text, given in told.get("findings", {}).items()
        }
        made = told.get("proposed", "")
        self.made = Proposed(made) if made else None
        self.proposals: list[tuple[str, str, str]] = []

    async def search(self, query: str, limit: int = 10) -> list[BlockSpec]:
        wanted = set(terms(query))
        found = [
            each
            for each in self.blocks
            if not wanted or wanted & set(terms(f"{each.id} {each.title} {each.description}"))
        ]
        return found[:limit]

    async def describe(self, blocks: Sequence[str]) -> list[BlockSpec]:
        known = {each.id: each for each in self.blocks}
        return [known[each] if each in known else _missing("block", each) for each in blocks]

    async def agent(self, agent: str) -> str:
        return self.agents[agent] if agent in self.agents else _missing("agent", agent)

    async def check(self, text: str) -> list[Finding]:
        return self.findings.get(text, [])

    async def propose(self, text: str, summary: str, agent: str = "") -> Proposed:
        self.proposals.append((text, summary, agent))
        self.made = Proposed("p_test", ["+ node `a`"], self.findings.get(text, []))
        return self.made

    async def proposed(self) -> Proposed | None:
        return self.made


def _missing(what: str, name: str) -> Any:
    raise NotFound(what=what, what_zh=what, name=name, way_out="", way_out_zh="")
