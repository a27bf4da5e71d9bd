"""XML, YAML, JMESPath and workbooks as they should not come: bombs, entities, odd values."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luban.blocks.data.parse_xml import ParseXml
from luban.blocks.data.parse_yaml import ParseYaml
from luban.blocks.data.query import Query
from luban.blocks.data.read_excel import ReadExcel
from luban.blocks.data.workbooks import lines, opened, sheet_of
from luban.blocks.data.write_xml import WriteXml
from luban.blocks.data.write_yaml import WriteYaml
from luban.sdk import BlockError
from luban.sdk.testing import TestContext, run_block

LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
FILE = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LAUGHS, "xml_forbidden"),
        (FILE, "xml_forbidden"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>', "xml_forbidden"),
        ("<a/><b/>", "not_xml"),
        ("text <a/>", "not_xml"),
        ("", "not_xml"),
        ("<a>" * 150 + "</a>" * 150, "xml_too_large"),
        ("<a>" + "x" * 10_000_001, "xml_too_large"),
    ],
)
async def test_xml_that_is_refused(text: str, code: str) -> None:
    with pytest.raises(BlockError) as told:
        await run_block(ParseXml, text=text)
    assert told.value.code == code
    assert "root:" not in str(told.value) and str(told.value) != told.value.message_zh


async def test_xml_becomes_what_people_expect() -> None:
    text = """<?xml version="1.0"?><r xmlns="urn:a" xmlns:b="urn:b"><i>1</i><i>2</i><i>3</i>
    <b:n x="y">t<k/>u</b:n><!-- no --><![CDATA[<raw>]]></r>"""
    got = await run_block(ParseXml, text=text)
    assert got["value"] == [
        {"r": {"i": ["1", "2", "3"], "n": {"@x": "y", "k": None, "#text": "tu"}, "#text": "<raw>"}}
    ]
    kept = await run_block(ParseXml, text=text, namespaces=True, attributes=False)
    assert kept["value"][0]["{urn:a}r"]["{urn:b}n"] == {"{urn:a}k": None, "#text": "tu"}


TEXTS = st.text("ab<&\"'>桥 ", min_size=1).map(str.strip).filter(bool)
TREES = st.recursive(
    TEXTS,
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "@c", "名"]), inner, min_size=1),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(tree=TREES)
async def test_written_xml_is_read_back(tree: Any) -> None:
    def fits(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {k: str(v) if k.startswith("@") else fits(v) for k, v in value.items()}

    value = {"root": fits(tree)}
    text = (await run_block(WriteXml, value=value))["text"][0]
    assert (await run_block(ParseXml, text=text))["value"] == [value]


YAML_LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{one}: &{one} [{','.join(['*' + before] * 9)}]\n"
    for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (YAML_LAUGHS, "yaml_too_large"),
        ("a: &a [*a]", "yaml_too_large"),
        ("[" * 5000, "not_yaml"),
        ("!!python/object/apply:os.system ['id']", "not_yaml"),
        ("a: 1\na: 2", "not_yaml"),
        ("a: 1\n---\nb: 2", "not_yaml"),
        ("x" * 1_000_001, "yaml_too_large"),
        ("a: \x01", "not_yaml"),
    ],
)
async def test_yaml_that_is_refused(text: str, code: str) -> None:
    with pytest.raises(BlockError) as told:
        await run_block(ParseYaml, text=text)
    assert told.value.code == code
    assert len(str(told.value)) < 600


async def test_yaml_becomes_plain_values() -> None:
    text = "2: one\ntrue: t\nat: 2026-01-31T08:00:00Z\nx: .inf\nbig: 99999999999999999999\nn: ~"
    assert (await run_block(ParseYaml, text=text))["value"] == [
        {
            "2": "one",
            "true": "t",
            "at": "2026-01-31T08:00:00+00:00",
            "x": None,
            "big": "99999999999999999999",
            "n": None,
        }
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text("ab:-#'\"\n桥~ 1", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab 1:"), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(value=VALUES)
async def test_written_yaml_is_read_back(value: Any) -> None:
    text = (await run_block(WriteYaml, value=value))["text"][0]
    assert (await run_block(ParseYaml, text=text))["value"] == [value]


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("(" * 1900, "bad_expression"),
        ("a." * 900 + "a", None),
        ("[@,@] | " * 200 + "@", "expression_too_slow"),
        ("to_string(" + "[@,@] | " * 60 + "to_string(@))", "expression_too_slow"),
        ("x" * 2001, "bad_expression"),
        ("foo(@)", "bad_expression"),
        ("__class__", None),
    ],
)
async def test_queries_end_and_reach_nothing(expression: str, code: str | None) -> None:
    if code is None:
        assert await run_block(Query, value={"a": [1]}, expression=expression) == {"result": [None]}
        return
    with pytest.raises(BlockError) as told:
        await run_block(Query, value={"a": [1]}, expression=expression)
    assert told.value.code == code
    assert len(str(told.value)) < 600 and str(told.value) != told.value.message_zh


def workbook(**parts: bytes) -> bytes:
    """Something packed as workbooks are, with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(f"xl/{name}.xml", content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2", "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old_workbook"),
        (workbook(sheet=b" " * 50_000_000), "file_too_large"),
        (workbook(sheet=LAUGHS.encode()), "not_a_workbook"),
        (workbook(sheet="<a/>".encode("utf-16")), "not_a_workbook"),
        (workbook(a=b"<a/>"), "not_a_workbook"),
        (b"PK\x03\x04 broken", "not_a_workbook"),
    ],
)
async def test_workbooks_that_are_refused(content: bytes, code: str) -> None:
    context = TestContext()
    file = context.files.put("a.xlsx", content)
    with pytest.raises(BlockError) as told:
        await run_block(ReadExcel, context, file=file)
    assert told.value.code == code
    assert str(told.value) != told.value.message_zh


def test_a_sheet_that_claims_to_be_huge_is_read_as_it_is() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = "n"
    sheet["A2"] = "=1+1"
    sheet["C2"] = 3.0
    out = io.BytesIO()
    book.save(out)
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info).replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"')
            new.writestr(info.filename, content)
    with opened(changed.getvalue(), "a.xlsx") as read:
        found = list(lines(sheet_of(read, "", "a.xlsx"), "a.xlsx"))
    assert found == [["n"], [None, None, 3]]
