"""The program: nodes, links and settings, frozen. How it is written down is `document.py`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from luban.model.paths import Path, format_path


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Order(StrEnum):
    """In which order overlapping firings of one node deliver what they emit."""

    FIRING = "firing"
    ANY = "any"


class OnError(StrEnum):
    """What a step that failed for good, with no linked error pin, does to its run."""

    FAIL = "fail"
    CONTINUE = "continue"


class RetryPolicy(_Frozen):
    """How often and how soon a failed attempt is made again."""

    attempts: int = Field(1, ge=1, le=100)
    delay: float = Field(1.0, ge=0, description="Seconds before the second attempt.")
    factor: float = Field(2.0, ge=1, description="Each further wait is this much longer.")
    max_delay: float = Field(60.0, ge=0, description="No wait is longer than this, in seconds.")
    on: tuple[str, ...] = Field((), description="Error codes to retry; none means all retryable.")


class Endpoint(_Frozen):
    """One end of a link: a pin of a node, and the part of its value meant."""

    node: str
    pin: str
    path: Path = ()

    def __str__(self) -> str:
        return f"{self.node}.{self.pin}{format_path(self.path)}"


class Link(_Frozen):
    """Carries tokens from an output pin to an input pin; `sticky=None` leaves it to the source."""

    source: Endpoint
    target: Endpoint
    sticky: bool | None = None

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"


class BodyMode(StrEnum):
    """How a body is repeated."""

    MAP = "map"
    LOOP = "loop"


class Body(_Frozen):
    """A graph of a node's own, run once per item (`map`) or until an output is true (`loop`)."""

    mode: BodyMode = BodyMode.MAP
    over: str | None = Field(None, description="map: the input whose list is gone through.")
    parallel: int = Field(1, ge=1, le=1000, description="map: how many items at a time.")
    until: str | None = Field(None, description="loop: the output that ends it when true.")
    max: int = Field(1000, ge=1, description="loop: more rounds than this is an error.")
    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()


class SpendLimits(_Frozen):
    """How much models may take; what is left out is not limited.

    A call whose price is unknown takes no known money: `unpriced_calls` limits how many there are.
    """

    tokens: int | None = Field(None, ge=0)
    usd: float | None = Field(None, ge=0, description="US dollars, as far as prices are known.")
    unpriced_calls: int | None = Field(
        None, ge=0, description="Calls of models whose price is unknown."
    )


class Node(_Frozen):
    """One use of a block, or a body, with constants for its inputs."""

    id: str
    block: str | None = None
    body: Body | None = None
    constants: dict[str, Any] = Field(default_factory=dict)
    retry: RetryPolicy | None = None
    timeout: float | None = Field(None, gt=0, description="Seconds an attempt may take.")
    timeout_total: float | None = Field(
        None, gt=0, description="Seconds the step may take with all attempts and waits."
    )
    order: Order = Order.FIRING
    parallel: int = Field(32, ge=1, le=10_000, description="Firings that may overlap.")
    disabled: bool = False
    title: str = ""
    credential: str | dict[str, str] | None = Field(
        None,
        description="The credential to use, by name or id; by provider where there are several.",
    )
    limits: SpendLimits | None = Field(
        None, description="What the models it asks may take in one run, in all its firings."
    )


class Limits(_Frozen):
    """Ceilings of a run; reaching one pauses it for its owner."""

    steps: int = Field(100_000, ge=1)
    seconds: float = Field(86_400, gt=0)
    tokens: int = Field(10_000_000, ge=0)
    usd: float = Field(100.0, ge=0)
    depth: int = Field(8, ge=0, description="Levels of agents below this one.")
    unpriced_calls: int | None = Field(
        None, ge=0, description="Calls of models whose price is unknown."
    )


class Retention(_Frozen):
    """How long ended runs are kept; both left out means the installation's rule."""

    days: float | None = Field(None, gt=0, description="Ended runs older than this are deleted.")
    runs: int | None = Field(None, ge=1, description="Only this many ended runs are kept.")


class GraphSettings(_Frozen):
    """How a graph's runs behave as a whole."""

    active: bool = Field(True, description="If false, no new run begins.")
    on_error: OnError = OnError.FAIL
    limits: Limits = Limits()  # pyright: ignore[reportCallIssue]
    parallel: int = Field(64, ge=1, le=10_000, description="Steps of one run that may overlap.")
    runs_at_once: int | None = Field(None, ge=1, description="Runs that may be under way.")
    priority: int = Field(0, ge=-10, le=10, description="Runs with more are served first.")
    keep: Retention = Retention()  # pyright: ignore[reportCallIssue]


class Graph(_Frozen):
    """Nodes and links in the order they were written, with unique node ids."""

    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    settings: GraphSettings = GraphSettings()  # pyright: ignore[reportCallIssue]


Body.model_rebuild()
