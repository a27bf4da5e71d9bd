"""`luban blocks`: the blocks there are, and whole families of them out of API descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.flags import AsJson
from luban.cli.groups import DEFAULT, ShowGroup
from luban.cli.printing import as_json, line, note, table
from luban.cli.reach import settings_of
from luban.cli.speech import say, speaks_chinese
from luban.model.errors import NotFound

if TYPE_CHECKING:
    from luban.model.block import BlockSpec
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


def _registry() -> Registry:
    from luban.registry import discover

    return discover(settings_of().blocks_path)


def _list(registry: Registry, json: bool) -> None:
    specs = registry.specs()
    broken = registry.broken()
    if json:
        as_json(
            {
                "blocks": [spec.model_dump(mode="json", by_alias=True) for spec in specs],
                "broken": [each._asdict() for each in broken],
            }
        )
        return
    table(
        [say("Block", "模块"), say("Title", "名称"), say("What it does", "作用")],
        ([spec.id, _title(spec), _about(spec).split("\n", 1)[0]] for spec in specs),
    )
    for each in broken:
        note(f"✕ {each.path}:{each.line or '?'} {say(each.message, each.message_zh)}")


def _describe(spec: BlockSpec) -> None:
    line(f"{spec.id}  {_title(spec)}")
    line(_about(spec))
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


def _title(spec: BlockSpec) -> str:
    return _words(spec.title, spec.title_zh)


def _about(spec: BlockSpec) -> str:
    return _words(spec.description, spec.description_zh)


def _words(english: str, chinese: str) -> str:
    return chinese if speaks_chinese() and chinese else english
