"""What documents say, as Markdown; runs in the process for documents only."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from luban.blocks.media.office_texts import READERS
from luban.blocks.media.pdf_pages import chosen, opened
from luban.blocks.media.refused import Refused

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_MOST_BYTES = 500_000_000
_MOST_RATIO = 200
_SMALL = 20_000_000
"""Unpacked bytes below which it does not matter how well they were packed."""
_MOST_PARTS = 10_000
_PARTS = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}


def read(order: dict[str, Any]) -> dict[str, Any]:
    """Texts by page, slide or sheet, in `pages`; `kind` is `other` for what is none of these."""
    path = order["path"]
    kind = _kind(path)
    if kind == "other":
        return {"kind": kind}
    if kind == "pdf":
        return _pdf(order)
    texts, metadata = READERS[kind](path)
    numbers = chosen(order["pages"], len(texts), order["most"])
    pages, cut = _within((texts[number - 1] for number in numbers), order["characters"])
    return {
        "kind": kind,
        "pages": pages,
        "numbers": numbers[: len(pages)],
        "count": len(texts),
        "metadata": _plain(metadata),
        "cut": cut,
    }


def _kind(path: str) -> str:
    with Path(path).open("rb") as file:
        head = file.read(1024)
    if head.startswith(_OLD_OFFICE):
        raise Refused("old_document")
    if b"%PDF-" in head:
        return "pdf"
    if not head.startswith(b"PK\x03\x04"):
        return "other"
    with zipfile.ZipFile(path) as parts:
        _check(parts)
        names = set(parts.namelist())
        found = [kind for name, kind in _PARTS.items() if name in names]
        if not found and "mimetype" in names:
            mimetype = parts.read("mimetype")[:100]
            found = ["odt"] if mimetype.startswith(b"application/vnd.oasis.opendocument") else []
    if not found:
        raise Refused("unknown_document")
    return found[0]


def _check(parts: zipfile.ZipFile) -> None:
    """Looks at the list of contents only; and at the head of each, where entities would stand."""
    infos = parts.infolist()
    size = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos) or 1
    bomb = size > _SMALL and size / packed > _MOST_RATIO
    if size > _MOST_BYTES or len(infos) > _MOST_PARTS or bomb:
        raise Refused("unpacks_too_large")
    for info in infos:
        if info.filename.endswith((".xml", ".rels")):
            with parts.open(info) as part:
                head = part.read(4096)
            if b"<!ENTITY" in head or b"<!DOCTYPE" in head:
                raise Refused("unreadable_document", cause="it declares entities")


def _pdf(order: dict[str, Any]) -> dict[str, Any]:
    reader = opened(order["path"], order["password"])
    numbers = chosen(order["pages"], len(reader.pages), order["most"])
    mode = {"extraction_mode": "layout"} if order["layout"] else {}
    texts = (reader.pages[number - 1].extract_text(**mode).strip() for number in numbers)
    pages, cut = _within(texts, order["characters"])
    told = reader.metadata or {}
    names = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer")
    metadata = {name.lower(): told.get(f"/{name}") for name in names}
    for name, date in (("created", "creation_date"), ("changed", "modification_date")):
        try:
            metadata[name] = getattr(told, date, None)
        except ValueError:  # a date that is none
            metadata[name] = None
    return {
        "kind": "pdf",
        "pages": pages,
        "numbers": numbers[: len(pages)],
        "count": len(reader.pages),
        "metadata": _plain(metadata),
        "cut": cut,
    }


def _within(texts: Iterator[str], most: int) -> tuple[list[str], bool]:
    """The texts up to so many characters, and whether some were left out."""
    kept: list[str] = []
    left = most
    for text in texts:
        # Halves of letters, which broken fonts give, are no text that can be sent on.
        whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
        kept.append(whole[:left])
        if len(whole) > left:
            return kept, True
        left -= len(whole)
    return kept, False


def _plain(metadata: dict[str, Any]) -> dict[str, str]:
    plain = {
        name: value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
        for name, value in metadata.items()
        if value is not None
    }
    kept = {name: value.encode("utf-8", "replace").decode("utf-8") for name, value in plain.items()}
    return {name: value[:1000] for name, value in kept.items() if value}
