"""What a file is called and what it is: names made fit to show, types told from the content."""

from __future__ import annotations

import mimetypes
import re
import unicodedata

import puremagic

HEAD = 8192
"""How many first bytes tell a type."""

_LONGEST_NAME = 200
_UNKNOWN = "application/octet-stream"
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_ZIP = b"PK\x03\x04"
_PROGRAMS = {
    b"MZ": "application/x-dosexec",
    b"\x7fELF": "application/x-executable",
    b"\xcf\xfa\xed\xfe": "application/x-mach-o",
    b"\xce\xfa\xed\xfe": "application/x-mach-o",
    b"\xfe\xed\xfa\xcf": "application/x-mach-o",
    b"\xfe\xed\xfa\xce": "application/x-mach-o",
}
"""What an operating system would run: told apart for sure, whatever the name says."""
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_TEXTUAL = re.compile(r"text/.*|application/(json|xml|yaml|javascript|sql|toml)|.*\+(json|xml)")
# Only what Python itself knows: what a system adds differs from machine to machine.
_BY_SUFFIX = mimetypes.MimeTypes(filenames=())
for _suffix, _type in {
    ".csv": "text/csv",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
}.items():
    _BY_SUFFIX.add_type(_type, _suffix)


def display_name(name: str) -> str:
    """The last part of a name without what could deceive a reader; never used as a path.

    Control characters and those that turn the direction of writing are left out.
    """
    last = re.split(r"[\\/]", name)[-1]
    shown = "".join(char for char in last if unicodedata.category(char) not in _HIDDEN).strip(" .")
    if len(shown) > _LONGEST_NAME:
        stem, dot, suffix = shown.rpartition(".")
        kept = f"{dot}{suffix}" if stem and len(suffix) < 20 else ""
        shown = shown[: _LONGEST_NAME - len(kept)] + kept
    return shown or "file"


def tell_type(name: str, head: bytes, declared: str | None) -> str:
    """The media type: what the content shows before what the name or the sender claims.

    Text has no signature, so there the name, and then the sender, choose among kinds of text.
    """
    claims = [kind for kind in (_by_suffix(name), _well_formed(declared)) if kind]
    if not head:
        return claims[0] if claims else "text/plain"
    if _is_text(head):
        textual = [kind for kind in claims if _TEXTUAL.fullmatch(kind)]
        return textual[0] if textual else _by_signature(name, head, at_least=4) or "text/plain"
    for begins, program in _PROGRAMS.items():
        if head.startswith(begins):
            return program
    binary = [kind for kind in claims if not _TEXTUAL.fullmatch(kind)]
    return _by_signature(name, head, at_least=3) or (binary[0] if binary else _UNKNOWN)


def _by_suffix(name: str) -> str | None:
    stem, _, suffix = name.rpartition(".")
    kind, encoding = _BY_SUFFIX.guess_type(f"x.{suffix}") if stem else (None, None)
    return "application/gzip" if encoding == "gzip" else kind


def _well_formed(declared: str | None) -> str | None:
    kind = (declared or "").partition(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) and kind != _UNKNOWN else None


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    for cut in range(4):  # the last character may be cut in two
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _by_signature(name: str, head: bytes, *, at_least: int) -> str | None:
    try:
        matches = puremagic.magic_string(head, name)
    except (puremagic.PureError, ValueError):
        return None
    sure = [match for match in matches if match.mime_type and len(match.byte_match) >= at_least]
    if not sure:
        return None
    best = sure[0]
    if head.startswith(_ZIP) and not name.lower().endswith(best.extension):
        return "application/zip"  # many formats are archives; only the name tells which
    return best.mime_type
