"""What ffprobe tells is read right; what ffmpeg is asked to do runs where there is one."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from luban.blocks.media.convert_audio import ConvertAudio
from luban.blocks.media.recordings import facts_of
from luban.blocks.media.samples import SOUND
from luban.sdk import BlockError
from luban.sdk.testing import TestContext, run_block

PHONE: dict[str, Any] = {
    "streams": [
        {"codec_type": "video", "codec_name": "mjpeg", "disposition": {"attached_pic": 1}},
        {
            "codec_type": "video",
            "codec_name": "h264",
            "width": 1920,
            "height": 1080,
            "avg_frame_rate": "30000/1001",
            "bit_rate": "N/A",
            "side_data_list": [{"side_data_type": "Display Matrix", "rotation": -90}],
        },
        {
            "codec_type": "audio",
            "codec_name": "aac",
            "channels": 2,
            "sample_rate": "48000",
            "bit_rate": "195324",
            "tags": {"language": "zho"},
        },
        {"codec_type": "data", "codec_name": "bin_data"},
    ],
    "format": {
        "format_name": "mov,mp4,m4a,3gp,3g2,mj2",
        "duration": "12.345678",
        "size": "4096",
        "bit_rate": "2654",
        "tags": {"TITLE": "桥"},
    },
}


def test_a_phone_video_is_told_as_it_is_shown() -> None:
    facts = facts_of(json.dumps(PHONE).encode())
    assert (facts["width"], facts["height"], facts["frame_rate"]) == (1080, 1920, 29.97)
    assert (facts["video_codec"], facts["audio_codec"]) == ("h264", "aac")
    assert (facts["duration"], facts["size"], facts["bitrate"]) == (12.346, 4096, 2654)
    assert facts["tags"] == {"title": "桥"}
    assert facts["streams"][2] == {
        "kind": "audio",
        "codec": "aac",
        "language": "zho",
        "channels": 2,
        "sample_rate": 48000,
        "bitrate": 195324,
    }
    assert len(facts["streams"]) == 3


def test_a_song_with_a_cover_is_no_video_and_what_is_missing_is_nought() -> None:
    cover, song = PHONE["streams"][0], PHONE["streams"][2] | {"duration": "3.5"}
    facts = facts_of(json.dumps({"streams": [cover, song], "format": {}}).encode())
    assert "width" not in facts
    assert (facts["duration"], facts["bitrate"], facts["format"]) == (3.5, 0, "")


async def converted(content: bytes, **more: Any) -> int:
    context = TestContext()
    file = context.files.put("a.wav", content).as_value()
    seen = await run_block(ConvertAudio, context, file=file, **more)
    return seen["file"][0]["size"]


@pytest.mark.skipif(shutil.which("ffmpeg") is not None, reason="this machine has ffmpeg")
async def test_a_machine_without_ffmpeg_says_so() -> None:
    with pytest.raises(BlockError) as caught:
        await converted(SOUND)
    assert caught.value.code == "ffmpeg_missing"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="this machine has no ffmpeg")
@pytest.mark.parametrize("format", ["mp3", "wav", "flac", "ogg", "m4a"])
async def test_sound_is_converted(format: str) -> None:
    assert await converted(SOUND, format=format, mono=True, sample_rate=16000) > 100


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="this machine has no ffmpeg")
@pytest.mark.parametrize(
    "list_of_files",
    ["ffconcat version 1.0\nfile /etc/hostname\n", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n"],
)
async def test_a_list_of_other_files_is_not_opened(list_of_files: str) -> None:
    with pytest.raises(BlockError) as caught:
        await converted(list_of_files.encode())
    assert caught.value.code == "not_a_recording"
