"""CSV as it really comes: crooked rows, foreign encodings, workbooks; and what is written back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.blocks.data.read_csv import ReadCsv
from luban.blocks.data.write_csv import WriteCsv
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext, run_block


async def rows_of(text: str, **options: Any) -> list[dict[str, Any]]:
    return (await run_block(ReadCsv, text=text, **options))["rows"][0]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a;b\n1,5;2", [{"a": "1,5", "b": "2"}]),
        ("a\tb\n1,5\t2", [{"a": "1,5", "b": "2"}]),
        ("a|b\r\n1|2\r\n", [{"a": "1", "b": "2"}]),
        ("名，价\n桥，2", [{"名": "桥", "价": "2"}]),
        ("sep=;\na;b\n1;2", [{"a": "1", "b": "2"}]),
        ("a\n1,5\n2,5", [{"a": "1", "1": "5"}, {"a": "2", "1": "5"}]),
        ("one\ntwo", [{"one": "two"}]),
        ("", []),
        ("\n\n , \n", []),
    ],
)
async def test_the_delimiter_is_found_out(text: str, rows: list[dict[str, str]]) -> None:
    assert await rows_of(text) == rows


async def test_a_delimiter_in_quotes_does_not_mislead() -> None:
    text = 'name;note\n"a";"1,2,3,4"\nb;"5,6,7,8"'
    assert await rows_of(text) == [
        {"name": "a", "note": "1,2,3,4"},
        {"name": "b", "note": "5,6,7,8"},
    ]


@pytest.mark.parametrize("delimiter", ["tab", "\t", "\\t", "TAB"])
async def test_a_tab_has_a_name(delimiter: str) -> None:
    assert await rows_of("a,b\tc\n1\t2", delimiter=delimiter) == [{"a,b": "1", "c": "2"}]


@pytest.mark.parametrize("delimiter", [";;", '"', "\n"])
async def test_what_cannot_part_cells_is_refused(delimiter: str) -> None:
    with pytest.raises(BlockError) as told:
        await rows_of("a", delimiter=delimiter)
    assert told.value.code == "invalid_value"
    assert "分隔符" in told.value.message_zh


async def test_crooked_rows_are_straightened() -> None:
    text = "a,b,,a\n1\n\n1,2,3,4,5\n"
    assert await rows_of(text) == [
        {"a": "1", "b": "", "2": "", "a_2": "", "4": ""},
        {"a": "1", "b": "2", "2": "3", "a_2": "4", "4": "5"},
    ]


async def test_names_never_collide() -> None:
    assert await rows_of("a,a_2,a\n1,2,3") == [{"a": "1", "a_2": "2", "a_3": "3"}]


async def test_cells_may_hold_lines_and_quotes() -> None:
    text = 'a,b\n"two\nlines","say ""hi"""\n'
    assert await rows_of(text) == [{"a": "two\nlines", "b": 'say "hi"'}]


async def test_numbers_are_read_only_when_nothing_is_lost() -> None:
    text = "v\n12\n-3.50\n007\n1,5\n1e5\n+1\n12345678901234567890\n０\n."
    rows = await rows_of(text, numbers=True, delimiter=";")
    assert [row["v"] for row in rows] == [
        *(12, -3.5, "007", "1,5", "1e5", "+1", "12345678901234567890", "０", "."),
    ]


async def test_rows_and_columns_are_left_out() -> None:
    text = "Report 2026\nx,y,z\n1,2,3\n4,5,6\n7,8,9"
    options: dict[str, Any] = {"skip_rows": 1, "row_limit": 2, "skip_columns": ["y"]}
    got = await run_block(ReadCsv, text=text, **options)
    assert got["columns"] == [["x", "z"]]
    assert got["row"] == [{"x": "1", "z": "3"}, {"x": "4", "z": "6"}]
    assert await rows_of("1,2", header=False, skip_columns=["0"]) == [{"1": "2"}]


async def test_space_stays_when_asked_for() -> None:
    assert await rows_of("a, b\n 1 ,2", strip=False) == [{"a": " 1 ", " b": "2"}]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "auto"),
        ("utf-8-sig", "auto"),
        ("utf-16", "auto"),
        ("gb18030", "auto"),
        ("gbk", "gb2312"),
        ("big5", "big5"),
    ],
)
async def test_files_come_in_many_encodings(encoding: str, declared: str) -> None:
    context = TestContext()
    file = context.files.put("a.csv", "城市,人口\n北京,2184\n上海,2487\n".encode(encoding))
    got = await run_block(ReadCsv, context, file=file, encoding=declared, numbers=True)
    assert got["rows"] == [[{"城市": "北京", "人口": 2184}, {"城市": "上海", "人口": 2487}]]


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"PK\x03\x04rest", {}, "not_csv"),
        (b"a,b", {"encoding": "klingon"}, "unknown_encoding"),
        (b"a,b\n" * 300_000, {"max_megabytes": 1}, "file_too_large"),
    ],
)
async def test_files_that_cannot_be_read(content: bytes, options: Any, code: str) -> None:
    context = TestContext()
    file = context.files.put("a.xlsx", content)
    with pytest.raises(BlockError) as told:
        await run_block(ReadCsv, context, file=file, **options)
    assert told.value.code == code
    assert str(told.value) != told.value.message_zh


async def test_text_goes_before_a_file() -> None:
    context = TestContext()
    file = context.files.put("a.csv", "a\n1")
    assert (await run_block(ReadCsv, context, text="b\n2", file=file))["columns"] == [["b"]]


async def test_many_rows_are_read_beside_the_others() -> None:
    rows = await rows_of("n\n" + "\n".join(map(str, range(50_000))), numbers=True)
    assert rows[-1] == {"n": 49_999}


async def test_a_cell_without_an_end_is_told() -> None:
    with pytest.raises(BlockError, match="quote that is never closed"):
        await rows_of('a,b\n"' + "x" * 10_000_001, delimiter=",")


NAMES = st.lists(st.text("ab名 _", min_size=1).map(str.strip).filter(bool), unique=True, min_size=2)
CELLS = st.text("x,;\t\"'\n名 1", min_size=1)


@given(data=st.data(), names=NAMES)
async def test_what_is_written_is_read_back(data: st.DataObject, names: list[str]) -> None:
    row = st.fixed_dictionaries(dict.fromkeys(names, CELLS))
    rows = data.draw(st.lists(row, max_size=5))
    options: dict[str, Any] = {"rows": rows, "columns": names, "escape_formulas": False}
    text = (await run_block(WriteCsv, **options))["text"][0]
    assert await rows_of(text, strip=False, delimiter=",") == rows


async def test_a_written_file_opens_in_spreadsheet_programs() -> None:
    context = TestContext()
    got = await run_block(WriteCsv, context, rows=[{"名": "桥"}], file_name=" 报告.csv ")
    (file,) = got["file"]
    assert file["name"] == "报告.csv"
    reader = TestContext(files=context.files)
    assert (await run_block(ReadCsv, reader, file=file))["rows"] == [[{"名": "桥"}]]
    stored = FileRef.model_validate(file)
    assert (await context.files.read(stored)).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"rows": [{"a": 1}, "text"]}, "not_a_row"),
        ({"rows": [], "delimiter": "ab"}, "invalid_value"),
        ({"rows": [], "file_name": "../x.csv"}, "bad_file_name"),
        ({"rows": [], "file_name": "x.csv", "encoding": "klingon"}, "unknown_encoding"),
        ({"rows": [["名"]], "file_name": "x.csv", "encoding": "latin-1"}, "wrong_encoding"),
    ],
)
async def test_what_cannot_be_written(options: dict[str, Any], code: str) -> None:
    with pytest.raises(BlockError) as told:
        await run_block(WriteCsv, **options)
    assert told.value.code == code
    assert str(told.value) != told.value.message_zh
