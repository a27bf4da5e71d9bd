"""Work on files that nobody vouches for, each in a process of its own that ends with it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from luban.sdk import BlockError

_AT_ONCE = 2
"""Such processes that run at a time; the others wait for their turn."""
_SAID = 100_000_000

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class Ended(NamedTuple):
    """What a program said before it ended."""

    code: int
    out: bytes
    err: bytes


async def worked(order: dict[str, Any], name: str, folder: Path, seconds: float) -> dict[str, Any]:
    """What `process.py` answers to an order about the file `name`. Raises `BlockError`."""
    command = [sys.executable, "-I", "-m", "luban.blocks.media.process"]
    ended = await ended_program(command, name, folder, seconds, json.dumps(order).encode())
    if ended.code != 0:
        raise _needs_memory(name, order["memory_mb"])
    answer: dict[str, Any] = json.loads(ended.out)
    if "error" in answer:
        raise _refused(answer["error"], answer.get("values", {}), name, order)
    return answer


async def ended_program(
    command: Sequence[str], name: str, folder: Path, seconds: float, given: bytes = b""
) -> Ended:
    """Runs a program with an empty environment; it is killed at the limit, or when given up."""
    turns = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))
    system = {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}
    async with turns:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env=system,
            limit=_SAID,
        )
        try:
            async with asyncio.timeout(seconds):
                out, err = await process.communicate(given)
        except TimeoutError as error:
            raise BlockError(
                f"Working on `{name}` took longer than {seconds:g} s. Raise the time limit, or "
                "take less of it, such as fewer pages.",
                zh=f"处理“{name}”超过了 {seconds:g} 秒。请提高时间上限，或减少内容，例如少取几页。",
                code="timed_out",
            ) from error
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    return Ended(process.returncode or 0, out, err)


def _needs_memory(name: str, megabytes: int) -> BlockError:
    return BlockError(
        f"`{name}` needs more than {megabytes} MB of memory. Raise Memory, or take fewer pages; a "
        "small file that needs so much is not to be trusted.",
        zh=f"“{name}”需要的内存超过 {megabytes} MB。请提高“内存”或减少页数；"
        "很小却占用这么多内存的文件不可信任。",
        code="file_too_heavy",
    )


def _refused(code: str, values: dict[str, Any], name: str, order: dict[str, Any]) -> BlockError:
    if code == "memory":
        return _needs_memory(name, order["memory_mb"])
    said, said_zh = _SAID_BY_CODE.get(code, _SAID_BY_CODE["unreadable_document"])
    known = {"name": name, "cause": "", "count": 0, "wanted": 0, "most": 0} | values
    return BlockError(
        said.format(**known),
        zh=said_zh.format(**known),
        code=code if code in _SAID_BY_CODE else "unreadable_document",
    )


_SAID_BY_CODE = {
    "unreadable_document": (
        "`{name}` cannot be read: {cause}. Open it in the program that made it, and save it again.",
        "无法读取“{name}”：{cause}。请用生成它的程序打开，再另存一次。",
    ),
    "unknown_document": (
        (
            "`{name}` is none of the documents that can be read: PDF, .docx, .pptx, .xlsx, .odt, "
            "HTML, Markdown, plain text. Convert it to one of them."
        ),
        (
            "“{name}”不是可读取的文档。支持 PDF、.docx、.pptx、.xlsx、.odt、HTML、"
            "Markdown 和纯文本，请先转换格式。"
        ),
    ),
    "old_document": (
        (
            "`{name}` is of the old Office kind (.doc, .ppt, .xls), or has a password. Save it as "
            ".docx, .pptx or .xlsx without one."
        ),
        (
            "“{name}”是旧版 Office 格式（.doc、.ppt、.xls）或加了密码。"
            "请另存为不带密码的 .docx、.pptx 或 .xlsx。"
        ),
    ),
    "not_a_pdf": (
        "`{name}` is not a PDF. Print it to PDF first.",
        "“{name}”不是 PDF。请先把它导出为 PDF。",
    ),
    "password_needed": (
        "`{name}` is encrypted. Fill in its password.",
        "“{name}”已加密。请填写密码。",
    ),
    "wrong_password": (
        "The password does not open `{name}`. Check it; capital letters count.",
        "密码无法打开“{name}”。请检查密码，注意区分大小写。",
    ),
    "no_such_page": (
        "`{name}` has {count} pages, and no page {wanted}. Write others, such as 1-{count}.",
        "“{name}”共有 {count} 页，没有第 {wanted} 页。请改写页码，例如 1-{count}。",
    ),
    "too_many_pages": (
        (
            "That is {wanted} pages of `{name}`, and at most {most} are taken. Name those "
            "you need, such as 1-{most}, or raise the limit."
        ),
        "“{name}”要处理 {wanted} 页，最多 {most} 页。请写明需要的页，例如 1-{most}，或提高上限。",
    ),
    "unpacks_too_large": (
        "`{name}` unpacks to far more than its size says. Save what you need as another file.",
        "“{name}”解开后远超其文件大小。请把需要的内容另存为新文件。",
    ),
}
