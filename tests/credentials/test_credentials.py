"""What may be done with credentials, and what is said when it may not."""

from __future__ import annotations

import logging

import pytest

from luban.model.errors import InvalidValue, NotFound
from luban.ports import providers
from luban.ports.providers import Granted
from luban.ports.stores import Slice
from luban.ports.vault import KeyLost, SealBroken, SecretNotFound
from luban.ports.world import WantedCredential
from luban.services.credentials import CredentialChange, CredentialDraft, Grant
from luban.services.credentials.errors import (
    CredentialExists,
    CredentialMissing,
    SecretIncomplete,
)
from luban.vault.key_ring import new_key
from luban.vault.scrubbing import LINGER, ScrubbedFormatter, Scrubber
from tests.credentials.kit import OWNER, SECRET, STRANGER, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_fields_go_where_they_belong_whichever_way_they_come(bench: Bench) -> None:
    made = await bench.enter(fields={"api_key": SECRET, "host": "x.test", "region": "eu"})
    assert made.settings == {"host": "x.test", "region": "eu"}
    assert SECRET not in repr(made)
    assert await bench.secret(made) == {"api_key": SECRET}
    sealed = await bench.store.secret(OWNER, made.id)
    assert sealed is not None and SECRET.encode() not in sealed.box


@pytest.mark.parametrize(
    "fields",
    [{}, {"api_key": ""}, {"api_key": SECRET, "other": "x"}, {"api_key": SECRET, "region": "mars"}],
)
async def test_fields_are_held_against_the_declaration(
    bench: Bench, fields: dict[str, str]
) -> None:
    with pytest.raises(InvalidValue) as refused:
        await bench.enter(fields=fields)
    assert SECRET not in str(refused.value)


async def test_a_kind_is_needed_where_there_are_several(bench: Bench) -> None:
    with pytest.raises(InvalidValue, match="takes api_key, password"):
        await bench.credentials.create(OWNER, CredentialDraft("api", "x", None, {}))
    with pytest.raises(NotFound, match="provider"):
        await bench.credentials.create(OWNER, CredentialDraft("nobody", "x"))


async def test_a_change_of_a_part_keeps_the_rest(bench: Bench) -> None:
    made = await bench.enter(kind="password", fields={"user": "me", "password": "old-password"})
    change = CredentialChange(name="New", fields={"user": "you"})
    changed = await bench.credentials.change(OWNER, made.id, change)
    assert (changed.name, changed.settings) == ("New", {"user": "you"})
    assert await bench.secret(made) == {"password": "old-password"}
    await bench.enter("Other")
    with pytest.raises(CredentialExists):
        await bench.credentials.change(OWNER, made.id, CredentialChange(name="Other"))


async def test_a_new_secret_is_not_yet_judged(bench: Bench) -> None:
    made = await bench.enter()
    await bench.credentials.test(OWNER, made.id)
    assert (await bench.credentials.get(OWNER, made.id)).health == "good"
    change = CredentialChange(fields={"api_key": "another-secret"})
    assert (await bench.credentials.change(OWNER, made.id, change)).health == "unknown"


async def test_a_test_is_written_down(bench: Bench) -> None:
    made = await bench.enter()
    bench.providers.said = providers.Tested(health="bad", trouble="401", scopes=("read",))
    assert (await bench.credentials.test(OWNER, made.id)).trouble == "401"
    found = await bench.credentials.get(OWNER, made.id)
    assert (found.health, found.trouble, found.scopes) == ("bad", "401", ("read",))
    assert found.checked_at == bench.clock.at
    assert bench.providers.tested == [{"api_key": SECRET}]


async def test_what_runs_out_says_so(bench: Bench) -> None:
    made = await bench.enter()
    await bench.store.update(made.model_copy(update={"expires_at": bench.clock.at + 5}))
    assert (await bench.credentials.get(OWNER, made.id)).health == "unknown"
    bench.clock.at += 5
    assert (await bench.credentials.get(OWNER, made.id)).health == "expired"


async def test_a_lost_key_is_a_state_with_a_way_out(bench: Bench) -> None:
    made = await bench.enter()
    (old,) = bench.keys
    bench.keys[:] = [new_key()]
    bench.ring.read_again()
    assert await bench.rotation.look() == [old.id]
    (listed,) = (await bench.credentials.list(OWNER, Slice())).items
    assert listed.health == "key_lost"
    with pytest.raises(KeyLost, match=old.id):
        await bench.secret(made)
    tested = await bench.credentials.test(OWNER, made.id)
    assert "Put it back" in tested.trouble
    # One way out: the key comes back.
    bench.keys.append(old)
    assert await bench.rotation.look() == []
    assert (await bench.credentials.get(OWNER, made.id)).health == "unknown"
    assert await bench.secret(made) == {"api_key": SECRET}
    # The other: it is entered again.
    bench.keys.pop()
    bench.ring.read_again()
    change = CredentialChange(fields={"api_key": "entered-again"})
    await bench.credentials.change(OWNER, made.id, change)
    assert await bench.secret(made) == {"api_key": "entered-again"}
    assert (await bench.rotation.rotate()).lost == 0


async def test_a_secret_copied_to_another_row_or_owner_does_not_open(bench: Bench) -> None:
    mine, hers = await bench.enter(), await bench.enter(owner=STRANGER)
    other = await bench.enter("Other")
    stolen = await bench.store.secret(OWNER, mine.id)
    assert stolen is not None
    for victim in (hers, other):
        await bench.store.update(victim, stolen)
        with pytest.raises(SealBroken):
            await bench.secret(victim)
        assert (await bench.credentials.get(victim.owner, victim.id)).health == "bad"


async def test_secrets_kept_elsewhere_are_read_each_time(bench: Bench) -> None:
    made = await bench.enter(fields={"host": "x.test"}, external="vault:a", manager=True)
    assert await bench.store.secret(OWNER, made.id) is None
    with pytest.raises(SecretNotFound):
        await bench.secret(made)
    for found, secret in (({"": "one"}, "one"), ({"api_key": "two"}, "two")):
        bench.elsewhere.known["vault:a"] = found
        assert await bench.secret(made) == {"api_key": secret}
    bench.elsewhere.known["vault:a"] = {"other": "x"}
    with pytest.raises(SecretIncomplete, match="api_key"):
        await bench.secret(made)
    stored = CredentialChange(fields={"api_key": "stored-here"})
    assert (await bench.credentials.change(OWNER, made.id, stored)).external == ""
    assert await bench.secret(made) == {"api_key": "stored-here"}


async def test_a_grant_is_stored_and_connected_again(bench: Bench) -> None:
    granted = Granted(secret={"access_token": "a"}, scopes=("x",), expires_at=5e6, account="me")
    first = await bench.credentials.grant(OWNER, Grant("oauth", "", granted))
    second = await bench.credentials.grant(OWNER, Grant("oauth", "", granted))
    assert (first.name, second.name) == ("Example OAuth", "Example OAuth (2)")
    more = Granted(secret={"access_token": "b"}, scopes=("x", "y"), expires_at=6e6)
    again = await bench.credentials.grant(OWNER, Grant("oauth", "", more, credential_id=first.id))
    assert (again.id, again.scopes, again.account) == (first.id, ("x", "y"), "me")
    assert await bench.secret(again) == {"access_token": "b"}
    with pytest.raises(NotFound):
        await bench.credentials.grant(STRANGER, Grant("oauth", "", more, credential_id=first.id))


async def open_for(bench: Bench, provider: str = "api", named: str | None = None) -> str:
    wanted = WantedCredential("ask", provider, named)
    return (await bench.nodes.open(OWNER, wanted)).credential.name


async def test_a_node_gets_the_one_it_names_or_the_only_one(bench: Bench) -> None:
    with pytest.raises(CredentialMissing, match="`ask` needs a credential of api: there is none"):
        await open_for(bench)
    made = await bench.enter()
    assert await open_for(bench) == "Work"
    await bench.enter("Home")
    with pytest.raises(CredentialMissing, match="there are 2"):
        await open_for(bench)
    assert await open_for(bench, named="Home") == "Home"
    assert await open_for(bench, "*", made.id) == "Work"
    for provider, named in (("oauth", "Home"), ("api", "Nobody's"), ("*", None)):
        with pytest.raises(CredentialMissing):
            await open_for(bench, provider, named)
    hers = await bench.enter("Hers", owner=STRANGER)
    for named in (hers.id, "Hers"):
        with pytest.raises(CredentialMissing):
            await open_for(bench, named=named)


async def test_what_a_node_opens_is_known_and_written_down(bench: Bench) -> None:
    made = await bench.enter(fields={"api_key": SECRET, "region": "eu"})
    opened = await bench.nodes.open(OWNER, WantedCredential("ask", "api"))
    assert dict(opened.credential) == {"api_key": SECRET, "region": "eu"}
    assert opened.hidden == [SECRET]
    assert bench.scrubber.text(f"at {SECRET} in eu") == "at ••• in eu"
    assert (await bench.credentials.get(OWNER, made.id)).last_used_at == bench.clock.at


def test_values_are_hidden_while_they_are_used_and_a_while_longer() -> None:
    now = [0.0]
    scrubber = Scrubber(lambda: now[0])
    first, second = scrubber.hold([SECRET]), scrubber.hold([SECRET])
    first()
    first()
    assert SECRET not in scrubber.text(SECRET)
    second()
    now[0] = LINGER / 2
    assert SECRET not in scrubber.text(SECRET)
    now[0] = LINGER * 2
    scrubber.hold(["another-value"])()
    assert scrubber.text(SECRET) == SECRET


def test_logs_are_clean_whatever_they_are_made_of() -> None:
    scrubber = Scrubber()
    scrubber.hold([SECRET])
    formatter = ScrubbedFormatter(logging.Formatter("%(message)s"), scrubber)
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        caught = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "bad %s", (SECRET,), caught)
    told = formatter.format(record)
    assert "bad •••" in told and "ValueError: •••" in told
    assert SECRET not in told
