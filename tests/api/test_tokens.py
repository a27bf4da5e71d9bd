"""Bearer tokens of Supabase over HTTP: who comes with one is known, or made known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from luban.model.access import ADMIN, VIEWER
from luban.services.accounts.outside_tokens import TokenSettings
from luban.services.accounts.proofs import ProofSettings
from luban.services.accounts.users import UserDraft
from tests.accounts.doubles import NOW, TableHttp
from tests.accounts.signing import ec_key, public, rsa_key, token
from tests.api.kit import V1, assert_error
from tests.api.people_kit import PASSWORD, bearer
from tests.api.proof_kit import ProofTown, proof_town

SECRET = "a-secret-that-only-two-houses-know-of"
BASE = "https://abc.supabase.co"
ISSUER = f"{BASE}/auth/v1"
EC, OTHER = ec_key(), rsa_key()
SETTINGS = {
    "SUPABASE_URL": BASE,
    "SUPABASE_JWT_SECRET": SECRET,
    "LUBAN_JWT_ROLE_CLAIM": "app_metadata.role",
}


def signed(key: Any = SECRET, header: dict[str, Any] | None = None, **changed: Any) -> str:
    claims = {
        "iss": ISSUER,
        "aud": "authenticated",
        "sub": "8a1b",
        "email": "ann@example.com",
        "exp": NOW + 3600,
    }
    return token(header or {"alg": "HS256"}, claims | changed, key)


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[ProofTown]:
    http = TableHttp({f"{ISSUER}/.well-known/jwks.json": {"keys": [public(EC, "e1")]}})
    settings = ProofSettings(tokens=TokenSettings.read(SETTINGS))
    async with proof_town(tmp_path, settings, http) as made:
        yield made


async def test_a_user_is_made_once_and_greeted(there: ProofTown) -> None:
    browser = there.browser()
    first = await browser.post(f"{V1}/auth/user", headers=bearer(signed()))
    assert first.status_code == 200, first.text
    user = first.json()
    assert (user["email"], user["role"], user["has_password"]) == ("ann@example.com", "user", False)
    by_key = signed(EC, {"alg": "ES256", "kid": "e1"})
    again = await browser.post(f"{V1}/auth/user", headers=bearer(by_key))
    assert again.json()["id"] == user["id"]
    greeting = await browser.get(f"{V1}/protected-endpoint", headers=bearer(signed()))
    assert greeting.json() == {"message": "Hello, ann@example.com!"}
    assert (await browser.get(f"{V1}/agents", headers=bearer(signed()))).json()["items"] == []


async def test_the_issuers_own_id_is_the_users(there: ProofTown) -> None:
    """Programs name themselves by the token's subject, in `/ws/{user_id}` too."""
    subject = "8a1b0c2d-0000-4000-8000-00000000000a"
    shown = signed(sub=subject)
    answer = await there.browser().post(f"{V1}/auth/user", headers=bearer(shown))
    assert answer.json()["id"] == subject


async def test_who_comes_many_times_at_once_is_one_user(there: ProofTown) -> None:
    browser = there.browser()
    coming = [browser.post(f"{V1}/auth/user", headers=bearer(signed(n=n))) for n in range(25)]
    answers = await asyncio.gather(*coming)
    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["id"] for each in answers}) == 1
    assert await there.database.users.count() == 1


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ("nothing", "wrong_credentials"),
        ("a.b.c", "token_refused"),
        (signed(exp=NOW - 100), "token_refused"),
        (signed(aud="other"), "token_refused"),
        (signed(iss="https://evil.example"), "token_refused"),
        (signed(None, {"alg": "none"}), "token_refused"),
        (signed(OTHER, {"alg": "RS256", "jwk": public(OTHER, None)}), "token_refused"),
        (signed(OTHER, {"alg": "RS256", "kid": "e1"}), "token_refused"),
        (signed("x" * 40), "token_refused"),
        (signed(role="service_role"), "token_refused"),
        (signed(more="x" * 20_000), "token_refused"),
    ],
)
async def test_what_is_no_token_is_nobody(there: ProofTown, shown: str, code: str) -> None:
    browser = there.browser()
    for path, method in (("/auth/user", "POST"), ("/protected-endpoint", "GET"), ("/me", "GET")):
        answer = await browser.request(method, V1 + path, headers=bearer(shown))
        body = assert_error(answer, 401, code)
        assert SECRET not in str(body)
    assert await there.database.users.count() == 0


async def test_without_a_token_one_is_asked_for(there: ProofTown) -> None:
    answer = await there.browser().get(f"{V1}/protected-endpoint")
    assert_error(answer, 401, "sign_in_needed")


async def test_an_account_with_a_password_is_not_taken_over(there: ProofTown) -> None:
    await there.accounts.users.make(UserDraft("ann@example.com", "Ann", ADMIN.name, PASSWORD))
    answer = await there.browser().post(f"{V1}/auth/user", headers=bearer(signed()))
    assert_error(answer, 409, "link_first")


async def test_without_an_email_there_is_no_account(there: ProofTown) -> None:
    answer = await there.browser().post(f"{V1}/auth/user", headers=bearer(signed(email="")))
    assert_error(answer, 403, "no_usable_email")


async def test_a_role_comes_only_from_where_the_settings_say(there: ProofTown) -> None:
    await there.accounts.users.make(UserDraft("root@example.com", "Root", ADMIN.name, PASSWORD))
    browser = there.browser()

    async def role(**changed: Any) -> str:
        answer = await browser.post(f"{V1}/auth/user", headers=bearer(signed(**changed)))
        return answer.json()["role"]

    assert await role(role="admin", user_metadata={"role": "admin"}) == "user"
    assert await role(app_metadata={"role": VIEWER.name}) == "viewer"
    assert await role(app_metadata={"role": "emperor"}) == "viewer"
    assert await role(app_metadata={"role": ADMIN.name}) == "admin"
    assert await role(app_metadata={"role": "user"}) == "user"


async def test_a_token_makes_nobody_the_last_administrator_less(there: ProofTown) -> None:
    browser = there.browser()
    made = signed(app_metadata={"role": ADMIN.name})
    assert (await browser.post(f"{V1}/auth/user", headers=bearer(made))).json()["role"] == "admin"
    less = signed(app_metadata={"role": "viewer"})
    assert (await browser.post(f"{V1}/auth/user", headers=bearer(less))).json()["role"] == "admin"


async def test_who_was_disabled_stays_out(there: ProofTown) -> None:
    browser = there.browser()
    made = (await browser.post(f"{V1}/auth/user", headers=bearer(signed()))).json()
    user = await there.database.users.find(made["id"])
    assert user is not None
    await there.database.users.update(user.model_copy(update={"disabled": True}))
    there.accounts.recent.forget()
    answer = await browser.get(f"{V1}/protected-endpoint", headers=bearer(signed()))
    assert_error(answer, 403, "account_disabled")


async def test_a_token_changes_no_password_and_no_factor(there: ProofTown) -> None:
    browser = there.browser()
    await browser.post(f"{V1}/auth/user", headers=bearer(signed()))
    answer = await browser.post(f"{V1}/me/factors/totp", json={}, headers=bearer(signed()))
    assert_error(answer, 403, "not_for_programs")


async def test_without_settings_no_token_counts(tmp_path: Path) -> None:
    async with proof_town(tmp_path) as there:
        answer = await there.browser().post(f"{V1}/auth/user", headers=bearer(signed()))
        assert_error(answer, 401, "wrong_credentials")
