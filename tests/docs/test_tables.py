"""The tables of the pages say what is so: settings, addresses, figures, generated pages."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from luban.api.app import routes
from luban.server.settings import Settings, read_settings
from tests.docs.pages import PAGES, ROOT
from tools import database_page, figures, generated

NOT_SETTINGS = {"environment", "warnings"}
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| (.*?) \|", re.M)
ADDRESS = re.compile(r"`((?:[A-Z]+ )+)(/[^`]*)`")
FIGURE = re.compile(r"\d[\d.,]* ?(?:µs|ms|s|MB|KB|×|times)\b|\d[\d.,]* ?(?:倍|秒|微秒|毫秒)")


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def settings_rows() -> dict[str, tuple[str, str]]:
    text = page("docs/howto/operate.md").partition("## Settings")[2]
    return {name: (variables, default) for name, variables, default in ROW.findall(text)}


def test_every_setting_has_a_row() -> None:
    assert list(settings_rows()) == [
        each.name for each in fields(Settings) if each.name not in NOT_SETTINGS
    ]


@pytest.mark.parametrize("each", [f for f in fields(Settings) if f.name not in NOT_SETTINGS])
def test_a_settings_row_says_the_default(each: object) -> None:
    name = getattr(each, "name", "")
    default = getattr(each, "default", MISSING)
    shown = settings_rows()[name][1]
    if isinstance(default, int | str) and default:
        assert f"`{default}`" == shown
    elif default == ():
        assert shown == "none"
    else:
        assert shown  # a folder of the user, or an expression


def test_every_named_variable_is_read(tmp_path: Path) -> None:
    given = {"LUBAN_PORT": "1", "LUBAN_DURABILITY": "power", "LUBAN_LOG_LEVEL": "debug"}
    given |= {"LUBAN_LIMITS": '{"a": {}}', "LUBAN_KEEP_DAYS": "7", "LUBAN_KEEP_RUNS": "7"}
    given |= {"LUBAN_LOG_FORMAT": "json", "LUBAN_AUTH": "required"}
    given |= {
        "LUBAN_RATE_LIMITS": '{"read": 1}',
        "LUBAN_BROWSER_SANDBOX": "off",
        "LUBAN_CODE": "off",
        "LUBAN_CODE_SHELL": "off",
        "LUBAN_CODE_MEMORY": "67108864",
    }
    given |= {"LUBAN_CLAMAV_DOWN": "accept", "LUBAN_S3_LINKS": "bucket"}
    given |= dict.fromkeys(("LUBAN_REDIS_URL", "REDIS_URL"), "redis://127.0.0.1/0")
    numbers = {each.name for each in fields(Settings) if isinstance(each.default, int)}
    for name, (variables, _) in settings_rows().items():
        for variable in re.findall(r"`([A-Z0-9_]+)`", variables):
            value = given.get(variable, "7" if name in numbers else "loopback")
            changed = read_settings(environment={variable: value}, folder=tmp_path)
            assert getattr(changed, name) != getattr(Settings(), name), variable


def test_every_address_is_on_the_page_about_http() -> None:
    text = page("docs/reference/http.md")
    shown = {
        (method, path)
        for methods, path in ADDRESS.findall(text)
        for method in methods.split()
        if path.startswith(("/api/", "/health", "/metrics", "/v1/"))
    }
    served = {
        (method.upper(), path)
        for path, methods in routes("0").openapi()["paths"].items()
        for method in methods
    }
    assert served - shown == set()
    assert shown - served == set()


def test_every_figure_of_a_front_page_stands_with_its_command() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        for section in page(name).split("\n## "):
            figures = FIGURE.findall(section)
            assert not figures or "./run bench" in section, figures


def test_every_table_of_the_database_is_described() -> None:
    assert database_page.undescribed() == []


@pytest.mark.parametrize("file", generated.FILES, ids=lambda file: file.path)
def test_a_generated_page_is_fresh(file: generated.Generated) -> None:
    assert generated.stale((file,)) == []


def test_every_page_is_reached_from_the_index() -> None:
    index = page("docs/README.md")
    linked = {
        (ROOT / "docs" / target).resolve()
        for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", index)
    }
    pages = {path for path in PAGES if "docs" in path.parts and path.name != "README.md"}
    assert {path.relative_to(ROOT).as_posix() for path in pages - linked} == set()


def test_twins_have_the_same_shape() -> None:
    """A Chinese page has the sections, fences and tables of its English twin."""
    for chinese in ROOT.glob("**/*.zh-CN.md"):
        if "node_modules" in chinese.parts or ".venv" in chinese.parts:
            continue
        english = chinese.with_name(chinese.name.replace(".zh-CN", ""))
        assert _shape(chinese) == _shape(english), chinese.name


def _shape(path: Path) -> list[str]:
    marks = re.findall(r"^(#+ |```\w*)", path.read_text(encoding="utf-8"), re.M)
    return [mark.strip() for mark in marks]


def test_every_named_test_is_there() -> None:
    named = {
        (file, test)
        for path in PAGES
        for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", path.read_text("utf-8"))
    }
    assert len(named) > 10
    for file, test in named:
        assert re.search(rf"def {test}\(", (ROOT / file).read_text("utf-8")), f"{file}::{test}"


def test_figures_are_written_between_their_marks(tmp_path: Path) -> None:
    rows = {
        line.work: {"ours": 12.34, "unit": "µs/step", "peer": 5678.9, "peer_name": "Peer 1.0"}
        for line in (*figures.ENGINE, *figures.START)
    }
    for language, name in (("en", "README.md"), ("zh", "README.zh-CN.md")):
        text = figures.table(language, rows, "a machine", 27.4, 1.44)
        assert "| 12 µs | Peer 1.0: 5,679 µs |" in text and "| 27 s | |" in text
        copy = tmp_path / name
        copy.write_text(page(name), encoding="utf-8")
        figures.write(copy, text)
        figures.write(copy, text)
        assert copy.read_text("utf-8").count(text) == 1
        assert copy.read_text("utf-8").splitlines()[-1] == page(name).splitlines()[-1]
        assert len(page(name).partition(figures.BEGIN)[2].splitlines()) > 10
