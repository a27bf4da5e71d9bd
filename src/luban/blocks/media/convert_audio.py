"""Sound in another format, or a part of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Literal

from luban.blocks.media.recordings import READ_ONLY_IT, run_tool
from luban.blocks.media.samples import SOUND
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

_FILE = {"$file": "f_1", "name": "a.wav", "type": "audio/x-wav"}
_WORLD = {"files": {"f_1": {"name": "a.wav", "bytes": SOUND}}}
_MADE: dict[str, tuple[str, str, str]] = {
    "mp3": ("libmp3lame", "mp3", "audio/mpeg"),
    "wav": ("pcm_s16le", "wav", "audio/x-wav"),
    "flac": ("flac", "flac", "audio/flac"),
    "ogg": ("libopus", "ogg", "audio/ogg"),
    "m4a": ("aac", "ipod", "audio/mp4"),
}
"""The encoder, the container, and the type of a file of each format."""


class ConvertAudio(Block):
    """Converts sound, cuts a part of it, or takes it out of a video. It needs ffmpeg."""

    id = "media.convert_audio"
    title = "Convert audio"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "file-audio"
    keywords = ("mp3", "wav", "cut", "trim", "extract", "sound", "music", "ffmpeg", "transcribe")

    class Input(BlockInput):
        file: FileRef = Field(title="Recording", description="Sound, or video with sound.")
        format: Literal["mp3", "wav", "flac", "ogg", "m4a"] = Field(
            "mp3", title="Format", description="What kind of file to write; ogg holds Opus."
        )
        start: float = Field(
            0, ge=0, le=1_000_000, title="From", description="Seconds from the beginning."
        )
        end: float = Field(
            0, ge=0, le=1_000_000, title="To", description="Seconds; 0 goes on to the end."
        )
        bitrate: int = Field(
            128,
            ge=8,
            le=512,
            title="Bit rate",
            description="Thousand bits a second, where the format loses some.",
            advanced=True,
        )
        mono: bool = Field(
            False, title="Mono", description="One channel, enough for speech.", advanced=True
        )
        sample_rate: Literal[0, 8000, 16000, 24000, 44100, 48000] = Field(
            0,
            title="Sample rate",
            description="Samples a second; 0 keeps it. 16000 is usual for speech.",
            advanced=True,
        )
        max_megabytes: float = Field(
            1000, gt=0, le=10_000, title="Size limit", description="Megabytes.", advanced=True
        )
        timeout: float = Field(
            300, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        file: FileRef = Field(title="Audio", description="The new file.", main=True)

    examples = (
        Example(
            {"file": _FILE, "format": "wav", "end": 0.05},
            {"file": {"$file": "f_2", "name": "a.wav", "type": "audio/x-wav", "size": 844}},
            _WORLD,
            needs=("ffmpeg",),
        ),
        Example(
            {"file": _FILE},
            {"error": {"code": "not_a_recording"}},
            {"files": {"f_1": {"name": "a.wav", "text": "#EXTM3U\n/etc/passwd\n"}}},
            needs=("ffmpeg",),
        ),
        Example({"file": _FILE, "start": 5, "end": 2}, {"error": {"code": "ends_before_start"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if input.end and input.end <= input.start:
            raise BlockError(
                f"To ({input.end:g} s) is not after From ({input.start:g} s). Make it "
                "larger, or 0.",
                zh=f"结束（{input.end:g} 秒）不在开始（{input.start:g} 秒）之后。请增大，或填 0。",
                code="ends_before_start",
            )
        encoder, container, type = _MADE[input.format]
        with tempfile.TemporaryDirectory(prefix="luban-recording-") as folder:
            place = Path(folder)
            path = await saved(ctx, input.file, place, "recording", input.max_megabytes)
            target = place / "made"
            part = ["-t", f"{input.end - input.start:.3f}"] if input.end else []
            lossy = input.format in ("mp3", "ogg", "m4a")
            arguments = [
                *("-nostdin", "-v", "error", "-ss", f"{input.start:.3f}", *part),
                *(*READ_ONLY_IT, "-i", f"file:{path}"),
                *("-map", "0:a:0", "-c:a", encoder, "-f", container),
                *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
                *(("-b:a", f"{input.bitrate}k") if lossy else ()),
                *(("-ac", "1") if input.mono else ()),
                *(("-ar", str(input.sample_rate)) if input.sample_rate else ()),
                f"file:{target}",
            ]
            await run_tool("ffmpeg", arguments, input.file.name, place, input.timeout)
            name = named("", input.file.name, input.format)
            made = await ctx.files.write(name, target.read_bytes(), type)
        return {"file": made.as_value()}
