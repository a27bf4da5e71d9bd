"""Second factors and passkeys over HTTP: enrolling, signing in, and what is refused."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.api.identify import COOKIE
from luban.model.access import Role
from luban.services.accounts import one_time_codes
from luban.services.accounts.sessions import CONFIRMED_FOR
from tests.accounts.authenticator import PRESENT, Authenticator
from tests.api.kit import V1, assert_error
from tests.api.people_kit import PASSWORD, bearer, me, sign_in
from tests.api.proof_kit import ProofTown, post, proof_town

MINE = f"{V1}/me/factors"
SECOND = f"{V1}/auth/second-factor"


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[ProofTown]:
    async with proof_town(tmp_path) as made:
        yield made


class Phone:
    def __init__(self, there: ProofTown, secret: str) -> None:
        self._there, self._secret = there, base64.b32decode(secret)

    @property
    def code(self) -> str:
        """The next one that was not shown yet."""
        self._there.clock.at += one_time_codes.PERIOD
        period = one_time_codes.period_of(self._there.clock.at)
        return one_time_codes.code_at(self._secret, period)


async def with_app(there: ProofTown, browser: httpx2.AsyncClient) -> Phone:
    made = await post(browser, f"{MINE}/totp", name="Phone")
    phone = Phone(there, made["secret"])
    confirmed = await post(browser, f"{MINE}/totp/{made['id']}", code=phone.code)
    assert confirmed["confirmed"] and confirmed["name"] == "Phone"
    return phone


async def with_passkey(browser: httpx2.AsyncClient, device: Authenticator) -> dict[str, Any]:
    options = await post(browser, f"{MINE}/passkey/options")
    credential = device.create(options)
    return await post(browser, f"{MINE}/passkey", name="Key", credential=credential)


async def begin(there: ProofTown, name: str, address: str = "192.0.2.1") -> Any:
    """A browser whose password was right, and what it is asked next."""
    browser = there.browser(address)
    answer = (await sign_in(browser, name)).json()
    assert answer["user"] is None
    assert COOKIE not in browser.cookies
    return browser, answer["second"]


async def test_a_password_alone_is_no_longer_enough(there: ProofTown) -> None:
    phone = await with_app(there, await there.signed_in("ann"))
    browser, second = await begin(there, "ann")
    assert second["kinds"] == ["totp"]
    assert_error(await browser.get(f"{V1}/me"), 401, "sign_in_needed")
    wrong = await browser.post(SECOND, json={"token": second["token"], "code": "000000"})
    assert_error(wrong, 401, "wrong_code")
    answer = await post(browser, SECOND, token=second["token"], code=phone.code)
    assert answer["user"]["email"] == "ann@example.com" and answer["second"] is None
    assert (await me(browser))["factors"] == 1
    used = await there.browser().post(SECOND, json={"token": second["token"], "code": phone.code})
    assert_error(used, 410, "second_step_over")


async def test_five_wrong_codes_end_a_sign_in(there: ProofTown) -> None:
    phone = await with_app(there, await there.signed_in("ann"))
    browser, second = await begin(there, "ann")
    for _ in range(5):
        wrong = await browser.post(SECOND, json={"token": second["token"], "code": "000000"})
        assert_error(wrong, 401, "wrong_code")
    right = await browser.post(SECOND, json={"token": second["token"], "code": phone.code})
    assert_error(right, 410, "second_step_over")


async def test_who_begins_anew_for_every_guess_waits(there: ProofTown) -> None:
    await with_app(there, await there.signed_in("ann"))
    statuses = []
    for _ in range(8):
        browser, second = await begin(there, "ann", "203.0.113.9")
        guess = await browser.post(SECOND, json={"token": second["token"], "code": "000000"})
        statuses.append(guess.status_code)
    assert statuses[:5] == [401] * 5 and statuses[-1] == 429


async def test_many_guesses_at_once_are_one(there: ProofTown) -> None:
    await with_app(there, await there.signed_in("ann"))
    browser, second = await begin(there, "ann")
    tries = [
        browser.post(SECOND, json={"token": second["token"], "code": f"{n:06}"}) for n in range(30)
    ]
    answers = await asyncio.gather(*tries)
    assert sum(each.status_code == 401 for each in answers) <= 5
    assert {each.status_code for each in answers} <= {401, 410, 429}


async def test_a_second_step_does_not_wait_for_ever(there: ProofTown) -> None:
    phone = await with_app(there, await there.signed_in("ann"))
    browser, second = await begin(there, "ann")
    there.clock.at += 601
    late = await browser.post(SECOND, json={"token": second["token"], "code": phone.code})
    assert_error(late, 410, "second_step_over")


async def test_whoever_was_disabled_meanwhile_does_not_come_in(there: ProofTown) -> None:
    phone = await with_app(there, await there.signed_in("ann"))
    browser, second = await begin(there, "ann")
    user = await there.database.users.find_by_email("ann@example.com")
    assert user is not None
    await there.database.users.update(user.model_copy(update={"disabled": True}))
    late = await browser.post(SECOND, json={"token": second["token"], "code": phone.code})
    assert_error(late, 403, "account_disabled")


async def test_codes_on_paper(there: ProofTown) -> None:
    browser = await there.signed_in("ann")
    await with_app(there, browser)
    codes = (await post(browser, f"{MINE}/recovery"))["codes"]
    assert len(codes) == 10
    other, second = await begin(there, "ann")
    assert second["kinds"] == ["totp", "recovery"]
    await post(other, SECOND, token=second["token"], code=codes[0])
    listed = (await browser.get(MINE)).json()["items"]
    assert [(each["kind"], each["left"]) for each in listed] == [("totp", None), ("recovery", 9)]
    again, second = await begin(there, "ann")
    used = await again.post(SECOND, json={"token": second["token"], "code": codes[0]})
    assert_error(used, 401, "wrong_code")
    paper = next(each["id"] for each in listed if each["kind"] == "recovery")
    assert (await browser.delete(f"{MINE}/{paper}")).status_code == 204
    assert [each["kind"] for each in (await browser.get(MINE)).json()["items"]] == ["totp"]


async def test_a_passkey_beside_the_password(there: ProofTown) -> None:
    device = Authenticator(flags=PRESENT)
    await with_passkey(await there.signed_in("ann"), device)
    browser, second = await begin(there, "ann")
    assert second["kinds"] == ["passkey"]
    options = await post(browser, f"{SECOND}/passkey-options", token=second["token"])
    assert options["rpId"] == "localhost"
    await post(browser, SECOND, token=second["token"], credential=device.get(options))
    assert (await me(browser))["email"] == "ann@example.com"


async def test_a_passkey_in_place_of_the_password(there: ProofTown) -> None:
    device = Authenticator()
    made = await with_passkey(await there.signed_in("ann"), device)
    assert (made["kind"], made["name"], made["confirmed"]) == ("passkey", "Key", True)
    browser = there.browser()
    options = await post(browser, f"{V1}/auth/passkey/options")
    assert not options.get("allowCredentials")
    answer = await post(browser, f"{V1}/auth/passkey", credential=device.get(options))
    assert answer["user"]["email"] == "ann@example.com"
    assert (await me(browser))["email"] == "ann@example.com"


@pytest.mark.parametrize("lie", [{"flags": PRESENT}, {"origin": "https://evil.example"}])
async def test_a_passkey_that_lies(there: ProofTown, lie: dict[str, Any]) -> None:
    device = Authenticator()
    await with_passkey(await there.signed_in("ann"), device)
    browser = there.browser()
    options = await post(browser, f"{V1}/auth/passkey/options")
    for name, value in lie.items():
        setattr(device, name, value)
    refused = await browser.post(f"{V1}/auth/passkey", json={"credential": device.get(options)})
    assert_error(refused, 401, "passkey_refused")
    assert COOKIE not in browser.cookies


async def test_passkeys_need_a_name_that_is_known(there: ProofTown) -> None:
    numbers = there.browser(base="http://127.0.0.1:8123")
    assert_error(await numbers.post(f"{V1}/auth/passkey/options"), 409, "passkeys_need_name")
    unknown = there.browser(base="http://evil.example")
    assert_error(await unknown.post(f"{V1}/auth/passkey/options"), 421, "unknown_host")


@pytest.mark.parametrize("credential", [{}, {"response": {}}, {"a": [1] * 1000}])
async def test_nonsense_is_refused_in_words(there: ProofTown, credential: dict[str, Any]) -> None:
    browser = there.browser()
    refused = await browser.post(f"{V1}/auth/passkey", json={"credential": credential})
    assert_error(refused, 401, "passkey_refused")


async def test_what_is_grave_may_be_confirmed_by_a_factor(there: ProofTown) -> None:
    browser = await there.signed_in("ann")
    phone = await with_app(there, browser)
    device = Authenticator()
    await with_passkey(browser, device)
    there.clock.at += CONFIRMED_FOR + 1
    for path in ("totp", "recovery", "passkey/options"):
        assert_error(await browser.post(f"{MINE}/{path}", json={}), 403, "confirm_first")
    assert_error(await browser.delete(f"{MINE}/f_x"), 403, "confirm_first")
    await post(browser, f"{V1}/auth/confirm", code=phone.code)
    await post(browser, f"{MINE}/recovery")
    there.clock.at += CONFIRMED_FOR + 1
    assert_error(await browser.post(f"{MINE}/recovery"), 403, "confirm_first")
    options = await post(browser, f"{V1}/auth/confirm/passkey-options")
    credential = device.get(options)
    await post(browser, f"{V1}/auth/confirm/passkey", credential=credential)
    await post(browser, f"{MINE}/recovery")
    again = await browser.post(f"{V1}/auth/confirm/passkey", json={"credential": credential})
    assert_error(again, 401, "passkey_refused")


async def test_programs_do_not_change_how_people_sign_in(there: ProofTown) -> None:
    browser = await there.signed_in("ann")
    made = await post(browser, f"{V1}/api-keys", name="ci", scopes=["agent.*"])
    program = there.browser()
    for path in ("totp", "recovery", "passkey/options"):
        answer = await program.post(f"{MINE}/{path}", json={}, headers=bearer(made["key"]))
        assert_error(answer, 403, "not_for_programs")


async def test_factors_of_others_are_not_there(there: ProofTown) -> None:
    ann, bob = await there.signed_in("ann"), await there.signed_in("bob")
    await with_app(there, ann)
    (hers,) = (await ann.get(MINE)).json()["items"]
    assert (await bob.get(MINE)).json()["items"] == []
    assert_error(await bob.delete(f"{MINE}/{hers['id']}"), 404, "not_found")
    shown = await bob.post(f"{MINE}/totp/{hers['id']}", json={"code": "123456"})
    assert_error(shown, 404, "not_found")
    assert (await ann.delete(f"{MINE}/{hers['id']}")).status_code == 204
    assert (await sign_in(there.browser(), "ann")).json()["user"] is not None


async def test_secrets_are_told_once(there: ProofTown) -> None:
    browser = await there.signed_in("ann")
    made = await post(browser, f"{MINE}/totp", name="Phone")
    assert made["uri"].startswith("otpauth://totp/Luban:ann@example.com?secret=")
    await with_passkey(browser, Authenticator())
    codes = (await post(browser, f"{MINE}/recovery"))["codes"]
    listed = (await browser.get(MINE)).text
    assert made["secret"] not in listed and not any(code in listed for code in codes)
    assert "secret" not in listed


async def test_where_nobody_has_an_account_there_are_no_factors(tmp_path: Path) -> None:
    async with proof_town(tmp_path, required=False) as there:
        browser = there.browser()
        assert (await browser.get(MINE)).json()["items"] == []
        assert_error(await browser.post(f"{MINE}/totp", json={}), 409, "no_account")


async def test_the_sign_in_page_is_told_of_passkeys(there: ProofTown) -> None:
    state = (await there.browser().get(f"{V1}/auth/state")).json()
    assert state["passkeys"] is True
    assert PASSWORD not in str(state)


async def test_a_code_brings_a_new_session_and_ends_the_one_before(there: ProofTown) -> None:
    browser = await there.signed_in("ann")
    phone = await with_app(there, browser)
    before = browser.cookies[COOKIE]
    second = (await sign_in(browser, "ann")).json()["second"]
    await post(browser, SECOND, token=second["token"], code=phone.code)
    assert browser.cookies[COOKIE] != before
    assert len((await browser.get(f"{V1}/me/sessions")).json()["items"]) == 1


async def test_an_administrator_removes_the_factors_of_who_lost_them(there: ProofTown) -> None:
    ann, root = await there.signed_in("ann"), await there.signed_in("root", "admin")
    await with_app(there, ann)
    await with_passkey(ann, Authenticator())
    user = (await me(ann))["id"]
    path = f"{V1}/users/{user}/factors"
    assert_error(await ann.delete(path), 403, "not_permitted")
    await post(root, f"{V1}/auth/confirm", password=PASSWORD)
    assert (await root.delete(path)).status_code == 204
    assert_error(await ann.get(f"{V1}/me"), 401, "sign_in_needed")
    assert (await sign_in(there.browser(), "ann")).json()["user"]["id"] == user
    there.clock.at += CONFIRMED_FOR + 1
    assert_error(await root.delete(path), 403, "confirm_first")
    assert_error(await root.delete(f"{V1}/users/u_x/factors"), 404, "not_found")


async def test_nobody_removes_the_factors_of_who_may_more(there: ProofTown) -> None:
    root = await there.signed_in("root", "admin")
    await there.database.teams.put_role(Role("clerk", frozenset({"user.update", "user.read"})))
    clerk = await there.signed_in("clerk", "clerk")
    path = f"{V1}/users/{(await me(root))['id']}/factors"
    assert_error(await clerk.delete(path), 403, "above_you")
