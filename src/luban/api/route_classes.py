"""Which kind of request an address is, so that each kind is counted for itself."""

from __future__ import annotations

import re

from luban.services.rate_limits import RateClass

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

_SIGN_IN = re.compile(
    r"/api/v1/auth/(?!state$|sign-out$|user$|invitations/[^/]+$).+"
    r"|/api/v1/(auth/confirm|auth/invitations/[^/]+|me/password)"
    r"|/(api/v1/)?login"
)
"""Where passwords, codes and tokens can be guessed."""

_STARTING = re.compile(
    r".*/(runs|executions|start|retry|fork|execute)|/(api/v1/)?webhooks?/in/.*|/hooks/.*"
    r"|/v1/(chat/completions|responses|embeddings)|/api/v1/threads/[^/]+/messages"
    r"|/api/v1/proposals"
)
_STREAM = re.compile(r".*/(events|stream)|/ws(/.*)?")
_STATUS = re.compile(
    r".*/(runs|executions)/[^/]+(/(steps|status|state))?|.*/agents/[^/]+/(runs|executions|status)"
)


def class_of(method: str, path: str) -> RateClass:
    """The kind of a request of somebody known; `websocket` is a method here."""
    if method == "websocket":
        return "stream"
    if method in _READING:
        if _STREAM.fullmatch(path):
            return "stream"
        if _is_guess(path):
            return "sign_in"
        return "status" if _STATUS.fullmatch(path) else "read"
    if _SIGN_IN.fullmatch(path):
        return "sign_in"
    return "start" if _STARTING.fullmatch(path) else "write"


def _is_guess(path: str) -> bool:
    """Reading an invitation or a shared link by its token is trying a token; so is coming back."""
    return path.startswith(("/api/v1/auth/invitations/", "/api/v1/auth/providers/"))
