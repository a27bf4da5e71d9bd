"""Azure Key Vault, as an application.

https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import quote

from luban.ports.vault import SecretRefused, SecretUnreachable
from luban.sdk.http import Http
from luban.vault.external.answers import ask, fields_of_text, inside, tree

_VERSION = "7.4"
_EARLY = 120
_LASTS = 3600


class AzureSecrets:
    def __init__(
        self,
        name: str,
        prefix: str,
        http: Http,
        *,
        url: str,
        tenant: str,
        client_id: str,
        client_secret: str,
        login_url: str = "https://login.microsoftonline.com",
    ) -> None:
        self.prefix = prefix
        self._name = name
        self._http = http
        self._url = url.rstrip("/")
        self._token_url = f"{login_url.rstrip('/')}/{quote(tenant)}/oauth2/v2.0/token"
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": "https://vault.azure.net/.default",
        }
        self._token, self._ends = "", 0.0

    async def read(self, path: str) -> Mapping[str, str]:
        """Names have neither `/` nor `_` there, so each in the path is a `-`."""
        address = f"{self._name}:{path}"
        secret = quote(path.replace("/", "-").replace("_", "-"), safe="")
        url = f"{self._url}/secrets/{secret}"
        headers = {"Authorization": f"Bearer {await self._bearer(address)}"}
        answer = await ask(
            self._http,
            self._name,
            address,
            "GET",
            url,
            headers=headers,
            params={"api-version": _VERSION},
        )
        if not answer.ok:
            raise SecretUnreachable(address=address, cause=f"it answered {answer.status}")
        return fields_of_text(str(inside(tree(answer, address), "value", address=address)))

    async def _bearer(self, address: str) -> str:
        now = time.time()
        if self._token and now < self._ends - _EARLY:
            return self._token
        answer = await ask(
            self._http, self._name, address, "POST", self._token_url, form=self._form
        )
        if not answer.ok:
            raise SecretRefused(source=self._name, address=address, cause="no token for this app")
        found = tree(answer, address)
        self._token = str(inside(found, "access_token", address=address))
        self._ends = now + float(found.get("expires_in") or _LASTS)
        return self._token
