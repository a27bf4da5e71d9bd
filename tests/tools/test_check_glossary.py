"""The glossary check finds wrong words in code and interface, and lets right ones pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check_glossary

TABLE = """
| word | 中文 | meaning | never |
|---|---|---|---|
| link | 连线 | from pin to pin | edge |
| run | 运行 | one of them | execution, job, 执行记录 |
| step | 步骤 | one firing | task |
| frame | 帧 | nothing else to call it | – |
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("docs", "tools", "src/luban/api", "web/src/canvas", "web/src/locales"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / check_glossary.GLOSSARY).write_text(TABLE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "text", "word"),
    [
        ("src/luban/api/runs.py", "def start_job(): ...", "job"),
        ("src/luban/api/runs.py", "class RunExecution: ...", "execution"),
        ("src/luban/api/runs.py", "def f(edges): ...", "edges"),
        ("src/luban/api/runs.py", "self.last_task = 1", "task"),
        ("src/luban/api/runs.py", "import x as job", "job"),
        ("src/luban/api/edges.py", "", "edges"),
        ("web/src/graph.ts", "const edgeCount = 1;", "edge"),
        ("web/src/graph.ts", 'import { Job } from "@/runs";', "job"),
        ("web/src/locales/zh-CN.json", '{"runs": "执行记录"}', "执行记录"),
        ("web/src/locales/en.ts", 'export const en = { runs: "Jobs" };', "jobs"),
    ],
)
def test_a_wrong_word_is_named_with_the_right_one(
    project: Path, file: str, text: str, word: str
) -> None:
    (project / file).write_text(text, encoding="utf-8")
    [found] = check_glossary.problems(project)
    assert found.startswith(f"{file}:1:") and f"says {word}, we say" in found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("src/luban/api/runs.py", '"""An edge of the world."""\nlink = graph.edges[0]'),
        ("src/luban/api/runs.py", "acknowledged = knowledge = ledger = 1"),
        ("web/src/canvas/flow.ts", "const edges = [];"),
        ("web/src/graph.ts", '// an edge\nconst link = "edge";'),
        ("web/src/graph.ts", 'import {\n  Job as Case,\n} from "icons";\nshow(Job);'),
        ("web/src/locales/en.json", '{"runs": "Runs"}'),
    ],
)
def test_right_words_and_other_peoples_words_pass(project: Path, file: str, text: str) -> None:
    (project / file).write_text(text, encoding="utf-8")
    assert check_glossary.problems(project) == []


def test_an_exception_holds_in_its_place_only(project: Path) -> None:
    (project / check_glossary.EXCEPTIONS).write_text("task src/luban/*.py@asyncio its own word\n")
    inside, outside = project / "src/luban/api/loop.py", project / "src/luban/api/plan.py"
    inside.write_text("import asyncio\ntask = asyncio.create_task(f())\ntasks = [task]\n")
    outside.write_text("task = 1\n")
    assert [problem.partition(":")[0] for problem in check_glossary.problems(project)] == [
        "src/luban/api/plan.py"
    ]


def test_an_exception_without_a_reason_is_refused(project: Path) -> None:
    (project / check_glossary.EXCEPTIONS).write_text("task src/*.py\n")
    with pytest.raises(ValueError, match="not enough values"):
        check_glossary.problems(project)


@pytest.mark.parametrize("name", sorted(check_glossary.EMPTY_NAMES))
def test_a_file_name_that_says_nothing_is_refused(project: Path, name: str) -> None:
    (project / f"src/luban/api/{name}.py").write_text("")
    assert "says nothing" in check_glossary.problems(project)[0]


def test_the_glossary_itself_can_be_read() -> None:
    rules = check_glossary.read_rules(check_glossary.ROOT)
    assert rules.instead["edge"] == "link" and rules.instead["job"] == "run"
    assert rules.forbid("edges", "src/luban/model/graph.py", frozenset()) == "link"
