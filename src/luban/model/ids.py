"""How things are named: sortable random ids."""

from __future__ import annotations

import os
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def new_id(prefix: str) -> str:
    """A fresh id such as `r_01jd…`: prefix, 48 bits of milliseconds, 80 random bits, base 32.

    Ids made later sort later (to the millisecond), so an index on them grows at one end.
    Layout after the ULID specification, in lower case.
    """
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10))
    digits = [_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)]
    return f"{prefix}_{''.join(digits)}"
