"""Reports as PDF and HTML: Chinese, tables and pictures arrive, and nothing harmful does."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from luban.blocks.io.report import Report
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext, run_block

CONTENT = """# 季度报告 {{ year }}

鲁班 *built* `桥`, [see](https://x.org/?a=1&b=2). Привет

| 名称 | 数量 |
|---|---:|
| 桥 & <梁> | 1,234 |

1. 第一
2. second
   - nested

```python
print("<b>")  # 注释
```

![销量](chart)
"""


def picture(context: TestContext) -> FileRef:
    out = io.BytesIO()
    Image.new("RGB", (400, 100), (30, 90, 160)).save(out, "PNG")
    return context.files.put("c.png", out.getvalue(), "image/png")


async def made(**options: Any) -> tuple[FileRef, bytes]:
    context = TestContext()
    inputs: dict[str, Any] = {
        "content": CONTENT,
        "values": {"year": 2026},
        "title": "鲁班: report",
        "images": {"chart": picture(context).as_value()},
        **options,
    }
    got = await run_block(Report, context, **inputs)
    ref = FileRef.model_validate(got["file"][0])
    return ref, await context.files.read(ref)


async def test_a_pdf_holds_all_of_it() -> None:
    ref, content = await made()
    assert (ref.name, ref.type) == ("鲁班  report.pdf", "application/pdf")
    (page,) = PdfReader(io.BytesIO(content)).pages
    text = page.extract_text()
    for part in (
        "季度报告 2026",
        "桥 & <梁>",
        "1,234",
        "第一",
        "nested",
        "# 注释",
        "Привет",
        "销量",
    ):
        assert part in text
    assert [image.image.size for image in page.images if image.image] == [(400, 100)]
    notes: Any = page["/Annots"]
    links = [note.get_object()["/A"]["/URI"] for note in notes]
    assert links == ["https://x.org/?a=1&b=2"]


async def test_the_same_report_is_the_same_file() -> None:
    assert (await made())[1] == (await made())[1]


async def test_long_tables_go_on_over_pages_with_their_head() -> None:
    rows = "\n".join(f"| 行{number} | x |" for number in range(90))
    _, content = await made(content=f"| 头 | b |\n|---|---|\n{rows}", values={}, landscape=True)
    pages = PdfReader(io.BytesIO(content)).pages
    assert len(pages) > 2
    assert all("头" in page.extract_text() for page in pages)


async def test_a_page_needs_nothing_beside_itself() -> None:
    script = "<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://evil.org/p.png)"
    ref, content = await made(format="html", content=f"{CONTENT}\n{script}", title="<b>鲁班</b>")
    page = content.decode()
    assert ref.name == "b 鲁班  b.html"
    assert "<title>&lt;b&gt;鲁班&lt;/b&gt;</title>" in page
    assert '<img src="data:image/png;base64,' in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert "evil.org" not in page
    assert "桥 &amp; &lt;梁&gt;" in page


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"content": ">" * 60 + "a", "values": {}}, "nested_too_deeply"),
        ({"content": "| a |\n|--|\n| " + "字" * 20_000 + " |", "values": {}}, "does_not_fit"),
        ({"content": "{{ missing }}", "values": {"a": 1}}, "template_failed"),
        ({"file_name": "../x.pdf"}, "bad_file_name"),
    ],
)
async def test_what_cannot_be_a_report_is_told(options: dict[str, Any], code: str) -> None:
    with pytest.raises(BlockError) as told:
        await made(**options)
    assert told.value.code == code
    assert told.value.message_zh != str(told.value)
