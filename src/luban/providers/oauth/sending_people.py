"""The address a person is sent to, and the proof that the answer is to our question. Pure."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

from luban.ports.providers import App, Asking, OAuth


def challenge(verifier: str) -> str:
    """The S256 challenge of RFC 7636 §4.2; `plain` is never used."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def address(oauth: OAuth, app: App, asking: Asking) -> str:
    """Where to send a person (RFC 6749 §4.1.1)."""
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": asking.redirect,
        "state": asking.state,
        **oauth.extra,
        **(oauth.incremental if asking.adds else {}),
    }
    if asking.scopes:
        asked[oauth.scope_parameter] = oauth.delimiter.join(asking.scopes)
    if oauth.pkce:
        asked |= {
            "code_challenge": challenge(asking.verifier),
            "code_challenge_method": "S256",
        }
    parts = urlsplit(oauth.authorize)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in asked]
    return parts._replace(query=urlencode([*kept, *asked.items()])).geturl()
