"""Whoever may change a credential may not see its secret, nor have it sent elsewhere."""

from __future__ import annotations

import pytest

from luban.model.errors import InvalidValue
from luban.ports.providers import Field, Kind, Provider
from luban.services.credentials import CredentialChange, CredentialDraft
from luban.services.credentials.fields import moves
from tests.credentials.kit import OWNER, SECRET, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def stored(bench: Bench, **fields: str) -> str:
    given = {"api_key": SECRET, "host": "a.example.com", **fields}
    draft = CredentialDraft("api", "Mine", "api_key", given)
    return (await bench.credentials.create(OWNER, draft)).id


async def test_another_host_needs_the_secret_again(bench: Bench) -> None:
    mine = await stored(bench)
    with pytest.raises(InvalidValue, match="enter Key again") as refused:
        await bench.credentials.change(
            OWNER, mine, CredentialChange(fields={"host": "evil.example"})
        )
    assert "重新填写" in refused.value.message_zh
    known = await bench.credentials.get(OWNER, mine)
    assert known.settings["host"] == "a.example.com"
    again = CredentialChange(fields={"host": "b.example.com", "api_key": "sk-another-key"})
    assert (await bench.credentials.change(OWNER, mine, again)).settings["host"] == "b.example.com"
    opened = await bench.credentials.opened(OWNER, mine)
    assert opened.secret == {"api_key": "sk-another-key"}


async def test_what_leads_nowhere_else_is_changed_alone(bench: Bench) -> None:
    mine = await stored(bench)
    same = CredentialChange(name="Renamed", fields={"host": "a.example.com", "region": "eu"})
    changed = await bench.credentials.change(OWNER, mine, same)
    assert changed.name == "Renamed" and changed.settings["region"] == "eu"
    assert (await bench.credentials.opened(OWNER, mine)).secret == {"api_key": SECRET}


def test_what_says_where_a_secret_goes() -> None:
    fields = [
        Field(name="host", secret=False),
        Field(name="port", secret=False, required=False),
        Field(name="security", secret=False, required=False, default="tls"),
        Field(name="username", secret=False),
        Field(name="password"),
    ]
    kind = Kind(kind="password", fields=tuple(fields))
    mail = Provider(id="mail", title="Mail", hosts=("{host}",), kinds=(kind,))
    before = {"host": "mail.example.com", "username": "lu"}
    assert moves(mail, kind, before, {"host": "evil.example"}) == "host"
    assert moves(mail, kind, before, {"port": "2525"}) == "port"
    assert moves(mail, kind, before, {"security": "none"}) == "security"
    assert moves(mail, kind, before, {"security": "tls", "host": "mail.example.com"}) is None
    assert moves(mail, kind, before, {"username": "ban"}) is None
    assert moves(mail, kind, {"host": "x", "security": "none"}, {"security": ""}) == "security"
