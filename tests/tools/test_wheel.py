"""The wheel carries the web app, is the same twice, and works where there is no Node."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.tools.test_run import ROOT, copy_of_the_project
from tools import webapp

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="uses symbolic links")]
INDEX = "luban/server/static/index.html"


def build(project: Path, kind: str, env: dict[str, str] | None = None) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(project / "out")]
    result = subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False, env=env
    )
    assert result.returncode == 0, result.stdout + result.stderr
    [made] = (project / "out").glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone that borrows this project's installed npm packages."""
    copy = copy_of_the_project(tmp_path_factory.mktemp("wheel") / "luban")
    (copy / "web/node_modules").symlink_to(ROOT / "web/node_modules")
    return copy


@pytest.fixture(scope="module")
def wheel(project: Path) -> Path:
    return build(project, "wheel")


def no_node(tmp_path: Path) -> dict[str, str]:
    """An environment in which no program but the system's shell can be found."""
    empty = tmp_path / "no-programs"
    empty.mkdir()
    return {**os.environ, "PATH": str(empty), "PYTHONPATH": ""}


def test_the_wheel_carries_the_web_app(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert INDEX in names and "luban/py.typed" in names
    assert any(name.startswith("luban/server/static/assets/") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "tools/", "web/"))]


def test_building_twice_gives_the_same_bytes(project: Path, wheel: Path) -> None:
    first = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (project / webapp.STATIC / "index.html").unlink()  # so that the web app is built again too
    wheel.unlink()
    assert hashlib.sha256(build(project, "wheel").read_bytes()).hexdigest() == first


def test_the_sdist_builds_the_wheel_without_node(
    project: Path, wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(build(project, "sdist")) as archive:
        # Early 3.11 releases have no filters.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(tmp_path)
    [source] = tmp_path.glob("luban-*")
    again = build(source, "wheel", no_node(tmp_path))
    names = {name for name in zipfile.ZipFile(again).namelist() if "/static/" in name}
    assert names == {name for name in zipfile.ZipFile(wheel).namelist() if "/static/" in name}


def test_a_wheel_without_the_web_app_cannot_be_built(project: Path, tmp_path: Path) -> None:
    bare = copy_of_the_project(tmp_path / "luban")
    for path in sorted((bare / "web").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    result = subprocess.run(command, cwd=bare, capture_output=True, text=True, check=False)
    assert result.returncode != 0 and "the web app is missing" in result.stdout + result.stderr


def test_the_installed_wheel_holds_the_page_and_the_command(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    uv = Path(sys.executable).with_name("uv")
    install = [uv, "pip", "install", "-q", "--no-deps", "--target", target, wheel]
    subprocess.run(install, check=True)
    assert (target / INDEX).read_text(encoding="utf-8").strip().startswith("<!")
    env = no_node(tmp_path) | {"PYTHONPATH": str(target)}
    where = "import luban; print(luban.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", where], env=env, capture_output=True, text=True, check=True
    )
    assert Path(found.stdout.strip()).is_relative_to(target)


@pytest.mark.skipif(not (ROOT / "src/luban/cli/main.py").exists(), reason="no command yet")
def test_the_installed_program_shows_the_builder_without_node(wheel: Path, tmp_path: Path) -> None:
    venv, uv = tmp_path / "venv", Path(sys.executable).with_name("uv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    install = [uv, "pip", "install", "-q", "--no-deps", "--python", venv / "bin/python"]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements.lock"], check=True)
    subprocess.run([*install, wheel], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [venv / "bin/luban", "up", "--port", port, "--data", tmp_path / "luban-files"]
    log = tmp_path / "up.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, env=no_node(tmp_path), cwd=tmp_path, stdout=output, stderr=output
        )
    try:
        assert '"healthy"' in read(server, f"http://127.0.0.1:{port}/health"), log.read_text()
        page = read(server, f"http://127.0.0.1:{port}/")
        scripts = re.findall(r'<script[^>]* src="(?:\./|/)?([^"]+)"', page)
        assert scripts and all(read(server, f"http://127.0.0.1:{port}/{one}") for one in scripts)
    finally:
        server.terminate()
        server.wait(timeout=20)


def read(server: subprocess.Popen[bytes], address: str) -> str:
    """The answer at an address, waiting for a server that is still starting."""
    request = urllib.request.Request(address, headers={"Accept": "text/html,*/*"})
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return str(answer.read().decode("utf-8"))
        except urllib.error.HTTPError:
            raise
        except OSError:
            if server.poll() is not None or time.monotonic() > end:
                return ""
            time.sleep(0.05)
