"""A server that speaks like GitHub: authorizes at once, checks PKCE, and tells of one account."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

CLIENT, SECRET = "Iv1.0123", "s3cret"


class Github(ThreadingHTTPServer):
    """`user` and `emails` are what it tells; `asked` the forms it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.user: Any = {"id": 583231, "login": "ada", "name": None, "email": None}
        self.emails: Any = [
            {"email": "ada@other.example", "primary": False, "verified": True},
            {"email": "Ada@example.com", "primary": True, "verified": True},
        ]
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.url = f"http://localhost:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    @property
    def _hub(self) -> Github:
        return cast("Github", self.server)

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        if path == "/login/oauth/authorize":
            code = secrets.token_hex(10)
            self._hub.codes[code] = query
            answer = urlencode({"code": code, "state": query["state"]})
            self.send_response(302)
            self.send_header("location", f"{query['redirect_uri']}?{answer}")
            self.send_header("content-length", "0")
            self.end_headers()
        elif self.headers["authorization"].removeprefix("Bearer ") not in self._hub.tokens:
            self._send(401, {"message": "Bad credentials"})
        else:
            told = {"/api/v3/user": self._hub.user, "/api/v3/user/emails": self._hub.emails}
            self._send(200 if path in told else 404, told.get(path, {"message": "Not Found"}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = dict(parse_qsl(body))
        self._hub.asked.append(form)
        sent = self._hub.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            sent
            and (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
            and sent["redirect_uri"] == form["redirect_uri"]
            and (sent["code_challenge"], sent["code_challenge_method"]) == (challenge, "S256")
        )
        if sent is None or not right:  # GitHub says so with 200
            self._send(200, {"error": "bad_verification_code", "error_description": "<expired>"})
            return
        token = f"gho_{secrets.token_hex(18)}"
        self._hub.tokens.add(token)
        self._send(200, {"access_token": token, "token_type": "bearer", "scope": sent["scope"]})

    def _send(self, status: int, told: Any) -> None:
        as_json = "json" in (self.headers["accept"] or "")
        content = (json.dumps(told) if as_json else urlencode(told)).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json" if as_json else "text/plain")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@contextmanager
def github() -> Iterator[Github]:
    with Github() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
