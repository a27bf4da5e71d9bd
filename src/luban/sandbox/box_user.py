"""Who a box runs as: ourselves, or a user that nobody else is when we are root."""

from __future__ import annotations

import itertools
import os
import random

_FIRST, _LAST = 61_184, 65_519
"""Users without a name that systemd keeps for services; nothing belongs to them."""
_NEXT = itertools.count(random.randrange(_LAST - _FIRST))


def next_user() -> int | None:
    """A user for the next box when we are root, each time another; else `None`: ourselves.

    Root is bound by no limit on the number of processes, and may do more than any box should.
    """
    if os.geteuid() != 0:
        return None
    return _FIRST + next(_NEXT) % (_LAST - _FIRST + 1)
