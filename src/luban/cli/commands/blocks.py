"""`luban blocks`: the blocks there are, and whole families of them out of API descriptions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.flags import AsJson
from luban.cli.groups import DEFAULT, ShowGroup
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import in_loop, settings_of
from luban.cli.speech import say, speaks_chinese
from luban.model.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from luban.cli.new_family import Made
    from luban.model.block import BlockSpec, UnmetNeed
    from luban.registry import Registry

app = typer.Typer(
    cls=ShowGroup, help=say("List blocks; make some of an API.", "列出模块；由 API 生成模块。")
)


@app.command(DEFAULT, help=say("List blocks, or describe one.", "列出模块，或说明其中一个。"))
def show(
    block_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help=say("One block.", "一个模块。"))
    ] = None,
    json: AsJson = False,
) -> None:
    registry = _registry()
    if block_id is None:
        _list(registry, json)
        return
    code = registry.find(block_id)
    if code is None:
        raise NotFound(
            what="block",
            what_zh="模块",
            name=block_id,
            way_out="`luban blocks` lists them.",
            way_out_zh="`luban blocks` 会列出全部模块。",
        )
    if json:
        as_json(code.spec.model_dump(mode="json", by_alias=True))
    else:
        _describe(code.spec)


@app.command(
    "from-openapi",
    help=say(
        "Make a family of blocks of an API that is described by OpenAPI 3 or Swagger 2. Made "
        "again, ids and what was changed by hand stay.",
        "根据 OpenAPI 3 或 Swagger 2 描述生成一族模块。重新生成时，id 和手工改动会保留。",
    ),
)
def from_openapi(
    source: Annotated[
        str, typer.Argument(metavar="URL|FILE", help=say("The description.", "API 描述。"))
    ],
    name: Annotated[
        str | None, typer.Option(help=say("What the family is called.", "模块族的名称。"))
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "Only these operations: a name, `tag:NAME`, or a path; `*` stands for anything.",
                "只包含这些操作：操作名、`tag:名称` 或路径；`*` 表示任意内容。",
            )
        ),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option("--api", metavar="URL", help=say("Where the API is.", "API 所在的地址。")),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            help=say("A provider there is already, for the credential.", "使用已有服务商的凭据。")
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help=say("Where to.", "写到哪里。"))] = Path("blocks"),
    json: AsJson = False,
) -> None:
    from luban.cli.new_family import make, read_document

    is_url = source.startswith(("http://", "https://"))
    content = in_loop(_fetched(source)) if is_url else _stored(Path(source))
    document = read_document(content, source)
    wanted = {
        "base": source if is_url else "",
        "only": only or (),
        "server": server,
        "provider": provider,
    }
    made = make(document, name=name, before=None, **wanted)
    there = out / f"{made.name}.openapi.toml"
    if there.is_file():
        made = make(document, name=name, before=there.read_text(encoding="utf-8"), **wanted)
    out.mkdir(parents=True, exist_ok=True)
    for file, text in made.files.items():
        (out / file).write_text(text, encoding="utf-8")
    if json:
        as_json({**made._asdict(), "files": [str(out / file) for file in made.files]})
        return
    _tell(made, out)


def _tell(made: Made, out: Path) -> None:
    for file in made.files:
        line(str(out / file))
    count, paged = len(made.blocks), len(made.paged)
    note(
        say(
            f"{count} blocks, {paged} of them page by page; such as {made.blocks[0]}.",
            f"共 {count} 个模块，其中 {paged} 个会逐页读取；例如 {made.blocks[0]}。",
        )
    )
    if f"{made.provider}.provider.json" in made.files:
        path = out / f"{made.provider}.provider.json"
        note(
            say(
                f"They need a credential. Add its provider: luban provider add {path}",
                f"这些模块需要凭据。请添加服务商：luban provider add {path}",
            )
        )
    for each in made.left_out:
        note(
            say(
                f"`{each}` is a way to prove who asks that Luban has no kind for; it is left out.",
                f"Luban 不支持“{each}”这种认证方式，已略去。",
            )
        )


async def _fetched(url: str) -> bytes:
    """Through the same gate as blocks: no private address that the settings do not allow."""
    from luban.net import AllowList, GuardedHttp

    http = GuardedHttp(AllowList.parse(settings_of().allow_hosts))
    try:
        accept = {"Accept": "application/json, application/yaml, */*"}
        answer = await http.request("GET", url, headers=accept, max_bytes=32 << 20, timeout=60)
    finally:
        await http.aclose()
    if not answer.ok:
        raise InvalidValue(
            name="source",
            value=url,
            expected=f"it answered {answer.status}; give the address of the description itself",
            expected_zh=f"返回了 {answer.status}；请给出描述文件本身的地址",
        )
    return answer.content


def _stored(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            what="file",
            what_zh="文件",
            name=str(path),
            way_out="Give the file of an API description, or its address: https://…",
            way_out_zh="请给出 API 描述文件，或其地址：https://…",
        ) from error


def _registry() -> Registry:
    from luban.registry import discover

    return discover(settings_of().blocks_path)


def _list(registry: Registry, json: bool) -> None:
    specs = registry.listed()
    broken = registry.broken()
    if json:
        as_json(
            {
                "blocks": [
                    spec.model_dump(mode="json", by_alias=True)
                    for spec in (*specs, *registry.older())
                ],
                "broken": [each._asdict() for each in broken],
            }
        )
        return
    table(
        [say("Block", "模块"), say("Title", "名称"), say("What it does", "作用")],
        ([_name(spec), _title(spec), _about(spec).split("\n", 1)[0]] for spec in specs),
    )
    for spec in specs:
        for lack in spec.unmet:
            note(f"⚠ {spec.id}: {_lack(lack)}")
    for each in broken:
        note(f"✕ {each.path}:{each.line or '?'} {say(each.message, each.message_zh)}")


def _describe(spec: BlockSpec) -> None:
    line(f"{spec.id}  {_title(spec)}")
    line(_about(spec))
    for said in _origin(spec):
        line(said)
    rows: list[list[Any]] = [
        ["→", pin.name, str(pin.type), say("required", "必填") if pin.required else "",
         _words(pin.description, pin.description_zh)]
        for pin in spec.inputs if not pin.hidden
    ]  # fmt: skip
    rows += [
        ["←", pin.name, str(pin.type), "*" if pin.many else "",
         _words(pin.description, pin.description_zh)]
        for pin in spec.outputs
    ]  # fmt: skip
    table(["", say("Pin", "端口"), say("Type", "类型"), "", say("About", "说明")], rows)


def _name(spec: BlockSpec) -> str:
    return spec.id if spec.version == 1 else f"{spec.id}@{spec.version}"


def _origin(spec: BlockSpec) -> list[str]:
    """Its version, what it comes with, what it may do and lacks: as far as there is more to say."""
    said: list[str] = []
    if spec.version != 1:
        since = spec.migrates[0] if spec.migrates else spec.version
        said.append(
            say(f"version {spec.version}", f"版本 {spec.version}")
            + (say(f", takes nodes since {since}", f"，可升级自 {since}") if spec.migrates else "")
        )
    if (package := spec.package) is not None:
        titled = _words(package.title, package.title_zh), package.version, package.homepage
        said.append(" ".join(part for part in titled if part))
    if spec.permissions is not None:
        named = ", ".join(spec.permissions) or say("nothing", "无")
        said.append(say(f"may use: {named}", f"权限：{named}"))
    return [*(each for each in said if each), *(f"⚠ {_lack(each)}" for each in spec.unmet)]


def _lack(unmet: UnmetNeed) -> str:
    return _words(unmet.message, unmet.message_zh)


def _title(spec: BlockSpec) -> str:
    return _words(spec.title, spec.title_zh)


def _about(spec: BlockSpec) -> str:
    return _words(spec.description, spec.description_zh)


def _words(english: str, chinese: str) -> str:
    return chinese if speaks_chinese() and chinese else english
