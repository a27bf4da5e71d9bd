"""The pins of the agent block."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.ai.pins import (
    max_tokens_pin,
    model_out,
    model_pin,
    temperature_pin,
    timeout_pin,
    usage_out,
    values_pin,
)
from luban.sdk import BlockInput, BlockOutput, Field, FileRef, Message, ToolPin


class AgentInput(BlockInput):
    """What it is to do, with what, and how far it may go."""

    goal: str = Field(title="Goal", description="What it is to do, in words.", widget="template")
    instructions: str = Field(
        "",
        title="Instructions",
        description="Who it is, and how it should work.",
        widget="template",
    )
    values: dict[str, Any] = values_pin()
    model: str = model_pin()
    tools: list[ToolPin] = Field(
        default_factory=list[ToolPin],
        title="Tools",
        description="Link nodes from their pin `as_tool`; the agent chooses when to run them.",
    )
    use: list[str] = Field(
        default_factory=list[str],
        title="Also use",
        description="More tools by name: `block:web.page`, `family:web`, `agent:NAME`, "
        "`mcp:SERVER`, `mcp:SERVER/TOOL`.",
    )
    files: list[FileRef] = Field(
        default_factory=list[FileRef],
        title="Files",
        description="Pictures are shown to the model; of other files it is told, for its tools.",
    )
    messages: list[Any] = Field(
        default_factory=list[Any],
        title="Earlier messages",
        description="The conversation so far, as this block gives it.",
        advanced=True,
    )
    json_schema: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        title="JSON Schema",
        description="What the result must be; without one the answer is a text.",
        widget="json",
        advanced=True,
    )
    verifier: str = Field(
        "",
        title="Verifier",
        description="Judges the answer: the name of a linked tool, `block:…` or `agent:…` "
        "that takes `answer` and gives `passed`.",
        advanced=True,
    )
    verify_rounds: int = Field(
        2,
        ge=0,
        le=10,
        title="Rounds of improving",
        description="How often an answer the verifier refuses goes back to the model.",
        advanced=True,
    )
    policy: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]],
        title="Policy",
        description="Rules, the first that fits decides: `tool`, `when` (patterns by "
        "argument), `then` (allow, ask, deny). Without one: reading is allowed, what cannot "
        "be taken back is asked.",
        widget="json",
    )
    answer_within: float | None = Field(
        None,
        gt=0,
        title="Wait for answers",
        description="Seconds for a person to answer; silence is a no. Empty waits on.",
        advanced=True,
    )
    may_ask: bool = Field(
        False,
        title="May ask people",
        description="It may ask a question of its own, and waits for the answer.",
        advanced=True,
    )
    may_delegate: bool = Field(
        False,
        title="May delegate",
        description="It may give parts of the goal to agents of its kind.",
        advanced=True,
    )
    skills: list[str] = Field(
        default_factory=list[str],
        title="Skills",
        description="Folders of the workspace with a `SKILL.md` in or below them; `user:` "
        "before one means the shared workspace.",
        advanced=True,
    )
    memory: Literal["off", "agent", "user"] = Field(
        "off",
        title="Memory",
        description="Whether it remembers beyond this run: for this agent, or for all of "
        "its owner's.",
    )
    max_steps: int = Field(
        20, ge=1, le=500, title="Most decisions", description="Then it has to conclude."
    )
    max_seconds: float | None = Field(
        None,
        gt=0,
        title="Most seconds",
        description="Without the time people take to answer.",
        advanced=True,
    )
    max_usd: float | None = Field(
        None,
        gt=0,
        title="Most money",
        description="US dollars for the model; needs a model whose price is known.",
        advanced=True,
    )
    max_model_tokens: int | None = Field(
        None,
        ge=1,
        title="Most model tokens",
        description="Of all its questions and answers together.",
        advanced=True,
    )
    parallel: int = Field(
        4,
        ge=1,
        le=16,
        title="At once",
        description="How many tools run side by side.",
        advanced=True,
    )
    repeats: int = Field(
        3,
        ge=2,
        le=20,
        title="Same calls",
        description="How often the same call may bring the same before it is stopped.",
        advanced=True,
    )
    page_size: int = Field(
        8000,
        ge=200,
        le=100_000,
        title="Page of an output",
        description="Characters of a tool's output shown at a time; it can ask for the rest.",
        advanced=True,
    )
    compact_at: int = Field(
        24_000,
        ge=500,
        title="Summarise from",
        description="Model tokens from which older steps are summarised.",
        advanced=True,
    )
    style: Literal["auto", "tools", "json"] = Field(
        "auto",
        title="Way of deciding",
        description="`tools` needs a model that knows tools, `json` works with any; `auto` "
        "finds out.",
        advanced=True,
    )
    temperature: float | None = temperature_pin()
    max_tokens: int | None = max_tokens_pin()
    timeout: float = timeout_pin()


class AgentOutput(BlockOutput):
    """What it came to, and how."""

    answer: str = Field(title="Answer", description="What it came to.", main=True)
    result: Any = Field(title="Result", description="The answer by the JSON Schema.")
    stopped: str = Field(
        title="Stopped by",
        description="`done`, or `steps`, `time`, `budget`, `loop`, `denied`, `refused`.",
    )
    why: str = Field(title="Why", description="Why it stopped before it was done.")
    steps: list[Any] = Field(
        title="Steps", description="Each decision: its `thoughts`, its `calls` with results."
    )
    verdict: dict[str, Any] = Field(
        title="Verdict", description="The verifier's last: `passed`, `feedback`."
    )
    usage: dict[str, Any] = usage_out()
    messages: list[Message] = Field(
        title="Messages", description="The whole conversation, to go on with it."
    )
    model: str = model_out()
