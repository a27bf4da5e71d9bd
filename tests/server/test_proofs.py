"""Sign-in by others and tokens of others, as settings switch them on in a real server."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from tests.accounts.signing import token
from tests.server.kit import ServerProcess, refusal

SECRET = "a-secret-that-only-two-houses-know-of"
SUPABASE = {"SUPABASE_URL": "https://abc.supabase.co", "SUPABASE_JWT_SECRET": SECRET}


def test_what_the_settings_say_is_there(tmp_path: Path) -> None:
    (tmp_path / "luban.toml").write_text(
        '[[sign_in]]\nid = "google"\nclient_id = "x"\nclient_secret = "y"\n', encoding="utf-8"
    )
    server = ServerProcess(
        tmp_path, LUBAN_AUTH="required", LUBAN_SIGN_IN_GITHUB_CLIENT_ID="z", **SUPABASE
    )
    claims = {
        "iss": "https://abc.supabase.co/auth/v1",
        "aud": "authenticated",
        "sub": "8a1b",
        "email": "ann@example.com",
        "exp": time.time() + 60,
    }
    shown = token({"alg": "HS256"}, claims, SECRET)
    with httpx2.Client(base_url=f"{server.url}/api/v1") as client:
        state = client.get("/auth/state").json()
        assert [each["title"] for each in state["providers"]] == ["Google", "GitHub"]
        assert state["passkeys"] is True
        headers = {"authorization": f"Bearer {shown}"}
        greeting = client.get("/protected-endpoint", headers=headers)
        assert greeting.json() == {"message": "Hello, ann@example.com!"}
        headers = {"authorization": f"Bearer {shown[:-4]}AAAA"}
        assert client.get("/protected-endpoint", headers=headers).status_code == 401
    code, said = server.stop()
    assert code == 0
    assert SECRET not in said and shown not in said


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"SUPABASE_JWT_SECRET": "too short"}, "LUBAN_JWT_SECRET"),
        ({"LUBAN_SIGN_UP": "everybody"}, "sign_up"),
        ({"LUBAN_SIGN_IN_ACME_CLIENT_ID": "x"}, "sign_in acme.issuer"),
    ],
)
def test_settings_that_are_no_good_are_told_at_once(
    tmp_path: Path, more: dict[str, str], named: str
) -> None:
    code, said = refusal(tmp_path, **more)
    assert code != 0
    assert named in said and "Traceback" not in said
    assert "too short" not in said
