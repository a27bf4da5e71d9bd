"""What is looked at before an uploaded file is stored: its size, what it really is, viruses."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from fnmatch import fnmatchcase
from typing import NamedTuple

from luban.model.errors import LubanError
from luban.model.file_paths import fit_name
from luban.ports.scanning import Scan, Scanner, ScannerDown

log = logging.getLogger(__name__)

HEAD = 8192
"""How many first bytes tell what a file is."""
TellType = Callable[[str, bytes, str | None], str]
"""The type of a file by its name, its first bytes and what the sender claims."""


class UploadTooLarge(LubanError):
    """An uploaded file is larger than uploads may be."""

    code = "file_too_large"
    status = 413
    en = (
        "`{name}` is larger than {limit} bytes, the limit of uploads. Give a smaller file, or "
        "raise the limit with LUBAN_UPLOAD_LIMIT."
    )
    zh = (
        "文件大小超过限制：“{name}”大于上传限制 {limit} 字节。请换用较小的文件，"
        "或用 LUBAN_UPLOAD_LIMIT 提高限制。"
    )


class FileTypeRefused(LubanError):
    """What a file holds is not among what may be uploaded."""

    code = "file_type_refused"
    status = 415
    en = (
        "`{name}` holds {type}, which may not be uploaded here, whatever its name says. Allowed "
        "are {allowed}; an administrator decides that with LUBAN_UPLOAD_TYPES."
    )
    zh = (
        "不允许的文件类型：“{name}”的内容是 {type}，与文件名无关。允许的类型：{allowed_zh}；"
        "管理员可用 LUBAN_UPLOAD_TYPES 调整。"
    )


class FileInfected(LubanError):
    """The scanner found something."""

    code = "file_infected"
    status = 422
    en = "`{name}` was not stored: the virus scanner found {found} in it. Clean the file first."
    zh = "“{name}”未保存：病毒扫描发现 {found}。请先清除文件中的病毒。"


class UploadRules(NamedTuple):
    """What may be uploaded: how many bytes, and types as patterns; `!` before one refuses it.

    `without_scanner` lets files through while the scanner does not answer.
    """

    limit: int = 10 * 1024 * 1024
    types: Sequence[str] = ("*",)
    without_scanner: bool = False


class Uploads:
    """Looks at files while they stream by; what is refused breaks the stream off."""

    def __init__(
        self, rules: UploadRules, tell_type: TellType, scanner: Scanner | None = None
    ) -> None:
        self._rules = rules
        self._tell_type = tell_type
        self._scanner = scanner

    async def checked(
        self, name: str, declared: str | None, content: AsyncIterator[bytes], size: int | None
    ) -> AsyncIterator[bytes]:
        """The same stream, which ends with an error unless the file may be stored.

        `size` is what the sender announced. The last piece is only handed on when the scanner has
        seen it and found nothing.
        """
        shown = fit_name(name)
        self._check_size(shown, size or 0)
        async with AsyncExitStack() as stack:
            scan = await self._begin(shown, stack)
            head, seen, held = b"", 0, b""
            async for piece in content:
                seen += len(piece)
                self._check_size(shown, seen)
                if len(head) < HEAD:
                    head += piece[: HEAD - len(head)]
                    if len(head) == HEAD:
                        self._check_type(name, shown, head, declared)
                if scan is not None:
                    await scan.feed(piece)
                if held and len(head) == HEAD:
                    yield held
                    held = b""
                held += piece
            self._check_type(name, shown, head, declared)
            if scan is not None and (found := await scan.verdict()) is not None:
                log.warning("an upload was refused: %s found in %r", found, shown)
                raise FileInfected(name=shown, found=found)
            if held:
                yield held

    async def _begin(self, shown: str, stack: AsyncExitStack) -> Scan | None:
        if self._scanner is None:
            return None
        try:
            return await stack.enter_async_context(self._scanner.scan(shown))
        except ScannerDown as down:
            if not self._rules.without_scanner:
                raise
            log.warning("%r is stored without being scanned: %s", shown, down)
            return None

    def _check_size(self, shown: str, size: int) -> None:
        if size > self._rules.limit:
            raise UploadTooLarge(name=shown, limit=self._rules.limit)

    def _check_type(self, name: str, shown: str, head: bytes, declared: str | None) -> None:
        kind = self._tell_type(name, head, declared).partition(";")[0]
        if not may_be(kind, self._rules.types):
            allowed, allowed_zh = _told(self._rules.types)
            raise FileTypeRefused(name=shown, type=kind, allowed=allowed, allowed_zh=allowed_zh)


def may_be(kind: str, patterns: Sequence[str]) -> bool:
    """Whether a type is among patterns such as `image/*`, and none with `!` before it refuses."""
    allowed, refused = _apart(patterns)
    return any(fnmatchcase(kind, pattern) for pattern in allowed) and not any(
        fnmatchcase(kind, pattern) for pattern in refused
    )


def _apart(patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is allowed, and what of it is refused."""
    refused = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    return [pattern for pattern in patterns if not pattern.startswith("!")] or ["*"], refused


def _told(patterns: Sequence[str]) -> tuple[str, str]:
    """The patterns as a part of a sentence, in both languages."""
    allowed, refused = _apart(patterns)
    if allowed == ["*"]:
        told, told_zh = "all types", "全部类型"
    else:
        told, told_zh = ", ".join(allowed), "、".join(allowed)
    if not refused:
        return told, told_zh
    return f"{told} but {', '.join(refused)}", f"{told_zh}（{'、'.join(refused)} 除外）"
