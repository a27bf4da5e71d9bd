"""What a step may open, and how it keeps to itself what it opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from luban.engine.findings import SECRET_SENT, seen
from luban.model.errors import LubanError
from luban.model.hiding import Hidden
from luban.ports.world import WantedCredential
from luban.sdk.credential import ANY

if TYPE_CHECKING:
    from luban.engine.context import RunScope, StepContext
    from luban.engine.recorder import Recorder


class NotDeclared(LubanError):
    """A block asks for a credential that its declaration does not speak of."""

    code = "credential_not_declared"
    status = 500
    en = (
        "The block `{block}` at `{node}` asked for a credential of `{provider}`, and declares "
        "{declared}. Add the provider to its `credentials`."
    )
    zh = (
        "“{node}”的模块“{block}”请求 `{provider}` 的凭据，但它只声明了 {declared}。"
        "请将该服务商加入其 `credentials`。"
    )


def wanted_by(ctx: StepContext, provider: str) -> WantedCredential:
    """What a block asks for, by its declaration and its node. Raises `NotDeclared`.

    A block that another one called uses what the node of that one names; a node that is used as a
    tool has its own.
    """
    code = ctx.firing.node.code
    declared = [need.provider for need in code.spec.credentials] if code is not None else []
    asked = provider or next(iter(declared), "")
    if not asked or (asked not in declared and ANY not in declared):
        raise NotDeclared(
            block=code.spec.id if code is not None else "?",
            node=ctx.firing.path,
            provider=asked or "?",
            declared=", ".join(declared) or "-",
        )
    return WantedCredential(ctx.firing.path, asked, _named(ctx, asked))


def is_declared(ctx: StepContext, provider: str) -> bool:
    """Whether the block also does with a credential of that provider."""
    code = ctx.firing.node.code
    return code is not None and any(need.provider == provider for need in code.spec.credentials)


def _named(ctx: StepContext, provider: str) -> str | None:
    written = ctx.firing.node.node.credential
    if not written and ctx.caller is not None and not ctx.firing.node.is_tool:
        return _named(ctx.caller.ctx, provider)
    if isinstance(written, dict):
        return written.get(provider)
    return written or None


class Opened:
    """The secrets that a run has opened in this process: hidden in all that it tells."""

    __slots__ = ("_forget", "_recorder", "_scope")

    def __init__(self, scope: RunScope, recorder: Recorder) -> None:
        self._scope = scope
        self._recorder = recorder
        self._forget: list[Callable[[], None]] = []

    def hide(self, values: Iterable[str], done: Callable[[], None]) -> None:
        """From now on; `done` is called when the run leaves."""
        self._forget.append(done)
        if self._recorder.hidden is None:
            self._recorder.hidden = Hidden()
            self._recorder.on_hidden = self._note
        self._recorder.hidden.add(values)

    def leave(self) -> None:
        while self._forget:
            self._forget.pop()()

    def _note(self, path: str) -> None:
        """A block has sent one on."""
        now, block = self._scope.clock.now(), None
        for firing in self._recorder.planner.pending.values():
            if firing.path == path and firing.node.code is not None:
                block = firing.node.code.spec.id
        remark = SECRET_SENT.at(node=path, block=block or "?")
        sighting = seen(remark, since=now, now=now, run=self._scope.run_id, block=block)
        self._scope.guard.findings.note(sighting)
