"""Language models that may be chosen in a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class ModelChoice(NamedTuple):
    """A model as people choose it; `demo` ones answer without any provider."""

    id: str
    title: str
    provider: str
    demo: bool = False
    default: bool = False


class Models:
    """What is configured; asked for again each time, as settings may change."""

    def __init__(self, choices: Callable[[], Sequence[ModelChoice]]) -> None:
        self._choices = choices

    def list(self) -> Sequence[ModelChoice]:
        return self._choices()
