"""A form with one file, read as it arrives: the file's bytes go on without being kept here."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from luban.model.errors import LubanError

FIELD = "file"
_HEADERS_LIMIT = 16 << 10


class BadUpload(LubanError):
    """The body is not a form with a file."""

    code = "invalid_upload"
    status = 422
    en = (
        "The upload cannot be read: {cause}. Send multipart/form-data with the file in the field "
        "`file`."
    )
    zh = "无法读取上传内容：{cause}。请以 multipart/form-data 发送，文件放在 `file` 字段中。"


class Upload(NamedTuple):
    """The file of a form; its content can be read once."""

    name: str
    type: str | None
    content: AsyncIterator[bytes]


class _Part:
    """One field of the form: its headers, then its bytes as they come."""

    def __init__(self) -> None:
        self.headers: dict[str, bytes] = {}
        self.pieces: deque[bytes] = deque()
        self.ready = False
        self.complete = False

    @property
    def options(self) -> dict[bytes, bytes]:
        return parse_options_header(self.headers.get("content-disposition"))[1]

    @property
    def is_file(self) -> bool:
        return self.options.get(b"name") == FIELD.encode()


class _Form:
    """Turns the parser's callbacks into parts; only the file's bytes are kept."""

    def __init__(self, boundary: bytes) -> None:
        self.file: _Part | None = None
        self._part = _Part()
        self._name, self._value, self._header_size = b"", b"", 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._end,
            },
        )

    def write(self, piece: bytes) -> None:
        """Raises `BadUpload`."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BadUpload(cause=str(error)) from error

    def _begin(self) -> None:
        self._part, self._header_size = _Part(), 0

    def _on_name(self, data: bytes, start: int, end: int) -> None:
        self._name += self._limited(data[start:end])

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._limited(data[start:end])

    def _limited(self, piece: bytes) -> bytes:
        self._header_size += len(piece)
        if self._header_size > _HEADERS_LIMIT:
            raise BadUpload(cause="the headers of a field are too long")
        return piece

    def _on_header(self) -> None:
        self._part.headers[self._name.decode("latin-1").lower()] = self._value
        self._name, self._value = b"", b""

    def _on_headers(self) -> None:
        if self._part.is_file and self.file is None:
            self.file = self._part
            self.file.ready = True

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._part is self.file:
            self._part.pieces.append(data[start:end])

    def _end(self) -> None:
        self._part.complete = True


async def read_upload(content_type: str, body: AsyncIterator[bytes]) -> Upload:
    """The form's file, as soon as its headers are there. Raises `BadUpload`."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise BadUpload(cause=f"its type is {content_type or 'not given'}")
    form = _Form(boundary)
    async for piece in body:
        form.write(piece)
        if form.file is not None:
            file = form.file
            return Upload(_name(file), _type(file), _content(form, file, body))
    raise BadUpload(cause="it has no field `file`")


async def _content(form: _Form, file: _Part, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        while file.pieces:
            yield file.pieces.popleft()
        try:
            form.write(await anext(body))
        except StopAsyncIteration:
            break
    if not file.complete:
        raise BadUpload(cause="it broke off before the end of the file")


def _name(file: _Part) -> str:
    """Browsers write the name as UTF-8; others in the extended notation of RFC 8187."""
    disposition = file.headers["content-disposition"].decode("utf-8", errors="replace")
    _, _, extended = disposition.partition("filename*=")
    charset, _, rest = extended.partition("''")
    if rest and charset.strip().lower() == "utf-8":
        quoted = rest.partition(";")[0].strip()
        return unquote_to_bytes(quoted).decode("utf-8", errors="replace")
    name = file.options.get(b"filename", b"").decode("utf-8", errors="replace")
    return name or "file"


def _type(file: _Part) -> str | None:
    declared = file.headers.get("content-type")
    return None if declared is None else declared.decode("latin-1")
