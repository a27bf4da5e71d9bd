"""What can be found wrong with what is stored, each with its way out."""

from __future__ import annotations

from typing import Any, NamedTuple


class Flaw(NamedTuple):
    """One thing that is not as it must be."""

    code: str
    message: str
    message_zh: str

    def as_json(self) -> dict[str, str]:
        return self._asdict()


_SENTENCES = {
    "damaged": (
        "{place}: {cause}. Put a backup in its place: `luban db restore`.",
        "{place}：{cause}。请用备份替换它：`luban db restore`。",
    ),
    "behind": (
        "{place} is at revision {found}, not {head}. Bring it up to date: `luban db migrate`.",
        "{place} 的修订版本是 {found}，而不是 {head}。请升级：`luban db migrate`。",
    ),
    "journal_without_run": (
        "{count} events belong to run number {run}, which is not there. They cannot be seen.",
        "有 {count} 个事件属于编号为 {run} 的运行，而该运行不存在。这些事件无法查看。",
    ),
    "run_without_end": (
        "The run {run} is {status}, but its journal has no end. Its last events may be lost.",
        "运行 {run} 的状态是 {status}，但其日志没有结尾，可能丢失了最后的事件。",
    ),
    "end_without_run_end": (
        "The journal of the run {run} has ended, but the run is {status}. Cancel it.",
        "运行 {run} 的日志已结束，但其状态仍是 {status}。请取消该运行。",
    ),
    "event_unreadable": (
        "The event {event} of the run {run} cannot be read. Restore a backup to see it.",
        "无法读取运行 {run} 的事件 {event}。如需查看，请恢复备份。",
    ),
    "payload_missing": (
        "The content of the event {event} of the run {run} is missing. Restore a backup to see it.",
        "运行 {run} 的事件 {event} 缺少内容。如需查看，请恢复备份。",
    ),
    "payload_changed": (
        "A large content of the run {run} is not what was stored. Restore a backup to see it.",
        "运行 {run} 的一项较大内容与存入时不同。如需查看，请恢复备份。",
    ),
    "file_missing": (
        "The stored file `{name}` ({id}) has no content in {place}. Restore it from a backup.",
        "文件“{name}”（{id}）在 {place} 中没有内容。请从备份恢复。",
    ),
    "file_changed": (
        "The stored file `{name}` ({id}) has {found} bytes, not {size}. Restore it from a backup.",
        "文件“{name}”（{id}）有 {found} 字节，而不是 {size}。请从备份恢复。",
    ),
    "file_orphaned": (
        "Nothing knows the file {path}. Delete it if you do not need it.",
        "没有任何记录引用文件 {path}。如不需要，可以删除。",
    ),
}


def flaw(code: str, **values: Any) -> Flaw:
    """The flaw of this code, its sentences filled in."""
    en, zh = _SENTENCES[code]
    return Flaw(code, en.format(**values), zh.format(**values))
