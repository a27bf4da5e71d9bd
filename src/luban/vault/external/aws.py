"""AWS Secrets Manager.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping

import orjson

from luban.ports.vault import SecretNotFound, SecretRefused, SecretUnreachable
from luban.sdk.http import Http
from luban.vault.external.answers import ask, fields_of_text, tree
from luban.vault.external.sigv4 import Identity, signed

_MISSING = frozenset({"ResourceNotFoundException"})
_REFUSED = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)


class AwsSecrets:
    def __init__(
        self,
        name: str,
        prefix: str,
        http: Http,
        *,
        region: str,
        access_key: str,
        secret_key: str,
        session_token: str = "",
        url: str = "",
    ) -> None:
        self.prefix = prefix
        self._name = name
        self._http = http
        self._url = url.rstrip("/") or f"https://secretsmanager.{region}.amazonaws.com"
        self._identity = Identity(access_key, secret_key, region, "secretsmanager", session_token)

    async def read(self, path: str) -> Mapping[str, str]:
        address = f"{self._name}:{path}"
        body = orjson.dumps({"SecretId": path})
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "secretsmanager.GetSecretValue",
        }
        url = f"{self._url}/"
        answer = await ask(
            self._http,
            self._name,
            address,
            "POST",
            url,
            headers=signed(self._identity, "POST", url, headers, body, time.time()),
            content=body,
        )
        found = tree(answer, address)
        if not answer.ok:
            kind = str(found.get("__type", "")).rpartition("#")[2]
            if kind in _MISSING:
                raise SecretNotFound(address=address)
            if kind in _REFUSED:
                raise SecretRefused(source=self._name, address=address, cause=kind)
            raise SecretUnreachable(address=address, cause=kind or "it answered 400")
        if isinstance(found.get("SecretString"), str):
            return fields_of_text(found["SecretString"])
        try:
            return {"": base64.b64decode(found["SecretBinary"]).decode()}
        except (KeyError, TypeError, ValueError) as error:
            raise SecretUnreachable(address=address, cause="it answered no text") from error
