"""How much of this machine one attempt of a block may take."""

from __future__ import annotations

from dataclasses import dataclass

from luban.model.errors import LubanError

MIB = 1 << 20
SHORT = 1 << 16
"""Texts up to this length are not measured; they cannot be too long."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that apply to every block of a worker.

    `output_bytes` is what an attempt may send in all, written as JSON; `emissions` how many values
    a step may send. A block may hold the event loop for `blocked_seconds`, and has `grace_seconds`
    to stop when it is told to. Synchronous code runs in up to `threads` threads; up to
    `lost_threads` more may hang in code that nobody waits for any longer.
    """

    output_bytes: int = 256 * MIB
    emissions: int = 1_000_000
    blocked_seconds: float = 5.0
    grace_seconds: float = 3.0
    threads: int = 64
    lost_threads: int = 256

    def check_size(self, size: int, node: str, pin: str) -> None:
        """Raises `OutputTooLarge`."""
        if size > self.output_bytes:
            raise OutputTooLarge(
                node=node, pin=pin, size=_in_mib(size), most=_in_mib(self.output_bytes)
            )

    def check_count(self, count: int, node: str) -> None:
        """Raises `TooManyEmissions`; `count` includes the value about to be sent."""
        if count > self.emissions:
            raise TooManyEmissions(node=node, most=f"{self.emissions:,}")


class OutputTooLarge(LubanError):
    """A block sent more than an attempt may."""

    code = "output_too_large"
    status = 413
    en = (
        "`{node}` sent {size} on `{pin}`; an attempt may send {most}. Store it as a file and send "
        "the file, send less, or raise LUBAN_MAX_OUTPUT."
    )
    zh = (
        "“{node}”在“{pin}”上输出了 {size}，而一次尝试最多输出 {most}。请存为文件后输出该文件、"
        "减少输出，或提高 LUBAN_MAX_OUTPUT。"
    )


class TooManyEmissions(LubanError):
    """A block sent more values than a step may."""

    code = "too_many_emissions"
    status = 413
    en = (
        "`{node}` sent more than {most} values. Send lists instead of single values, end the loop "
        "that sends them, or raise LUBAN_MAX_EMISSIONS."
    )
    zh = (
        "“{node}”输出了超过 {most} 个值。请用列表代替单个值、结束产生它们的循环，"
        "或提高 LUBAN_MAX_EMISSIONS。"
    )


def _in_mib(size: int) -> str:
    return f"{size / MIB:,.1f} MiB" if size >= MIB // 10 else f"{size:,} B"
