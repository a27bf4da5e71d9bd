"""What an agent is asked to do, and with what: values that do not change while it works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from luban.forge.bounds import Bounds
from luban.forge.memory_port import Memory
from luban.forge.policy import Grant, Rule
from luban.forge.skills import Skill
from luban.sdk import ChatMessage, FileRef, Image
from luban.sdk.chat import ChatOptions
from luban.sdk.tools import UsableTool

AskedStyle = Literal["auto", "tools", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """The goal and the ways of working on it.

    `repeats` is how often the same call may bring the same result, `parallel` how many tools are
    used at a time, `compact_at` the size (model tokens) from which older turns are summarised.
    """

    goal: str
    instructions: str = ""
    model: str = ""
    images: tuple[Image, ...] = ()
    files: tuple[FileRef, ...] = ()
    earlier: tuple[ChatMessage, ...] = ()
    schema: Mapping[str, Any] | None = None
    verify_rounds: int = 2
    rules: Sequence[Rule] = ()
    bounds: Bounds = field(default_factory=Bounds)
    parallel: int = 4
    repeats: int = 3
    retries: int = 2
    page_size: int = 8_000
    compact_at: int = 24_000
    style: AskedStyle = "auto"
    thoughts: bool = True
    may_ask: bool = False
    may_delegate: bool = False
    answer_within: float | None = None
    options: ChatOptions = field(default_factory=ChatOptions)


class Kit(NamedTuple):
    """What an agent has at hand when it begins, as it was recorded; `at` is when that was."""

    at: float
    tools: Sequence[UsableTool] = ()
    verifier: UsableTool | None = None
    skills: Sequence[Skill] = ()
    grants: frozenset[Grant] = frozenset()
    memory: Memory | None = None
