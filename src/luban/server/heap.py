"""The collector of reference cycles, told what a server is like."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 20_000, 20, 50


def settle_heap() -> None:
    """Call once after start-up: what is there now stays, and need not be looked through again.

    A server holds some hundred thousand objects from its imports for good, and makes short-lived
    ones that reference counting frees. With Python's default thresholds a fifth of the time per
    step goes into looking for cycles among them in vain (`./run bench engine`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
