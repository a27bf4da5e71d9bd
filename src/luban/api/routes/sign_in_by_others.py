"""`/auth/providers` and `/me/identities`: signing in by another house, and what is linked to it."""

from __future__ import annotations

import logging
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from luban.api.auditing import tell_audit
from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.errors import request_id_of
from luban.api.signing_in import base_of, visit_of, welcome
from luban.model.access import Caller
from luban.model.errors import LubanError, NotFound
from luban.model.proof_views import IdentityView
from luban.model.views import ItemsView, moment
from luban.services.accounts.sign_in_by_others import MINUTES, Returned, local_path, new_browser
from luban.services.accounts.web_address import parts_of
from luban.services.house import House

log = logging.getLogger(__name__)

router = APIRouter(tags=["sign-in by others"])

_COOKIE, _SECURE_COOKIE = "luban_away", "__Host-luban_away"
"""The secret of a browser that is on its way to a provider."""
_REDIRECT: dict[int | str, Any] = {302: {"description": "On to the next page."}}
_INVITATION = "/invitations/"
_ACCOUNT = "/settings/account"
"""Where who is signed in came from, when even that is not known any more."""


class NoAdministratorYet(LubanError):
    """Nobody has an account yet, and the first one is for whoever started the server."""

    code = "no_administrator_yet"
    status = 409
    en = "This server has no administrator yet. Make that account first, then sign in again."
    zh = "此服务器还没有管理员。请先创建管理员账户，然后重新登录。"


@router.get(
    "/auth/providers/{provider_id}/start",
    dependencies=[needs("public")],
    response_class=RedirectResponse,
    status_code=302,
    responses=_REDIRECT,
)
async def start_sign_in(
    house: TheHouse,
    request: Request,
    caller: TheCaller,
    provider_id: str,
    back: Annotated[str, Query(max_length=2000)] = "/",
) -> Response:
    """On to the provider. Who is signed in and comes from a page of ours links the account.

    `back` is where the browser goes in the end: a path here. What goes wrong is told there, or on
    the sign-in page, as `?error=` with the error's code.
    """
    browser = _browser_of(request) or new_browser()
    redirect = f"{base_of(request)}/api/v1/auth/providers/{provider_id}/callback"
    user = caller.user if _links(request, caller) else ""
    try:
        if user:
            await house.accounts.sessions.require_person(caller)
        url = await house.proofs.others.start(provider_id, redirect, back, browser, user)
    except NotFound:
        raise
    except LubanError as error:
        return _lost(request, error, user, back)
    response = RedirectResponse(url, status_code=302)
    secure = request.url.scheme == "https"
    response.set_cookie(
        _SECURE_COOKIE if secure else _COOKIE,
        browser,
        max_age=MINUTES * 60,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(
    "/auth/providers/{provider_id}/callback",
    dependencies=[needs("public")],
    response_class=RedirectResponse,
    status_code=302,
    responses=_REDIRECT,
)
async def finish_sign_in(
    house: TheHouse, request: Request, caller: TheCaller, provider_id: str
) -> Response:
    """Where the provider sends the browser back to: signs in, or links the account."""
    user = caller.user if caller.by == "session" else ""
    back = ""
    try:
        returned = await house.proofs.others.finish(
            provider_id, _answer(request), _browser_of(request), user
        )
        back = returned.back
        if returned.user:
            await _link(house, request, returned)
            return _on(request, back)
        return await _come_in(house, request, returned)
    except NotFound:
        raise
    except LubanError as error:
        return _lost(request, error, user, back)


@router.get("/me/identities", dependencies=[needs("self")])
async def list_my_identities(house: TheHouse, caller: TheCaller) -> ItemsView[IdentityView]:
    """The accounts of other houses that one may sign in with."""
    proofs = house.proofs
    return ItemsView(
        items=[
            IdentityView(
                issuer=each.issuer,
                subject=each.subject,
                title=proofs.title_of(each.issuer),
                email=each.email,
                created_at=moment(each.created_at),
            )
            for each in await proofs.joining.identities(caller.user)
        ]
    )


@router.delete("/me/identities/{identity:path}", dependencies=[needs("self")], status_code=204)
async def delete_my_identity(house: TheHouse, caller: TheCaller, identity: str) -> None:
    """`identity` is the issuer, a slash, and the subject."""
    user = await house.accounts.sign_in.account(caller)
    await house.accounts.sessions.require_person(caller)
    for each in await house.proofs.joining.identities(user.id):
        if _one_slash(f"{each.issuer}/{each.subject}") == _one_slash(identity):
            await house.proofs.joining.unlink(user.id, each.issuer, each.subject)
            house.accounts.letters.changed(user.email, "linked accounts", "关联账户")
            return
    raise NotFound(what="linked account", what_zh="关联账户", name=identity)


async def _come_in(house: House, request: Request, returned: Returned) -> Response:
    if await house.accounts.first.is_needed():
        raise NoAdministratorYet
    back = returned.back
    invitation = back.removeprefix(_INVITATION) if back.startswith(_INVITATION) else ""
    user = await house.proofs.joining.user_of(returned.person, invitation=invitation)
    signed_in = await house.accounts.sign_in.complete(user, visit_of(request))
    tell_audit(request, user=user.id, action="session.begin")
    if signed_in.second is not None:
        second = {"second": signed_in.second.token, "kinds": ",".join(signed_in.second.kinds)}
        # After the `#`, because a browser sends that to nobody.
        return _on(request, f"/sign-in?{urlencode({'back': back})}#{urlencode(second)}")
    response = _on(request, "/" if invitation else back)
    await welcome(request, response, signed_in)
    return response


async def _link(house: House, request: Request, returned: Returned) -> None:
    await house.proofs.joining.link(returned.user, returned.person)
    user = await house.accounts.users.get(returned.user)
    house.accounts.letters.changed(user.email, "linked accounts", "关联账户")
    tell_audit(request, action="identity.create", resource_id=returned.person.issuer)


def _links(request: Request, caller: Caller) -> bool:
    """Another site may not link its visitor's account here to one that it chose.

    Over plain http browsers do not say how a page came to ask, but which one it was.
    """
    headers = request.headers
    site = headers.get("sec-fetch-site")
    if site is None:
        ours = parts_of(headers.get("referer")).netloc == headers.get("host")
    else:
        ours = site == "same-origin"
    return caller.by == "session" and ours


def _answer(request: Request) -> dict[str, str]:
    """What the provider says; a name that comes twice says nothing."""
    given = request.query_params
    return {name: given[name] for name in given if len(given.getlist(name)) == 1}


def _browser_of(request: Request) -> str:
    name = _SECURE_COOKIE if request.url.scheme == "https" else _COOKIE
    return request.cookies.get(name, "")[:200]


def _on(request: Request, path: str) -> RedirectResponse:
    return RedirectResponse(request.scope.get("root_path", "") + path, status_code=302)


def _lost(request: Request, error: LubanError, user: str, back: str) -> RedirectResponse:
    """Back to a page that says what went wrong, by its code: the words stand in the catalogue."""
    tell_audit(request, action="session.refuse", error=error.code)
    log.warning("request %s: nobody came in: %s", request_id_of(request), error)
    told = {"error": error.code}
    if not user:
        return _on(request, f"/sign-in?{urlencode(told | ({'back': back} if back else {}))}")
    path = local_path(back or _ACCOUNT).partition("#")[0]
    return _on(request, f"{path}{'&' if '?' in path else '?'}{urlencode(told)}")


def _one_slash(text: str) -> str:
    """Proxies make one of two slashes."""
    while "//" in text:
        text = text.replace("//", "/")
    return text
