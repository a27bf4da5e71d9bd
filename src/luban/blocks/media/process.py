"""The process that opens one document nobody vouches for, and is gone afterwards.

Started by `apart.py` with an empty environment. It limits its own memory, reads one order as JSON,
and writes one answer.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from luban.blocks.media.refused import Refused

_BESIDE = 192
"""MB that the program and its libraries take beside the document."""


def main() -> None:
    order = json.load(sys.stdin)
    _limit(order["memory_mb"])
    # A library must not write between the lines of the answer.
    answer_to, sys.stdout = sys.stdout, sys.stderr
    try:
        answer = _answer(order)
    except Refused as refused:
        answer = {"error": refused.code, "values": refused.values}
    except MemoryError:
        answer = {"error": "memory"}
    except Exception as error:  # noqa: BLE001  whatever a parser stumbles over is the document's fault
        cause = f"{type(error).__name__} {error}".strip()[:200]
        # lxml tells of memory that is used up as of a mistake that it does not know.
        spent = "emory alloc" in cause or cause.startswith("XMLSyntaxError unknown error")
        code = "memory" if spent else "unreadable_document"
        answer = {"error": code, "values": {"cause": cause}}
    answer_to.write(json.dumps(answer))


def _limit(megabytes: int) -> None:
    sys.setrecursionlimit(2000)
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    whole = (megabytes + _BESIDE) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (whole, whole))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    if order["do"] == "read":
        from luban.blocks.media.document_texts import read

        return read(order)
    from luban.blocks.media.pdf_pages import combine, split

    return combine(order) if order["do"] == "combine" else split(order)


if __name__ == "__main__":
    main()
