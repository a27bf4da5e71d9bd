"""A sealed secret as one run of bytes, for tables that have one column for it."""

from __future__ import annotations

from luban.ports.vault import Sealed


def packed(sealed: Sealed) -> bytes:
    """The length of the key's name (one byte), the name, and the box."""
    key = sealed.key.encode()
    return bytes((len(key),)) + key + sealed.box


def unpacked(stored: bytes) -> Sealed:
    """What `packed` was given."""
    end = 1 + stored[0]
    return Sealed(stored[1:end].decode(), stored[end:])
