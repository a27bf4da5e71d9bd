"""Questions that runs ask people, through the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.client.transport import Transport
from luban.model.views import ApprovalView, PageView


class Approvals:
    """The open questions of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, *, page: int = 1, page_size: int = 50) -> PageView[ApprovalView]:
        """Those of the newest run first."""
        return await self._transport.ask(
            PageView[ApprovalView],
            "GET",
            "/approvals",
            params={"page": page, "page_size": page_size},
        )

    async def answer(
        self,
        question_id: str,
        choice: str,
        *,
        comment: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> ApprovalView:
        """Answers a question, once; gives back the question as it was."""
        return await self._transport.ask(
            ApprovalView,
            "POST",
            f"/approvals/{question_id}",
            json={"choice": choice, "comment": comment, "values": dict(values or {})},
        )
