"""The events by which a response is streamed, numbered in their order."""

from __future__ import annotations

from typing import Any

from luban.api.openai_door.route import data

Tree = dict[str, Any]


class ResponseEvents:
    """One message with one text, as it is written."""

    def __init__(self, response_id: str) -> None:
        self._item = response_id.replace("resp_", "msg_", 1)
        self._number = -1
        self.text = ""

    def said(self, kind: str, **more: Any) -> bytes:
        self._number += 1
        return data({"type": kind, "sequence_number": self._number, **more}, kind)

    def opened(self) -> list[bytes]:
        return [
            self.said(
                "response.output_item.added",
                output_index=0,
                item={**self.item("in_progress"), "content": []},
            ),
            self.said("response.content_part.added", **self._place(), part=_part("")),
        ]

    def delta(self, text: str) -> bytes:
        self.text += text
        return self.said("response.output_text.delta", **self._place(), delta=text, logprobs=[])

    def closed(self) -> list[bytes]:
        text = self.text
        return [
            self.said("response.output_text.done", **self._place(), text=text, logprobs=[]),
            self.said("response.content_part.done", **self._place(), part=_part(text)),
            self.said(
                "response.output_item.done", output_index=0, item=self.item("completed", text)
            ),
        ]

    def item(self, status: str, text: str = "") -> Tree:
        """The message of the response."""
        return {
            "id": self._item,
            "type": "message",
            "role": "assistant",
            "status": status,
            "content": [_part(text)],
        }

    def _place(self) -> Tree:
        return {"item_id": self._item, "output_index": 0, "content_index": 0}


def _part(text: str) -> Tree:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
