"""PDF files opened, put together and taken apart; runs in the process for documents only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from luban.blocks.media.refused import Refused


def opened(path: str, password: str) -> Any:
    """A reader of the PDF. Raises `Refused`."""
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import PdfReadError

    with Path(path).open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise Refused("not_a_pdf")
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and reader.decrypt(password) == PasswordType.NOT_DECRYPTED:
            raise Refused("wrong_password" if password else "password_needed")
        len(reader.pages)
    except PdfReadError as error:
        raise Refused("unreadable_document", cause=str(error)[:200]) from error
    return reader


def chosen(spans: list[list[int]], count: int, most: int) -> list[int]:
    """Numbers of pages from 1, of a document with `count`. Raises `Refused`."""
    pages: list[int] = []
    for first, last in spans:
        begin, end = first or count, last or count
        beyond = max(begin, end) > count and (first, last) != (1, 0)
        if beyond:
            raise Refused("no_such_page", count=count, wanted=max(begin, end))
        pages.extend(range(begin, end + 1))
        if len(pages) > most:
            raise Refused("too_many_pages", wanted=len(pages), most=most)
    return pages


def combine(order: dict[str, Any]) -> dict[str, Any]:
    """One file of the named pages of several."""
    from pypdf import PdfWriter

    writer, left = PdfWriter(), order["most"]
    for part in order["parts"]:
        try:
            reader = opened(part["path"], order["password"])
            pages = chosen(order["pages"], len(reader.pages), left)
        except Refused as refused:
            refused.values["name"] = part["name"]
            raise
        left -= len(pages)
        for number in pages:
            _add(writer, reader.pages[number - 1], order["turn"])
    if order["title"]:
        writer.add_metadata({"/Title": order["title"]})
    return {"count": len(writer.pages), "size": _written(writer, order["target"], order)}


def split(order: dict[str, Any]) -> dict[str, Any]:
    """A file for each part; each has the pages it was made of."""
    from pypdf import PdfWriter

    reader = opened(order["path"], order["password"])
    count = len(reader.pages)
    every = chosen(order["pages"], count, order["most"])
    if order["each"]:
        parts = [every[at : at + order["each"]] for at in range(0, len(every), order["each"])]
    else:
        parts = [chosen([span], count, order["most"]) for span in order["pages"]]
    made: list[list[int]] = []
    for place, pages in enumerate(parts):
        writer = PdfWriter()
        for number in pages:
            _add(writer, reader.pages[number - 1], 0)
        _written(writer, str(Path(order["target"]) / f"{place}.pdf"), order)
        made.append(pages)
    return {"parts": made, "count": count}


def _add(writer: Any, page: Any, turn: int) -> None:
    added = writer.add_page(page)
    if turn:
        added.rotate(turn)


def _written(writer: Any, target: str, order: dict[str, Any]) -> int:
    writer.metadata = {**(writer.metadata or {}), "/Producer": "Luban"}
    if order.get("lock"):
        writer.encrypt(order["lock"], algorithm="AES-256")
    with Path(target).open("wb") as file:
        writer.write(file)
    return Path(target).stat().st_size
