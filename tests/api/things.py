"""An example of every kind of thing the API knows.

Whoever adds a route extends the tables here and in `sent.py`; the tests of access and of isolation
fail until then. `OF_PATH` says how a place in an address is filled, and `NOBODYS` which places name
things that belong to nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import httpx2

from luban.api.app import routes
from luban.model.access import ADMIN, PERMISSIONS, PUBLIC, SELF, Caller
from luban.model.spending import Budget
from luban.ports.people import Member
from luban.server.wiring import Home
from luban.services.accounts.person import Person
from luban.services.accounts.users import UserDraft
from tests.api.kit import V1
from tests.services.kit import CALCULATOR, TALKER, one_step, run_until_it_waits

Tree = dict[str, Any]
INPUTS = {"a": 1, "b": 2}
PASSWORD = "nine wet umbrellas"


class Operation(NamedTuple):
    """One method at one address, as the description of the API has it."""

    method: str
    path: str
    id: str
    permission: str
    takes_body: bool

    @property
    def places(self) -> set[str]:
        return set(re.findall(r"{(\w+)}", self.path))

    @property
    def named(self) -> set[str]:
        """What stands in the address, as `OF_PATH` names it."""
        special = ADDRESSES.get(self.id, {})
        return {special.get(place, place) for place in self.places}

    @property
    def is_open(self) -> bool:
        """Whether it needs no permission that can be taken away."""
        return self.permission in (PUBLIC, SELF)


def _operations() -> list[Operation]:
    paths = routes("1").openapi()["paths"]
    return [
        Operation(
            method.upper(),
            path,
            each["operationId"],
            each.get("x-permission", ""),
            each.get("requestBody", {}).get("required", False),
        )
        for path, methods in paths.items()
        for method, each in methods.items()
    ]


OPERATIONS = _operations()


class Things:
    """What one tenant has, each thing made when it is first asked for. Make it with `settle`."""

    def __init__(self, http: httpx2.AsyncClient, home: Home, name: str, caller: Caller) -> None:
        self.http = http
        self.home = home
        self.name = name
        self.caller = caller
        self._made: Tree = {}

    @classmethod
    async def settle(cls, http: httpx2.AsyncClient, home: Home, name: str = "ada") -> Things:
        """Somebody with an account, a team of their own, and a session that has just begun."""
        accounts = home.house.accounts
        user = await accounts.users.make(UserDraft(f"{name}@example.com", name, ADMIN.name))
        await accounts.sessions.begin(user, "", "")
        (session,) = await accounts.sessions.list(user.id)
        caller = Caller(user.id, user.team, ADMIN.permissions, by="session", grant=session.id)
        return cls(http, home, name, caller)

    @property
    def owner(self) -> str:
        """The team whose things these are."""
        return self.caller.team

    def headers(self, may: str | None = None) -> dict[str, str]:
        """Says who asks, and what they may if not everything."""
        caller = self.caller
        who = {"x-owner": f"{caller.user}/{caller.team}/{caller.grant}"}
        return {**who, "x-may": " ".join(PERMISSIONS) if may is None else may}

    async def of(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = await OF_PATH[name](self)
        return self._made[name]

    @property
    def canary(self) -> str:
        """Stands in the name and the content of everything that is made here."""
        return f"canary-of-{self.name}"

    @property
    def made(self) -> list[str]:
        """The ids of all that was made so far."""
        return [each for each in self._made.values() if isinstance(each, str)]

    async def address(self, operation: Operation) -> str:
        special = ADDRESSES.get(operation.id, {})
        return operation.path.format(
            **{name: await self.of(special.get(name, name)) for name in operation.places}
        )

    async def post(self, path: str, **more: Any) -> Tree:
        answer = await self.http.post(V1 + path, headers=self.headers(), **more)
        assert answer.status_code < 300, answer.text
        return answer.json()


async def _agent(things: Things) -> str:
    document = {**CALCULATOR, "name": things.canary}
    return (await things.post("/agents", json={"document": document}))["id"]


async def _version(things: Things) -> int:
    return (await things.post(f"/agents/{await things.of('agent_id')}/versions"))["version"]


async def _run(things: Things) -> str:
    inputs = {"inputs": INPUTS}
    return (await things.post(f"/agents/{await things.of('agent_id')}/runs", json=inputs))["id"]


async def _question(things: Things) -> str:
    await things.home.worker.start()
    run = await run_until_it_waits(things.home, one_step("test.ask"), "ask", things.owner)
    return run.waiting_for[0].details["id"]


async def _file(things: Things) -> str:
    return (await things.post("/files", files={"file": (things.canary, things.canary.encode())}))[
        "id"
    ]


async def _file_token(things: Things) -> str:
    link = await things.post(f"/files/{await things.of('file_id')}/link")
    return link["url"].split("/")[-2]


async def _file_name(things: Things) -> str:
    return "a.txt"


async def _link(things: Things) -> str:
    return (await _shared(things))["id"]


async def _token(things: Things) -> str:
    return (await _shared(things))["token"]


async def _shared(things: Things) -> Tree:
    link = {
        "resource": "agent",
        "resource_id": await things.of("agent_id"),
        "scopes": ["see", "run", "copy"],
    }
    return await things.post("/links", json=link)


async def _proposal(things: Things) -> str:
    """For a new agent, by a run of another one."""
    text = json.dumps({**CALCULATOR, "name": things.canary})
    run = await things.of("run_id")
    made = await things.home.house.proposals.propose(things.owner, run, text, things.canary)
    return made.id


async def _run_by_link(things: Things) -> str:
    token = await things.of("token")
    return (await things.post(f"/shared/{token}/runs", json={"inputs": INPUTS}))["id"]


async def _block(things: Things) -> str:
    return "maths.calculate"


async def _template(things: Things) -> str:
    answer = await things.http.get(f"{V1}/templates", headers=things.headers())
    return answer.json()["items"][0]["id"]


async def _own_team(things: Things) -> str:
    return things.owner


async def _spare_team(things: Things) -> str:
    return (await things.post("/teams", json={"name": things.canary}))["id"]


async def _colleague(things: Things) -> str:
    """Somebody else in the tenant's team."""
    accounts = things.home.house.accounts
    draft = UserDraft(f"{things.canary}@example.com", things.canary)
    user = await accounts.users.make(draft)
    await accounts.teams.join(Member(team=things.owner, user=user.id, role="user", created_at=1.0))
    return user.id


async def _invitation(things: Things) -> str:
    return (await _invited(things))["id"]


async def _invitation_token(things: Things) -> str:
    return (await _invited(things))["link"].rpartition("/")[2]


async def _invited(things: Things) -> Tree:
    new = {"email": f"new-{things.canary}@example.com", "role": "viewer"}
    return await things.post(f"/teams/{things.owner}/invitations", json=new)


async def _server_invitation(things: Things) -> str:
    new = {"email": f"more-{things.canary}@example.com"}
    return (await things.post("/users/invitations", json=new))["id"]


async def _role(things: Things) -> str:
    name, permitted = "reader", ["agent.read"]
    await things.home.house.roles.put(things.caller, name, permitted)
    return name


async def _session(things: Things) -> str:
    """Another one than the tenant acts by."""
    sessions = things.home.house.accounts.sessions
    user = await things.home.house.accounts.users.get(things.caller.user)
    await sessions.begin(user, "", "")
    others = [each.id for each in await sessions.list(user.id) if each.id != things.caller.grant]
    return others[0]


async def _key(things: Things) -> str:
    return (await things.post("/api-keys", json={"name": things.canary}))["id"]


async def _factor(things: Things) -> str:
    return (await things.of("app"))["id"]


async def _app(things: Things) -> Tree:
    return await things.post("/me/factors/totp", json={"name": things.canary})


async def _identity(things: Things) -> str:
    person = Person("https://id.example", things.canary)
    await password_of(things)  # there is another way in
    await things.home.house.proofs.joining.link(things.caller.user, person)
    return f"{person.issuer}/{person.subject}"


async def _provider(things: Things) -> str:
    return "none"


ACME = {
    "title": "Acme",
    "hosts": ["acme.invalid"],
    "kinds": [{"kind": "header", "headers": {"X-Key": "{acme_key}"}}, {"kind": "oauth2"}],
    "probe": {"url": "https://acme.invalid/me"},
    "oauth": {each: f"https://acme.invalid/{each}" for each in ("authorize", "token")},
    "scopes": [{"name": "read", "default": True}],
}


async def _new_provider(things: Things) -> str:
    return f"acme-of-{things.name}"


async def _own_provider(things: Things) -> str:
    """Defined by the tenant, with an app."""
    named = await _new_provider(things)
    path = f"{V1}/providers/{named}"
    app = {"client_id": things.canary}
    for answer in (
        await things.http.put(path, json=ACME, headers=things.headers()),
        await things.http.put(f"{path}/app", json=app, headers=things.headers()),
    ):
        assert answer.status_code < 300, answer.text
    return named


async def _credential(things: Things) -> str:
    new = {
        "provider": await things.of("own_provider"),
        "name": things.canary,
        "kind": "header",
        "secret": {"acme_key": "0123456789"},
    }
    return (await things.post("/credentials", json=new))["id"]


async def _state(things: Things) -> str:
    new = {"provider": await things.of("own_provider"), "name": things.canary, "elsewhere": True}
    return (await things.post("/credentials/oauth/start", json=new))["state"]


async def _webhook(things: Things) -> str:
    new = {"url": "https://hook.invalid/", "name": things.canary}
    return (await things.post("/webhooks", json=new))["id"]


async def _tool_server(things: Things) -> str:
    new = {"url": "http://127.0.0.1:9/mcp", "name": things.canary}
    return (await things.post("/tool-servers", json=new))["id"]


async def _delivery(things: Things) -> str:
    return (await things.post(f"/webhooks/{await things.of('webhook_id')}/test"))["id"]


async def password_of(things: Things) -> str:
    accounts = things.home.house.accounts
    user = await accounts.users.get(things.caller.user)
    await accounts.users.set_password(user, PASSWORD, but=things.caller.grant)
    return PASSWORD


async def _table(things: Things) -> str:
    name = f"table-{things.canary}"
    await things.post(f"/tables/{name}/rows", json={"rows": [{"n": 1}]})
    return name


async def _collection(things: Things) -> str:
    await things.of("document_id")
    return f"collection-{things.canary}"


async def _document(things: Things) -> str:
    new = {"documents": [{"text": things.canary}]}
    path = f"/collections/collection-{things.canary}/documents"
    return (await things.post(path, json=new))["ids"][0]


async def _memory(things: Things) -> str:
    return (await things.post("/memories", json={"text": things.canary}))["id"]


async def _thread(things: Things) -> str:
    return (await things.post("/threads", json={"title": things.canary}))["id"]


async def _message(things: Things) -> str:
    where = f"/threads/{await things.of('thread_id')}/messages"
    return (await things.post(where, json={"text": things.canary}))["answer"]["id"]


async def _model_provider(things: Things) -> str:
    return "home"


async def _model(things: Things) -> str:
    name = f"of-{things.name}"
    new = {"id": f"home/{name}", "base_url": "http://127.0.0.1:9/v1", "title": things.canary}
    await things.post("/models", json=new)
    return name


async def _response(things: Things) -> str:
    return f"resp_{await things.of('message_id')}"


async def _talker(things: Things) -> str:
    new = {"document": {**TALKER, "name": f"{things.canary} that talks"}}
    return f"agent/{(await things.post('/agents', json=new))['id']}"


async def _new_name(things: Things) -> str:
    return "new"


Maker = Callable[[Things], Awaitable[Any]]


async def _budget(things: Things) -> str:
    scope = f"agent:{await things.of('agent_id')}"
    await things.home.house.budgets.put(things.owner, scope, Budget())
    return scope


OF_PATH: dict[str, Maker] = {
    "agent_id": _agent,
    "scope": _budget,
    "graph_id": _agent,
    "version": _version,
    "run_id": _run,
    "execution_id": _run,
    "question_id": _question,
    "file_id": _file,
    "file_token": _file_token,
    "file_name": _file_name,
    "link_id": _link,
    "token": _token,
    "run_by_link": _run_by_link,
    "block_id": _block,
    "template_id": _template,
    "team_id": _own_team,
    "spare_team": _spare_team,
    "user_id": _colleague,
    "invitation_id": _invitation,
    "invitation_token": _invitation_token,
    "server_invitation": _server_invitation,
    "role_name": _role,
    "session_id": _session,
    "key_id": _key,
    "app": _app,
    "factor_id": _factor,
    "identity": _identity,
    "provider_id": _provider,
    "new_provider": _new_provider,
    "own_provider": _own_provider,
    "credential_id": _credential,
    "state": _state,
    "webhook_id": _webhook,
    "proposal_id": _proposal,
    "delivery_id": _delivery,
    "server_id": _tool_server,
    "table": _table,
    "new_table": _new_name,
    "collection": _collection,
    "new_collection": _new_name,
    "document_id": _document,
    "memory_id": _memory,
    "provider": _model_provider,
    "model_name": _model,
    "new_model": _new_name,
    "thread_id": _thread,
    "message_id": _message,
    "response_id": _response,
    "model": _talker,
}
"""How to make what a place in an address names, or what `ADDRESSES` puts there."""

ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "add_table_rows": {"table": "new_table"},
    "add_documents": {"collection": "new_collection"},
    "put_model": {"model_name": "new_model"},
    "get_provider": {"provider_id": "own_provider"},
    "put_provider": {"provider_id": "new_provider"},
    "delete_provider": {"provider_id": "own_provider"},
    "put_provider_app": {"provider_id": "own_provider"},
    "delete_provider_app": {"provider_id": "own_provider"},
    "get_run_of_shared": {"run_id": "run_by_link"},
    "delete_team": {"team_id": "spare_team"},
    "get_invitation": {"token": "invitation_token"},
    "accept_invitation": {"token": "invitation_token"},
    "delete_user_invitation": {"invitation_id": "server_invitation"},
    "get_linked_file": {"token": "file_token", "name": "file_name"},
}
"""Operations in whose address a place stands for something else than its name says."""

NOBODYS = {
    "block_id",
    "file_name",
    "file_token",
    "new_collection",
    "new_model",
    "new_provider",
    "new_table",
    "provider",
    "provider_id",
    "template_id",
    "token",
    "role_name",
}
"""Places that name what belongs to nobody, or what whoever knows it may use."""
