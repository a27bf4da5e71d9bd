"""What a scripted model says: replies that match requests, with the faults real services show."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from luban.llm.scripted.asked import Asked

_PIECE = 8


class ReplyCall(BaseModel):
    """A tool that the model calls.

    `written` takes the place of the arguments as they would be written, to be no JSON. `pieces` is
    in how many a stream sends them; with 1 the whole call comes in one, as some servers send it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    arguments: dict[str, Any] = {}
    written: str | None = None
    id: str = ""
    pieces: int = Field(default=3, ge=1)

    @property
    def sent(self) -> str:
        """The arguments on the wire."""
        if self.written is not None:
            return self.written
        return json.dumps(self.arguments, ensure_ascii=False)

    def in_pieces(self) -> list[str]:
        """The arguments as a stream sends them."""
        size = max(1, -(-len(self.sent) // self.pieces))
        return [self.sent[at : at + size] for at in range(0, len(self.sent), size)] or [""]


class Reply(BaseModel):
    """One answer, for the requests that fit, at most `times` times.

    A request fits when some text of it holds `when`, its last turn holds `after`, it asks `model`,
    and it offers the tool `offers`. The faults: `status` and `retry_after` answer with an error;
    `delay` waits before answering; `empty_parts` adds pieces without text; `malformed_after`,
    `stall_after` and `cut_after` strike after that many pieces of a stream (without a stream,
    `malformed_after` and `cut_after` strike in the middle of the body, `stall_after` before it).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: str = ""
    after: str = ""
    model: str = ""
    offers: str = ""
    times: int | None = Field(default=None, ge=1)
    text: str = ""
    data: Any = None
    pieces: tuple[str, ...] = ()
    reasoning: str = ""
    calls: tuple[ReplyCall, ...] = ()
    vectors: tuple[tuple[float, ...], ...] = ()
    images: tuple[str, ...] = ()
    """Pictures in base64; without any, a request for one gets a single dot."""
    usage: tuple[int, int] | None = None
    hide_usage: bool = False
    finish: str | None = "stop"
    delay: float = Field(default=0, ge=0)
    gap: float = Field(default=0, ge=0)
    """Seconds between the pieces of a stream."""
    status: int = Field(default=200, ge=200, le=599)
    error: str = ""
    retry_after: float | None = None
    empty_parts: bool = False
    malformed_after: int | None = None
    stall_after: int | None = None
    cut_after: int | None = None

    @property
    def whole(self) -> str:
        """The answer in one piece."""
        if self.pieces:
            return "".join(self.pieces)
        return self.text if self.data is None else json.dumps(self.data, ensure_ascii=False)

    def in_pieces(self) -> tuple[str, ...]:
        """The answer as a stream sends it: as scripted, else eight letters at a time."""
        whole = self.whole
        cut = tuple(whole[at : at + _PIECE] for at in range(0, len(whole), _PIECE))
        return self.pieces or cut

    def named_calls(self) -> list[tuple[str, ReplyCall]]:
        """The calls with an id each."""
        return [(call.id or f"call_{n}", call) for n, call in enumerate(self.calls, 1)]

    def counted(self, asked: Asked) -> tuple[int, int]:
        """Model tokens in and out as scripted, else characters divided by four."""
        given = len(self.whole) + sum(len(call.sent) for call in self.calls)
        return self.usage or (max(1, len(asked.said) // 4), max(1, given // 4))


class Script:
    """Replies in order; the first that fits and is not used up answers."""

    def __init__(self, replies: Iterable[Reply]) -> None:
        self._replies = list(replies)
        self._used = [0] * len(self._replies)

    @classmethod
    def read(cls, path: Path) -> Script:
        """A JSON file: a list of replies. Raises pydantic's `ValidationError`."""
        return cls(TypeAdapter(list[Reply]).validate_json(path.read_bytes()))

    def reply_to(self, asked: Asked) -> Reply:
        """The reply to a request; an error that says so when none fits."""
        for index, reply in enumerate(self._replies):
            spent = reply.times is not None and self._used[index] >= reply.times
            if not spent and _fits(reply, asked):
                self._used[index] += 1
                return reply
        return Reply(status=400, error=f"no reply in the script fits: {asked.said[-200:]}")


def _fits(reply: Reply, asked: Asked) -> bool:
    return (
        reply.when in asked.said
        and reply.after in asked.last
        and reply.model in ("", asked.model)
        and (not reply.offers or reply.offers in asked.tools)
    )
