"""What the generated description of the API leaves out: errors, permissions, headers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from luban.api import openai_errors
from luban.api.caller import permissions_of
from luban.model.access import PUBLIC

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorView"}}}

_OPENAI = "OpenAIError"
_OPENAI_ERROR = {"application/json": {"schema": {"$ref": f"#/components/schemas/{_OPENAI}"}}}

_ERRORS: dict[str, tuple[str, str]] = {
    "400": ("BadRequest", "The request cannot be understood."),
    "401": ("SignInNeeded", "Nobody is signed in, or what was shown is not valid any more."),
    "403": ("NotPermitted", "Whoever asks may not do this, or a page of another site asks."),
    "404": ("NotFound", "There is no such thing, or it belongs to somebody else."),
    "409": (
        "Conflict",
        "Something stands in the way: another change, another state, a name taken.",
    ),
    "413": ("TooLarge", "The request has more bytes than it may."),
    "422": ("Invalid", "A value cannot be used; `details` say which and why."),
    "429": ("TooManyRequests", "Too much at a time; `Retry-After` says when to come back."),
}
_READING = frozenset({"get", "head", "options"})


def describe(schema: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Adds to every operation what it may answer besides success, and what it needs."""
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                operation = schema["paths"][route.path_format][method.lower()]
                operation["x-permission"] = " ".join(permissions_of(route))
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            answers = operation.setdefault("responses", {})
            in_openai_words = openai_errors.is_asked(path)
            for status in _statuses(path, method, operation):
                name = f"{_OPENAI if in_openai_words else ''}{_ERRORS[status][0]}"
                answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
            if in_openai_words:
                for others in ("4XX", "5XX"):
                    answers[others] = {"description": "An error.", "content": _OPENAI_ERROR}
    components = schema.setdefault("components", {})
    components["responses"] = {
        f"{prefix}{name}": _answer(status, content)
        for prefix, content in (("", _ERROR), (_OPENAI, _OPENAI_ERROR))
        for status, (name, _) in _ERRORS.items()
    }
    components.setdefault("schemas", {})[_OPENAI] = openai_errors.ERROR_SCHEMA
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a token."},
        "session": {"type": "apiKey", "in": "cookie", "name": "luban_session"},
    }


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    found = ["429"]
    if operation.get("x-permission", PUBLIC) != PUBLIC:
        found += ["401", "403"]
    if "{" in path:
        found += ["404"]
    if "{" in path or operation.get("parameters") or "requestBody" in operation:
        found += ["400", "422"]
    if method not in _READING:
        found += ["403", "409"]
    if "requestBody" in operation:
        found += ["413"]
    return sorted(set(found))


def _answer(status: str, content: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": _ERRORS[status][1], "content": content}
    if status == "429":
        answer["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}},
            "RateLimit-Limit": {"schema": {"type": "integer"}},
            "RateLimit-Remaining": {"schema": {"type": "integer"}},
            "RateLimit-Reset": {"description": "Seconds.", "schema": {"type": "integer"}},
        }
    if status == "401":
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer
