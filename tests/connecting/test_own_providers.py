"""Providers without code: what may be defined, and that they work like those that are built in."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from luban.model.errors import InvalidValue, NotFound
from luban.ports.providers import App, Provider
from luban.services.connecting import Wanted
from luban.services.credentials import CredentialDraft
from luban.services.own_providers import ProviderInUse, check
from tests.connecting.desk import ME, SHE, Desk
from tests.providers.oauth_wire import CLIENT, REDIRECT, SECRET, OAuthServer
from tests.providers.wire import Service


def acme(base: str = "https://api.acme.example", **more: Any) -> Provider:
    return Provider.model_validate(
        {
            "id": "acme",
            "title": "Acme",
            "hosts": ["127.0.0.1" if "127" in base else "api.acme.example"],
            "kinds": [{"kind": "header", "headers": {"X-Acme-Key": "Key {acme_key}"}}],
            "probe": {"url": f"{base}/me", "account": "user.name"},
            **more,
        }
    )


def with_oauth(base: str, **more: Any) -> Provider:
    oauth = {"authorize": f"{base}/authorize", "token": f"{base}/token", **more}
    return acme(base, kinds=[{"kind": "oauth2"}], oauth=oauth)


async def test_a_header_that_carries_a_key(desk: Desk, services: Service) -> None:
    async def me(request: Request) -> Response:
        if request.headers.get("x-acme-key") != "Key 0123456789":
            return JSONResponse({"message": "who are you?"}, 401)
        return JSONResponse({"user": {"name": "Lu Ban"}})

    services.answers["GET /me"] = me
    assert await desk.own.put(ME.team, acme(services.base))
    assert not await desk.own.put(ME.team, acme(services.base, title="Acme 2"))
    found = await desk.own.get(ME.team, "acme")
    assert found.title == "Acme 2" and found.own
    assert [field.name for field in found.kinds[0].fields] == ["acme_key"]
    draft = CredentialDraft("acme", "Mine", "header", {"acme_key": "0123456789"})
    credential = await desk.credentials.create(ME.team, draft)
    tested = await desk.credentials.test(ME.team, credential.id)
    assert tested.health == "good" and tested.account == "Lu Ban"
    opened = await desk.credentials.opened(ME.team, credential.id)
    sent = desk.providers.headers(opened.provider, opened.credential, opened.secret)
    assert sent == {"X-Acme-Key": "Key 0123456789"}
    with pytest.raises(ProviderInUse):
        await desk.own.delete(ME.team, "acme")
    await desk.credentials.delete(ME.team, credential.id)
    await desk.own.delete(ME.team, "acme")
    with pytest.raises(NotFound):
        await desk.own.get(ME.team, "acme")


async def test_oauth_without_code(desk: Desk, services: Service) -> None:
    server = OAuthServer()
    server.install(services, "/authorize", "/token")
    await desk.own.put(ME.team, with_oauth(services.base))
    await desk.apps.put(ME.team, "acme", App(client_id=CLIENT, client_secret=SECRET), ME.user)
    wanted = Wanted("acme", "Mine", ("read",), redirect=REDIRECT)
    credential = await desk.connect(wanted=wanted)
    opened = await desk.credentials.opened(ME.team, credential.id)
    assert server.knows(opened.secret["access_token"]) and credential.scopes == ("read",)
    sent = desk.providers.headers(opened.provider, opened.credential, opened.secret)
    assert sent == {"Authorization": f"Bearer {opened.secret['access_token']}"}


async def test_what_is_anothers_is_not_there(desk: Desk, services: Service) -> None:
    await desk.own.put(ME.team, acme())
    assert [each.id for each in await desk.own.list(SHE.team)] == ["github", "openai"]
    assert [each.id for each in await desk.own.list(ME.team)] == ["github", "openai", "acme"]
    with pytest.raises(NotFound):
        await desk.own.get(SHE.team, "acme")
    with pytest.raises(NotFound):
        await desk.own.delete(SHE.team, "acme")


async def test_apps_of_a_team_of_the_server_and_of_settings(desk: Desk) -> None:
    rows = await desk.own.list(ME.team)
    built_in = next(each for each in rows if each.id == "github")
    assert await desk.apps.sources(ME.team, rows) == {"github": "settings"}
    server = App(client_id="of server", client_secret="1")
    await desk.apps.put("", "github", server, ME.user)
    assert await desk.apps.find(ME.team, built_in) == server
    own = App(client_id="of team", client_secret="2")
    await desk.apps.put(ME.team, "github", App(client_id="first"), ME.user)
    await desk.apps.put(ME.team, "github", own, ME.user)
    assert await desk.apps.find(ME.team, built_in) == own
    assert await desk.apps.find(SHE.team, built_in) == server
    assert await desk.apps.sources(ME.team, rows) == {"github": "team"}
    assert await desk.apps.remove(ME.team, "github")
    assert not await desk.apps.remove(ME.team, "github")
    assert await desk.apps.sources(ME.team, rows) == {"github": "server"}


async def test_an_own_one_gets_no_app_of_the_server(desk: Desk) -> None:
    """It says itself where its app's secret is sent."""
    await desk.apps.put("", "acme", App(client_id="a", client_secret="of the server"), ME.user)
    await desk.own.put(SHE.team, with_oauth("http://127.0.0.1:1"))
    hers = await desk.own.get(SHE.team, "acme")
    assert await desk.apps.find(SHE.team, hers) is None
    assert await desk.apps.sources(SHE.team, [hers]) == {}


async def test_secrets_there_are_do_not_follow_to_another_address(desk: Desk) -> None:
    await desk.own.put(ME.team, acme())
    draft = CredentialDraft("acme", "Mine", "header", {"acme_key": "0123456789"})
    credential = await desk.credentials.create(ME.team, draft)
    assert not await desk.own.put(ME.team, acme(title="Another title"))
    elsewhere: dict[str, Any] = {
        "hosts": ["evil.example"],
        "probe": {"url": "https://evil.example/me"},
    }
    query = [{"kind": "header", "query": {"key": "{acme_key}"}}]
    more: dict[str, Any] = {"hosts": ["api.acme.example", "evil.example"]}
    for change in (elsewhere, more, {"kinds": query}):
        with pytest.raises(ProviderInUse):
            await desk.own.put(ME.team, acme(**change))
    assert (await desk.own.get(ME.team, "acme")).hosts == ("api.acme.example",)
    await desk.credentials.delete(ME.team, credential.id)
    assert not await desk.own.put(ME.team, acme(**elsewhere))


async def test_an_app_does_not_follow_to_another_address(desk: Desk) -> None:
    await desk.own.put(ME.team, with_oauth("http://127.0.0.1:1"))
    await desk.apps.put(ME.team, "acme", App(client_id="a", client_secret="b"), ME.user)
    await desk.own.put(ME.team, with_oauth("http://127.0.0.1:2"))
    moved = await desk.own.get(ME.team, "acme")
    assert await desk.apps.find(ME.team, moved) is None


async def test_a_built_in_one_is_not_replaced(desk: Desk) -> None:
    with pytest.raises(InvalidValue, match="built in"):
        await desk.own.put(ME.team, acme().model_copy(update={"id": "github"}))
    with pytest.raises(NotFound):
        await desk.own.delete(ME.team, "github")


HEADERS = {"kind": "header", "headers": {"X-Key": "{key}"}}
REFUSED: dict[str, dict[str, Any]] = {
    "a strange id": {"id": "../x"},
    "a long id": {"id": "x" * 41},
    "no hosts": {"hosts": []},
    "a host with a path": {"hosts": ["api.acme.example/x"]},
    "a host with a slot": {"hosts": ["{host}"]},
    "every host": {"hosts": ["*"]},
    "a whole domain": {"hosts": ["*.com"]},
    "capital letters": {"hosts": ["API.acme.example"]},
    "no kinds": {"kinds": []},
    "a kind twice": {"kinds": [HEADERS, HEADERS]},
    "a kind with code": {"kinds": [{"kind": "service_account"}]},
    "a header that is computed": {"kinds": [{"kind": "header", "headers": {"Host": "x"}}]},
    "a header of two lines": {"kinds": [{"kind": "header", "headers": {"X": "a\r\nB: c"}}]},
    "a header that is none": {"kinds": [{"kind": "header", "headers": {"X Y": "a"}}]},
    "a strange field": {"kinds": [{"kind": "header", "headers": {"X": "{a.b}"}}]},
    "OAuth without addresses": {"kinds": [{"kind": "oauth2"}]},
    "a test elsewhere": {"probe": {"url": "https://evil.example/"}},
    "a test in clear": {"probe": {"url": "http://api.acme.example/"}},
    "a test with a slot as host": {"probe": {"url": "https://{host}/"}},
    "a test with a password": {"probe": {"url": "https://a:b@api.acme.example/"}},
    "a test of a file": {"probe": {"url": "file:///etc/passwd"}},
    "a test with an impossible port": {"probe": {"url": "https://api.acme.example:99999/"}},
    "a test that changes": {"probe": {"url": "https://api.acme.example/", "method": "DELETE"}},
    "a bad path": {"probe": {"url": "https://api.acme.example/", "account": "a["}},
    "a path without end": {
        "probe": {"url": "https://api.acme.example/", "account": "[@,@]|[@,@]|[@,@]|[][][]"}
    },
    "a function": {"probe": {"url": "https://api.acme.example/", "ok": "to_string(@)"}},
    "tokens in clear": {"oauth": {"token": "http://acme.example/t", "authorize": "https://a.b/"}},
    "people sent nowhere": {"oauth": {"token": "https://acme.example/t"}},
    "people sent to a script": {
        "oauth": {"token": "https://acme.example/t", "authorize": "javascript:alert(1)"}
    },
    "GitHub's own way": {
        "oauth": {
            "token": "https://acme.example/t",
            "authorize": "https://acme.example/a",
            "revoke_by": "github",
        }
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_defined(what: str) -> None:
    check(acme(), lambda host, port: False)
    with pytest.raises(InvalidValue) as refused:
        check(acme(**REFUSED[what]), lambda host, port: False)
    assert any("一" <= letter <= "鿿" for letter in refused.value.message_zh)


def test_in_clear_only_where_an_administrator_says_so() -> None:
    check(acme("http://127.0.0.1:8000"), lambda host, port: (host, port) == ("127.0.0.1", 8000))
    with pytest.raises(InvalidValue, match="LUBAN_ALLOW_HOSTS"):
        check(acme("http://127.0.0.1:8001"), lambda host, port: port == 8000)
