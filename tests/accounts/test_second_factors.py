"""Second factors: apps, codes on paper and passkeys, and what must not pass."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from luban.model.errors import NotFound
from luban.ports.people import User
from luban.ports.vault import KeyLost, SealBroken
from luban.services.accounts import one_time_codes
from luban.services.accounts.passkeys import PasskeyRefused, Site
from luban.services.accounts.second_factors import SecondFactors, TooManyFactors, WrongCode
from luban.services.credentials import KeyRotation
from luban.vault.key_keeper import KeyKeeper
from luban.vault.key_ring import Key, KeyRing
from luban.vault.sealing import EnvelopeSealing
from tests.accounts.authenticator import PRESENT, Authenticator
from tests.accounts.people import Town

HERE = Site("localhost:8123")


@pytest.fixture
def town() -> Town:
    return Town()


async def with_app(town: Town, user: User) -> tuple[str, bytes]:
    app = await town.factors.begin_code_app(user, "Phone")
    secret = base64.b32decode(app.secret)
    await town.factors.confirm_code_app(user.id, app.id, code(town, secret))
    town.clock.at += one_time_codes.PERIOD
    return app.id, secret


def code(town: Town, secret: bytes) -> str:
    return one_time_codes.code_at(secret, one_time_codes.period_of(town.clock.at))


async def with_passkey(town: Town, user: User, device: Authenticator, name: str = "Key") -> str:
    options = await town.factors.begin_passkey(user, HERE, "s_1")
    made = await town.factors.add_passkey(user.id, HERE, "s_1", name, device.create(options))
    return made.id


async def test_an_app_counts_once_it_showed_a_code(town: Town) -> None:
    ada = await town.settle("ada")
    app = await town.factors.begin_code_app(ada, "Phone")
    secret = base64.b32decode(app.secret)
    assert await town.factors.kinds("u_ada") == []
    assert not await town.factors.check("u_ada", code(town, secret))
    with pytest.raises(WrongCode):
        await town.factors.confirm_code_app("u_ada", app.id, "000000")
    await town.factors.confirm_code_app("u_ada", app.id, code(town, secret))
    assert await town.factors.kinds("u_ada") == ["totp"]
    assert not await town.factors.check("u_ada", code(town, secret))  # it was used to confirm
    town.clock.at += 30
    assert await town.factors.check("u_ada", code(town, secret))


async def test_a_code_is_used_once_however_many_try_at_once(town: Town) -> None:
    ada = await town.settle("ada")
    _, secret = await with_app(town, ada)
    tries = [town.factors.check("u_ada", code(town, secret)) for _ in range(20)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 19 + [True]


async def test_an_earlier_code_does_not_pass_after_a_later_one(town: Town) -> None:
    ada = await town.settle("ada")
    _, secret = await with_app(town, ada)
    earlier = code(town, secret)
    town.clock.at += 30
    assert await town.factors.check("u_ada", code(town, secret))
    assert not await town.factors.check("u_ada", earlier)


async def test_nobody_confirms_or_removes_what_is_anothers(town: Town) -> None:
    ada, _ = await town.settle("ada"), await town.settle("eve")
    app = await town.factors.begin_code_app(ada, "Phone")
    secret = base64.b32decode(app.secret)
    with pytest.raises(NotFound):
        await town.factors.confirm_code_app("u_eve", app.id, code(town, secret))
    with pytest.raises(NotFound):
        await town.factors.remove("u_eve", app.id)
    await town.factors.confirm_code_app("u_ada", app.id, code(town, secret))
    town.clock.at += 30
    assert not await town.factors.check("u_eve", code(town, secret))


async def test_the_secret_of_an_app_is_sealed_in_its_place(town: Town) -> None:
    ada, _ = await town.settle("ada"), await town.settle("eve")
    factor_id, secret = await with_app(town, ada)
    stored = await town.users.find_factor(factor_id)
    assert stored is not None and secret not in stored.secret
    moved = stored.model_copy(update={"id": "f_x", "user": "u_eve", "counter": 0})
    await town.users.add_factor(moved)
    with pytest.raises(SealBroken):
        await town.factors.check("u_eve", code(town, secret))


async def test_codes_on_paper_are_good_once_each_and_replaced_together(town: Town) -> None:
    ada = await town.settle("ada")
    await with_app(town, ada)
    codes = await town.factors.new_codes("u_ada")
    assert len(codes) == 10
    assert await town.factors.kinds("u_ada") == ["totp", "recovery"]
    tries = [town.factors.check("u_ada", codes[0].upper()) for _ in range(8)]
    assert sorted(await asyncio.gather(*tries)) == [False] * 7 + [True]
    assert sum(each.kind == "recovery" for each in await town.factors.list("u_ada")) == 9
    fresh = await town.factors.new_codes("u_ada")
    assert not await town.factors.check("u_ada", codes[1])
    assert await town.factors.check("u_ada", fresh[0])


async def test_codes_on_paper_alone_ask_nobody_for_a_factor(town: Town) -> None:
    await town.settle("ada")
    await town.factors.new_codes("u_ada")
    assert await town.factors.kinds("u_ada") == []


async def test_codes_on_paper_go_with_the_last_app(town: Town) -> None:
    ada = await town.settle("ada")
    factor_id, _ = await with_app(town, ada)
    codes = await town.factors.new_codes("u_ada")
    await town.factors.remove("u_ada", factor_id)
    assert await town.factors.list("u_ada") == []
    assert not await town.factors.check("u_ada", codes[0])


async def test_several_passkeys_with_names(town: Town) -> None:
    ada = await town.settle("ada")
    devices = [Authenticator(), Authenticator(counts=False)]
    for number, device in enumerate(devices):
        await with_passkey(town, ada, device, f"Key {number}")
    assert [each.name for each in await town.factors.list("u_ada")] == ["Key 0", "Key 1"]
    assert await town.factors.kinds("u_ada") == ["passkey"]
    for device in devices * 2:
        options = await town.factors.ask_passkey("u_ada", HERE, "second")
        assert len(options["allowCredentials"]) == 2
        answer = device.get(options)
        assert await town.factors.check_passkey("u_ada", HERE, "second", answer) == "u_ada"


async def test_a_passkey_alone_signs_in_when_the_device_checked_the_person(town: Town) -> None:
    ada = await town.settle("ada")
    device = Authenticator()
    await with_passkey(town, ada, device)
    options = await town.factors.ask_passkey("", HERE, "sign-in")
    assert await town.factors.check_passkey("", HERE, "sign-in", device.get(options)) == "u_ada"
    device.flags = PRESENT
    options = await town.factors.ask_passkey("", HERE, "sign-in")
    with pytest.raises(PasskeyRefused):
        await town.factors.check_passkey("", HERE, "sign-in", device.get(options))
    beside = await town.factors.ask_passkey("u_ada", HERE, "second")
    assert await town.factors.check_passkey("u_ada", HERE, "second", device.get(beside))


async def test_an_answer_is_good_once_and_for_what_it_was_asked(town: Town) -> None:
    ada, eve = await town.settle("ada"), await town.settle("eve")
    device, other = Authenticator(), Authenticator()
    await with_passkey(town, ada, device)
    await with_passkey(town, eve, other)
    answer = device.get(await town.factors.ask_passkey("u_ada", HERE, "second"))
    await town.factors.check_passkey("u_ada", HERE, "second", answer)
    with pytest.raises(PasskeyRefused):
        await town.factors.check_passkey("u_ada", HERE, "second", answer)
    for asked, checked in (
        (("u_ada", "second"), ("u_ada", "confirm")),
        (("u_ada", "second"), ("", "sign-in")),
        (("u_ada", "second"), ("u_eve", "second")),
        (("", "sign-in"), ("u_ada", "second")),
    ):
        options = await town.factors.ask_passkey(asked[0], HERE, asked[1])
        with pytest.raises(PasskeyRefused):
            await town.factors.check_passkey(checked[0], HERE, checked[1], device.get(options))


async def test_whose_passkey_it_is_said_to_be_decides_nothing(town: Town) -> None:
    ada, eve = await town.settle("ada"), await town.settle("eve")
    device, other = Authenticator(), Authenticator()
    await with_passkey(town, ada, device)
    await with_passkey(town, eve, other)
    other.user = device.user
    options = await town.factors.ask_passkey("", HERE, "sign-in")
    with pytest.raises(PasskeyRefused):
        await town.factors.check_passkey("", HERE, "sign-in", other.get(options))


async def test_a_copied_passkey_is_noticed(town: Town) -> None:
    ada = await town.settle("ada")
    device = Authenticator()
    await with_passkey(town, ada, device)
    for _ in range(3):
        options = await town.factors.ask_passkey("u_ada", HERE, "second")
        await town.factors.check_passkey("u_ada", HERE, "second", device.get(options))
    device.counter = 1
    options = await town.factors.ask_passkey("u_ada", HERE, "second")
    with pytest.raises(PasskeyRefused):
        await town.factors.check_passkey("u_ada", HERE, "second", device.get(options))


async def test_an_old_challenge_is_over(town: Town) -> None:
    ada = await town.settle("ada")
    device = Authenticator()
    await with_passkey(town, ada, device)
    answer = device.get(await town.factors.ask_passkey("u_ada", HERE, "second"))
    town.clock.at += 301
    with pytest.raises(PasskeyRefused):
        await town.factors.check_passkey("u_ada", HERE, "second", answer)


async def test_a_passkey_is_made_in_the_session_that_began_it(town: Town) -> None:
    ada = await town.settle("ada")
    options = await town.factors.begin_passkey(ada, HERE, "s_1")
    answer = Authenticator().create(options)
    with pytest.raises(PasskeyRefused):
        await town.factors.add_passkey("u_ada", HERE, "s_2", "Key", answer)


async def test_a_passkey_is_enrolled_once(town: Town) -> None:
    ada = await town.settle("ada")
    device = Authenticator()
    await with_passkey(town, ada, device)
    with pytest.raises(PasskeyRefused):
        await with_passkey(town, ada, device)


@pytest.mark.parametrize("kind", ["passkey", "totp"])
async def test_there_is_an_end_to_factors(town: Town, kind: str) -> None:
    ada = await town.settle("ada")

    async def one_more() -> Any:
        make: Any = with_passkey(town, ada, Authenticator()) if kind == "passkey" else None
        return await (make or with_app(town, ada))

    for _ in range(20):
        await one_more()
    with pytest.raises(TooManyFactors):
        await one_more()


async def test_an_app_stays_right_when_keys_are_rotated(town: Town) -> None:
    old, new = Key("k1", b"k" * 32), Key("k2", b"n" * 32)
    ada = await town.settle("ada")
    _, secret = await with_app(town, ada)
    keys = [new, old]
    ring = KeyRing(lambda: keys)
    sealing, database = EnvelopeSealing(ring), town.database
    rows = {"factors": database.factor_secrets}
    rotation = KeyRotation(KeyKeeper(ring), sealing, database.credentials, rows)
    done = await rotation.rotate()
    assert (done.resealed, done.lost, done.broken) == (1, 0, 0)
    keys.remove(old)
    after = SecondFactors(
        town.users, town.one_times, EnvelopeSealing(KeyRing(lambda: keys)), town.clock
    )
    assert await after.check("u_ada", code(town, secret))
    before = SecondFactors(
        town.users, town.one_times, EnvelopeSealing(KeyRing(lambda: [old])), town.clock
    )
    town.clock.at += 30
    with pytest.raises(KeyLost):
        await before.check("u_ada", code(town, secret))
    assert await before.check("u_ada", (await town.factors.new_codes("u_ada"))[0])
