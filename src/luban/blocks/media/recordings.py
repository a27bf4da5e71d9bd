"""Sound and video through ffmpeg, where the machine has it: it reads the one file it is given."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from luban.blocks.media.apart import ended_program
from luban.sdk import BlockError

_MEMORY_MB = 2048
_KINDS = (
    "aac,ac3,aiff,amr,asf,au,avi,caf,flac,flv,gif,h264,hevc,matroska,mov,mp3,mpeg,mpegts,ogg,"
    "w64,wav,webm,webp_pipe,wv"
)
"""Containers that hold what they play. Playlists name other files, and are not opened."""
READ_ONLY_IT = ("-protocol_whitelist", "file,pipe", "-format_whitelist", _KINDS)
_TEXT_KINDS = ("audio", "video", "subtitle")


async def run_tool(
    tool: str, arguments: Sequence[str], name: str, folder: Path, seconds: float
) -> bytes:
    """What `ffmpeg` or `ffprobe` writes. Raises `ffmpeg_missing`, `not_a_recording`."""
    ended = await ended_program([*_started(tool), *arguments], name, folder, seconds)
    if ended.code != 0:
        said = ended.err.decode(errors="replace").strip().splitlines()
        cause = said[-1].replace(str(folder), "")[:200] if said else f"exit {ended.code}"
        raise BlockError(
            f"`{name}` cannot be worked on as sound or video: {cause}. Give a file such as MP4, "
            "WebM, MP3 or WAV that plays elsewhere.",
            zh=f"无法把“{name}”作为音频或视频处理：{cause}。请提供可正常播放的 MP4、WebM、MP3 或 "
            "WAV 等文件。",
            code="not_a_recording",
        )
    return ended.out


def _started(tool: str) -> list[str]:
    program = shutil.which(tool)
    if program is None:
        raise BlockError(
            f"This machine has no `{tool}`. Install ffmpeg, such as with `apt install ffmpeg`, and "
            "start Luban again.",
            zh=f"这台机器没有 {tool}。请安装 ffmpeg（例如 apt install ffmpeg），再重新启动 Luban。",
            code="ffmpeg_missing",
        )
    if find_spec("resource") is None:
        return [program]
    limited = [sys.executable, "-I", "-m", "luban.blocks.media.limited", str(_MEMORY_MB)]
    return [*limited, program]


def facts_of(written: bytes) -> dict[str, Any]:
    """What `ffprobe -show_format -show_streams` wrote as JSON, in our words."""
    told: dict[str, Any] = json.loads(written)
    whole: dict[str, Any] = told.get("format", {})
    streams: list[dict[str, Any]] = told.get("streams", [])
    pictured = [s for s in streams if s.get("codec_type") == "video" and not _is_cover(s)]
    heard = [s for s in streams if s.get("codec_type") == "audio"]
    longest = max((_float(stream.get("duration")) for stream in streams), default=0.0)
    facts: dict[str, Any] = {
        "duration": round(_float(whole.get("duration")) or longest, 3),
        "format": str(whole.get("format_name", "")),
        "bitrate": int(_float(whole.get("bit_rate"))),
        "size": int(_float(whole.get("size"))),
        "tags": {str(k).lower()[:100]: str(v)[:1000] for k, v in whole.get("tags", {}).items()},
        "streams": [_stream(each) for each in streams if each.get("codec_type") in _TEXT_KINDS],
    }
    if pictured:
        facts |= _shown(pictured[0])
    if heard:
        facts["audio_codec"] = str(heard[0].get("codec_name", ""))
    return facts


def _shown(video: dict[str, Any]) -> dict[str, Any]:
    width, height = int(video.get("width", 0)), int(video.get("height", 0))
    if abs(_turned(video)) % 180 == 90:  # held upright
        width, height = height, width
    rate = _ratio(video.get("avg_frame_rate")) or _ratio(video.get("r_frame_rate"))
    codec = str(video.get("codec_name", ""))
    return {"width": width, "height": height, "frame_rate": rate, "video_codec": codec}


def _turned(video: dict[str, Any]) -> int:
    beside: list[dict[str, Any]] = video.get("side_data_list", [])
    told = [each["rotation"] for each in beside if "rotation" in each]
    return int(_float(told[0] if told else video.get("tags", {}).get("rotate")))


def _is_cover(stream: dict[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _stream(stream: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": stream["codec_type"],
        "codec": str(stream.get("codec_name", "unknown")),
    }
    if language := stream.get("tags", {}).get("language"):
        found["language"] = str(language)
    if stream["codec_type"] == "audio":
        found["channels"] = int(stream.get("channels", 0))
        found["sample_rate"] = int(_float(stream.get("sample_rate")))
    if stream["codec_type"] == "video":
        found["width"], found["height"] = int(stream.get("width", 0)), int(stream.get("height", 0))
    if bitrate := int(_float(stream.get("bit_rate"))):
        found["bitrate"] = bitrate
    return found


def _ratio(text: Any) -> float:
    over, _, under = str(text or "0").partition("/")
    return round(_float(over) / (_float(under) or 1), 3)


def _float(value: Any) -> float:
    """`N/A`, and what is not there, is 0."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
