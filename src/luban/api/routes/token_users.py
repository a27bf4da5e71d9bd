"""`/auth/user` and `/protected-endpoint`: for programs with a bearer token of another house."""

from __future__ import annotations

from fastapi import APIRouter

from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.routes.users import user_view
from luban.model.people_views import UserView
from luban.model.proof_views import GreetingView

router = APIRouter(tags=["auth"])


@router.post("/auth/user", dependencies=[needs("self")])
async def get_token_user(house: TheHouse, caller: TheCaller) -> UserView:
    """The account of the token; it is made when somebody first comes with one."""
    return user_view(await house.accounts.sign_in.account(caller))


@router.get("/protected-endpoint", dependencies=[needs("self")])
async def greet(caller: TheCaller) -> GreetingView:
    """Shows that a token is right."""
    return GreetingView(message=f"Hello, {caller.email or caller.user}!")
