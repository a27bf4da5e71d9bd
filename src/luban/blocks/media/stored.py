"""Stored files brought to where they can be worked on, up to a size."""

from __future__ import annotations

from pathlib import Path

from luban.sdk import BlockError, Context, FileRef


async def saved(ctx: Context, file: FileRef, folder: Path, name: str, megabytes: float) -> str:
    """The path of a copy. Raises `file_too_large`."""
    await check_size(ctx, file, megabytes)
    return str(await ctx.files.save(file, folder, name))


async def content(ctx: Context, file: FileRef, megabytes: float) -> bytes:
    """All of the bytes. Raises `file_too_large`."""
    await check_size(ctx, file, megabytes)
    return await ctx.files.read(file)


async def check_size(ctx: Context, file: FileRef, megabytes: float) -> None:
    size = (await ctx.files.info(file)).file.size
    if size > megabytes * 1_000_000:
        raise BlockError(
            f"`{file.name}` has {size / 1_000_000:.1f} MB, and at most {megabytes:g} MB are taken. "
            "Raise the size limit, or give a smaller file.",
            zh=f"“{file.name}”有 {size / 1_000_000:.1f} MB，上限为 {megabytes:g} MB。"
            "请提高大小上限，或换用较小的文件。",
            code="file_too_large",
        )


def named(given: str, like: str, ending: str) -> str:
    """The name of a new file: as given, else like another's, with the ending that fits."""
    stem = given.strip() or like.rpartition(".")[0] or like or "file"
    return stem if stem.lower().endswith(f".{ending}") else f"{stem}.{ending}"
