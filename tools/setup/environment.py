"""The virtual environment: made once from the hashed locks, then only looked at.

A stamp in `.venv` holds hashes of everything the environment was made from. While it matches,
nothing is installed and nothing is fetched, so a second start works offline and at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
PYTHON = BIN / f"python{EXE}"
STAMP = VENV / "luban-setup.json"

RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
UV_LOCK = ROOT / "requirements-uv.lock"


class SetupError(Exception):
    """A step of the set-up failed; the text says which and what to do."""


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def tool(name: str) -> str:
    """The path of a program inside the virtual environment."""
    return str(BIN / f"{name}{EXE}")


def command_env() -> dict[str, str]:
    """The environment for every command: ours first on PATH, no interpreter fetched by uv."""
    env = dict(os.environ)
    env["PATH"] = os.pathsep.join([str(BIN), env.get("PATH", "")])
    env["VIRTUAL_ENV"] = str(VENV)
    env["UV_PYTHON_DOWNLOADS"] = "never"
    env.pop("PYTHONHOME", None)
    return env


def prepare(*, dev: bool) -> None:
    """Make the environment what the locks say; does nothing when it already is."""
    wanted = _wanted()
    have = _read_stamp()
    if have.get("root") != wanted["root"] or not PYTHON.exists():
        have = {}
    changed = [
        key for key in ("runtime", *(["dev"] if dev else [])) if have.get(key) != wanted[key]
    ]
    if not changed and have.get("project") == wanted["project"]:
        return
    started = time.monotonic()
    _make_venv(usable=bool(have))
    if changed:
        _get_uv()
        say("installing locked dependencies" + (" and test tools" if dev else ""))
        install(DEV_LOCK if dev else RUNTIME_LOCK)
    say("installing the project itself")
    _install_project()
    kept = {"dev": have["dev"]} if not dev and "dev" in have else {}
    done = {key: wanted[key] for key in wanted if key != "dev" or dev}
    STAMP.write_text(json.dumps({**kept, **done}, indent=1), encoding="utf-8")
    say(f"environment ready in {time.monotonic() - started:.1f} s")


def install(lock: Path) -> None:
    """Install everything a lock names: every hash checked, and no package's own code run."""
    checked = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    _uv("pip", "install", *checked, "-r", str(lock))


def _install_project() -> None:
    # Its web app is built by the caller, where its output can be seen.
    env = {"LUBAN_SKIP_UI": "1"}
    _uv("pip", "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT), extra=env)


def _wanted() -> dict[str, str]:
    return {
        "root": str(ROOT),
        "runtime": _hash(RUNTIME_LOCK),
        "dev": _hash(DEV_LOCK),
        "project": _hash(ROOT / "pyproject.toml"),
    }


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "absent"


def _read_stamp() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _make_venv(*, usable: bool) -> None:
    if usable or (PYTHON.exists() and _belongs_here()):
        return
    if VENV.exists():
        say("the virtual environment was made elsewhere or is broken: making it again")
        shutil.rmtree(VENV)
    say(f"making .venv with Python {sys.version.split()[0]}")
    # Without pip: Debian's Python has no ensurepip, and uv does not need it.
    _call([sys.executable, "-m", "venv", "--without-pip", str(VENV)], "making the environment")


def _belongs_here() -> bool:
    """True when the interpreter in .venv starts, is new enough and was made for this folder."""
    probe = "import sys; print(sys.version_info >= (3, 11))"
    result = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    activate = BIN / "activate"
    # Programs in it name its folder: moved, it would still start but run the old folder's.
    at_home = activate.exists() and str(VENV) in activate.read_text(encoding="utf-8")
    return result.returncode == 0 and result.stdout.strip() == "True" and at_home


def _get_uv() -> None:
    if Path(tool("uv")).exists():
        return
    say("fetching uv")
    lock = ["install", "--quiet", "--no-input", "--require-hashes", "--no-deps", "-r", str(UV_LOCK)]
    tried = _run([sys.executable, "-m", "pip", "--python", str(PYTHON), *lock])
    if tried.returncode:
        _run([str(PYTHON), "-m", "ensurepip"])
        tried = _run([str(PYTHON), "-m", "pip", *lock])
    if tried.returncode == 0:
        return
    if shutil.which("uv"):
        return
    raise SetupError(
        "could not install uv: this Python has no working pip, and there is no uv on PATH.\n"
        "Install one of them (for example `apt install python3-pip`) and start again. pip said:\n"
        + tried.stderr.strip()
    )


def _uv(*words: str, extra: dict[str, str] | None = None) -> None:
    own = Path(tool("uv"))
    program = str(own) if own.exists() else "uv"
    command = [program, *words[:2], "--quiet", "--python", str(PYTHON), *words[2:]]
    _call(command, "uv " + " ".join(words[:2]), extra=extra)


def _call(command: list[str], what: str, *, extra: dict[str, str] | None = None) -> None:
    result = _run(command, extra=extra)
    if result.returncode:
        raise SetupError(f"{what} failed:\n{(result.stderr or result.stdout).strip()}")


def _run(
    command: list[str], *, extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    env = {**command_env(), **(extra or {})}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)
