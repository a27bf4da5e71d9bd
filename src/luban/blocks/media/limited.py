"""Starts a program with a bound on its memory and on the files it writes, and becomes it.

`python -m luban.blocks.media.limited MEGABYTES PROGRAM ARGUMENTS…`; only where there are such
limits, which is everywhere but on Windows.
"""

from __future__ import annotations

import os
import sys

_LARGEST_FILE = 4_000_000_000


def main() -> None:
    import resource

    memory = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
