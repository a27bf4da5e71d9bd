"""Whatever is sent to whichever address: an answer as described, and nothing of other people.

Every operation of the description is asked with values that fit it and with values that do not,
by somebody signed in, by an administrator, by somebody who may only look, by nobody, and by
somebody whose key is wrong; with ids of her own things, of another team's, and of nothing.
"""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.openapi.checks import (
    JsonSchemaError,
    UndefinedContentType,
    UndefinedStatusCode,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from luban.api.app import routes
from tests.api.fuzzing import CANARY, Served, server

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

FULL = os.environ.get("LUBAN_FAULTS") == "full"
EXAMPLES = int(os.environ.get("LUBAN_FUZZ", "60" if FULL else "3"))
"""For each operation and way of asking; `--faults full` asks longer, and over PostgreSQL too."""

NASTY: tuple[Any, ...] = (
    "a\x00b",
    "line\r\nX-Injected: 1",
    "../../../etc/passwd",
    "'; DROP TABLE agents; --",
    "{{ 7 * 7 }} ${7*7} <script>alert(1)</script>",
    "\u202egnp.exe",
    "x" * 100_000,
    2**63,
    -(2**80),
    1e308,
    -1,
    "",
    None,
    True,
    [],
    {},
    [[[[[]]]]],
    {"__proto__": {"admin": True}, "__class__": "x"},
)
"""Takes the place of a value of the body now and then."""

CALLERS = ("she", "admin", "she", "admin", "looker", "", "wrong")
NO_HURRY = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
ENDLESS = {("GET", "/api/v1/runs/{run_id}/events")}
"""Streams that do not end while a run goes on."""

DESCRIBED = routes("1").openapi()


def _operations() -> dict[str, Any]:
    all_of_them: Any = schemathesis.openapi.from_dict(DESCRIBED).get_all_operations()
    found = {(each.ok().method.upper(), each.ok().path): each.ok() for each in all_of_them}
    last = sorted(found, key=lambda name: name[0] == "DELETE")  # so that there is something to ask
    return {" ".join(name): found[name] for name in last if name not in ENDLESS}


OPERATIONS = _operations()


@pytest.fixture(scope="module", params=["memory", "postgres"] if FULL else ["memory"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    on_a_server = request.param == "postgres"
    address = request.getfixturevalue("postgres_address") if on_a_server else ""
    with server(tmp_path_factory.mktemp("fuzz"), address) as served:
        yield served


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.url, timeout=30) as client:
        yield client


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_answers_as_described(
    served: Served, http: httpx2.Client, operation: str, mode: GenerationMode
) -> None:
    described = OPERATIONS[operation]
    seen: Counter[int] = Counter()

    @seed(20261121)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=NO_HURRY,
    )
    @given(
        case=described.as_strategy(generation_mode=mode),
        spoiled=st.none() | st.tuples(st.integers(0, 9), st.sampled_from(NASTY)),
        caller=st.sampled_from(CALLERS),
        ids=st.sampled_from((served.ids.hers, served.ids.hers, served.ids.others, {})),
    )
    def ask(
        case: Case, spoiled: tuple[int, Any] | None, caller: str, ids: Mapping[str, str]
    ) -> None:
        if spoiled is not None and isinstance(case.body, dict | list):
            case.body = _spoil(case.body, *spoiled)
        answer = _asked(http, case, caller, ids)
        seen[answer.status_code] += 1
        _judge(case, answer)

    try:
        ask()
    except Unsatisfiable:  # there is nothing to get wrong in asking this
        assert mode is GenerationMode.NEGATIVE
    else:
        assert seen


def _asked(http: httpx2.Client, case: Case, caller: str, ids: Mapping[str, str]) -> httpx2.Response:
    for name in case.path_parameters or {}:
        if name in ids:
            case.path_parameters[name] = ids[name]
    sent = case.as_transport_kwargs(base_url=str(http.base_url))
    headers = {name: value for name, value in dict(sent["headers"] or {}).items() if _fits(value)}
    headers |= {"x-caller": caller}
    try:
        request = _request(http, sent, headers)
    except httpx2.InvalidURL:  # longer than the client sends
        reject()
    request.read()
    return http.send(request)


def _request(http: httpx2.Client, sent: dict[str, Any], headers: dict[str, str]) -> httpx2.Request:
    return http.build_request(
        sent["method"],
        sent["url"],
        params=sent.get("params"),
        headers=headers,
        json=sent.get("json"),
        content=_bytes(sent.get("data")),
        files=_files(sent.get("files")),
    )


def _spoil(body: Any, place: int, value: Any) -> Any:
    """The body with one of its values replaced."""
    body = copy.deepcopy(body)
    places: list[tuple[Any, Any]] = []
    todo = [body]
    while todo:
        inner = todo.pop()
        keys = list(inner) if isinstance(inner, dict) else range(len(inner))
        places += [(inner, key) for key in keys]
        todo += [inner[key] for key in keys if isinstance(inner[key], dict | list)]
    if places:
        holder, key = places[place % len(places)]
        holder[key] = value
    return body


def _judge(case: Case, answer: httpx2.Response) -> None:
    told = f"{case.method} {answer.request.url} {case.body!r}"[:600]
    known = case.operation.definition.raw["responses"]
    fine = answer.status_code < 500 or str(answer.status_code) in known
    assert fine, f"{told}\n{answer.text[:600]}"
    assert CANARY not in answer.text, f"{told}\n{answer.text[:600]}"
    assert CANARY not in str(answer.headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    try:
        case.validate_response(
            answer,
            checks=[
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ],
        )
    except (JsonSchemaError, UndefinedStatusCode, UndefinedContentType) as error:
        raise AssertionError(f"{told}\n{answer.status_code} {answer.text[:600]}") from error


def _fits(value: Any) -> bool:
    """Whether the client would send it; what it would not is no matter of the server."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _files(files: Any) -> Any:
    """The parts of a form as the client takes them."""
    if not files:
        return None
    parts = files.items() if isinstance(files, dict) else files
    return [
        (str(name), ("file", part if isinstance(part, bytes) else repr(part).encode()))
        for name, part in parts
    ]


def _bytes(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    return data.encode("utf-8", "replace") if isinstance(data, str) else repr(data).encode()
