"""What watchdogs saw: kept in memory, a bounded number, one entry per place."""

from __future__ import annotations

import logging
from collections import OrderedDict

from pydantic import Field

from luban.model.finding import Finding, Remark, Severity

log = logging.getLogger(__name__)

_MOST = 200

HELD_LOOP = Remark(
    "holds_the_loop",
    "The block `{block}` at `{node}` has held up everything else of this worker ({place}).",
    "“{node}”的模块“{block}”阻塞了该工作进程的其他一切（{place}）。",
    "Write it as a plain `def`, which runs in a thread of its own, or `await` what it waits for.",
    "请将其写成普通的 `def`（会在单独的线程中运行），或对等待的操作使用 `await`。",
    Severity.WARNING,
)
BUSY_LOOP = Remark(
    "loop_was_busy",
    "The worker did nothing else for a while because of {place}, which is no block's code.",
    "由于 {place}（并非模块代码），工作进程有一段时间无法做其他事。",
    "If it comes back, report it with this place.",
    "如果再次出现，请附上该位置报告问题。",
    Severity.WARNING,
)
WOULD_NOT_STOP = Remark(
    "would_not_stop",
    "The block `{block}` at `{node}` was told to stop and goes on; its run went on without it.",
    "已要求“{node}”的模块“{block}”停止，但它仍在继续；其运行已不再等待它。",
    "Let `asyncio.CancelledError` pass in its code, and end its cleanup in time. A restart of the "
    "worker ends it now.",
    "请在其代码中放行 `asyncio.CancelledError`，并及时结束清理。重启工作进程可立即结束它。",
    Severity.WARNING,
)
LOST_THREAD = Remark(
    "thread_goes_on",
    "The synchronous block `{block}` at `{node}` goes on in its thread though nobody waits for it.",
    "“{node}”的同步模块“{block}”仍在其线程中运行，但已没有人在等待它。",
    "Give what it waits for a time limit of its own. A restart of the worker ends it now.",
    "请为它所等待的操作设置时限。重启工作进程可立即结束它。",
    Severity.WARNING,
)
MEMORY_FULL = Remark(
    "memory_full",
    "This worker uses {used} of memory, and may use {most}: it begins no further run. Under way: "
    "{blocks}.",
    "该工作进程已使用 {used} 内存，上限为 {most}：不再开始新的运行。正在执行：{blocks}。",
    "Cancel the run that takes so much, or raise LUBAN_MEMORY_LIMIT.",
    "请取消占用过多的运行，或提高 LUBAN_MEMORY_LIMIT。",
    Severity.WARNING,
)


SECRET_SENT = Remark(
    "secret_replaced",
    "The block `{block}` at `{node}` sent the secret of a credential on, in a value or an error. "
    "It was replaced by `•••`.",
    "“{node}”的模块“{block}”在输出或错误中带出了凭据的机密，已替换为“•••”。",
    "Let the block that needs the credential open it itself; secrets do not travel along links.",
    "请让需要凭据的模块自行打开它；机密不会沿连线传递。",
    Severity.WARNING,
)


class Sighting(Finding):
    """A finding about something that runs: in which run and block, since when, how often.

    Times are Unix seconds. `over` says that it has ended, and is told for the record.
    """

    run: str | None = None
    block: str | None = None
    since: float
    seen: float
    times: int = Field(1, ge=1)
    over: bool = False


def seen(
    finding: Finding, *, since: float, now: float, run: str | None = None, block: str | None = None
) -> Sighting:
    """A finding with where and when."""
    return Sighting(**finding.model_dump(), run=run, block=block, since=since, seen=now)


Key = tuple[str, str | None, str | None, str | None]


def key_of(sighting: Sighting) -> Key:
    """What makes two sightings the same one."""
    return sighting.code, sighting.run, sighting.node, sighting.block


class Findings:
    """The last 200 sightings of this process.

    May be told from threads and from signal handlers: each change is one operation on a dict.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Key, Sighting] = OrderedDict()

    def note(self, sighting: Sighting) -> None:
        """Keeps a sighting; one of the same thing is only counted, and logged once."""
        key = key_of(sighting)
        before = self._kept.pop(key, None)
        if before is None or before.over:
            log.warning(
                "%s (run %s, block %s)", sighting.message, sighting.run or "-", sighting.block
            )
        if before is not None:
            since = sighting.since if before.over else before.since
            update = {"since": since, "times": before.times + 1}
            sighting = sighting.model_copy(update=update)
        self._kept[key] = sighting
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def over(self, sighting: Sighting, now: float) -> None:
        """What was seen has ended."""
        kept = self._kept.get(key := key_of(sighting))
        if kept is not None:
            self._kept[key] = kept.model_copy(update={"over": True, "seen": now})

    def list(self) -> list[Sighting]:
        """Newest first."""
        return sorted(self._kept.values(), key=lambda each: each.seen, reverse=True)
