"""Databases of others for tests: this machine's PostgreSQL, and a MariaDB of our own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from luban.sdk.testing import TestContext
from luban.storage.outside import OutsideDatabases
from tools import prerequisites

USER, PASSWORD, DATABASE = "luban", 'it\'s "a" secret', "shop"


async def here(host: str, port: int) -> str:
    """The guard's answer in these tests: everything is on this machine."""
    return "127.0.0.1"


def context(provider: str, login: Mapping[str, str], **more: Any) -> TestContext:
    """What a block gets whose node has this login."""
    return TestContext(
        credentials={provider: login}, databases=cast("Any", OutsideDatabases(here)), **more
    )


def postgres_login(address: str) -> dict[str, str]:
    return {"url": urlsplit(address)._replace(query="sslmode=disable").geturl()}


@contextmanager
def mariadb() -> Iterator[dict[str, str] | None]:
    """The login of an empty database on a server of our own; `None` without the program."""
    found = prerequisites.find_mariadb()
    if found is None:
        yield None
        return
    program, maker = found
    with tempfile.TemporaryDirectory(prefix="luban-mariadb-") as name:
        folder, port = Path(name), _free_port()
        data = folder / "data"
        as_user = ["--user=mysql"] if os.geteuid() == 0 else []
        if as_user:
            shutil.chown(folder, "mysql")
        made = [
            maker,
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
        ]
        subprocess.run([*made, "--skip-test-db", *as_user], check=True, capture_output=True)
        start = folder / "start.sql"
        quoted = PASSWORD.replace("'", "''")
        start.write_text(
            f"create database {DATABASE};\n"
            f"create user {USER}@'%' identified by '{quoted}';\n"
            f"grant all on {DATABASE}.* to {USER}@'%';\n"
            # What a careless administrator gives, and a statement must not get at anyway.
            f"grant file on *.* to {USER}@'%';\n"
        )
        start.chmod(0o644)
        where = [f"--datadir={data}", f"--socket={folder}/s", f"--pid-file={folder}/pid"]
        listen = [f"--port={port}", "--bind-address=127.0.0.1", f"--init-file={start}"]
        thrift = [
            "--character-set-server=utf8mb4",
            "--innodb-buffer-pool-size=8M",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        process = subprocess.Popen(
            [program, "--no-defaults", *where, *listen, *thrift, *as_user],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(port, process)
            yield {
                "host": "db.test",
                "port": str(port),
                "database": DATABASE,
                "username": USER,
                "password": PASSWORD,
                "security": "none",
            }
        finally:
            process.terminate()
            process.wait(20)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("MariaDB did not come up")
