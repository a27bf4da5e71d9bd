"""A report as PDF: what Markdown says, laid out on pages."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from luban.blocks.io.report_fonts import chinese_font, marked
from luban.blocks.text.markup import parser
from luban.sdk import BlockError

_MARGIN = 56.0
_DEEPEST = 8
_MOST_PIXELS = 50_000_000
_CODE_COLUMNS = 84
_SIZES = {"h1": 20.0, "h2": 16.0, "h3": 13.5, "h4": 12.0, "h5": 11.0, "h6": 11.0}
_WRAPS = {"strong": "b", "em": "i", "s": "strike"}


class Layout(NamedTuple):
    """How the pages are."""

    title: str
    paper: str
    landscape: bool
    page_numbers: bool


def make_pdf(markdown: str, images: Mapping[str, bytes], layout: Layout) -> bytes:
    """The file's bytes; `images` are by the names used in the text. Raises `BlockError`."""
    from markdown_it.tree import SyntaxTreeNode
    from reportlab.lib import pagesizes
    from reportlab.platypus import SimpleDocTemplate
    from reportlab.platypus.doctemplate import LayoutError

    paper: tuple[float, float] = getattr(pagesizes, layout.paper)
    size = pagesizes.landscape(paper) if layout.landscape else paper
    pages = _Pages(size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN, images)
    tree = SyntaxTreeNode(parser().parse(markdown))
    story = pages.blocks(tree.children)
    if layout.title:
        story.insert(0, pages.paragraph(marked(layout.title), "title"))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=size,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=layout.title,
        author="",
        invariant=1,  # the same report is the same file
    )
    footer: Any = _footer if layout.page_numbers else _nothing
    try:
        document.build(story, onFirstPage=footer, onLaterPages=footer)
    except LayoutError as error:
        raise BlockError(
            "Something in the report is too large for a page, such as a table cell. Use landscape, "
            "or shorten it.",
            zh="报告中有内容超出一页，例如某个表格单元格。请改用横向，或缩短内容。",
            code="does_not_fit",
        ) from error
    return out.getvalue()


def _footer(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 9)
    canvas.setFillGray(0.45)
    canvas.drawCentredString(canvas._pagesize[0] / 2, _MARGIN / 2, str(document.page))
    canvas.restoreState()


def _nothing(canvas: Any, document: Any) -> None:
    pass


class _Pages:
    """Makes what is put on pages out of parsed Markdown."""

    def __init__(self, width: float, height: float, images: Mapping[str, bytes]) -> None:
        self._width, self._height = width, height
        self._images = images
        self._styles = _styles()
        self._made: dict[str, Callable[[Any, int], list[Any]]] = {
            "heading": lambda node, _: [self.paragraph(_inline(node), node.tag)],
            "paragraph": self._paragraph,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "blockquote": self._quote,
            "fence": self._code,
            "code_block": self._code,
            "table": self._table,
            "hr": self._line,
        }

    def blocks(self, nodes: Sequence[Any], depth: int = 0) -> list[Any]:
        if depth > _DEEPEST:
            raise BlockError(
                f"The report has lists or quotes nested deeper than {_DEEPEST}. Flatten it.",
                zh=f"报告中的列表或引用嵌套超过 {_DEEPEST} 层。请减少层次。",
                code="nested_too_deeply",
            )
        return [
            piece
            for node in nodes
            for piece in self._made.get(node.type, self._paragraph)(node, depth)
        ]

    def paragraph(self, text: str, style: str = "body") -> Any:
        from reportlab.platypus import Paragraph

        return Paragraph(text, self._styles[style])

    def _paragraph(self, node: Any, depth: int) -> list[Any]:
        inline = node.children[0].children if node.children else []
        pictures = [child for child in inline if child.type == "image"]
        if pictures and all(child.type in ("image", "softbreak") for child in inline):
            return [piece for picture in pictures for piece in self._picture(picture)]
        return [self.paragraph(_inline(node))]

    def _picture(self, node: Any) -> list[Any]:
        from PIL import Image as Picture
        from reportlab.platypus import Image

        name, caption = str(node.attrs.get("src", "")), str(node.content)
        content = self._images.get(name)
        if content is None:
            return [self.paragraph(f"[{marked(caption or name)}]", "caption")]
        try:
            with Picture.open(io.BytesIO(content)) as opened:
                width, height = opened.size
            if width * height > _MOST_PIXELS:
                raise ValueError("too many pixels")
        except (OSError, ValueError, Picture.DecompressionBombError) as error:
            raise BlockError(
                f"The image `{name}` cannot be put into the report: {error}. Give PNG or JPEG.",
                zh=f"图片“{name}”无法放入报告：{error}。请提供 PNG 或 JPEG。",
                code="bad_image",
            ) from error
        scale = min(self._width / width, self._height * 0.8 / height, 0.75)
        image = Image(io.BytesIO(content), width * scale, height * scale)
        return [image, self.paragraph(marked(caption), "caption")] if caption else [image]

    def _list(self, node: Any, depth: int) -> list[Any]:
        from reportlab.platypus import ListFlowable, ListItem

        ordered = node.type == "ordered_list"
        items: list[Any] = [
            ListItem(self.blocks(item.children, depth + 1)) for item in node.children
        ]
        look: dict[str, Any] = {"bulletType": "1" if ordered else "bullet", "leftIndent": 18}
        if ordered:
            look["start"] = int(node.attrs.get("start", 1))
        else:
            look |= {"start": "•", "bulletFontSize": 9}
        return [ListFlowable(items, **look)]

    def _quote(self, node: Any, depth: int) -> list[Any]:
        from reportlab.platypus import Indenter

        return [Indenter(left=18), *self.blocks(node.children, depth + 1), Indenter(left=-18)]

    def _code(self, node: Any, depth: int) -> list[Any]:
        from reportlab.platypus import XPreformatted

        lines = [
            line[at : at + _CODE_COLUMNS]
            for line in node.content.rstrip("\n").expandtabs(4).split("\n")
            for at in range(0, max(len(line), 1), _CODE_COLUMNS)
        ]
        return [XPreformatted(marked("\n".join(lines)) or " ", self._styles["code"])]

    def _table(self, node: Any, depth: int) -> list[Any]:
        from reportlab.lib import colors
        from reportlab.platypus import LongTable, Spacer, TableStyle

        rows = [row for part in node.children for row in part.children]
        cells = [
            [self._cell(cell, "th" if number == 0 else "td") for cell in row.children]
            for number, row in enumerate(rows)
        ]
        widths = [self._width / max(len(cells[0]), 1)] * len(cells[0])
        look = TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.HexColor("#c9ced6")),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef1f5")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
        return [LongTable(cells, colWidths=widths, repeatRows=1, style=look), Spacer(0, 8)]

    def _cell(self, node: Any, style: str) -> Any:
        text = _inline(node)
        aligned = str(node.attrs.get("style", "")).removeprefix("text-align:").strip()
        if style == "td" and aligned in ("right", "center"):
            style = f"td_{aligned}"
        return self.paragraph(f"<b>{text}</b>" if style == "th" else text, style)

    def _line(self, node: Any, depth: int) -> list[Any]:
        from reportlab.platypus import HRFlowable

        return [HRFlowable(width="100%", thickness=0.5, spaceBefore=6, spaceAfter=10)]


def _inline(node: Any) -> str:
    """What stands in a line, as reportlab's paragraphs take it."""
    match node.type:
        case "text":
            return marked(node.content)
        case "softbreak":
            return " "
        case "hardbreak":
            return "<br/>"
        case "code_inline":
            return f'<font name="Courier">{marked(node.content)}</font>'
        case "image":
            return marked(node.content)
        case _:
            pass
    inner = "".join(map(_inline, node.children))
    if node.type == "link":
        from xml.sax.saxutils import quoteattr

        return f'<a href={quoteattr(str(node.attrs["href"]))} color="#1a56b0">{inner}</a>'
    tag = _WRAPS.get(node.type)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    chinese_font()
    body = ParagraphStyle(
        "body", fontName="Helvetica", fontSize=10.5, leading=16, spaceAfter=8, wordWrap="CJK"
    )
    code = ParagraphStyle(
        "code",
        parent=body,
        fontName="Courier",
        fontSize=8.5,
        leading=12,
        backColor=HexColor("#f5f6f8"),
        borderPadding=6,
        spaceBefore=6,
        spaceAfter=14,
    )
    cell = ParagraphStyle("td", parent=body, fontSize=9, leading=13, spaceAfter=0)
    styles: dict[str, Any] = {
        "body": body,
        "code": code,
        "td": cell,
        "th": cell,
        "td_right": ParagraphStyle("td_right", parent=cell, alignment=TA_RIGHT),
        "td_center": ParagraphStyle("td_center", parent=cell, alignment=TA_CENTER),
        "caption": ParagraphStyle(
            "caption", parent=body, fontSize=9, alignment=TA_CENTER, textColor=HexColor("#5b6472")
        ),
        "title": ParagraphStyle(
            "title", parent=body, fontName="Helvetica-Bold", fontSize=24, leading=32, spaceAfter=16
        ),
    }
    for tag, size in _SIZES.items():
        styles[tag] = ParagraphStyle(
            tag,
            parent=body,
            fontName="Helvetica-Bold",
            fontSize=size,
            leading=size * 1.4,
            spaceBefore=size * 0.6,
            keepWithNext=1,
        )
    return styles
