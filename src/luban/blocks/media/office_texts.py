"""Word, PowerPoint, Excel and OpenDocument files as Markdown, a text for each slide or sheet."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_HEADING = re.compile(r"[Hh]eading ?(\d)|标题 ?(\d)")
_MOST_CELLS = 2_000_000
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"

Texts = tuple[list[str], dict[str, Any]]


def table(rows: Iterable[Iterable[Any]]) -> str:
    """Rows as a table of Markdown; the first is its head."""
    cells = [[_cell(value) for value in row] for row in rows]
    cells = [row for row in cells if any(row)]
    width = max((len(row) for row in cells), default=0)
    if not width:
        return ""
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in cells]
    return "\n".join([lines[0], f"|{'---|' * width}", *lines[1:]])


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def _docx(path: str) -> Texts:
    from docx import Document
    from docx.table import Table

    document = Document(path)
    parts: list[str] = []
    for piece in document.iter_inner_content():
        if isinstance(piece, Table):
            parts.append(table([cell.text for cell in row.cells] for row in piece.rows))
        else:
            parts.append(_paragraph(piece))
    return [_joined(parts)], _core(path, document.core_properties)


def _paragraph(paragraph: Any) -> str:
    text: str = paragraph.text.strip()
    # The name is the program's, the id stands where the file does not define the style.
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if style in ("", "Normal"):
        style = paragraph._p.style or style
    heading = _HEADING.match(style)
    if heading and text:
        return f"{'#' * min(int(heading[1] or heading[2]), 6)} {text}"
    if style == "Title" and text:
        return f"# {text}"
    if style.startswith("List") and text:
        return f"{'1.' if 'Number' in style else '-'} {text}"
    return text


def _pptx(path: str) -> Texts:
    from pptx import Presentation

    deck = Presentation(path)
    return [_slide(slide) for slide in deck.slides], _core(path, deck.core_properties)


def _slide(slide: Any) -> str:
    title = slide.shapes.title
    parts = [f"## {title.text_frame.text.strip()}"] if title is not None else []
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            lines = [each.text.strip() for each in shape.text_frame.paragraphs]
            parts.append("\n".join(f"- {line}" for line in lines if line))
        elif getattr(shape, "has_table", False):
            parts.append(table([cell.text for cell in row.cells] for row in shape.table.rows))
    if slide.has_notes_slide:
        frame = slide.notes_slide.notes_text_frame
        notes = frame.text.strip() if frame is not None else ""
        parts.append("\n".join(f"> {line}" for line in notes.splitlines()))
    return _joined(parts)


def _shapes(shapes: Any) -> Iterable[Any]:
    """All of them, also those in groups."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _xlsx(path: str) -> Texts:
    import openpyxl

    with Path(path).open("rb") as file:  # a name must end in .xlsx, an open file need not
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        return _sheets(book), _core(path, book.properties)


def _sheets(book: Any) -> list[str]:
    left = _MOST_CELLS
    texts: list[str] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows: list[list[Any]] = []
        for row in sheet.iter_rows(values_only=True):
            line = list(row)
            while line and line[-1] is None:
                line.pop()
            left -= len(row)
            if left < 0:
                break
            rows.append(line)
        texts.append(_joined([f"## {sheet.title}", table(rows)]))
    return texts


def _odt(path: str) -> Texts:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(path) as parts:
        root = fromstring(parts.read("content.xml"))
        meta = fromstring(parts.read("meta.xml")) if "meta.xml" in parts.namelist() else None
    body = root.find(f"{_OFFICE}body")
    content = next(iter(body)) if body is not None and len(body) else root
    metadata: dict[str, Any] = {}
    for each in meta.iter() if meta is not None else ():
        name = each.tag.rpartition("}")[2]
        if name in ("title", "subject", "creator") and each.text:
            metadata["author" if name == "creator" else name] = each.text
    kind = content.tag.rpartition("}")[2]
    if kind == "spreadsheet":
        sheets = content.findall(f"{_TABLE}table")
        return [_joined([f"## {s.get(f'{_TABLE}name')}", _open_table(s)]) for s in sheets], metadata
    if kind == "presentation":
        return [_joined(_open_parts(page)) for page in content.findall(f"{_DRAW}page")], metadata
    return [_joined(_open_parts(content))], metadata


def _open_parts(parent: Any, mark: str = "") -> list[str]:
    """Paragraphs, headings, lists and tables in their order."""
    parts: list[str] = []
    for each in parent:
        if each.tag == f"{_TEXT}h":
            level = each.get(f"{_TEXT}outline-level", "1")
            parts.append(f"{'#' * (int(level) if level in '123456' else 6)} {_open_text(each)}")
        elif each.tag == f"{_TEXT}p":
            text = _open_text(each)
            parts.append(f"{mark}{text}" if text else "")
        elif each.tag == f"{_TABLE}table":
            parts.append(_open_table(each))
        elif each.tag == f"{_TEXT}list":
            parts.append("\n".join(filter(None, _open_parts(each, "- "))))
        elif each.tag != f"{_TEXT}tracked-changes":
            parts.extend(_open_parts(each, mark))
    return parts


def _open_text(element: Any) -> str:
    parts = [element.text or ""]
    for each in element:
        if each.tag == f"{_TEXT}s":
            parts.append(" ")
        elif each.tag in (f"{_TEXT}line-break", f"{_TEXT}tab"):
            parts.append("\n" if each.tag.endswith("break") else "\t")
        elif not each.tag.endswith("}annotation"):
            parts.append(_open_text(each))
        parts.append(each.tail or "")
    return "".join(parts).strip("\n")


def _open_table(element: Any) -> str:
    return table(
        ["\n".join(_open_text(p) for p in cell.iter(f"{_TEXT}p")) for cell in row
         if cell.tag.endswith("cell")]
        for row in element.iter(f"{_TABLE}table-row")
    )  # fmt: skip


def _core(path: str, properties: Any) -> dict[str, Any]:
    """What the file says of itself; the libraries make something up where it says nothing."""
    with zipfile.ZipFile(path) as parts:
        if "docProps/core.xml" not in parts.namelist():
            return {}
    names = {"author": ("author", "creator"), "changed": ("modified",)}
    found: dict[str, Any] = {}
    for name in ("title", "author", "subject", "keywords", "created", "changed"):
        for theirs in names.get(name, (name,)):
            if value := getattr(properties, theirs, None):
                found[name] = value
    return found


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part).strip()


READERS: dict[str, Callable[[str], Texts]] = {
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "odt": _odt,
}
