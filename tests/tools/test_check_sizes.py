"""The size check finds what is too long, and its list of exceptions can only shrink."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check_sizes


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "tools").mkdir()
    (tmp_path / "web/src").mkdir(parents=True)
    return tmp_path


def function(lines: int) -> str:
    return "def f():\n" + "    x = 1\n" * (lines - 1)


def test_what_fits_is_accepted(project: Path) -> None:
    (project / "src/fits.py").write_text(function(60))
    (project / "web/src/fits.ts").write_text("export function f() {\n" + "  a();\n" * 58 + "}\n")
    assert check_sizes.problems(project) == []


def test_a_long_python_function_is_named(project: Path) -> None:
    (project / "src/long.py").write_text("class A:\n" + function(61).replace("def", " def"))
    assert check_sizes.problems(project) == [
        "src/long.py::A.f has 61 lines, 60 are allowed: split it"
    ]


def test_a_long_file_is_named(project: Path) -> None:
    (project / "src/long.py").write_text("x = 1\n" * 501)
    assert "src/long.py has 501 lines" in check_sizes.problems(project)[0]


@pytest.mark.parametrize(
    "head",
    [
        "export function View({ a }: Props) {",
        "export default async function View() {",
        "const View = (a: string) => {",
        "export const View = memo(function View(a: string) {",
        "export function View(\n  a: string,\n): string {",
    ],
)
def test_a_long_typescript_function_is_named(project: Path, head: str) -> None:
    (project / "web/src/View.tsx").write_text(head + "\n" + "  a();\n" * 90 + "}\n")
    [found] = check_sizes.problems(project)
    assert found.startswith("web/src/View.tsx::View has 9")


def test_functions_in_a_typescript_function_are_measured_on_their_own(project: Path) -> None:
    inner = "  const {} = () => {{\n" + "    a();\n" * 40 + "  }};\n"
    text = "export function make() {\n" + inner.format("one") + inner.format("two") + "}\n"
    (project / "web/src/make.ts").write_text(text)
    assert check_sizes.problems(project) == []
    text = text.replace("    a();\n", "    a();\n    b();\n", 25)
    (project / "web/src/make.ts").write_text(text)
    assert check_sizes.problems(project) == [
        "web/src/make.ts::make.one has 67 lines, 60 are allowed: split it"
    ]


def test_a_long_table_in_typescript_is_no_function(project: Path) -> None:
    (project / "web/src/words.ts").write_text(
        "export const words = {\n" + "  a: 1,\n" * 90 + "};\n"
    )
    assert check_sizes.problems(project) == []


def test_an_exception_allows_its_present_length_only(project: Path) -> None:
    (project / "src/long.py").write_text(function(70))
    exceptions = project / check_sizes.EXCEPTIONS
    exceptions.write_text("70 src/long.py::f\n")
    assert check_sizes.problems(project, {"src/long.py::f": 70}) == []
    (project / "src/long.py").write_text(function(71))
    assert "71 lines, 70 are allowed" in check_sizes.problems(project)[0]


@pytest.mark.parametrize(
    ("lines", "listed", "says"),
    [(65, 70, "has shrunk to 65"), (50, 70, "no longer needed"), (70, 70, "is new or has grown")],
)
def test_the_list_may_only_shrink(project: Path, lines: int, listed: int, says: str) -> None:
    (project / "src/long.py").write_text(function(lines))
    (project / check_sizes.EXCEPTIONS).write_text(f"{listed} src/long.py::f  # why\n")
    committed = {"src/long.py::f": 70} if "new" not in says else {}
    assert any(says in problem for problem in check_sizes.problems(project, committed))
