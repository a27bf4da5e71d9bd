"""`/tickets`: opening one connection where no header can be sent, without a long token in it."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.caller import TheCaller, TheHouse, needs
from luban.model.people_views import TicketView
from luban.model.views import moment

router = APIRouter(tags=["tickets"])


@router.post("/tickets", dependencies=[needs("self")], status_code=201)
async def create_ticket(house: TheHouse, caller: TheCaller) -> TicketView:
    """Good once, within a minute, with what the caller may do: `/ws/{user_id}?ticket=…`."""
    ticket, until = await house.accounts.tickets.make(caller)
    return TicketView(ticket=ticket, user_id=caller.user, expires_at=moment(until))
