"""What is known of sound and video."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from luban.blocks.media.recordings import READ_ONLY_IT, facts_of, run_tool
from luban.blocks.media.samples import SOUND
from luban.blocks.media.stored import saved
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.wav", "type": "audio/x-wav"}
_WORLD = {"files": {"f_1": {"name": "a.wav", "bytes": SOUND}}}


class RecordingFacts(Block):
    """Tells how long a recording is, and its codecs, size and tags. It needs ffmpeg."""

    id = "media.recording_facts"
    title = "Audio and video facts"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "audio-lines"
    keywords = ("duration", "length", "codec", "bitrate", "ffprobe", "mp3", "mp4", "media")

    class Input(BlockInput):
        file: FileRef = Field(title="Recording", description="Sound or video.")
        max_megabytes: float = Field(
            1000, gt=0, le=10_000, title="Size limit", description="Megabytes.", advanced=True
        )
        timeout: float = Field(
            60, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        duration: float = Field(title="Duration", description="Seconds.", main=True)
        format: str = Field(title="Format", description="Names of its container, such as mp3.")
        bitrate: int = Field(title="Bit rate", description="Bits a second, all together.")
        size: int = Field(title="Size", description="Bytes.")
        tags: dict[str, str] = Field(title="Tags", description="Such as title, artist and album.")
        streams: list[dict[str, Any]] = Field(
            title="Streams", description="Kind, codec and more of each video, sound and subtitle."
        )
        audio_codec: str = Field(title="Audio codec", description="If there is sound.")
        video_codec: str = Field(title="Video codec", description="If there is video.")
        width: int = Field(title="Width", description="Pixels, as it is shown.")
        height: int = Field(title="Height", description="Pixels, as it is shown.")
        frame_rate: float = Field(title="Frame rate", description="Pictures a second.")

    examples = (
        Example(
            {"file": _FILE},
            {
                "duration": 0.1,
                "format": "wav",
                "bitrate": 67520,
                "size": 844,
                "tags": {},
                "streams": [
                    {
                        "kind": "audio",
                        "codec": "pcm_u8",
                        "channels": 1,
                        "sample_rate": 8000,
                        "bitrate": 64000,
                    }
                ],
                "audio_codec": "pcm_u8",
            },
            _WORLD,
            needs=("ffprobe",),
        ),
        Example(
            {"file": _FILE, "max_megabytes": 0.000_1},
            {"error": {"code": "file_too_large"}},
            _WORLD,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="luban-recording-") as folder:
            place = Path(folder)
            path = await saved(ctx, input.file, place, "recording", input.max_megabytes)
            wanted = ("-v", "error", "-print_format", "json", "-show_format", "-show_streams")
            arguments = [*wanted, *READ_ONLY_IT, "-i", f"file:{path}"]
            written = await run_tool("ffprobe", arguments, input.file.name, place, input.timeout)
        return facts_of(written)
