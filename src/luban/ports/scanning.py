"""What looks through uploaded files for viruses."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from luban.model.errors import LubanError


class ScannerDown(LubanError):
    """The scanner does not answer."""

    code = "scanner_down"
    status = 503
    retryable = True
    en = (
        "The file was not stored: the virus scanner at {place} does not answer ({cause}). Try "
        "again later; an administrator sees to it that clamd runs, or sets LUBAN_CLAMAV_DOWN."
    )
    zh = (
        "文件未保存：位于 {place} 的病毒扫描程序没有响应（{cause}）。请稍后再试；"
        "管理员可检查 clamd 是否在运行，或设置 LUBAN_CLAMAV_DOWN。"
    )


class NotScanned(LubanError):
    """The scanner gave up before it had seen all of the file."""

    code = "not_scanned"
    status = 422
    en = (
        "`{name}` was not stored: the virus scanner at {place} did not look through all of it "
        "({cause}). Give a smaller file, or raise StreamMaxLength in clamd.conf."
    )
    zh = (
        "“{name}”未保存：位于 {place} 的病毒扫描程序没有扫描完整个文件（{cause}）。"
        "请换用较小的文件，或提高 clamd.conf 中的 StreamMaxLength。"
    )


class Scan(Protocol):
    """One file under way to the scanner."""

    async def feed(self, piece: bytes) -> None:
        """Raises `NotScanned` when the scanner wants no more of it."""
        ...

    async def verdict(self) -> str | None:
        """After all of it: what was found, `None` if nothing. Raises `NotScanned`."""
        ...


class Scanner(Protocol):
    """Looks through files."""

    def scan(self, name: str) -> AbstractAsyncContextManager[Scan]:
        """Entering raises `ScannerDown`."""
        ...
