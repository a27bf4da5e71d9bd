"""`/credentials/oauth`: accounts at providers connected by a browser, and taken back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from luban.api.auditing import tell_audit
from luban.api.caller import Owner, TheCaller, TheHouse, needs
from luban.api.public_address import callback_of
from luban.api.signing_in import base_of
from luban.model.errors import LubanError
from luban.model.provider_views import ConnectedView, ConnectView, DeviceView, RevokedView
from luban.ports.providers import App
from luban.services.asked_grants import SECONDS
from luban.services.connecting import Returned, Started, Wanted

router = APIRouter(tags=["credentials"])

BROWSER = "luban_connecting"
_PATH = "/api/v1/credentials/oauth"
_PAGE = "/credentials"

State = Annotated[str, Path(min_length=1, max_length=200)]
Answer = Annotated[str, Query(max_length=10_000)]


class NewConnection(BaseModel):
    """What is to be connected. With `credential_id`, scopes are added to that one.

    Without `scopes`, the usual ones are asked for. `client_id` and `client_secret` stand for an app
    of one's own. `elsewhere` says that the address is opened in another browser than this one.
    """

    provider: str = Field(min_length=1, max_length=100)
    name: str = Field(default="", max_length=100)
    scopes: list[str] | None = Field(default=None, max_length=100)
    credential_id: str | None = Field(default=None, max_length=100)
    client_id: str = Field(default="", max_length=1000)
    client_secret: SecretStr = Field(default=SecretStr(""), max_length=10_000)
    elsewhere: bool = False


@router.post("/credentials/oauth/start", dependencies=[needs("credential.write")])
async def start_connecting(
    request: Request,
    response: Response,
    house: TheHouse,
    caller: TheCaller,
    new: NewConnection,
) -> ConnectView:
    """Begins to connect an account; send the person to `url`."""
    started = await house.connecting.start(caller, _wanted(request, new))
    return handed_over(request, response, started, elsewhere=new.elsewhere)


@router.post("/credentials/oauth/device", dependencies=[needs("credential.write")])
async def start_connecting_device(
    request: Request, house: TheHouse, caller: TheCaller, new: NewConnection
) -> DeviceView:
    """Begins to connect an account without a browser here: the person enters a code elsewhere."""
    started = await house.connecting.start_on_device(caller, _wanted(request, new))
    return DeviceView(**started._asdict())


@router.get(
    "/credentials/oauth/callback",
    dependencies=[needs("credential.write")],
    status_code=302,
    response_class=RedirectResponse,
)
async def finish_connecting(
    request: Request,
    house: TheHouse,
    caller: TheCaller,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Answer = "",
    error: Answer = "",
    error_description: Answer = "",
    iss: Answer = "",
) -> Response:
    """Where providers send people back to; ends on the page of credentials."""
    returned = Returned(
        state=state,
        code=code,
        error=error,
        description=error_description,
        issuer=iss,
        browser=request.cookies.get(BROWSER, ""),
    )
    try:
        credential = await house.connecting.finish(caller, returned)
        told = {"connected": credential.id}
        tell_audit(request, resource_id=credential.id, provider=credential.provider)
    except LubanError as failure:
        told = {"failed": failure.code, "state": state}
        tell_audit(request, outcome="failed", code=failure.code)
    answer = RedirectResponse(f"{_PAGE}?{urlencode(told)}", 302)
    answer.delete_cookie(BROWSER, path=_PATH)
    return answer


@router.get("/credentials/oauth/{state}", dependencies=[needs("credential.write")])
async def get_connecting(house: TheHouse, caller: TheCaller, state: State) -> ConnectedView:
    """How it went, for ten minutes."""
    outcome = await house.connecting.outcome(caller, state)
    error = dict(outcome.error) if outcome.error else None
    return ConnectedView(credential_id=outcome.credential_id, error=error)


@router.get(
    "/credentials/oauth/{state}/go",
    dependencies=[needs("credential.write")],
    status_code=302,
    response_class=RedirectResponse,
)
async def go_connecting(
    request: Request, house: TheHouse, caller: TheCaller, state: State
) -> Response:
    """Sends the browser that opens it to the provider; the answer is taken from that one only."""
    started = await house.connecting.go(caller, state)
    answer = RedirectResponse(started.url, 302)
    _mark(request, answer, started.browser)
    return answer


@router.post("/credentials/{credential_id}/revoke", dependencies=[needs("credential.write")])
async def revoke_credential(
    house: TheHouse, owner: Owner, credential_id: Annotated[str, Path(max_length=100)]
) -> RevokedView:
    """Takes a connected account back at its provider, and forgets its tokens here."""
    there = await house.connecting.revoke(owner, credential_id)
    return RevokedView(credential_id=credential_id, there=there)


def handed_over(
    request: Request, response: Response, started: Started, *, elsewhere: bool
) -> ConnectView:
    """Where to send the person, and the mark of the browser that may bring the answer."""
    if elsewhere:
        url = f"{base_of(request)}{_PATH}/{started.state}/go"
        return ConnectView(url=url, state=started.state)
    _mark(request, response, started.browser)
    return ConnectView(url=started.url, state=started.state)


def _wanted(request: Request, new: NewConnection) -> Wanted:
    app = None
    if new.client_id:
        secret = new.client_secret.get_secret_value()
        app = App(client_id=new.client_id, client_secret=secret)
    return Wanted(
        provider=new.provider,
        name=new.name,
        scopes=None if new.scopes is None else tuple(new.scopes),
        credential_id=new.credential_id,
        app=app,
        redirect=callback_of(request),
        elsewhere=new.elsewhere,
    )


def _mark(request: Request, response: Response, browser: str) -> None:
    """The provider's way back is a navigation from another site, which `lax` lets the cookie go."""
    response.set_cookie(
        BROWSER,
        browser,
        max_age=int(SECONDS),
        path=_PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
