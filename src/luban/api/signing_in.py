"""The cookie of a session, and what an answer says when somebody came in."""

from __future__ import annotations

from fastapi import Request, Response

from luban.api.caller import caller_of, house_of
from luban.api.identify import COOKIE, SECURE_COOKIE
from luban.model.people_views import PersonView, SecondView, SignedInView
from luban.ports.people import User
from luban.services.accounts.recognition import Visit
from luban.services.accounts.sign_in import SignedIn


async def welcome(request: Request, response: Response, signed_in: SignedIn) -> SignedInView:
    """Gives the browser its new session and ends the one it came with."""
    if signed_in.second is not None:
        second = SecondView(token=signed_in.second.token, kinds=list(signed_in.second.kinds))
        return SignedInView(user=None, second=second)
    if signed_in.token:
        await house_of(request).accounts.sessions.leave(caller_of(request))
        set_session(request, response, signed_in.token)
    return SignedInView(user=person_view(signed_in.user))


def set_session(request: Request, response: Response, token: str) -> None:
    """Puts the token of `Sessions.begin` where the browser keeps it and no script reads it."""
    secure = _is_secure(request)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        token,
        max_age=int(house_of(request).accounts.sessions.longest),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop_session(request: Request, response: Response) -> None:
    secure = _is_secure(request)
    name = SECURE_COOKIE if secure else COOKIE
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def visit_of(request: Request) -> Visit:
    """Where a request comes from, and with which program it was made."""
    caller = caller_of(request)
    return Visit(caller.address, caller.agent)


def base_of(request: Request) -> str:
    """What links begin with: the setting, or else how the server was reached."""
    policy = house_of(request).accounts.policy
    return policy.public_url or f"{request.url.scheme}://{request.url.netloc}"


def person_view(user: User) -> PersonView:
    return PersonView(id=user.id, name=user.name or user.email, email=user.email)


def _is_secure(request: Request) -> bool:
    return request.scope["scheme"] == "https"
