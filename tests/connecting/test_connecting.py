"""Accounts connected by a browser: by whom, once, in time, and what is kept of it."""

from __future__ import annotations

import base64
import json

import pytest

from luban.model.access import Caller
from luban.model.errors import InvalidValue, LubanError, NotFound
from luban.ports.providers import App, GrantEnded
from luban.ports.stores import Slice
from luban.providers.oauth.errors import TokensRefused, TokensUnavailable
from luban.services.asked_grants import AnswerNotYours, AnswerOver
from luban.services.connecting import GrantDenied, Returned, Wanted
from luban.services.credentials import CredentialDraft
from tests.accounts.doubles import HandClock
from tests.connecting.desk import ME, SHE, Desk, github
from tests.providers.oauth_wire import CLIENT, SECRET, OAuthServer
from tests.providers.wire import Service


async def test_an_account_is_connected(desk: Desk, github_server: OAuthServer) -> None:
    credential = await desk.connect(wanted=github("Work", scopes=("repo", "gist")))
    assert credential.owner == ME.team and credential.name == "Work"
    assert credential.scopes == ("repo", "gist") and credential.health == "good"
    assert credential.made_by == ME.user and credential.expires_at is not None
    opened = await desk.credentials.opened(ME.team, credential.id)
    assert github_server.knows(opened.secret["access_token"])
    with pytest.raises(NotFound):
        await desk.credentials.get(SHE.team, credential.id)


async def test_the_usual_scopes_are_asked_for(desk: Desk, github_server: OAuthServer) -> None:
    await desk.connect()
    assert github_server.asked[0]["scope"] == "read:user"


async def test_scopes_are_added_to_those_there_are(desk: Desk, github_server: OAuthServer) -> None:
    first = await desk.connect(wanted=github(scopes=("repo",)))
    more = await desk.connect(wanted=github(scopes=("gist",), credential_id=first.id))
    assert github_server.asked[1]["scope"] == "repo gist"
    assert more.id == first.id and more.scopes == ("repo", "gist")
    page = await desk.credentials.list(ME.team, Slice())
    assert page.total == 1


async def test_what_a_person_did_not_permit_is_not_written_down(
    desk: Desk, github_server: OAuthServer
) -> None:
    github_server.permits = {"gist"}
    credential = await desk.connect(wanted=github(scopes=("repo", "gist")))
    assert credential.scopes == ("gist",)


async def test_an_answer_counts_once(desk: Desk, github_server: OAuthServer) -> None:
    started = await desk.connecting.start(ME, github())
    returned = await desk.returned(started)
    await desk.connecting.finish(ME, returned)
    with pytest.raises(AnswerOver):
        await desk.connecting.finish(ME, returned)
    assert len(github_server.forms) == 1


async def test_an_answer_nobody_asked_for(desk: Desk, github_server: OAuthServer) -> None:
    with pytest.raises(AnswerOver):
        await desk.connecting.finish(ME, Returned(state="made-up", code="abc", browser="x"))
    with pytest.raises(AnswerOver):
        await desk.connecting.finish(ME, Returned(state="", code=""))
    assert github_server.forms == []


async def test_an_answer_that_took_too_long(
    desk: Desk, github_server: OAuthServer, clock: HandClock
) -> None:
    started = await desk.connecting.start(ME, github())
    returned = await desk.returned(started)
    clock.at += 601
    with pytest.raises(AnswerOver):
        await desk.connecting.finish(ME, returned)
    assert github_server.forms == []


@pytest.mark.parametrize(
    ("who", "browser"),
    [
        (SHE, None),  # another user, who was given the address
        (ME._replace(grant="s_9"), None),  # another session of the same user
        (ME, "another browser"),
        (ME, ""),
        (Caller(), None),
    ],
)
async def test_an_answer_counts_only_where_it_was_asked_for(
    desk: Desk, github_server: OAuthServer, who: Caller, browser: str | None
) -> None:
    started = await desk.connecting.start(ME, github())
    returned = await desk.returned(started)
    if browser is not None:
        returned = returned._replace(browser=browser)
    with pytest.raises(AnswerNotYours):
        await desk.connecting.finish(who, returned)
    assert github_server.forms == []
    with pytest.raises(AnswerOver):  # and not a second time by anybody
        await desk.connecting.finish(ME, returned)
    assert (await desk.connecting.outcome(ME, started.state)).error is not None


async def test_how_it_went_can_be_asked(desk: Desk, github_server: OAuthServer) -> None:
    started = await desk.connecting.start(ME, github())
    assert await desk.connecting.outcome(ME, started.state) == (None, None)
    with pytest.raises(AnswerOver):
        await desk.connecting.outcome(SHE, started.state)
    credential = await desk.connecting.finish(ME, await desk.returned(started))
    assert await desk.connecting.outcome(ME, started.state) == (credential.id, None)
    with pytest.raises(AnswerOver):
        await desk.connecting.outcome(SHE, started.state)


async def test_a_person_may_say_no(desk: Desk, github_server: OAuthServer) -> None:
    started = await desk.connecting.start(ME, github())
    said = "The user has denied\r\nyour application access."
    returned = Returned(started.state, "", "access_denied", said, "", started.browser)
    with pytest.raises(GrantDenied, match="denied your application"):
        await desk.connecting.finish(ME, returned)
    outcome = await desk.connecting.outcome(ME, started.state)
    assert outcome.error is not None and outcome.error["code"] == "oauth_denied"
    assert github_server.forms == []


async def test_what_goes_wrong_at_the_provider_is_told_without_secrets(
    desk: Desk, services: Service, github_server: OAuthServer
) -> None:
    started = await desk.connecting.start(ME, github())
    returned = await desk.returned(started)
    said = f"bad {returned.code} {SECRET}"
    services.feel(200, json.dumps({"error": "x", "error_description": said}))
    with pytest.raises(TokensRefused):
        await desk.connecting.finish(ME, returned)
    outcome = await desk.connecting.outcome(ME, started.state)
    assert outcome.error is not None and "•••" in outcome.error["message"]
    assert returned.code not in str(outcome) and SECRET not in str(outcome)


async def test_another_browser_may_go_there_once(desk: Desk, github_server: OAuthServer) -> None:
    started = await desk.connecting.start(ME._replace(by="key"), github(elsewhere=True))
    with pytest.raises(AnswerNotYours):  # nobody went there yet
        await desk.connecting.finish(ME, await desk.returned(started))
    started = await desk.connecting.start(ME._replace(by="key"), github(elsewhere=True))
    gone = await desk.connecting.go(ME, started.state)
    with pytest.raises(AnswerNotYours):
        await desk.connecting.go(ME, started.state)
    started = await desk.connecting.start(ME._replace(by="key"), github(elsewhere=True))
    with pytest.raises(AnswerNotYours):
        await desk.connecting.go(SHE, started.state)
    started = await desk.connecting.start(ME._replace(by="key"), github(elsewhere=True))
    gone = await desk.connecting.go(ME, started.state)
    credential = await desk.connecting.finish(ME, await desk.returned(gone))
    assert await desk.connecting.outcome(ME, started.state) == (credential.id, None)


@pytest.fixture
def device_server(services: Service, github_server: OAuthServer) -> OAuthServer:
    services.answers["POST /github.com/login/device/code"] = github_server.device
    return github_server


async def test_agreed_to_on_another_device(
    desk: Desk, device_server: OAuthServer, clock: HandClock
) -> None:
    begun = await desk.connecting.start_on_device(ME, github("Work", scopes=("gist",)))
    assert begun.user_code == "WDJB-MJHT" and begun.address == "https://github.com/login/device"
    assert await desk.connecting.outcome(ME, begun.state) == (None, None)
    assert device_server.forms == []  # not before the interval is over
    clock.at += 6
    assert await desk.connecting.outcome(ME, begun.state) == (None, None)
    assert await desk.connecting.outcome(ME, begun.state) == (None, None)
    assert len(device_server.forms) == 1
    next(iter(device_server.devices.values()))["state"] = "agreed"
    clock.at += 6
    with pytest.raises(AnswerOver):
        await desk.connecting.outcome(SHE, begun.state)
    found = await desk.connecting.outcome(ME, begun.state)
    credential = await desk.credentials.get(ME.team, found.credential_id or "")
    assert credential.name == "Work" and credential.scopes == ("gist",)
    assert await desk.connecting.outcome(ME, begun.state) == found


async def test_slower_when_asked_to_be(
    desk: Desk, services: Service, device_server: OAuthServer, clock: HandClock
) -> None:
    begun = await desk.connecting.start_on_device(ME, github())
    next(iter(device_server.devices.values()))["state"] = "slow_down"
    for seconds, forms in ((6, 1), (6, 1), (6, 2), (12, 2), (5, 3)):
        clock.at += seconds
        assert await desk.connecting.outcome(ME, begun.state) == (None, None)
        assert len(device_server.forms) == forms, seconds
    clock.at += 30
    services.feel(503)
    assert await desk.connecting.outcome(ME, begun.state) == (None, None)


@pytest.mark.parametrize("state", ["access_denied", "expired_token"])
async def test_not_agreed_to_on_another_device(
    desk: Desk, device_server: OAuthServer, clock: HandClock, state: str
) -> None:
    begun = await desk.connecting.start_on_device(ME, github())
    next(iter(device_server.devices.values()))["state"] = state
    clock.at += 6
    found = await desk.connecting.outcome(ME, begun.state)
    assert found.error is not None and found.error["code"] == "oauth_refused"
    other = await desk.connecting.start_on_device(ME, github())
    with pytest.raises(AnswerNotYours):
        await desk.connecting.go(ME, other.state)


async def test_a_device_code_is_not_an_answer_of_a_browser(
    desk: Desk, device_server: OAuthServer
) -> None:
    begun = await desk.connecting.start_on_device(ME, github())
    with pytest.raises(AnswerNotYours):
        await desk.connecting.finish(ME, Returned(begun.state, "code", browser=""))
    with pytest.raises(InvalidValue):
        await desk.connecting.start_on_device(ME, Wanted("openai"))


async def test_an_app_of_ones_own(desk: Desk, github_server: OAuthServer) -> None:
    await desk.apps.put(ME.team, "github", App(client_id="other", client_secret="x"), ME.user)
    own = App(client_id=CLIENT, client_secret=SECRET)
    credential = await desk.connect(wanted=github(app=own))
    opened = await desk.credentials.opened(ME.team, credential.id)
    assert opened.secret["client_id"] == CLIENT
    again = await desk.connect(wanted=github(scopes=("gist",), credential_id=credential.id))
    assert again.id == credential.id  # with the same app, without giving it anew


async def test_an_app_that_was_entered_before_anything_was_connected(
    desk: Desk, github_server: OAuthServer
) -> None:
    await desk.apps.put(ME.team, "github", App(client_id="other", client_secret="x"), ME.user)
    entered = {"client_id": CLIENT, "client_secret": SECRET}
    draft = CredentialDraft("github", "Mine", "oauth2", entered)
    empty = await desk.credentials.create(ME.team, draft)
    credential = await desk.connect(wanted=github(credential_id=empty.id))
    assert credential.id == empty.id and github_server.asked[-1]["client_id"] == CLIENT


async def test_nothing_secret_waits_in_the_clear(desk: Desk, github_server: OAuthServer) -> None:
    own = App(client_id=CLIENT, client_secret=SECRET)
    await desk.connecting.start(ME, github(app=own))
    rows = desk.connecting._asked._sessions._database._connection.execute(  # type: ignore[attr-defined]
        "select * from one_time"
    ).fetchall()
    written = b"".join(bytes(str(tuple(row)), "utf-8") for row in rows)
    assert len(rows) == 1 and SECRET.encode() not in written
    assert base64.b64encode(SECRET.encode()) not in written


@pytest.mark.parametrize("scope", ["two words", "a,b", 'a"b', "a\nb", "ü", "x" * 301])
async def test_scopes_that_are_none(desk: Desk, github_server: OAuthServer, scope: str) -> None:
    with pytest.raises(InvalidValue):
        await desk.connecting.start(ME, github(scopes=(scope,)))


async def test_what_cannot_be_connected(desk: Desk, github_server: OAuthServer) -> None:
    with pytest.raises(NotFound):
        await desk.connecting.start(ME, Wanted("nowhere"))
    with pytest.raises(InvalidValue, match="not connected"):
        await desk.connecting.start(ME, Wanted("openai"))
    with pytest.raises(NotFound):
        await desk.connecting.start(ME, github(credential_id="c_none"))
    key = await desk.credentials.create(
        ME.team, CredentialDraft("github", "Key", "api_key", {"api_key": "ghp_1234567890"})
    )
    with pytest.raises(InvalidValue, match="connected account"):
        await desk.connecting.start(ME, github(credential_id=key.id))
    hers = await desk.connect(SHE)
    with pytest.raises(NotFound):
        await desk.connecting.start(ME, github(credential_id=hers.id))


async def test_taken_back_and_connected_again(
    desk: Desk, services: Service, github_server: OAuthServer
) -> None:
    credential = await desk.connect()
    path = f"/api.github.com/applications/{CLIENT}/token"
    services.answers[f"DELETE {path}"] = github_server.revoke
    assert await desk.connecting.revoke(ME.team, credential.id)
    assert services.paths[-1] == path
    ended = await desk.credentials.get(ME.team, credential.id)
    assert ended.health == "expired" and ended.trouble
    opened = await desk.credentials.opened(ME.team, credential.id)
    assert opened.secret == {}
    again = await desk.connect(wanted=github(credential_id=credential.id))
    assert again.id == credential.id and again.health == "good" and again.trouble == ""


async def test_taking_back_needs_the_provider(
    desk: Desk, services: Service, github_server: OAuthServer
) -> None:
    credential = await desk.connect()
    services.feel(503)
    with pytest.raises(TokensUnavailable):
        await desk.connecting.revoke(ME.team, credential.id)
    opened = await desk.credentials.opened(ME.team, credential.id)
    assert "access_token" in opened.secret
    with pytest.raises(NotFound):
        await desk.connecting.revoke(SHE.team, credential.id)


async def test_refreshed_before_it_ends(
    desk: Desk, github_server: OAuthServer, clock: HandClock
) -> None:
    credential = await desk.connect()
    first = await desk.credentials.opened(ME.team, credential.id)
    clock.at += 3000
    assert (await desk.credentials.opened(ME.team, credential.id)).secret == first.secret
    clock.at += 580
    second = await desk.credentials.opened(ME.team, credential.id)
    assert second.secret["access_token"] != first.secret["access_token"]
    clock.at += 3600
    third = await desk.credentials.opened(ME.team, credential.id)
    assert third.secret["refresh_token"] != second.secret["refresh_token"]
    assert github_server.refreshes == 2 and github_server.reused == 0


async def test_a_grant_that_was_ended_there(
    desk: Desk, github_server: OAuthServer, clock: HandClock
) -> None:
    credential = await desk.connect()
    github_server.grants[0].over = True
    clock.at += 3600
    with pytest.raises(GrantEnded):
        await desk.credentials.opened(ME.team, credential.id)
    assert (await desk.credentials.get(ME.team, credential.id)).health == "expired"
    tested = await desk.credentials.test(ME.team, credential.id)
    assert tested.health == "expired" and "again" in tested.trouble


async def test_trouble_of_the_provider_before_the_end_hinders_nobody(
    desk: Desk, services: Service, github_server: OAuthServer, clock: HandClock
) -> None:
    credential = await desk.connect()
    first = await desk.credentials.opened(ME.team, credential.id)
    services.feel(503)
    clock.at += 3570
    assert (await desk.credentials.opened(ME.team, credential.id)).secret == first.secret
    clock.at += 100
    with pytest.raises(TokensUnavailable):
        await desk.credentials.opened(ME.team, credential.id)
    services.mood = None
    assert (await desk.credentials.opened(ME.team, credential.id)).secret != first.secret


async def test_a_test_says_whose_it_is(
    desk: Desk, services: Service, github_server: OAuthServer
) -> None:
    credential = await desk.connect()
    token = (await desk.credentials.opened(ME.team, credential.id)).secret["access_token"]
    tested = await desk.credentials.test(ME.team, credential.id)
    assert tested.health == "expired"  # the wire of this test knows another token
    assert services.asked[-1].headers["authorization"] == f"Bearer {token}"
    assert token not in str(tested) and isinstance(tested.trouble, str)


async def test_errors_of_connecting_speak_both_languages() -> None:
    for kind in (AnswerOver, AnswerNotYours, GrantDenied):
        error: LubanError = kind(provider="X", said="no")
        assert str(error) and any("一" <= letter <= "鿿" for letter in error.message_zh)
