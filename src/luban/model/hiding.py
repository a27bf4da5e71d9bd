"""Secret values in whatever is told to others: found in all their shapes, and replaced."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import quote, quote_plus

import orjson

MASK = "•••"
SHORTEST = 4
"""Shorter values are no secrets worth hiding, and hiding them would leave nothing readable."""
_LINE = 16
"""Lines and parts of a long secret, such as a private key, are hidden too from this length on."""
_BASE64 = 8


class Hidden:
    """Values to hide, and their shapes: in JSON, addresses, HTML, base64 and hexadecimal digits."""

    __slots__ = ("_bytes", "_texts", "_values", "longest")

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[str] = set()
        self._texts: list[str] = []
        self._bytes: list[bytes] = []
        self.longest = 0
        self.add(values)

    def add(self, values: Iterable[str]) -> None:
        new = {value for value in values if len(value) >= SHORTEST} - self._values
        if not new:
            return
        self._values |= new
        found = {shape for value in self._values for shape in shapes(value)}
        # The longest first, or a part of one would be replaced and leave the rest.
        self._texts = sorted(found, key=lambda shape: (-len(shape), shape))
        self._bytes = [shape.encode() for shape in self._texts]
        self.longest = len(self._texts[0])

    def __bool__(self) -> bool:
        return bool(self._texts)

    @property
    def shapes(self) -> list[str]:
        return list(self._texts)

    def in_text(self, text: str) -> bool:
        return any(shape in text for shape in self._texts)

    def in_bytes(self, content: bytes) -> bool:
        return any(shape in content for shape in self._bytes)

    def text(self, text: str) -> str:
        """The text without them; the same object if it holds none."""
        for shape in self._texts:
            if shape in text:
                text = text.replace(shape, MASK)
        return text

    def bytes(self, content: bytes) -> bytes:
        """As `text`, for the contents of a file."""
        mask = MASK.encode()
        for shape in self._bytes:
            if shape in content:
                content = content.replace(shape, mask)
        return content

    def value(self, value: Any) -> Any:
        """Plain data without them, as keys neither; the same object if it holds none."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return MASK if str(value) in self._values else value
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            told = cast("dict[str, Any]", value)
            return {self.text(str(name)): self.value(item) for name, item in told.items()}
        return value

    def json(self, content: bytes) -> bytes:
        """JSON without them; the same object if it holds none."""
        if not self.in_bytes(content):
            return content
        return orjson.dumps(self.value(orjson.loads(content)))


class HiddenStream:
    """Text that comes in pieces: what may be the beginning of a secret is held back."""

    __slots__ = ("_hidden", "_kept")

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden
        self._kept = ""

    def feed(self, piece: str) -> str:
        """What may be told now."""
        text = self._hidden.text(self._kept + piece)
        keep = self._begun(text)
        self._kept = text[len(text) - keep :] if keep else ""
        return text[: len(text) - keep]

    def _begun(self, text: str) -> int:
        """How many letters at the end are the beginning of a shape."""
        most = min(len(text), self._hidden.longest - 1)
        for size in range(most, 0, -1):
            end = text[-size:]
            if any(shape.startswith(end) for shape in self._hidden.shapes):
                return size
        return 0


def shapes(value: str) -> set[str]:
    """A value as it is, and as others write it."""
    found: set[str] = set()
    for part in _parts(value):
        raw = part.encode("utf-8", "surrogatepass")
        found |= {
            part,
            json.dumps(part)[1:-1],
            json.dumps(part, ensure_ascii=False)[1:-1],
            repr(part)[1:-1],
            quote(part, safe=""),
            quote(part),
            quote_plus(part),
            html.escape(part),
            raw.hex(),
            raw.hex().upper(),
            *_in_base64(raw),
        }
    return {shape for shape in found if len(shape) >= SHORTEST}


def _parts(value: str) -> set[str]:
    """The value, and what of a long one would be a secret alone: its lines, the texts in it."""
    parts = {value, value.strip()}
    lines = value.splitlines()
    if len(lines) > 1:
        parts |= {line.strip() for line in lines if len(line.strip()) >= _LINE}
    if value.lstrip().startswith("{"):
        try:
            told = orjson.loads(value)
        except orjson.JSONDecodeError:
            return parts
        for text in cast("dict[str, Any]", told).values():
            if isinstance(text, str) and "PRIVATE KEY" in text:
                parts |= _parts(text)
    return {part for part in parts if len(part) >= SHORTEST}


def _in_base64(raw: bytes) -> set[str]:
    """What base64 has of these bytes wherever they stand in what is encoded, in both alphabets.

    The first and last letters depend on the neighbours, and are left out.
    """
    found: set[str] = set()
    if len(raw) < _BASE64:
        return {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).rstrip(b"=").decode()
        begin = (0, 2, 3)[shift]
        end = len(encoded) - (1 if (len(raw) + shift) % 3 else 0)
        core = encoded[begin:end]
        found |= {core, core.replace("+", "-").replace("/", "_")}
    return found
