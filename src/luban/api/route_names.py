"""What a route is called where people and machines count requests: its address and its action."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from starlette.types import Scope

_OWN = {
    "sign_in": ("session.begin", "session"),
    "sign_out": ("session.end", "session"),
    "confirm": ("session.confirm", "session"),
    "show_second_factor": ("session.begin", "session"),
    "show_passkey": ("session.begin", "session"),
    "confirm_by_passkey": ("session.confirm", "session"),
    "finish_sign_in": ("session.return", "session"),
    "get_token_user": ("user.recognize", "user"),
    "create_my_code_app": ("factor.create", "factor"),
    "confirm_my_code_app": ("factor.confirm", "factor"),
    "create_my_passkey": ("factor.create", "factor"),
    "create_my_recovery_codes": ("factor.create", "factor"),
    "delete_my_factor": ("factor.delete", "factor"),
    "delete_my_identity": ("identity.delete", "identity"),
    "make_first_user": ("user.create", "user"),
    "publish": ("version.publish", "version"),
    "delete_agent_state": ("agent.forget", "agent"),
    "add_table_rows": ("table.update", "table"),
    "add_documents": ("collection.update", "collection"),
    "delete_document": ("collection.update", "collection"),
    "redeliver": ("delivery.redeliver", "delivery"),
    "run_shared": ("run.start", "run"),
    "copy_shared": ("agent.copy", "agent"),
    "invite_to_team": ("invitation.create", "invitation"),
    "withdraw_team_invitation": ("invitation.withdraw", "invitation"),
    "create_user_invitation": ("invitation.create", "invitation"),
    "delete_user_invitation": ("invitation.withdraw", "invitation"),
    "change_me": ("user.update", "user"),
    "set_my_password": ("password.set", "user"),
    "reset_user_password": ("password.reset", "user"),
    "set_my_email": ("email.set", "user"),
    "choose_my_team": ("session.update", "session"),
    "end_other_sessions": ("session.end", "session"),
    "delete_user_factors": ("factor.delete", "factor"),
    "foreign_create_agent": ("agent.create", "agent"),
    "foreign_start_agent": ("run.start", "run"),
    "foreign_stop_agent": ("run.cancel", "run"),
    "create_graph": ("agent.create", "agent"),
    "change_graph": ("agent.update", "agent"),
    "delete_graph": ("agent.delete", "agent"),
    "execute_graph": ("run.start", "run"),
    "openai_start_chat": ("run.start", "run"),
    "openai_start_response": ("run.start", "run"),
    "openai_cancel_response": ("run.cancel", "run"),
    "openai_start_embedding": ("run.start", "run"),
    "stop_thread": ("run.cancel", "run"),
    "stop_execution": ("run.cancel", "run"),
    "start_connecting": ("credential.ask", "credential"),
    "start_connecting_device": ("credential.ask", "credential"),
    "go_connecting": ("credential.ask", "credential"),
    "get_connecting": ("credential.ask", "credential"),
    "finish_connecting": ("credential.connect", "credential"),
    "set_budget": ("budget.set", "budget"),
    "set_tool_server": ("tool_server.update", "tool_server"),
    "set_file_quota": ("quota.set", "file"),
    "get_linked_file": ("file.read", "file"),
    "create_file_link": ("file.share", "file"),
}
"""Routes whose names are not a verb and a noun."""
_SAID = {"change": "update"}
UNCHANGING = frozenset(
    {
        "document.check",
        "agent.estimate",
        "proposal.preview",
        "my_passkey.begin",
        "passkey.ask",
        "second_passkey.ask",
        "confirming_passkey.ask",
    }
)
"""Actions that are asked for with POST and change nothing."""
UNKNOWN = "other"
"""What stands for every address there is nothing at: they are without number."""
SECRET = frozenset({"token", "code", "state", "secret"})
"""Names of places in an address that hold what only the caller may know."""


_HOLDS_TOKEN = re.compile(
    r"(/api/v1/(?:shared|files/linked|auth/invitations|credentials/oauth(?!/(?:start|device|callback)$))|/s|/invitations)"
    r"/[^/]+"
)
"""Addresses with a token in them, whether or not a route was found for them."""


@lru_cache(maxsize=1024)
def _action(name: str) -> tuple[str, str]:
    if name in _OWN:
        return _OWN[name]
    verb, _, noun = name.partition("_")
    noun = noun or "server"
    if noun.endswith("s") and not noun.endswith("ss") and verb not in ("set", "reset"):
        noun = noun.removesuffix("s")
    return f"{noun}.{_SAID.get(verb, verb)}", noun


def action_named(name: str) -> str:
    """The action of the route with this name."""
    return _action(name)[0]


def action_of(route: Any) -> tuple[str, str]:
    """Noun and verb, and the noun: `create_agent` is `agent.create` of an `agent`."""
    return _action(route.name) if route is not None else ("", "")


def full_path(scope: Scope) -> str:
    """The address as the route has it, with names for ids: `/api/v1/agents/{agent_id}`."""
    route = scope.get("route")
    if route is None:
        return _rewritten(scope) if "endpoint" in scope else UNKNOWN
    template: str = route.path
    asked: str = scope["path"]
    filled = template
    for name, value in (scope.get("path_params") or {}).items():
        for written in (f"{{{name}}}", f"{{{name}:path}}"):
            filled = filled.replace(written, str(value))
    return asked.removesuffix(filled) + template if asked.endswith(filled) else template


def _rewritten(scope: Scope) -> str:
    """The address of a route that is not the framework's, such as a stream of events."""
    path: str = scope["path"]
    for name, value in (scope.get("path_params") or {}).items():
        path = path.replace(f"/{value}", f"/{{{name}}}")
    return path


def shown_path(scope: Scope) -> str:
    """The address as it may be logged: as it was asked for, unless it holds a secret."""
    if SECRET.isdisjoint(scope.get("path_params") or ()):
        return _HOLDS_TOKEN.sub(r"\1/…", scope["path"])
    return full_path(scope)


def named_in(scope: Scope) -> dict[str, str]:
    """The ids in the address, without secrets."""
    named = scope.get("path_params") or {}
    return {name: str(value)[:200] for name, value in named.items() if name not in SECRET}
