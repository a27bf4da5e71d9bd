"""Blocks out of an API's description, at work on a server that plays its wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from luban.cli.new_family import Made, make, read_document
from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.net import AllowList, GuardedHttp
from luban.registry import Registry, discover
from luban.sdk.credential import OpenCredential
from luban.sdk.openapi.document import BadApiDocument
from luban.sdk.testing import TestContext, run_block
from tests.openapi_blocks.library_server import LibraryServer, library

LIBRARY = (Path(__file__).parent / "library.yaml").read_bytes()
NONE: dict[str, Any] = {"only": (), "server": None, "provider": None, "before": None}


def made_of(text: bytes | dict[str, Any], base: str = "https://api.example", **said: Any) -> Made:
    content = text if isinstance(text, bytes) else json.dumps(text).encode()
    return make(read_document(content, "it"), base=base, name=None, **{**NONE, **said})


def stored(made: Made, folder: Path) -> Registry:
    for name, text in made.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return discover((folder,))


@pytest.fixture(scope="module")
def server() -> Iterator[LibraryServer]:
    with library() as running:
        yield running


@pytest.fixture(scope="module")
def registry(server: LibraryServer, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("blocks")
    return stored(made_of(LIBRARY, f"{server.url}/openapi.yaml"), folder)


@pytest.fixture
async def context() -> AsyncIterator[TestContext]:
    http = GuardedHttp(AllowList.parse("loopback"))
    key = OpenCredential(
        {"api_key": "k"}, hosts=("127.0.0.1",), headers={"X-Library-Key": "k"}, query={"q": "1"}
    )
    yield TestContext(http=cast("Any", http), credentials={"town-library": key})
    await http.aclose()


class Runner:
    def __init__(self, registry: Registry, context: TestContext) -> None:
        self.registry, self.context = registry, context

    async def __call__(self, name: str, **inputs: Any) -> dict[str, list[Any]]:
        self.context.emitted.clear()
        code = self.registry.find(f"town_library.{name}")
        assert code is not None
        return await run_block(code, self.context, **inputs)


@pytest.fixture
def run(registry: Registry, context: TestContext) -> Runner:
    return Runner(registry, context)


def test_every_operation_is_a_block_with_pins_and_an_effect(registry: Registry) -> None:
    assert registry.broken() == []
    add = registry.find("town_library.add_book")
    assert add is not None
    assert [(pin.name, str(pin.kind), pin.required) for pin in add.spec.inputs] == [
        ("title", "text", True),
        ("kind", "text", False),
        ("sequel", "object", False),
    ]
    assert add.spec.inputs[1].schema_["enum"] == ["novel", "manual"]
    assert add.spec.inputs[2].schema_ == {"type": "object"}
    effects = {
        name: code.spec.effect
        for name in ("list_books", "add_book", "delete_book", "set_cover", "lend")
        if (code := registry.find(f"town_library.{name}"))
    }
    assert effects == {
        "list_books": Effect.IDEMPOTENT,
        "add_book": Effect.ONCE,
        "delete_book": Effect.IDEMPOTENT,
        "set_cover": Effect.IDEMPOTENT,
        "lend": Effect.IDEMPOTENT,
    }
    shelves = registry.find("town_library.list_shelves")
    assert shelves is not None
    item = shelves.spec.outputs[0]
    assert set(item.schema_["properties"]) == {"name", "books"}
    assert item.many and item.main


async def test_pages_of_every_habit_are_turned(run: Runner, server: LibraryServer) -> None:
    books = await run("list_books", per_page=50, kind=["novel", "manual"], where={"shelf": "a"})
    assert [book["id"] for book in books["item"]] == [1, 2, 3, 4, 5, 6, 7]
    assert books["count"] == [7]
    assert server.last.query == {
        "page": ["3"], "per_page": ["50"], "kind": ["novel,manual"], "where[shelf]": ["a"],
        "q": ["1"],
    }  # fmt: skip
    assert server.last.headers["x-library-key"] == "k"
    before = len(server.asked)
    few = await run("list_books", at_most=2)
    assert [book["id"] for book in few["item"]] == [1, 2]
    assert len(server.asked) == before + 1
    assert [each["n"] for each in (await run("list_loans", limit=2))["item"]] == [0, 1, 2, 3, 4]
    assert [each["page"] for each in (await run("list_events"))["item"]] == [0, 1, 2]
    assert [each["name"] for each in (await run("list_shelves"))["item"]] == ["s0", "s1", "s2"]


async def test_bodies_files_and_keys_are_sent(run: Runner, server: LibraryServer) -> None:
    run.context.credentials["town-library"] = {"token": "t"}
    made = await run("add_book", title="New", kind="novel")
    assert made["result"] == [{"title": "New", "kind": "novel", "id": 8}]
    assert made["status"] == [201]
    await run("lend", book=3, to="Lu Ban & co")
    assert server.last.body == b"book=3&to=Lu+Ban+%26+co"
    assert server.last.headers["idempotency-key"] == run.context.idempotency_key
    page = run.context.files.put("p.png", b"\x89PNG!", "image/png").as_value()
    await run("set_cover", book_id="a/b c", file=page)
    assert server.last.line == "PUT /v1/books/a%2Fb%20c/cover"
    assert (server.last.body, server.last.headers["content-type"]) == (b"\x89PNG!", "image/png")
    await run("send_scans", pages=[page, page], note="two")
    assert server.last.body.count(b'name="pages"; filename="p.png"') == 2
    assert b'name="note"' in server.last.body
    cover = await run("get_cover", book_id="1")
    assert await run.context.files.read(cast("Any", _ref(cover["file"][0]))) == b"\x89PNG1"
    assert "authorization" not in server.last.headers  # this operation asks for no proof
    assert (await run("delete_book", book_id="1")) == {"status": [204]}


def _ref(value: dict[str, Any]) -> Any:
    from luban.sdk import FileRef

    return FileRef.model_validate(value)


@pytest.mark.parametrize(
    ("call", "status", "code", "retryable"),
    [
        ("refuse", 400, "api_refused_input", False),
        ("refuse", 401, "api_unauthorized", False),
        ("refuse", 403, "api_forbidden", False),
        ("refuse", 404, "api_not_found", False),
        ("refuse", 409, "api_conflict", False),
        ("refuse", 418, "api_refused", False),
        ("refuse", 422, "api_refused_input", False),
        ("refuse", 429, "api_busy", True),
        ("refuse", 500, "api_unavailable", True),
        ("refuse_once", 429, "api_busy", True),
        ("refuse_once", 502, "api_broken", False),
    ],
)
async def test_refusals_are_our_errors(
    run: Runner, call: str, status: int, code: str, retryable: bool
) -> None:
    with pytest.raises(LubanError) as raised:
        await run(call, status=status)
    assert (raised.value.code, raised.value.retryable) == (code, retryable)
    assert "Town Library" in str(raised.value)
    if status == 429:
        assert cast("Any", raised.value).retry_after == 7
    if status == 418:
        assert "A teapot no" in str(raised.value)


async def test_a_documented_refusal_says_what_the_document_says(run: Runner) -> None:
    with pytest.raises(LubanError, match="There is no such book no book 99"):
        await run("get_book", book_id="99")


async def test_values_do_not_lead_elsewhere(run: Runner, server: LibraryServer) -> None:
    before = len(server.asked)
    for value in ("..", ".", ""):
        with pytest.raises(LubanError, match="cannot stand in an address"):
            await run("get_book", book_id=value)
    assert len(server.asked) == before
    key = OpenCredential({"k": "k"}, name="Mine", hosts=("api.example",), headers={"X": "k"})
    run.context.credentials["town-library"] = key
    with pytest.raises(LubanError, match="so it is not sent there"):
        await run("get_book", book_id="1")
    assert len(server.asked) == before


def test_proofs_become_a_provider_with_its_kinds() -> None:
    made = made_of(LIBRARY)
    row = json.loads(made.files["town-library.provider.json"])
    assert row["hosts"] == ["api.example"]
    assert {kind["kind"]: kind.get("headers") for kind in row["kinds"]} == {
        "api_key": {"X-Library-Key": "{api_key}"},
        "oauth2": {"Authorization": "Bearer {access_token}"},
    }
    assert row["oauth"]["token"] == "https://library.example/token"
    assert row["scopes"] == [{"name": "books:write", "help": "change books"}]
    assert made.left_out == ["certificate"]
    from luban.providers.catalogue import read_row

    assert read_row("town-library", row).title == "Town Library"


def test_made_again_ids_and_changes_stay(tmp_path: Path) -> None:
    made = made_of(LIBRARY, only=("tag:books", "GET /loans"))
    assert made.blocks == [
        "town_library.list_books",
        "town_library.add_book",
        "town_library.list_loans",
    ]
    text = made.files["town_library.openapi.toml"].replace("town_library.add_book", "mine.new_book")
    changed = LIBRARY.replace(b"operationId: addBook", b"operationId: createOne")
    again = made_of(changed, before=text)
    assert "mine.new_book" in again.blocks
    assert "create_one" not in "".join(again.blocks)
    gone = made_of(LIBRARY.replace(b"  /loans:\n    get:", b"  /loans:\n    trace:"))
    (tmp_path / "town_library.openapi.toml").write_text(text, encoding="utf-8")
    document = gone.files["town_library.openapi.json"]
    (tmp_path / "town_library.openapi.json").write_text(document, encoding="utf-8")
    registry = discover((tmp_path,))
    assert registry.find("mine.new_book") is not None
    (broken,) = registry.broken()
    assert broken.blocks == ("town_library.list_loans",)
    assert "`GET /loans`, which its document no longer has" in broken.message
    assert not registry.reload()
    (tmp_path / "town_library.openapi.toml").unlink()
    assert "mine.new_book" in registry.reload().removed


def test_what_is_no_api_document_is_refused_with_a_sentence() -> None:
    bomb = b"openapi: 3.0.0\na: &a [1,1,1,1,1,1,1,1,1,1]\n" + b"".join(
        f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n".encode()
        for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    paths = {"/a": {"get": {"responses": {"200": {"content": {
        "application/json": {"schema": {"$ref": "http://169.254.169.254/latest"}}}}}}}}  # fmt: skip
    info = {"openapi": "3.1.0", "info": {"title": "T"}}
    loop = {"/a": {"get": {"parameters": [{"$ref": "#/components/parameters/a"}]}}}
    round_and_round = {"a": {"$ref": "#/components/parameters/a"}}
    for text, said in (
        (b"{", "neither JSON nor YAML"),
        (b"[1]", "it is no object"),
        (b'{"openapi": "4.0.0"}', "it says `openapi: 4.0.0`"),
        (b'{"a": 1}', "it has no version"),
        (bomb, "more than 1000000 values"),
        ({**info, "paths": paths}, "which is not fetched"),
        ({**info, "paths": loop, "components": {"parameters": round_and_round}}, "to itself"),
        ({**info, "paths": {"/a": {"get": {"parameters": [{"$ref": "#/x"}]}}}}, "leads nowhere"),
    ):
        with pytest.raises(BadApiDocument, match=said):
            made_of(cast("Any", text))
    with pytest.raises(LubanError, match="--api"):
        made_of({**info, "paths": {"/a": {"get": {}}}}, base="")


def test_a_schema_that_unfolds_without_end_is_cut(tmp_path: Path) -> None:
    schemas = {
        f"S{n}": {"type": "object", "properties": {
            f"p{i}": {"$ref": f"#/components/schemas/S{n + 1}"} for i in range(9)}}
        for n in range(30)
    }  # fmt: skip
    schemas["S30"] = {"type": "object"}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    document = {
        "openapi": "3.1.0", "info": {"title": "Deep"}, "components": {"schemas": schemas},
        "paths": {"/a": {"post": {"operationId": "a", "requestBody": body}}},
    }  # fmt: skip
    code = stored(made_of(document), tmp_path).find("deep.a")
    assert code is not None
    assert len(code.spec.model_dump_json()) < 500_000


def test_swagger_2_is_read_too(tmp_path: Path) -> None:
    document = {
        "swagger": "2.0", "info": {"title": "Old"}, "host": "old.example", "basePath": "/v2",
        "schemes": ["http", "https"], "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": {"token": {"type": "apiKey", "in": "query", "name": "token"}},
        "security": [{"token": []}],
        "definitions": {"Cat": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "paths": {
            "/cats": {
                "post": {
                    "operationId": "addCat",
                    "parameters": [{"in": "body", "name": "cat", "required": True,
                                    "schema": {"$ref": "#/definitions/Cat"}}],
                    "responses": {"200": {"description": "ok",
                                          "schema": {"$ref": "#/definitions/Cat"}}},
                }
            },
            "/photos": {
                "post": {
                    "operationId": "addPhoto",
                    "consumes": ["multipart/form-data"],
                    "parameters": [{"in": "formData", "name": "photo", "type": "file"},
                                   {"in": "query", "name": "ids", "type": "array",
                                    "items": {"type": "integer"}, "collectionFormat": "multi"}],
                    "responses": {"200": {"description": "ok"}},
                }
            },
        },
    }  # fmt: skip
    made = made_of(document)
    assert 'server = "https://old.example/v2"' in made.files["old.openapi.toml"]
    assert json.loads(made.files["old.provider.json"])["kinds"] == [
        {"kind": "api_key", "query": {"token": "{api_key}"}}
    ]
    registry = stored(made, tmp_path)
    cat, photo = registry.find("old.add_cat"), registry.find("old.add_photo")
    assert cat is not None and photo is not None
    assert [pin.name for pin in cat.spec.inputs] == ["name"]
    assert [(pin.name, str(pin.kind)) for pin in photo.spec.inputs] == [
        ("ids", "list"),
        ("photo", "file"),
    ]


async def test_a_server_with_open_parts_has_pins_for_them(tmp_path: Path) -> None:
    document = {
        "openapi": "3.1.0", "info": {"title": "Desk"},
        "servers": [{"url": "https://{company}.desk.example/{version}", "variables": {
            "company": {"description": "Your company"}, "version": {"default": "v3"}}}],
        "paths": {"/me": {"get": {"operationId": "me", "responses": {"200": {
            "description": "ok", "content": {"application/json": {}}}}}}},
    }  # fmt: skip
    code = stored(made_of(document), tmp_path).find("desk.me")
    assert code is not None
    world = {"http": {"GET https://acme.desk.example/v3/me": {"json": {"id": 1}}}}
    seen = await run_block(code, TestContext.from_world(world), company="acme")
    assert seen["result"] == [{"id": 1}]
    with pytest.raises(LubanError, match="cannot stand in an address"):
        await run_block(code, TestContext.from_world(world), company="evil.example/x?")


def test_our_own_api_becomes_a_family(tmp_path: Path) -> None:
    own = Path("web/openapi.json").read_bytes()
    registry = stored(made_of(own, "http://127.0.0.1:8000", provider="luban"), tmp_path)
    assert registry.broken() == []
    mine = [spec for spec in registry.specs() if spec.source != "builtin"]
    assert len(mine) > 150
