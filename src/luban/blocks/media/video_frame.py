"""A picture out of a video."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Literal

from luban.blocks.media import pictures
from luban.blocks.media.recordings import READ_ONLY_IT, run_tool
from luban.blocks.media.samples import MOVING
from luban.blocks.media.stored import named, saved
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)

_FILE = {"$file": "f_1", "name": "a.gif", "type": "image/gif"}
_WORLD = {"files": {"f_1": {"name": "a.gif", "bytes": MOVING}}}


class VideoFrame(Block):
    """Takes one picture out of a video, such as the first, as a thumbnail. It needs ffmpeg."""

    id = "media.video_frame"
    title = "Picture of a video"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "film"
    keywords = ("thumbnail", "frame", "still", "screenshot", "poster", "ffmpeg", "cover")

    class Input(BlockInput):
        file: FileRef = Field(title="Video", description="Such as MP4, WebM, MOV or GIF.")
        at: float = Field(
            0, ge=0, le=1_000_000, title="At", description="Seconds from the beginning."
        )
        width: int = Field(
            0, ge=0, le=8000, title="Width", description="Pixels at most; 0 keeps it as it is."
        )
        format: Literal["jpeg", "png", "webp"] = Field(
            "jpeg", title="Format", description="What kind of file to write."
        )
        max_megabytes: float = Field(
            1000, gt=0, le=10_000, title="Size limit", description="Megabytes.", advanced=True
        )
        timeout: float = Field(
            60, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Image", description="The picture.", main=True)
        width: int = Field(title="Width", description="Pixels.")
        height: int = Field(title="Height", description="Pixels.")

    examples = (
        Example(
            {"file": _FILE, "format": "png"},
            {
                "image": {"$file": "f_2", "name": "a.png", "type": "image/png", "size": 76},
                "width": 4,
                "height": 2,
            },
            _WORLD,
            needs=("ffmpeg",),
        ),
        Example({"file": _FILE, "at": 99}, {"error": {"code": "past_the_end"}}, _WORLD,
                needs=("ffmpeg",)),
        Example(
            {"file": _FILE, "max_megabytes": 0.000_001},
            {"error": {"code": "file_too_large"}},
            _WORLD,
        ),
    )  # fmt: skip

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="luban-recording-") as folder:
            place = Path(folder)
            path = await saved(ctx, input.file, place, "recording", input.max_megabytes)
            target = place / "frame.png"
            arguments = [
                *("-nostdin", "-v", "error", "-ss", f"{input.at:.3f}"),
                *(*READ_ONLY_IT, "-i", f"file:{path}"),
                *("-map", "0:v:0", "-frames:v", "1", "-f", "image2", "-update", "1"),
                f"file:{target}",
            ]
            await run_tool("ffmpeg", arguments, input.file.name, place, input.timeout)
            if not target.exists():
                raise BlockError(
                    f"`{input.file.name}` has no picture at {input.at:g} s. Ask for an "
                    "earlier one.",
                    zh=f"“{input.file.name}”在第 {input.at:g} 秒没有画面。请取更早的时间。",
                    code="past_the_end",
                )
            made, size = await asyncio.to_thread(_made, target.read_bytes(), input)
        name = named("", input.file.name, pictures.ending(input.format))
        stored = await ctx.files.write(name, made, pictures.type_of(input.format))
        return {"image": stored.as_value(), "width": size[0], "height": size[1]}


def _made(raw: bytes, input: VideoFrame.Input) -> tuple[bytes, tuple[int, int]]:
    image = pictures.coloured(pictures.opened(raw, input.file.name))
    if input.width and image.width > input.width:
        height = max(1, round(image.height * input.width / image.width))
        image = image.resize((input.width, height))
    return pictures.encoded(image, input.format), image.size
