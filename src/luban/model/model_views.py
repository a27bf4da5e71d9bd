"""Language models as the API gives them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from luban.model.views import View


class ModelView(View):
    """A language model that may be chosen.

    Prices are US dollars for a million model tokens, `null` where nobody knows. `source` says where
    it comes from: known to Luban, installed on this machine, settings, shared by an administrator,
    or the team's own. `lacks` is the variable that would make it usable.
    """

    id: str
    title: str
    demo: bool
    provider: str
    provider_title: str = ""
    default: bool
    source: Literal["shipped", "installed", "settings", "shared", "own"] = "shipped"
    context: int | None = None
    capabilities: list[str] = Field(default_factory=list[str])
    input_usd: float | None = None
    output_usd: float | None = None
    lacks: str = ""
    editable: bool = False
    definition: dict[str, Any] | None = None
    """What was written, for those who may change it."""


class ModelTestView(View):
    """What a model answered to a small question, or why it did not."""

    ok: bool
    seconds: float
    answer: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None
    code: str = ""
    trouble: str = ""
    trouble_zh: str = ""
    names: list[str] = Field(default_factory=list[str])
    """What its service says it has, where that may help."""
