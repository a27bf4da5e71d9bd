"""Errors under `/v1` as programs written for OpenAI read them: `{"error": {"message", …}}`."""

from __future__ import annotations

from typing import Any

from luban.model.errors import LubanError

PREFIX = "/v1/"
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
NEVER_AGAIN = {"x-should-retry": "false"}
"""Tells the official clients not to ask again by themselves: an agent would act twice."""


ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "OpenAIError",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "message_zh", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "message_zh": {"type": "string"},
                "type": {"type": "string"},
                "param": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "code": {"type": "string"},
            },
        }
    },
}
"""What `error_of` gives."""


def is_asked(path: str) -> bool:
    """Whether an address belongs to this dialect."""
    return path.startswith(PREFIX)


def status_of(error: LubanError) -> int:
    """There, what cannot be understood is a 400."""
    return 400 if error.status == 422 else error.status


def error_of(error: LubanError) -> dict[str, Any]:
    """The error as JSON; `message_zh` is ours."""
    kind = _TYPES.get(error.status) or (
        "invalid_request_error" if error.status < 500 else "server_error"
    )
    told = error.as_json()
    return {
        "error": {
            "message": told["message"],
            "message_zh": told["message_zh"],
            "type": kind,
            "param": error.params.get("name") if error.code == "not_supported" else None,
            "code": error.code,
        }
    }
