"""What the services store and find again. Every record has an owner, and every query names it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from luban.model.errors import LubanError
from luban.model.events import Event
from luban.model.run import Run, RunDraft, RunStatus

T = TypeVar("T")


class Page(NamedTuple, Generic[T]):
    """Some items of a longer list, and how long it is."""

    items: list[T]
    total: int


class Slice(NamedTuple):
    """Which part of a list is wanted: pages count from 1."""

    page: int = 1
    page_size: int = 50

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Agent(_Frozen):
    """What a user owns: a name, a draft document, and a revision that grows with every change.

    `source` is the text of the agent file it was imported from, kept so that an export can give
    its comments back.
    """

    id: str
    owner: str
    name: str
    description: str = ""
    document: dict[str, Any]
    source: str | None = None
    revision: int = 1
    published_version: int | None = None
    latest_version: int | None = None
    created_at: float
    updated_at: float


class GraphVersion(_Frozen):
    """An immutable document; `digest` is equal for equal contents."""

    agent_id: str
    owner: str
    version: int
    digest: str
    document: dict[str, Any]
    label: str = ""
    created_at: float


class AgentStore(Protocol):
    """Agents and their graph versions."""

    async def create(self, agent: Agent) -> None: ...

    async def find(self, owner: str, agent_id: str) -> Agent | None: ...

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: str = "updated"
    ) -> Page[Agent]: ...

    async def update(self, agent: Agent, *, expected_revision: int) -> bool:
        """Replaces the record if it still is at the expected revision; `False` if it is not."""
        ...

    async def delete(self, owner: str, agent_id: str) -> bool:
        """Hides an agent; its versions and runs stay readable by id."""
        ...

    async def restore(self, owner: str, agent_id: str) -> bool:
        """Brings a deleted agent back."""
        ...

    async def add_version(
        self, owner: str, agent_id: str, document: dict[str, Any], digest: str, at: float
    ) -> GraphVersion:
        """The version with this content: the latest one if it is equal, else a new one."""
        ...

    async def publish(self, owner: str, agent_id: str, version: int, label: str) -> bool: ...

    async def find_version(
        self, owner: str, agent_id: str, version: int
    ) -> GraphVersion | None: ...

    async def list_versions(self, owner: str, agent_id: str, part: Slice) -> Page[GraphVersion]: ...


class Caps(_Frozen):
    """What an owner may have of the workers; `weight` 2 gets twice the turns of 1."""

    weight: float = 1.0
    running: int | None = None
    queued: int | None = None


class TooManyQueued(LubanError):
    """An owner has as many runs queued as allowed."""

    code = "too_many_queued"
    status = 429
    retryable = True
    en = "There are already {queued} runs queued, and {cap} are allowed. Wait for some to begin."
    zh = "已有 {queued} 个运行在排队，上限为 {cap}。请等待其中一些开始。"


class Narrowed(NamedTuple):
    """Which runs of a list are wanted; what is empty does not matter. Times are of creation."""

    statuses: tuple[RunStatus, ...] = ()
    since: float | None = None
    until: float | None = None
    trigger: str = ""
    oldest_first: bool = False


EVERY_RUN = Narrowed()


class RunStore(Protocol):
    """Runs as people look at them; the engine's side is `RunQueue` and `Journal`."""

    async def create(self, draft: RunDraft, events: Sequence[Event] = ()) -> Run:
        """Stores a queued run; with a `trigger_key` seen before, gives back the run of then.

        `events` are what its journal begins with. A run whose parent is to be cancelled is born
        with the same wish. Raises `TooManyQueued`.
        """
        ...

    async def find(self, owner: str, run_id: str) -> Run | None: ...

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        agent_id: str | None = None,
        status: RunStatus | None = None,
        parent: str | None = None,
        narrowed: Narrowed = EVERY_RUN,
    ) -> Page[Run]:
        """Newest first, unless it is narrowed otherwise."""
        ...

    async def asking(self, owner: str, part: Slice) -> Page[Run]:
        """Runs that wait, among other things, for a person; newest first."""
        ...

    async def request_cancel(self, owner: str, run_id: str, at: float) -> bool:
        """Marks a run, and all runs below it, for cancellation.

        One that no worker holds ends at once, with its event.
        """
        ...

    async def request_pause(self, owner: str, run_id: str, at: float) -> bool:
        """Marks a run to be paused; one that no worker holds waits at once, with its event."""
        ...

    async def resume(self, owner: str, run_id: str, limits: dict[str, float], at: float) -> bool:
        """Lets a run that waits for its owner go on, with raised limits, writing the event.

        That is one paused by hand or at a ceiling, or quarantined; strikes are forgotten, but an
        isolated worker takes it first. `False` when it waits for nothing of that kind.
        """
        ...

    async def signal(
        self, owner: str, run_id: str, key: str, data: Any, at: float, *, once: str | None = None
    ) -> bool:
        """Keeps a message for a run and nudges it, so that it wakes; `False` if it is over.

        The second message with the same `once` changes nothing.
        """
        ...

    async def caps(self, owner: str) -> Caps: ...

    async def set_caps(self, owner: str, caps: Caps) -> None: ...


class StoredValue(NamedTuple):
    """A small value, and when it was last changed."""

    key: str
    value: Any
    updated_at: float


class StateStore(Protocol):
    """Small values of agents and users that outlive runs."""

    async def get(self, owner: str, scope: str, key: str) -> Any: ...

    async def set(self, owner: str, scope: str, key: str, value: Any) -> None: ...

    async def update(
        self, owner: str, scope: str, key: str, change: Callable[[Any], Any], *, once: str = ""
    ) -> Any:
        """Puts what `change` makes of the value, `None` if there is none; gives the new one.

        No change of others is lost, and the same `once` changes only once: again, it gives what
        it gave. Each is remembered for a week.
        """
        ...

    async def delete(self, owner: str, scope: str, key: str) -> bool: ...

    async def list(
        self, owner: str, scope: str, part: Slice, *, prefix: str = ""
    ) -> Page[StoredValue]:
        """In order of the keys."""
        ...


class ReplyStore(Protocol):
    """Answers given to requests with an idempotency key, to be given again."""

    async def find(self, owner: str, key: str) -> tuple[int, bytes, str] | None:
        """Status, body and the fingerprint of the request that was answered."""
        ...

    async def save(
        self, owner: str, key: str, status: int, body: bytes, fingerprint: str, at: float
    ) -> None: ...
