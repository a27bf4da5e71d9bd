"""What the rules of the tiers may look at: all that is known of a block without running it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from luban.model.block import BlockSpec
from luban.registry.source_facts import SourceFacts, read_facts
from luban.sdk.code import BlockCode, Style


@dataclass(frozen=True)
class Evidence:
    """`facts` are of the block's own file; `reaches` also of the shared code of its family."""

    spec: BlockSpec
    style: Style
    facts: SourceFacts | None
    reaches: frozenset[str]

    @property
    def is_built_in(self) -> bool:
        return self.spec.source == "builtin"


def evidence_of(code: BlockCode, place: str) -> Evidence:
    """Of a block that stands in the file `place`."""
    file = file_of(place)
    facts = facts_of(file) if file else None
    reaches = set(facts.reaches) if facts else set[str]()
    if facts and file:
        for name, _ in facts.imports:
            near = _neighbour(name, file)
            shared = facts_of(near) if near else None
            reaches |= shared.reaches if shared else set()
    return Evidence(code.spec, code.style, facts, frozenset(reaches))


def file_of(place: str) -> Path | None:
    """The Python file of a place such as `blocks/weather.py` or `blocks/weather.py:3`."""
    file = Path(place.rpartition(":")[0] if place.rpartition(":")[2].isdigit() else place)
    return file if file.suffix == ".py" else None


def facts_of(file: Path) -> SourceFacts | None:
    """Read once for each state of the file."""
    try:
        state = file.stat()
    except OSError:
        return None
    return _facts(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4096)
def _facts(file: Path, changed: int, size: int) -> SourceFacts | None:
    return read_facts(file)


def _neighbour(module: str, file: Path) -> Path | None:
    """The file of a module of the same family, where shared code stands."""
    package, _, name = module.rpartition(".")
    if package.rpartition(".")[2] != file.parent.name:
        return None
    return file.parent / f"{name}.py"
