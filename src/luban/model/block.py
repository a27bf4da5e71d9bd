"""A block as everybody but its author sees it: id, pins, effect, texts. No code in here."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from luban.model.pins import PinKind, PinType


class Effect(StrEnum):
    """What a step does to the world, and so how often it may happen."""

    NONE = "none"
    """Only computes: may run any number of times, and on results not yet durable."""
    IDEMPOTENT = "idempotent"
    """Touches the world; twice with the same key is the same as once."""
    ONCE = "once"
    """Touches the world and must not be repeated; interrupted in flight, it is in doubt."""


class Tier(StrEnum):
    """How well a block is made; each tier keeps the rules of those before it."""

    LISTED = "listed"
    """It loads, and that is all that is known."""
    SOLID = "solid"
    """Typed, told in both languages, with examples; its errors and limits are declared."""
    MODEL = "model"
    """One to learn from: every output and every error has an example."""


class Role(StrEnum):
    """What a node of this block is to its graph."""

    STEP = "step"
    INPUT = "input"
    OUTPUT = "output"
    NOTE = "note"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, ignored_types=(cached_property,))


class InputPin(_Frozen):
    """One named input of a block; `schema_` is its JSON Schema without references."""

    name: str
    kind: PinKind = PinKind.ANY
    item_kind: PinKind | None = None
    title: str = ""
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    required: bool = True
    default: Any = None
    gather: bool = False
    advanced: bool = False
    secret: bool = False
    hidden: bool = False
    schema_: dict[str, Any] = Field(default_factory=dict, alias="schema")

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @property
    def type(self) -> PinType:
        return PinType(self.kind, self.item_kind)


class OutputPin(_Frozen):
    """One named output; `many` pins may emit any number of values in one step."""

    name: str
    kind: PinKind = PinKind.ANY
    item_kind: PinKind | None = None
    title: str = ""
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    many: bool = False
    main: bool = False
    schema_: dict[str, Any] = Field(default_factory=dict, alias="schema")

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @property
    def type(self) -> PinType:
        return PinType(self.kind, self.item_kind)


ERROR_PIN = OutputPin(
    name="error",
    kind=PinKind.OBJECT,
    title="Error",
    title_zh="错误",
    description="What went wrong; linking it keeps the run going.",
    description_zh="出错信息；连接此端口后，运行不会因此失败。",
)
"""The output every block has besides its own."""

TOOL_PIN = OutputPin(
    name="as_tool",
    kind=PinKind.TOOL,
    title="As a tool",
    title_zh="作为工具",
    description="Link it to the tools of an agent: the node then runs when the agent chooses it.",
    description_zh="连接到智能体的“工具”端口：节点由智能体决定何时运行。",
)
"""From where nodes of steps are linked as tools; no token ever leaves it."""


class CredentialNeed(_Frozen):
    """A credential that a block asks for: of which provider, `*` for any, and what it must permit.

    An `optional` one the block does without, if the node has none.
    """

    provider: str
    scopes: tuple[str, ...] = ()
    optional: bool = False


class BlockExample(_Frozen):
    """Inputs and the outputs they must give; both a test and documentation.

    `world` says what the outside answers while the example runs as a test; it is not shown.
    """

    inputs: dict[str, Any]
    outputs: dict[str, Any]
    world: dict[str, Any] = Field(default_factory=dict[str, Any], exclude=True)
    needs: tuple[str, ...] = Field(default=(), exclude=True)
    """Parts of a machine that it cannot do without, such as `ffmpeg`."""


PERMISSIONS: dict[str, str] = {
    "agents": "run other agents, and call other blocks",
    "code": "run code of its user in the sandbox",
    "files": "read and write stored files",
    "models": "ask language models",
    "network": "reach other machines, send mail, open pages",
    "state": "keep values beyond a run, and search what was indexed",
}
"""What a manifest may permit its blocks; everything of it goes through the context of a step."""


class BlockPackage(_Frozen):
    """The folder or installed package a block comes from, as its manifest tells of it."""

    title: str = ""
    title_zh: str = ""
    version: str = ""
    homepage: str = ""


class UnmetNeed(_Frozen):
    """What a block needs and this machine does not have, with the way out, in both languages."""

    need: str
    message: str
    message_zh: str


class BlockSpec(_Frozen):
    """Everything the canvas, the checker, the planner and the palette know of a block."""

    id: str
    version: int = 1
    title: str
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    category: str = "logic"
    effect: Effect = Effect.IDEMPOTENT
    role: Role = Role.STEP
    static: bool = False
    """Whether its output links are sticky unless they say otherwise."""
    icon: str = "box"
    keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    demo: bool = False
    source: str = "builtin"
    timeout: float | None = None
    """Seconds an attempt may take unless the node says otherwise; `None` is no limit."""
    credentials: tuple[CredentialNeed, ...] = ()
    """What its code may open; nothing else is opened for it."""
    permission: str = ""
    """What everybody must be permitted who decides what a team's agents do, for it to run there."""
    package: BlockPackage | None = None
    permissions: tuple[str, ...] | None = None
    """What its code may ask of the context, of `PERMISSIONS`; `None` is everything."""
    unmet: tuple[UnmetNeed, ...] = ()
    migrates: tuple[int, ...] = ()
    """Older versions whose nodes can be brought up to this one by the block's own rules."""
    inputs: tuple[InputPin, ...] = ()
    outputs: tuple[OutputPin, ...] = ()
    examples: tuple[BlockExample, ...] = ()
    tier: Tier | None = None
    """Judged when the block is asked for; not declared."""
    ends_run: bool = Field(default=False, exclude=True)
    """Whether the run is over when a step of it is done."""
    exempt: dict[str, str] = Field(default_factory=dict[str, str], exclude=True)
    """Rules of the tiers that do not apply to it, each with the reason."""

    @cached_property
    def input_by_name(self) -> dict[str, InputPin]:
        return {pin.name: pin for pin in self.inputs}

    @cached_property
    def output_by_name(self) -> dict[str, OutputPin]:
        return {pin.name: pin for pin in (*self.outputs, ERROR_PIN)}

    @property
    def main_output(self) -> OutputPin | None:
        """The pin a link without a pin starts from: the one marked `main`, else the first."""
        return next((pin for pin in self.outputs if pin.main), next(iter(self.outputs), None))
