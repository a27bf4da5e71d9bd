"""Proposals as rows."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.ports.proposals import Proposal
from luban.ports.stores import Page, Slice
from luban.storage.sql.database import Database, Record, find

ADD = """
insert into proposals (owner, id, agent, data, created_at, updated_at)
values (:owner, :id, :agent, :data, :created_at, :updated_at)
on conflict (owner, id) do nothing"""
CHANGE = """
update proposals set agent = :agent, data = :data, updated_at = :updated_at
where owner = :owner and id = :id and updated_at = :seen"""
FIND = "select data from proposals where owner = :owner and id = :id"
OF_OWNER = "from proposals where owner = :owner"
OF_AGENT = " and agent = :agent"
ORDER = "order by id desc limit :limit offset :offset"


class SqlProposalStore:
    """`ProposalStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, proposal: Proposal) -> bool:
        values = {**_columns(proposal), "created_at": proposal.created_at}
        async with self._database.transaction() as session:
            return await session.execute(ADD, **values) == 1

    async def change(self, proposal: Proposal, *, seen: float) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(CHANGE, **_columns(proposal), seen=seen) == 1

    async def find(self, owner: str, proposal_id: str) -> Proposal | None:
        row = await find(self._database, FIND, owner=owner, id=proposal_id)
        return _proposal(row) if row else None

    async def list(self, owner: str, part: Slice, *, agent: str = "") -> Page[Proposal]:
        where, values = OF_OWNER, {"owner": owner}
        if agent:
            where, values["agent"] = where + OF_AGENT, agent
        rows, total = await self._database.page(
            f"select data {where} {ORDER}",
            f"select count(*) as total {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_proposal(row) for row in rows], total)


def _columns(proposal: Proposal) -> dict[str, Any]:
    return {
        "owner": proposal.owner,
        "id": proposal.id,
        "agent": proposal.agent,
        "data": encode(proposal.model_dump(mode="json")),
        "updated_at": proposal.updated_at,
    }


def _proposal(row: Record) -> Proposal:
    return Proposal.model_validate(decode(row["data"]))
