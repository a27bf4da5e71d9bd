"""`luban check`: what is wrong with agent files before they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from luban.cli.flags import AsJson
from luban.cli.printing import DONE, WRONG_INPUT, as_json, leave, line
from luban.cli.speech import say
from luban.model.errors import LubanError, NotFound

if TYPE_CHECKING:
    from luban.model.finding import Finding


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]",
            help=say(
                "Agent files; else those here and below `agents`.",
                "智能体文件；省略时检查此处及 `agents` 目录下的文件。",
            ),
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    from luban.cli.reach import settings_of
    from luban.registry import discover

    blocks = discover(settings_of().blocks_path)
    told = [{"file": str(path), **_checked(path, blocks)} for path in files or _found()]
    broken = any(each["error"] or each["errors"] for each in told)
    if json:
        as_json({"ok": not broken, "files": told})
    else:
        for each in told:
            _print(each)
    leave(WRONG_INPUT if broken else DONE)


def _found() -> list[Path]:
    """The agent files of a project. Raises `NotFound`."""
    names = ("*.agent.yaml", "*.agent.yml", "*.agent.json")
    found = [path for name in names for path in (*Path().glob(name), *Path("agents").rglob(name))]
    if not found:
        raise NotFound(
            what="file",
            what_zh="文件",
            name="*.agent.yaml",
            way_out="Name the files to check.",
            way_out_zh="请指定要检查的文件。",
        )
    return sorted(found)


def _checked(path: Path, blocks: Any) -> dict[str, Any]:
    from luban.engine.validation import check as check_graph
    from luban.interop import agent_file
    from luban.interop.positions import lines_of
    from luban.interop.short_workflow import imported

    try:
        text = agent_file.read(path)
        tree, notes = imported(agent_file.load(text), blocks)
    except LubanError as error:
        return {"error": error.as_json(), "findings": [], "lines": [], "notes": [], "errors": 1}
    found = check_graph(tree, blocks)
    return {
        "error": None,
        "findings": found,
        "lines": lines_of(text, found) if found else [],
        "notes": [note._asdict() for note in notes],
        "errors": sum(each.severity == "error" for each in found),
    }


def _print(told: dict[str, Any]) -> None:
    error, findings = told["error"], told["findings"]
    if error:
        line(f"✕ {told['file']}: {say(error['message'], error['message_zh'])}")
        return
    mark = "✕" if told["errors"] else "!" if findings else "✓"
    line(f"{mark} {told['file']}")
    for finding, number in zip(findings, told["lines"], strict=True):
        at = say(f"line {number}: ", f"第 {number} 行：") if number else ""
        line(f"  {at}{finding_text(finding)}")
    for chosen in told["notes"]:
        line(f"  · {say(chosen['message'], chosen['message_zh'])}")


def finding_text(finding: Finding) -> str:
    """A finding as one line: how bad, where, what, and how to repair it."""
    mark = "✕" if finding.severity == "error" else "!"
    where = finding.link or ".".join(part for part in (finding.node, finding.pin) if part)
    text = say(finding.message, finding.message_zh)
    repair = say(finding.repair, finding.repair_zh)
    return f"{mark} {where}{': ' if where else ''}{text} {repair}".rstrip()


check.__doc__ = say("Check agent files without running them.", "检查智能体文件而不运行。")
