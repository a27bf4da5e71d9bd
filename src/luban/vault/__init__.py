"""Secrets at rest and in use: sealing, the key ring, vaults of others, scrubbing by value."""

from __future__ import annotations

from luban.vault.key_ring import Key, KeyRing
from luban.vault.sealing import EnvelopeSealing

__all__ = ["EnvelopeSealing", "Key", "KeyRing"]
