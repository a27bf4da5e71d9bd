"""What a scripted model says: replies that match requests, with the faults real services show."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Reply(BaseModel):
    """One answer, for the requests that fit `when` and `model`, at most `times` times.

    `when` is a text that some message must hold. The faults: `status` and `retry_after` answer
    with an error; `delay` waits before answering; `empty_parts` adds pieces without text;
    `malformed_after`, `stall_after` and `cut_after` strike after that many pieces of a stream
    (without a stream, `malformed_after` and `cut_after` strike in the middle of the body, and
    `stall_after` before it).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: str = ""
    model: str = ""
    times: int | None = Field(default=None, ge=1)
    text: str = ""
    data: Any = None
    pieces: tuple[str, ...] = ()
    usage: tuple[int, int] | None = None
    hide_usage: bool = False
    finish: str | None = "stop"
    delay: float = Field(default=0, ge=0)
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
        return self.pieces or tuple(whole[at : at + 8] for at in range(0, len(whole), 8))

    def counted(self, messages: list[Any]) -> dict[str, int]:
        """Model tokens as scripted, else characters divided by four."""
        asked = sum(len(str(message)) for message in messages) // 4
        taken, given = self.usage or (max(1, asked), max(1, len(self.whole) // 4))
        return {
            "prompt_tokens": taken,
            "completion_tokens": given,
            "total_tokens": taken + given,
        }


class Script:
    """Replies in order; the first that fits and is not used up answers."""

    def __init__(self, replies: Iterable[Reply]) -> None:
        self._replies = list(replies)
        self._used = [0] * len(self._replies)

    @classmethod
    def read(cls, path: Path) -> Script:
        """A JSON file: a list of replies. Raises pydantic's `ValidationError`."""
        return cls(TypeAdapter(list[Reply]).validate_json(path.read_bytes()))

    def reply_to(self, request: dict[str, Any]) -> Reply:
        """The reply for a request's body; an error that says so when none fits."""
        said = "\n".join(str(message.get("content", "")) for message in request["messages"])
        for index, reply in enumerate(self._replies):
            spent = reply.times is not None and self._used[index] >= reply.times
            fits = reply.when in said and reply.model in ("", request.get("model"))
            if fits and not spent:
                self._used[index] += 1
                return reply
        return Reply(status=400, error=f"no reply in the script fits: {said[-200:]}")
