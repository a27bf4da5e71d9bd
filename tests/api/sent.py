"""What each operation is sent besides its address, and how it answers where that is special."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from typing import Any

from luban.model.access import USER
from luban.services.accounts.one_time_codes import code_at, period_of
from tests.api.things import ACME, INPUTS, PASSWORD, Maker, Operation, Things, Tree, password_of
from tests.services.kit import CALCULATOR


async def sent(things: Things, operation: Operation) -> Tree:
    """What `http.request` is given besides method and address."""
    sends = SENT.get(operation.id)
    return await sends(things) if sends else {}


def _json(**body: Any) -> Maker:
    async def sent(things: Things) -> Tree:
        return {"json": body}

    return sent


async def _compared(things: Things) -> Tree:
    return {"params": {"with": await things.of("run_id")}}


async def _state_key(things: Things) -> Tree:
    return {"params": {"key": "nothing"}}


async def _new_link(things: Things) -> Tree:
    return {"json": {"resource": "agent", "resource_id": await things.of("agent_id")}}


async def _to_agent(things: Things) -> Tree:
    model = f"agent/{await things.of('agent_id')}"
    said = [{"role": "user", "content": "Hi"}]
    return {"json": {"model": model, "messages": said, "input": "Hi"}}


async def _upload(things: Things) -> Tree:
    return {"files": {"file": ("a", b"x")}}


async def _sign_in(things: Things) -> Tree:
    return {"json": {"email": f"{things.name}@example.com", "password": await password_of(things)}}


async def _proof(things: Things) -> Tree:
    return {"json": {"password": await password_of(things)}}


async def _reset(things: Things) -> Tree:
    link = await things.home.house.accounts.resets.make(things.caller, things.caller.user, "")
    return {"json": {"token": re.split("[/=]", link)[-1], "password": PASSWORD}}


async def _own_choice(things: Things) -> Tree:
    return {"json": {"team": things.owner}}


async def _code(things: Things) -> Tree:
    secret = base64.b32decode((await things.of("app"))["secret"])
    return {"json": {"code": code_at(secret, period_of(time.time()))}}


async def _many_runs(things: Things) -> Tree:
    return {"json": {"action": "cancel", "ids": [await things.of("run_id")]}}


async def _many_agents(things: Things) -> Tree:
    return {"json": {"action": "delete", "ids": [await things.of("agent_id")]}}


async def _connection(things: Things) -> Tree:
    return {"json": {"provider": await things.of("own_provider"), "name": "Mine"}}


async def _new_credential(things: Things) -> Tree:
    provider, secret = await things.of("own_provider"), {"acme_key": "9876543210"}
    new = {"provider": provider, "name": "Mine", "kind": "header", "secret": secret}
    return {"json": new}


async def _tried_model(things: Things) -> Tree:
    return {"json": {"id": f"home/{await things.of('model_name')}"}}


async def _some_changes(things: Things) -> Tree:
    return {"json": {"changes": ["c1"]}}


_DOCUMENT = {**CALCULATOR, "name": "Another"}

SENT: dict[str, Maker] = {
    "change_agent": _json(name="Renamed"),
    "create_agent": _json(document=_DOCUMENT),
    "check_document": _json(document=_DOCUMENT),
    "start_run": _json(inputs=INPUTS),
    "signal_run": _json(name="paid"),
    "create_proposal": _json(message="an agent that adds"),
    "preview_proposal": _some_changes,
    "compare_runs": _compared,
    "answer_approval": _json(choice="yes"),
    "upload_file": _upload,
    "add_table_rows": _json(rows=[{"n": 1}]),
    "add_documents": _json(documents=[{"text": "A text"}]),
    "create_model": _json(id="mine/m", base_url="https://1.1.1.1/v1"),
    "put_model": _json(base_url="https://1.1.1.1/v1"),
    "test_model": _tried_model,
    "create_memory": _json(text="A memory"),
    "update_memory": _json(text="Another memory"),
    "delete_agent_state": _state_key,
    "change_file": _json(path="reports/a.csv"),
    "set_file_quota": _json(quota=1000),
    "set_budget": _json(day={"usd": 5.0}),
    "estimate_agent": _json(inputs=INPUTS),
    "set_caps": _json(weight=1.0),
    "create_link": _new_link,
    "openai_start_chat": _to_agent,
    "openai_start_response": _to_agent,
    "openai_start_embedding": _json(model="", input=[1]),
    "create_message": _json(text="Good day"),
    "change_thread": _json(pinned=True),
    "run_shared": _json(inputs=INPUTS),
    "foreign_create_agent": _json(name="Foreign"),
    "foreign_start_agent": _json(inputs=INPUTS),
    "create_graph": _json(name="Graph"),
    "change_graph": _json(name="Graph"),
    "execute_graph": _json(input_data=INPUTS),
    "create_team": _json(name="Another"),
    "change_team": _json(name="Renamed"),
    "change_member": _json(role="viewer"),
    "invite_to_team": _json(email="somebody@example.com"),
    "put_role": _json(permissions=[]),
    "make_first_user": _json(email="first@example.com", password=PASSWORD),
    "sign_in": _sign_in,
    "confirm": _proof,
    "request_reset": _json(email="somebody@example.com"),
    "reset_password": _reset,
    "confirm_email": _json(token="no token"),
    "accept_invitation": _json(name="New", password=PASSWORD),
    "change_me": _json(name="Renamed"),
    "set_my_password": _json(new=PASSWORD),
    "set_my_email": _json(email="another@example.com"),
    "choose_my_team": _own_choice,
    "create_api_key": _json(name="Key"),
    "bulk_runs": _many_runs,
    "bulk_agents": _many_agents,
    "create_webhook": _json(url="https://hook.invalid/"),
    "change_webhook": _json(name="Renamed"),
    "create_tool_server": _json(name="Tools", url="http://127.0.0.1:9/mcp"),
    "set_tool_server": _json(name="Renamed", url="http://127.0.0.1:9/mcp"),
    "connect_tool_server": _json(elsewhere=True),
    "put_provider": _json(**ACME),
    "put_provider_app": _json(client_id="another"),
    "start_connecting": _connection,
    "start_connecting_device": _connection,
    "create_credential": _new_credential,
    "change_credential": _json(name="Renamed"),
    "create_my_code_app": _json(name="Phone"),
    "confirm_my_code_app": _code,
    "create_my_passkey": _json(credential={}),
    "show_second_factor": _json(token="no token"),
    "ask_second_passkey": _json(token="no token"),
    "show_passkey": _json(credential={}),
    "confirm_by_passkey": _json(credential={}),
    "create_user": _json(email="somebody@example.com"),
    "create_user_invitation": _json(email="somebody@example.com"),
    "change_user": _json(name="Renamed"),
}
"""What an operation takes besides its address; each that must have a body stands here."""

ALSO_NEEDS: Mapping[str, str] = {
    "accept_proposal": "agent.create",
    "create_link": "agent.read",  # nobody shares what they may not see
    "bulk_agents": "agent.delete",
    # nobody gives, or takes, what they may not themselves
    "put_role": "agent.read",
    "remove_role": "agent.read",
    "change_member": " ".join(USER.permissions),
    "remove_member": " ".join(USER.permissions | {"team.manage"}),
    "invite_to_team": " ".join(USER.permissions | {"user.create"}),
}
"""What an operation looks for beside the permission it declares; the noun's own tests try it."""

OWN_STATUS: Mapping[str, set[int]] = {
    "resume_run": {409},  # it was not paused
    "stop_thread": {409},  # nobody answers in it
    "openai_start_chat": {400},  # the agent cannot be talked to
    "openai_start_response": {400},
    "openai_start_embedding": {400},  # it takes no tokens
    "delete_run": {409},  # it is under way
    "get_archive": {409},
    "delete_agent_state": {404},  # it keeps nothing
    "make_first_user": {409},  # there is one already
    "get_readiness": {503},  # no worker was started
    "redeliver": {409},  # it is on its way
    "start_connecting_device": {422},  # it shows no codes
    "connect_tool_server": {403},  # where it is may not be reached
    "revoke_credential": {422},  # it was entered, not connected
    "finish_connecting": {302},
    "go_connecting": {302, 410},  # over once somebody else came with it
    "confirm_email": {410},  # the token goes by mail
    "show_second_factor": {410},  # nobody began
    "ask_second_passkey": {410},
    "create_my_passkey": {401},  # only a browser's device makes one
    "show_passkey": {401},
    "confirm_by_passkey": {401},
    "start_sign_in": {404},  # no other house is set up
    "finish_sign_in": {404},
}
"""How an operation answers who may do it, where that is no success."""

REFUSED_AS: Mapping[str, set[int]] = {
    "delete_provider_app": {204},  # there is none of hers, which is what was asked for
    "get_connecting": {410},  # what was never begun, and what is over, answer alike
    "go_connecting": {403},  # only who knows the state gets here: told from which browser it goes
}
"""How an operation answers about another's thing, where that is not 404."""

ENDLESS = {"follow_run"}
"""Operations whose answer to who may do them does not end by itself."""
