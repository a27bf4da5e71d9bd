"""Local servers that speak the wires of other people's vaults, as their documentation says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SECRETS: dict[str, dict[str, str]] = {"team/openai": {"api_key": "sk-1", "org": "o"}}
TOKEN = "t-o-k-e-n"

Reply = tuple[int, Any]


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class VaultServer:
    """What is asked is judged by `answer`; `trouble` answers instead, if it is set."""

    answer: Callable[[Asked], Reply]
    url: str = ""
    trouble: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])
    released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(answer: Callable[[Asked], Reply]) -> Iterator[VaultServer]:
    state = VaultServer(answer)

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(
                self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length)
            )
            state.asked.append(asked)
            status, told = _trouble(state) or state.answer(asked)
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                return  # whoever asked did not wait

        do_GET = do_POST = _do  # noqa: N815  (the names the base class calls)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    state.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.released.set()
        listening.shutdown()
        thread.join()
        listening.server_close()


def _trouble(state: VaultServer) -> Reply | None:
    match state.trouble:
        case "":
            return None
        case "silent":
            state.released.wait(30)
            return 200, {}
        case "not json":
            return 200, b"<html>"
        case "no object":
            return 200, [1]
        case "empty":
            return 200, {}
        case status:
            return int(status), {"message": f"secret words {TOKEN}"}


def hashicorp(asked: Asked) -> Reply:
    if asked.headers.get("x-vault-token") != TOKEN:
        return 403, {"errors": ["permission denied"]}
    path = asked.path.removeprefix("/v1/secret/data/")
    if path == "deleted":
        return 200, {"data": {"data": None, "metadata": {"deletion_time": "…"}}}
    if path not in SECRETS:
        return 404, {"errors": []}
    return 200, {"data": {"data": SECRETS[path], "metadata": {"version": 3}}}


def aws(asked: Asked) -> Reply:
    """Checks the signature by computing it anew, from what was sent and the known key."""
    if not _signed_rightly(asked):
        return 400, {"__type": "InvalidSignatureException", "message": "…"}
    assert asked.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    wanted = json.loads(asked.body)["SecretId"]
    if wanted == "binary":
        return 200, {"SecretBinary": base64.b64encode(b"in bytes").decode()}
    if wanted not in SECRETS:
        return 400, {"__type": "com.amazon.coral#ResourceNotFoundException"}
    return 200, {"Name": wanted, "SecretString": json.dumps(SECRETS[wanted])}


def _signed_rightly(asked: Asked) -> bool:
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=AKID/(\d{8})/eu-west-1/secretsmanager/aws4_request, "
        r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
        asked.headers.get("authorization", ""),
    )
    if found is None:
        return False
    day, names, signature = found.groups()
    needed = {"host", "x-amz-date", "x-amz-target", "content-type"}
    if not needed <= set(names.split(";")):
        return False
    lines = [f"{name}:{asked.headers[name]}" for name in names.split(";")]
    digest = hashlib.sha256(asked.body).hexdigest()
    canonical = "\n".join(["POST", asked.path, "", *lines, "", names, digest])
    scope = f"{day}/eu-west-1/secretsmanager/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{asked.headers['x-amz-date']}\n{scope}\n{hashed}"
    key = b"AWS4wJalrX"
    for part in (day, "eu-west-1", "secretsmanager", "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return hmac.new(key, text.encode(), "sha256").hexdigest() == signature


PRIVATE = rsa.generate_private_key(65537, 2048)


def gcp_key(url: str) -> str:
    pem = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {"client_email": "luban@p.iam", "private_key": pem, "token_uri": f"{url}/token"}
    return json.dumps({"type": "service_account", **account})


def gcp(asked: Asked) -> Reply:
    if asked.path == "/token":
        form = parse_qs(asked.body.decode())
        head, claims, signature = form["assertion"][0].split(".")
        told = json.loads(_decoded(claims))
        PRIVATE.public_key().verify(
            _decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        assert told["iss"] == "luban@p.iam"
        assert told["exp"] > time.time()
        return 200, {"access_token": TOKEN, "expires_in": 3600}
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return 401, {}
    name = asked.path.removeprefix("/v1/projects/p/secrets/").removesuffix(
        "/versions/latest:access"
    )
    known = {path.replace("/", "-"): value for path, value in SECRETS.items()}
    if name not in known:
        return 404, {}
    data = base64.b64encode(json.dumps(known[name]).encode()).decode()
    return 200, {"payload": {"data": data}}


def azure(asked: Asked) -> Reply:
    if asked.path == "/tenant/oauth2/v2.0/token":
        form = parse_qs(asked.body.decode())
        if form["client_secret"] != ["cs"]:
            return 401, {"error": "invalid_client"}
        return 200, {"access_token": TOKEN, "expires_in": 3600}
    if asked.headers.get("authorization") != f"Bearer {TOKEN}" or "api-version" not in asked.query:
        return 401, {}
    known = {path.replace("/", "-"): value for path, value in SECRETS.items()}
    name = asked.path.removeprefix("/secrets/")
    if name not in known:
        return 404, {}
    return 200, {"value": json.dumps(known[name]), "id": "…"}


def onepassword(asked: Asked) -> Reply:
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return 401, {"message": "Invalid bearer token"}
    wanted = asked.query.get("filter", [""])[0]
    if asked.path == "/v1/vaults":
        return 200, [{"id": "v1", "name": "team"}] if wanted == 'name eq "team"' else []
    if asked.path == "/v1/vaults/v1/items":
        return 200, [{"id": "i1", "title": "openai"}] if wanted == 'title eq "openai"' else []
    assert asked.path == "/v1/vaults/v1/items/i1"
    fields: list[dict[str, Any]] = [
        {"id": str(n), "label": name, "value": value}
        for n, (name, value) in enumerate(SECRETS["team/openai"].items())
    ]
    return 200, {"id": "i1", "fields": [*fields, {"id": "notes", "label": "notes"}]}


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
