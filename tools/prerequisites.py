"""What some tests need from the machine: a browser, Chinese letters, Node with packages, servers.

Each is found (an address or program given, then one already there) or got, where this machine
allows it. What cannot be had is listed by `./run test`; with `CI=true` it fails instead, so that no
proof is left out unseen.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools import promtool, swift_server, webapp

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
APT_BOXES = "bubblewrap"
APT_SCANNER = "clamav-daemon"
APT_MARIADB = "mariadb-server"
APT_SWIFT = "swift-proxy swift-account swift-container swift-object memcached"
APT_BROWSER, APT_FONT = "chromium", "fonts-noto-cjk"
ISSUER = Path(__file__).resolve().parents[1] / "tests" / "accounts" / "issuer"
MODEL_SERVER = Path(__file__).resolve().parents[1] / "tests" / "llm" / "aimock"
OPENAI_CLIENT = Path(__file__).resolve().parents[1] / "tests" / "server" / "openai_node"
CONFORMANCE = Path(__file__).resolve().parents[1] / "tests" / "mcp" / "conformance"
TOKEN_SERVER = Path(__file__).resolve().parents[1] / "tests" / "providers" / "token_server"


def strict() -> bool:
    """True where a missing prerequisite is a failure, not a skipped test."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def find_browser() -> str | None:
    """A Chromium that starts: LUBAN_BROWSER, then PATH, then the test tool's own download."""
    given = os.environ.get("LUBAN_BROWSER")
    candidates = [given] if given else [*map(shutil.which, CHROMIUM_NAMES), *_downloaded_browsers()]
    return next((path for path in candidates if path and _starts(path)), None)


def has_chinese_font() -> bool:
    """True when the machine can draw Chinese (asked where fontconfig says so, else assumed)."""
    asked = shutil.which("fc-list")
    if asked is None:
        return sys.platform in ("win32", "darwin")
    return bool(_output([asked, ":lang=zh", "family"]))


def find_issuer(say: Callable[[str], None] = lambda _: None) -> list[str] | None:
    """The command of an OpenID provider that others wrote; its packages are got when missing."""
    return _peer(ISSUER, say, "the OpenID provider for tests")


def find_token_server(say: Callable[[str], None] = lambda _: None) -> list[str] | None:
    """The command of an OAuth 2 server that others wrote; its packages are got when missing."""
    return _peer(TOKEN_SERVER, say, "the OAuth 2 server for tests")


def find_model_server(say: Callable[[str], None] = lambda _: None) -> list[str] | None:
    """The command of a model server that others wrote; its packages are got when missing."""
    return _peer(MODEL_SERVER, say, "the model server for tests")


def find_openai_client(say: Callable[[str], None] = lambda _: None) -> list[str] | None:
    """The command that asks a server by OpenAI's Node client; it is got when missing."""
    return _peer(OPENAI_CLIENT, say, "OpenAI's Node client for tests")


def find_conformance(say: Callable[[str], None] = lambda _: None) -> list[str] | None:
    """The command of the official suite of MCP, run by Deno: it needs what Node has from 22 on."""
    node, deno = webapp.find_node(_python()), shutil.which("deno", path=_scripts())
    if node is None or deno is None:
        return None
    try:
        webapp.install(CONFORMANCE, node, say, "the official suite of MCP")
    except webapp.WebAppError as error:
        say(str(error))
        return None
    suite = CONFORMANCE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
    return [deno, "run", "-A", "--no-lock", "--quiet", str(suite)]


def _scripts() -> str:
    """Where programs of our Python's packages are, then all others."""
    return os.pathsep.join([str(Path(_python()).parent), os.environ.get("PATH", "")])


def _peer(folder: Path, say: Callable[[str], None], what: str) -> list[str] | None:
    node = webapp.find_node(_python())
    if node is None:
        return None
    try:
        webapp.install(folder, node, say, what)
    except webapp.WebAppError as error:
        say(str(error))
        return None
    return [node.program, str(folder / "server.js")]


def find_mariadb() -> tuple[str, str] | None:
    """The server of MariaDB, and what makes the folder of a new one."""
    where = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    found = [shutil.which(name, path=where) for name in ("mariadbd", "mariadb-install-db")]
    return (found[0], found[1]) if found[0] and found[1] else None


def provide(say: Callable[[str], None]) -> dict[str, str]:
    """Get what is missing and can be got; the rest by name, with the reason."""
    missing: dict[str, str] = {}
    browser = find_browser() or _get_browser(say)
    if browser:
        os.environ["LUBAN_BROWSER"] = browser
    else:
        missing["browser"] = "no Chromium on PATH, in LUBAN_BROWSER, by download or from apt"
    if not has_chinese_font() and not (_apt(APT_FONT, say) and has_chinese_font()):
        missing["Chinese font"] = f"install one, for example {APT_FONT}"
    if find_issuer(say) is None:
        missing["OpenID provider"] = "no Node 20.19 or newer, or no packages from npm"
    if find_token_server(say) is None:
        missing["OAuth 2 server"] = "no Node 20.19 or newer, or no packages from npm"
    if find_model_server(say) is None:
        missing["model server"] = "no Node 20.19 or newer, or no packages from npm"
    if find_openai_client(say) is None:
        missing["OpenAI's Node client"] = "no Node 20.19 or newer, or no packages from npm"
    if find_conformance(say) is None:
        missing["suite of MCP"] = "no Deno (the package `deno`), or no packages from npm"
    if not has_boxes() and not (_apt(APT_BOXES, say) and has_boxes()) and not can_confine():
        missing["boxes"] = f"install the package {APT_BOXES}, or use Linux 6.12 or newer"
    if find_mariadb() is None and not (_apt(APT_MARIADB, say) and find_mariadb()):
        missing["MariaDB"] = f"install the package {APT_MARIADB}"
    if promtool.find(say) is None:
        missing["promtool"] = f"install the package {promtool.PACKAGE}"
    if not has_clamd() and not (_apt(APT_SCANNER, say) and has_clamd()):
        missing["clamd"] = f"install the package {APT_SCANNER}"
    if not swift_server.programs() and not (strict() and _apt(APT_SWIFT, say)):
        say(f"tests of OpenStack Swift are left out: install {APT_SWIFT} to run them")
    return missing


def has_boxes() -> bool:
    """True where bubblewrap makes a box; true too where there is no such thing, beside Linux."""
    program = shutil.which("bwrap")
    if not sys.platform.startswith("linux"):
        return True
    box = ["--unshare-all", "--ro-bind", "/", "/", "true"]
    return program is not None and _succeeds([program, *box], seconds=30)


def can_confine() -> bool:
    """True where the other kind of box, Landlock, holds."""
    ask = (
        "from luban.sandbox.interpreters import Interpreters as I\n"
        "from luban.sandbox.probing import Probe as P\n"
        "print('holds' if P((), ('landlock',)).ask(I()).boxes else '')"
    )
    return _output([_python(), "-c", ask]) == "holds"


def has_clamd() -> bool:
    """True when ClamAV's daemon is on the machine; a test starts one of its own."""
    return bool(shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin"))


def _get_browser(say: Callable[[str], None]) -> str | None:
    if os.environ.get("LUBAN_BROWSER"):
        return None  # the one that was asked for does not start; another would hide that
    say("no Chromium found: trying the test tool's own download")
    download = [_python(), "-m", "playwright", "install", "chromium"]
    if _succeeds(download, seconds=600) and (found := find_browser()):
        return found
    return find_browser() if _apt(APT_BROWSER, say) else None


def _downloaded_browsers() -> list[str]:
    ask = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as tool: print(tool.chromium.executable_path)"
    )
    return _output([_python(), "-c", ask]).splitlines()[:1]


def _apt(package: str, say: Callable[[str], None]) -> bool:
    """Install a Debian package where we may: as root, with apt-get on the machine."""
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    say(f"installing the system's package {package}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "-y", "-q", "--no-install-recommends", *package.split()]
    if _succeeds(install, seconds=900, env=env):
        return True
    return _succeeds([apt, "update", "-q"], seconds=300, env=env) and _succeeds(
        install, seconds=900, env=env
    )


@functools.cache
def _starts(path: str) -> bool:
    return _succeeds([path, "--version"], seconds=30)


def _python() -> str:
    from tools.setup.environment import PYTHON

    return str(PYTHON) if Path(PYTHON).exists() else sys.executable


def _succeeds(command: list[str], *, seconds: float, env: dict[str, str] | None = None) -> bool:
    try:
        result = subprocess.run(
            command,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=env,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _output(command: list[str]) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
