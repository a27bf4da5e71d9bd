"""The doorbell and the live events of one process."""

from luban.storage.local.bell import LocalBell
from luban.storage.local.bus import LocalBus

__all__ = ["LocalBell", "LocalBus"]
