"""What a block author tests with: one block run alone, and an outside world made of memory."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from luban.model.block import BlockExample, BlockSpec
from luban.model.errors import LubanError
from luban.model.outside_files import takes_files
from luban.model.pins import coerce
from luban.model.values import canonical, plain
from luban.sdk.block import compile_block
from luban.sdk.bring_in import all_brought_in
from luban.sdk.code import BlockCode, BlockSource, Emission, Style
from luban.sdk.credential import CredentialForTests, OpenCredential
from luban.sdk.errors import BlockError
from luban.sdk.http import HttpResponse, HttpStream
from luban.sdk.memory_catalogue import MemoryCatalogue
from luban.sdk.memory_files import MemoryFiles
from luban.sdk.memory_stored import MemoryIndex, MemoryState, MemoryTables
from luban.sdk.memory_verbs import MemoryVerbs
from luban.sdk.recorded_errors import cause_of
from luban.sdk.scripted_databases import ScriptedDatabases
from luban.sdk.scripted_mcp import ScriptedMcp
from luban.sdk.scripted_models import ScriptedModels
from luban.sdk.scripted_outside import ScriptedBrowser, ScriptedMail
from luban.sdk.scripted_sandbox import ScriptedSandbox

Answer = HttpResponse | Exception | Mapping[str, Any]
"""What an address answers; a mapping has `status headers url`, and `text`, `json` or `bytes`."""


class ScriptedHttp:
    """Addresses that answer what they are told to; anything else is an error.

    Keys are `"https://…"` for any method, or `"POST https://…"`. A list is answered in turn, its
    last entry for good. An exception is raised. `requests` keeps what was asked.
    """

    def __init__(self, answers: Mapping[str, Answer | Sequence[Answer]] | None = None) -> None:
        self._answers: dict[str, list[Answer]] = {
            key: list(given) if isinstance(given, Sequence) else [given]
            for key, given in (answers or {}).items()
        }
        self.requests: list[dict[str, Any]] = []

    async def request(self, method: str, url: str, **options: Any) -> HttpResponse:
        self.requests.append({"method": method, "url": url, **options})
        waiting = self._answers.get(f"{method.upper()} {url}") or self._answers.get(url)
        if not waiting:
            raise BlockError(f"The test has no answer for `{method.upper()} {url}`.")
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, HttpResponse) else _response(url, answer)

    @asynccontextmanager
    async def stream(self, method: str, url: str, **options: Any) -> AsyncGenerator[HttpStream]:
        answer = await self.request(method, url, **options)

        async def pieces() -> AsyncIterator[bytes]:
            yield answer.content

        yield HttpStream(
            answer.status, answer.url, answer.headers, pieces(), charset=answer.encoding
        )


def _response(url: str, said: Mapping[str, Any]) -> HttpResponse:
    headers = {name.lower(): str(value) for name, value in said.get("headers", {}).items()}
    if "json" in said:
        content = canonical(said["json"])
        headers.setdefault("content-type", "application/json")
    else:
        content = said.get("bytes", b"") or str(said.get("text", "")).encode()
    return HttpResponse(
        status=said.get("status", 200),
        url=said.get("url", url),
        headers=headers,
        content=content,
        encoding=said.get("encoding", "utf-8"),
    )


@dataclass
class TestContext(MemoryVerbs):
    """A `Context` that keeps what the block did, for the test to look at.

    The clock stands at `time` until the test or a wait moves it: 2026-01-31T08:00:00Z. Durable
    verbs are told what to answer, and never wait; one context is for one step of a block.
    """

    __test__ = False  # not a test class, whatever its name looks like

    time: float = 1769846400.0
    run_id: str = "r_test"
    iteration: int = 0
    idempotency_key: str = "r_test/node/0"
    deadline: float | None = None
    http: ScriptedHttp = field(default_factory=ScriptedHttp)
    browser: ScriptedBrowser = field(default_factory=ScriptedBrowser)
    mail: ScriptedMail = field(default_factory=ScriptedMail)
    mcp: ScriptedMcp = field(default_factory=ScriptedMcp)
    llm: ScriptedModels = field(default_factory=ScriptedModels)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    sandbox: ScriptedSandbox = field(default_factory=ScriptedSandbox)
    state: MemoryState = field(default_factory=MemoryState)
    tables: MemoryTables = field(default_factory=MemoryTables)
    index: MemoryIndex = field(default_factory=MemoryIndex)
    databases: ScriptedDatabases = field(default_factory=ScriptedDatabases)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    addresses: Mapping[str, str | Exception] = field(default_factory=dict[str, Any])
    """What a host leads to, by name or `name:port`; any other is an error."""
    credentials: dict[str, Mapping[str, str] | OpenCredential] = field(
        default_factory=dict[str, "Mapping[str, str] | OpenCredential"]
    )
    logs: list[tuple[str, dict[str, Any]]] = field(default_factory=list[Any])
    steps: list[tuple[float, float | None, str]] = field(default_factory=list[Any])
    deltas: list[tuple[str, str]] = field(default_factory=list[Any])
    emitted: list[Emission] = field(default_factory=list[Emission])

    @classmethod
    def from_world(cls, world: Mapping[str, Any]) -> TestContext:
        """The world an example describes.

        Keys, all optional: `time` (Unix seconds), `http` (as `ScriptedHttp`), `browser`, `mail`,
        `mcp`, `sandbox` (as `ScriptedSandbox`),
        `llm` (a list of
        answers), `files` (id to `{name, type, text | bytes}`, and in a workspace `path, scope`),
        `state`, `credentials`; for durable verbs `agents`, `answers`, `signals`, `blocks`, `tools`
        (as `MemoryVerbs.linked`).
        """
        files = MemoryFiles()
        for file_id, told in world.get("files", {}).items():
            content = told.get("bytes") or told.get("text", "")
            files.put(
                told.get("name", file_id),
                content,
                told.get("type", ""),
                file_id,
                path=told.get("path", ""),
                scope=told.get("scope", "agent"),
            )
        return cls(
            time=world.get("time", cls.time),
            http=ScriptedHttp(world.get("http")),
            browser=ScriptedBrowser(world.get("browser")),
            mail=ScriptedMail(world.get("mail")),
            mcp=ScriptedMcp(world.get("mcp")),
            llm=ScriptedModels(world.get("llm", ())),
            files=files,
            sandbox=ScriptedSandbox(world.get("sandbox", ()), files),
            state=MemoryState(world.get("state")),
            tables=MemoryTables(world.get("tables")),
            index=MemoryIndex(world.get("documents")),
            databases=ScriptedDatabases(world.get("sql"), world.get("redis")),
            catalogue=MemoryCatalogue(world.get("catalogue")),
            addresses=world.get("addresses", {}),
            credentials=dict(world.get("credentials", {})),
            agents=world.get("agents", {}),
            answers=world.get("answers", ()),
            signals=world.get("signals", {}),
            blocks=world.get("blocks", ()),
            linked=world.get("tools", ()),
        )

    def now(self) -> float:
        return self.time + self.script.passed

    def log(self, message: str, **values: Any) -> None:
        self.logs.append((message, values))

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        self.steps.append((done, total, text))

    def delta(self, pin: str, text: str) -> None:
        self.deltas.append((pin, text))

    async def emit(self, pin: str, value: Any) -> None:
        self.emitted.append((pin, value))

    async def address(self, host: str, port: int) -> str:
        found = self.addresses.get(f"{host}:{port}", self.addresses.get(host))
        if found is None:
            raise BlockError(f"The test has no address for `{host}:{port}`.", code="host_unknown")
        if isinstance(found, Exception):
            raise found
        return found

    async def credential(self, provider: str = "") -> OpenCredential:
        found = await self.find_credential(provider)
        if found is None:
            raise BlockError(
                f"The test has no credential of `{provider}`.", code="credential_missing"
            )
        return found

    async def find_credential(self, provider: str = "") -> OpenCredential | None:
        name = provider or next(iter(self.credentials), "")
        given = self.credentials.get(name)
        if given is None or isinstance(given, OpenCredential):
            return given
        return CredentialForTests(name, given)

    async def run_code(self, code: BlockCode, inputs: dict[str, Any]) -> dict[str, list[Any]]:
        self.effect = code.spec.effect
        pins = code.spec.input_by_name
        given = await all_brought_in(
            self, inputs, {name: pin.type for name, pin in pins.items() if takes_files(pin.type)}
        )
        ready = {
            name: coerce(plain(value), pins[name].type) if name in pins else value
            for name, value in given.items()
        }
        try:
            await _drive(code, code.validate(ready), self)
        except LubanError as error:
            # The next attempt asks again for what this one failed of, as in a run.
            self.record.pop(cause_of(error) or "", None)
            raise
        gathered: dict[str, list[Any]] = {}
        for pin, value in self.emitted:
            gathered.setdefault(pin, []).append(_left(code.spec, pin, value))
        return gathered

    def _beside(self, node: str, attempt: int) -> TestContext:
        other = super()._beside(node, attempt)
        other.idempotency_key = f"{self.run_id}/{node}/{self.iteration}"
        other.emitted = []
        return other


async def run_block(
    block: Any, context: TestContext | None = None, /, **inputs: Any
) -> dict[str, list[Any]]:
    """Runs a block once, as the engine would: inputs converted and checked, outputs as JSON.

    `block` is a decorated function, a `Block` class or a compiled block. The result has a list of
    values for each pin that emitted. Raises pydantic's `ValidationError` for bad inputs.

        assert await run_block(shout, text="hi", times=2) == {"result": ["HIHI"]}
    """
    code = block if isinstance(block, BlockCode) else compile_block(block)
    return await (context or TestContext()).run_code(code, inputs)


def run_block_now(
    block: Any, context: TestContext | None = None, /, **inputs: Any
) -> dict[str, list[Any]]:
    """`run_block` for tests that are not asynchronous."""
    return asyncio.run(run_block(block, context, **inputs))


async def _drive(code: BlockCode, checked: Any, ctx: TestContext) -> None:
    if code.style is Style.STREAM:
        async for emission in code.call(checked, ctx):
            ctx.emitted.append(code.pair(emission))
        return
    if code.style is Style.COROUTINE:
        result = await code.call(checked, ctx)
    else:
        result = await asyncio.to_thread(code.call, checked, ctx)
    if inspect.isgenerator(result):
        ctx.emitted.extend(code.pair(emission) for emission in result)
    else:
        ctx.emitted.extend(code.emissions(result))


def _left(spec: BlockSpec, pin: str, value: Any) -> Any:
    declared = spec.output_by_name.get(pin)
    if declared is None:
        known = ", ".join(spec.output_by_name)
        raise AssertionError(f"{spec.id} emitted on `{pin}`, which is none of its outputs: {known}")
    return coerce(plain(value), declared.type)


async def try_example(
    block: Any, example: BlockExample, library: BlockSource | None = None
) -> list[str]:
    """Runs an example of a block; each returned sentence is one difference, so none is a pass.

    `library` has the blocks that the block may call.
    """
    code = block if isinstance(block, BlockCode) else compile_block(block)
    expected = dict(example.outputs)
    failure = expected.pop("error", None)
    context = TestContext.from_world(example.world)
    context.library = library
    try:
        got = await run_block(code, context, **example.inputs)
    except LubanError as error:
        if isinstance(failure, dict) and cast("Any", failure).get("code") == error.code:
            return []
        return [f"failed with {error.code}: {error}"]
    if failure is not None:
        return [f"should fail with {failure}, and gave {got}"]
    return [*_differences(code.spec, expected, got)]


def _differences(spec: BlockSpec, expected: dict[str, Any], got: dict[str, list[Any]]) -> list[str]:
    found = [f"`{pin}` gave {got[pin]}, and should be silent" for pin in got.keys() - expected]
    for pin, value in expected.items():
        many = pin in spec.output_by_name and spec.output_by_name[pin].many
        wanted = cast("list[Any]", value) if many else [value]
        if canonical(got.get(pin, [])) != canonical(wanted):
            found.append(f"`{pin}` should give {wanted}, and gave {got.get(pin, [])}")
    return found
