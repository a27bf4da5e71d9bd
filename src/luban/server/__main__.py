"""`python -m luban.server`: a server with the settings of the environment and luban.toml."""

from __future__ import annotations

import sys

from luban.model.errors import LubanError
from luban.server.logs import install
from luban.server.people import greeting
from luban.server.process import run_server
from luban.server.settings import read_settings
from luban.server.wiring import Home

WRONG_INPUT = 2


def main() -> int:
    try:
        settings = read_settings()
        install(settings)
        run_server(settings, _ready)
    except LubanError as error:
        sys.stderr.write(f"{error}\n{error.message_zh}\n")
        return WRONG_INPUT
    except KeyboardInterrupt:
        return 0
    return 0


def _ready(address: str, home: Home) -> None:
    sys.stdout.write(f"Luban is ready: {address}\n")
    for en, _ in greeting(home.settings, home.house.accounts):
        sys.stdout.write(f"{en}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
