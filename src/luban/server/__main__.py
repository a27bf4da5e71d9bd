"""`python -m luban.server`: a server with the settings of the environment and luban.toml."""

from __future__ import annotations

import logging
import sys

from luban.model.errors import LubanError
from luban.server.process import run_server
from luban.server.settings import read_settings
from luban.server.wiring import Home

WRONG_INPUT = 2
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def main() -> int:
    try:
        settings = read_settings()
        logging.basicConfig(
            level=settings.log_level.upper(),
            format=_FORMAT,
        )
        logging.getLogger("alembic").setLevel(logging.WARNING)
        run_server(settings, _ready)
    except LubanError as error:
        sys.stderr.write(f"{error}\n{error.message_zh}\n")
        return WRONG_INPUT
    except KeyboardInterrupt:
        return 0
    return 0


def _ready(address: str, home: Home) -> None:
    sys.stdout.write(f"Luban is ready: {address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
