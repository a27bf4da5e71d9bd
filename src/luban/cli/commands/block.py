"""`luban blocks`, `luban block …`: the blocks there are, and new ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.flags import AsJson
from luban.cli.printing import RUN_FAILED, WRONG_INPUT, as_json, leave, line, note, table
from luban.cli.reach import settings_of
from luban.cli.speech import say, speaks_chinese
from luban.model.errors import InvalidValue, NotFound

if TYPE_CHECKING:
    from luban.model.block import BlockSpec
    from luban.registry import Registry

app = typer.Typer(help=say("Write and test blocks.", "编写与测试模块。"), no_args_is_help=True)

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def blocks(
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


blocks.__doc__ = say("List blocks, or describe one.", "列出模块，或说明其中一个。")


@app.command("new", help=say("Write a block, its test and its page.", "生成模块、测试与说明。"))
def new(
    name: Annotated[str, typer.Argument(help=say("Such as `weather`.", "例如 `weather`。"))],
    folder: Annotated[Path, typer.Option(help=say("Where to.", "写到哪里。"))] = Path("blocks"),
) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidValue(
            name="name",
            value=name,
            expected="a block's name has small letters, digits and `_`, and begins with a letter",
            expected_zh="模块名只能含小写字母、数字和下划线，并以字母开头",
        )
    from luban.cli.new_block import files_of

    made = files_of(name)
    taken = [path for path in made if (folder / path).exists()]
    if taken:
        raise InvalidValue(
            name="name",
            value=name,
            expected=f"{folder / taken[0]} exists already; choose another name",
            expected_zh=f"{folder / taken[0]} 已存在，请换一个名称",
        )
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        line(str(folder / path))
    note(
        say(
            f"Try it: luban block test {folder / f'{name}.py'}",
            f"试一试：luban block test {folder / f'{name}.py'}",
        )
    )


@app.command("test", help=say("Run the examples of blocks.", "运行模块的示例。"))
def try_examples(
    path: Annotated[
        Path | None, typer.Argument(help=say("A file or folder of blocks.", "模块文件或目录。"))
    ] = None,
    json: AsJson = False,
) -> None:
    from luban.cli.block_examples import try_all

    told = try_all(path, settings_of().blocks_path)
    if json:
        as_json(told)
    else:
        for each in told["blocks"]:
            mark = "✕" if each["differences"] else "✓"
            count = each["examples"]
            examples = say("example" if count == 1 else "examples", "个示例")
            line(f"{mark} {each['id']}  {count} {examples}")
            for difference in each["differences"]:
                line(f"    {difference}")
        for each in told["broken"]:
            line(
                f"✕ {each['path']}:{each['line'] or '?'} {say(each['message'], each['message_zh'])}"
            )
    if told["broken"]:
        leave(WRONG_INPUT)
    if any(each["differences"] for each in told["blocks"]):
        leave(RUN_FAILED)


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
