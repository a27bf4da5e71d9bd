"""The file blocks: encodings, pieces, limits and names."""

from __future__ import annotations

import pytest

from luban.blocks.file.read import Read
from luban.blocks.file.write import Write
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext
from tests.blocks_web.conftest import run


@pytest.fixture
def context() -> TestContext:
    return TestContext()


async def read(context: TestContext, content: bytes | str, **inputs: object):
    file = context.files.put("a.txt", content, "text/plain")
    return await run(Read, context, file=file.as_value(), **inputs)


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        ("你好".encode(), "auto", "你好"),
        ("你好".encode("utf-8-sig"), "auto", "你好"),
        ("你好".encode("utf-16"), "auto", "你好"),
        ("你好，世界".encode("gbk"), "auto", "你好，世界"),
        ("臺灣".encode("big5"), "big5", "臺灣"),
        ("café".encode("latin-1"), "auto", "café"),
        (b"", "auto", ""),
        (b"\x00\xff", "base64", "AP8="),
    ],
)
async def test_encodings(context: TestContext, content: bytes, encoding: str, text: str) -> None:
    got = await read(context, content, encoding=encoding)
    assert got["content"] == [text]
    assert got["size"] == [len(content)]


async def test_the_order_of_skipping_and_cutting(context: TestContext) -> None:
    got = await read(context, "##a\nb\nc\nd\n", skip_size=2, skip_rows=1, row_limit=2, size_limit=2)
    assert got["content"] == ["b\n", "c"]


@pytest.mark.parametrize(
    ("encoding", "code"), [("utf-8", "wrong_encoding"), ("klingon", "unknown_encoding")]
)
async def test_encodings_that_do_not_fit(context: TestContext, encoding: str, code: str) -> None:
    with pytest.raises(BlockError) as raised:
        await read(context, "你好".encode("gbk"), encoding=encoding)
    assert raised.value.code == code


async def test_a_file_of_50_megabytes(context: TestContext) -> None:
    with pytest.raises(BlockError, match="larger than 20 MB") as raised:
        await read(context, b"x" * 50_000_000)
    assert raised.value.code == "file_too_large"
    got = await read(context, b"x" * 50_000_000, max_megabytes=60)
    assert got["size"] == [50_000_000]


async def test_writing_and_reading_back(context: TestContext) -> None:
    for content, encoding, raw in (
        ("鲁班", "utf-8", "鲁班".encode()),
        ("鲁班", "gb18030", "鲁班".encode("gb18030")),
        ("a,b", "utf-8-sig", b"\xef\xbb\xbfa,b"),
        ({"键": 1}, "utf-8", '{\n  "键": 1\n}'.encode()),
        ("AAE=", "base64", b"\x00\x01"),
        ("", "utf-8", b""),
        (0, "utf-8", b"0"),
        (None, "utf-8", b"null"),
    ):
        got = await run(Write, context, name="x.dat", content=content, encoding=encoding)
        stored = FileRef.model_validate(got["file"][0])
        assert await context.files.read(stored) == raw


@pytest.mark.parametrize("name", ["../a", "a/b", "a\\b", "..", "a\nb", "C:x", "x" * 300, " "])
async def test_names_that_are_no_file_names(context: TestContext, name: str) -> None:
    with pytest.raises(BlockError) as raised:
        await run(Write, context, name=name, content="")
    assert raised.value.code == "bad_file_name"


@pytest.mark.parametrize(
    ("content", "encoding", "code"),
    [
        ("鲁", "latin-1", "wrong_encoding"),
        ("x", "klingon", "unknown_encoding"),
        ("not base64!", "base64", "not_base64"),
        ({"a": 1}, "base64", "not_base64"),
    ],
)
async def test_content_that_cannot_be_written(
    context: TestContext, content: object, encoding: str, code: str
) -> None:
    with pytest.raises(BlockError) as raised:
        await run(Write, context, name="x", content=content, encoding=encoding)
    assert raised.value.code == code
