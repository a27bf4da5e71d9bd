"""Texts that are being written right now, as far as they are: for readers who come later."""

from __future__ import annotations

from typing import Any, NamedTuple

_OVER = frozenset({"step_finished", "step_failed"})

Values = dict[str, Any]
Place = tuple[str, int, str]


class Written(NamedTuple):
    """A text so far: who writes it, from which character on it is known, and its pieces."""

    claim: int
    attempt: int
    offset: int
    length: int
    pieces: list[str]

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class LiveTexts:
    """The unfinished texts of runs that somebody holds; nothing of it outlives the process."""

    def __init__(self) -> None:
        self._runs: dict[str, dict[Place, Written]] = {}

    def hold(self, run_id: str) -> None:
        """From now on what is noted of this run is kept."""
        self._runs.setdefault(run_id, {})

    def drop(self, run_id: str) -> None:
        self._runs.pop(run_id, None)

    def note(self, run_id: str, kind: str, values: Values) -> None:
        """Takes in one event of a held run."""
        texts = self._runs.get(run_id)
        if texts is None:
            return
        if kind == "step_delta":
            place = (values["node"], values["iteration"], values["pin"])
            texts[place] = _grown(texts.get(place), values)
        elif kind in _OVER:
            step = (values["node"], values["iteration"])
            for place in [each for each in texts if each[:2] == step]:
                del texts[place]

    def so_far(self, run_id: str) -> list[Values]:
        """Each text as one piece that begins where it is known from."""
        return [
            {
                "node": node,
                "iteration": iteration,
                "pin": pin,
                "text": written.text,
                "offset": written.offset,
                "attempt": written.attempt,
                "claim": written.claim,
            }
            for (node, iteration, pin), written in self._runs.get(run_id, {}).items()
        ]

    def text(self, run_id: str, streams: list[tuple[str, str]]) -> str:
        """What was written last on one of these pins."""
        found = [
            written.text
            for (node, _, pin), written in self._runs.get(run_id, {}).items()
            if (node, pin) in streams
        ]
        return found[-1] if found else ""


def _grown(before: Written | None, values: Values) -> Written:
    claim, attempt = values.get("claim", 0), values.get("attempt", 0)
    text: str = values["text"]
    offset = values.get("offset", 0)
    if before is not None and (before.claim, before.attempt) == (claim, attempt):
        if offset == before.length:
            before.pieces.append(text)
            return before._replace(length=offset + len(text))
        if offset < before.length:
            return before
    return Written(claim, attempt, offset, offset + len(text), [text])
