"""Where rates are counted: in this process, in Redis for many, or in both in turn."""

from luban.storage.rates.fallback import FallbackRates
from luban.storage.rates.memory import MemoryRates

__all__ = ["FallbackRates", "MemoryRates"]
