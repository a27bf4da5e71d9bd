"""Google Cloud Secret Manager, as a service account.

https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from luban.model.errors import InvalidValue
from luban.ports.vault import SecretRefused, SecretUnreachable
from luban.sdk.http import Http
from luban.vault.external.answers import ask, fields_of_text, inside, tree

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LASTS = 3600
_EARLY = 120


class GcpSecrets:
    """`key` is the service account's key file, its JSON or where it lies."""

    def __init__(
        self,
        name: str,
        prefix: str,
        http: Http,
        *,
        project: str,
        key: str,
        url: str = "https://secretmanager.googleapis.com",
    ) -> None:
        self.prefix = prefix
        self._name = name
        self._http = http
        self._project = project
        self._url = url.rstrip("/")
        self._account = _account(key)
        self._token, self._ends = "", 0.0

    async def read(self, path: str) -> Mapping[str, str]:
        """Names have no `/` there, so one in the path is a `-`."""
        address = f"{self._name}:{path}"
        secret = quote(path.replace("/", "-"), safe="")
        url = f"{self._url}/v1/projects/{self._project}/secrets/{secret}/versions/latest:access"
        headers = {"Authorization": f"Bearer {await self._bearer(address)}"}
        answer = await ask(self._http, self._name, address, "GET", url, headers=headers)
        data = inside(tree(answer, address), "payload", "data", address=address)
        try:
            return fields_of_text(base64.b64decode(data, validate=True).decode())
        except (TypeError, ValueError) as error:
            raise SecretUnreachable(address=address, cause="it answered no text") from error

    async def _bearer(self, address: str) -> str:
        now = time.time()
        if self._token and now < self._ends - _EARLY:
            return self._token
        form = {"grant_type": _GRANT, "assertion": self._assertion(int(now))}
        answer = await ask(
            self._http, self._name, address, "POST", self._account["token_uri"], form=form
        )
        if not answer.ok:
            raise SecretRefused(source=self._name, address=address, cause="no token for its key")
        found = tree(answer, address)
        self._token = str(inside(found, "access_token", address=address))
        self._ends = now + float(found.get("expires_in") or _LASTS)
        return self._token

    def _assertion(self, now: int) -> str:
        """A signed claim to be the service account (RFC 7523)."""
        account = self._account
        claims = {
            "iss": account["client_email"],
            "scope": _SCOPE,
            "aud": account["token_uri"],
            "iat": now,
            "exp": now + _LASTS,
        }
        text = ".".join(_encoded(each) for each in ({"alg": "RS256", "typ": "JWT"}, claims))
        private = load_pem_private_key(account["private_key"].encode(), None)
        assert isinstance(private, rsa.RSAPrivateKey)
        signature = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_url_safe(signature)}"


def _account(key: str) -> dict[str, Any]:
    from pathlib import Path

    try:
        text = key if key.lstrip().startswith("{") else Path(key).read_text(encoding="utf-8")
        account = orjson.loads(text)
        kept = {name: account[name] for name in ("client_email", "private_key", "token_uri")}
        private = load_pem_private_key(kept["private_key"].encode(), None)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _bad_key() from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise _bad_key()
    return kept


def _bad_key() -> InvalidValue:
    return InvalidValue(
        name="secrets.key",
        value="•••",
        expected="it must be the JSON key file of a service account, or its path",
        expected_zh="必须是服务账号的 JSON 密钥文件内容或其路径",
    )


def _encoded(part: Mapping[str, Any]) -> str:
    return _url_safe(orjson.dumps(part))


def _url_safe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
