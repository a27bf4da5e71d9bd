"""A real browser's passkeys against a real server: what Chromium's own authenticator signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.server.kit import ServerProcess

pytestmark = pytest.mark.browser

PASSWORD = "seven green hippos sing"
EMAIL = "root@example.com"

ASK = """async ([method, path, body]) => {
  const answer = await fetch("/api/v1" + path, {
    method,
    headers: {"content-type": "application/json"},
    body: body === null ? undefined : JSON.stringify(body),
  });
  return [answer.status, answer.status === 204 ? null : await answer.json()];
}"""
CREATE = """async (options) => (await navigator.credentials.create({
  publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
})).toJSON()"""
GET = """async (options) => (await navigator.credentials.get({
  publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
})).toJSON()"""


def give_device(page: Page) -> None:
    """An authenticator inside the browser, which checks its holder."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process = ServerProcess(
        tmp_path_factory.mktemp("passkeys"),
        LUBAN_AUTH="required",
        LUBAN_ADMIN_EMAIL=EMAIL,
        LUBAN_ADMIN_PASSWORD=PASSWORD,
    )
    yield process.url.replace("127.0.0.1", "localhost")
    process.stop()


@pytest.fixture
def page(chromium: Browser, server: str) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server}/sign-in")
    yield page
    context.close()


def ask(page: Page, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    status, answer = page.evaluate(ASK, [method, path, body])
    return status, answer


def well(page: Page, method: str, path: str, body: Any = None) -> Any:
    status, answer = ask(page, method, path, body)
    assert status < 300, answer
    return answer


def test_a_passkey_of_the_browser_signs_in_beside_the_password_and_alone(page: Page) -> None:
    give_device(page)
    given = {"email": EMAIL, "password": PASSWORD}
    assert well(page, "POST", "/auth/sign-in", given)["user"]["email"] == EMAIL
    credential = page.evaluate(CREATE, well(page, "POST", "/me/factors/passkey/options", {}))
    made = well(page, "POST", "/me/factors/passkey", {"name": "Laptop", "credential": credential})
    assert (made["kind"], made["name"]) == ("passkey", "Laptop")

    well(page, "POST", "/auth/sign-out")
    second = well(page, "POST", "/auth/sign-in", given)["second"]
    assert second["kinds"] == ["passkey"]
    token = {"token": second["token"]}
    options = well(page, "POST", "/auth/second-factor/passkey-options", token)
    shown = token | {"credential": page.evaluate(GET, options)}
    assert well(page, "POST", "/auth/second-factor", shown)["user"]["email"] == EMAIL

    well(page, "POST", "/auth/sign-out")
    assert ask(page, "GET", "/me")[0] == 401
    shown = {"credential": page.evaluate(GET, well(page, "POST", "/auth/passkey/options"))}
    assert well(page, "POST", "/auth/passkey", shown)["user"]["email"] == EMAIL
    assert well(page, "GET", "/me")["email"] == EMAIL
    status, refused = ask(page, "POST", "/auth/passkey", shown)  # once more
    assert (status, refused["code"]) == (401, "passkey_refused")

    options = well(page, "POST", "/auth/confirm/passkey-options")
    shown = {"credential": page.evaluate(GET, options)}
    assert ask(page, "POST", "/auth/confirm/passkey", shown)[0] == 204
