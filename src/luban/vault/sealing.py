"""Envelope encryption: every record has a key of its own, which a key of the ring wraps.

A box is, in this order: the version of the format (1 byte), the length of the key's id (1 byte) and
the id, a nonce (12) and the wrapped data key (32 and its tag of 16), a nonce (12) and the content
with its tag. Both ciphertexts are AES-256-GCM with the place and the format as associated data, so
neither opens anywhere else; the wrapped key is bound to the id of the key that wraps it too.
"""

from __future__ import annotations

import secrets

from luban.ports.vault import SealBroken, Sealed
from luban.vault.key_ring import KEY_BYTES, KeyRing

FORMAT = 1
_NONCE = 12
_WRAPPED = KEY_BYTES + 16
_TAG = 16


class EnvelopeSealing:
    """`Sealing` with the keys of a ring."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring

    def seal(self, content: bytes, *place: str) -> Sealed:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # starting is to be quick

        key = self.ring.sealing_key()
        own = secrets.token_bytes(KEY_BYTES)
        wrap_nonce, nonce = secrets.token_bytes(_NONCE), secrets.token_bytes(_NONCE)
        key_id = key.id.encode()
        wrapped = AESGCM(key.secret).encrypt(wrap_nonce, own, _bound("key", place, key.id))
        closed = AESGCM(own).encrypt(nonce, content, _bound("content", place))
        head = bytes((FORMAT, len(key_id)))
        return Sealed(key.id, head + key_id + wrap_nonce + wrapped + nonce + closed)

    def open(self, sealed: Sealed, *place: str) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        what = " ".join(place[:2])
        box = memoryview(sealed.box)
        key_id, rest = _key_id(box, what)
        if key_id != sealed.key:
            raise SealBroken(what=what)
        key = self.ring.get(key_id, what)
        end = _NONCE + _WRAPPED
        wrap_nonce, wrapped = rest[:_NONCE], rest[_NONCE:end]
        nonce, closed = rest[end : end + _NONCE], rest[end + _NONCE :]
        try:
            own = AESGCM(key.secret).decrypt(wrap_nonce, wrapped, _bound("key", place, key.id))
            return AESGCM(own).decrypt(nonce, closed, _bound("content", place))
        except InvalidTag as error:
            raise SealBroken(what=what) from error


def _key_id(box: memoryview, what: str) -> tuple[str, memoryview]:
    """The id of the key that wraps a box, and what follows it."""
    if len(box) < 2 or box[0] != FORMAT:
        raise SealBroken(what=what)
    begin, end = 2, 2 + box[1]
    if len(box) < end + _NONCE + _WRAPPED + _NONCE + _TAG:
        raise SealBroken(what=what)
    try:
        return bytes(box[begin:end]).decode("ascii"), box[end:]
    except UnicodeDecodeError as error:
        raise SealBroken(what=what) from error


def _bound(purpose: str, place: tuple[str, ...], *more: str) -> bytes:
    """Associated data in which no two lists of texts look the same: each has its length before."""
    parts = [f"luban seal {FORMAT} {purpose}", *more, str(len(place)), *place]
    encoded = [part.encode() for part in parts]
    return b"".join(len(each).to_bytes(4, "big") + each for each in encoded)
