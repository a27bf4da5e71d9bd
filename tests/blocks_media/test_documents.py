"""Documents become text; those that are hostile, locked or too large are refused and say why."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pptx
import pytest
from pypdf import PdfReader

from luban.blocks.media.combine_pdf import CombinePdf
from luban.blocks.media.document_to_text import DocumentToText
from luban.blocks.media.pages import spans
from luban.blocks.media.samples import LOCKED_PDF, PDF, WORD
from luban.blocks.media.split_pdf import SplitPdf
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext, run_block

ODT = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>
<text:h text:outline-level="2">桥</text:h><text:p>one<text:s/><text:span>two</text:span></text:p>
<text:list><text:list-item><text:p>a</text:p></text:list-item></text:list>
<table:table><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>
</table:table-row></table:table></office:text></office:body></office:document-content>"""


async def read(content: bytes, name: str = "a", **more: Any) -> dict[str, Any]:
    context = TestContext()
    file = context.files.put(name, content)
    return await run_block(DocumentToText, context, file=file.as_value(), **more)


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


async def test_slides_sheets_and_open_documents_are_markdown() -> None:
    deck: Any = pptx.Presentation()
    book: Any = openpyxl.Workbook()
    out = io.BytesIO()
    slide: Any = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = "鲁班", "saw\nplane"
    slide.notes_slide.notes_text_frame.text = "say it"
    deck.save(out)
    seen = await read(out.getvalue())
    assert seen["pages"] == [["## 鲁班\n\n- saw\n- plane\n\n> say it"]]

    book.active.title = "数"
    book.active.append(["名", "n"])
    book.active.append(["a|b", 2])
    book.create_sheet("空")
    out = io.BytesIO()
    book.save(out)
    seen = await read(out.getvalue())
    assert seen["pages"] == [["## 数\n\n| 名 | n |\n|---|---|\n| a\\|b | 2 |", "## 空"]]

    seen = await read(
        packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ODT})
    )
    assert seen["text"] == ["## 桥\n\none two\n\n- a\n\n| x |\n|---|"]


async def test_a_password_opens_a_pdf_and_a_wrong_one_does_not() -> None:
    seen = await read(LOCKED_PDF, password="bridge", pages="last, 1")
    assert seen["pages"] == [["Page two", "Page one"]]
    with pytest.raises(BlockError) as caught:
        await read(LOCKED_PDF, password="tunnel")
    assert caught.value.code == "wrong_password"


async def test_text_in_an_old_encoding_is_read() -> None:
    assert (await read("鲁班，木匠的祖师".encode("gbk")))["text"] == ["鲁班，木匠的祖师"]


HOSTILE = {
    "a bomb": (packed({"word/document.xml": b" " * 50_000_000}), {}, "unpacks_too_large"),
    "entities": (
        packed({"mimetype": "application/vnd.oasis.opendocument.text",
                "content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        {}, "unreadable_document",
    ),
    "no document": (packed({"a.txt": "a"}), {}, "unknown_document"),
    "old Office": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, {}, "old_document"),
    "a page too many": (PDF, {"pages": "1-3"}, "no_such_page"),
    "too many pages": (PDF, {"page_limit": 1}, "too_many_pages"),
    "too slow": (WORD, {"timeout": 0.001}, "timed_out"),
    "too large": (WORD, {"max_megabytes": 0.000_1}, "file_too_large"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
async def test_what_is_not_taken_is_refused_by_a_code(case: str) -> None:
    content, more, code = HOSTILE[case]
    with pytest.raises(BlockError) as caught:
        await read(content, **more)
    assert caught.value.code == code


async def test_a_document_has_so_much_memory_and_no_more() -> None:
    # An element of six letters is some 200 bytes of a tree.
    paragraph = "<w:p/>" * 3_000_000
    with zipfile.ZipFile(io.BytesIO(WORD)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head, mark, tail = parts["word/document.xml"].partition(b"<w:body>")
    parts["word/document.xml"] = head + mark + paragraph.encode() + tail
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(BlockError) as caught:
        await read(out.getvalue(), memory=64)
    assert caught.value.code == "file_too_heavy"


async def test_pdf_files_are_combined_locked_and_taken_apart() -> None:
    context = TestContext()
    files = [context.files.put(name, PDF).as_value() for name in ("a.pdf", "b.pdf")]
    asked = {"files": files, "pages": "2-", "title": "桥", "lock": "bridge", "turn": 90}
    (made,) = (await run_block(CombinePdf, context, **asked))["file"]
    raw = await context.files.read(FileRef.model_validate(made))
    reader = PdfReader(io.BytesIO(raw), password="bridge")
    assert [page.extract_text() for page in reader.pages] == ["Page two"] * 2
    assert reader.pages[0].rotation == 90
    assert reader.metadata is not None
    assert reader.metadata.title == "桥"

    seen = await run_block(SplitPdf, context, file=files[0])
    assert [each["name"] for each in seen["files"][0]] == ["a-1.pdf", "a-2.pdf"]
    asked = {"file": files[0], "pages": "2, 1-2", "each": 0}
    seen = await run_block(SplitPdf, context, **asked)
    assert [each["name"] for each in seen["files"][-1]] == ["a-2.pdf", "a-1-2.pdf"]


def test_pages_are_written_in_several_ways() -> None:
    assert spans(" 1-3，5, 8- , LAST") == [(1, 3), (5, 5), (8, 0), (0, 0)]
    assert spans("") == [(1, 0)]
    for wrong in ("0", "3-1", "a", "1,,2", "1-2-3", "last-2", "-3"):
        with pytest.raises(BlockError):
            spans(wrong)
