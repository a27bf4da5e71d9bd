"""A short sum of a text by which it is known again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Literal

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class Hash(Block):
    """Works out the hash of a text, with a key its signature (HMAC), and compares it if asked."""

    id = "text.hash"
    title = "Hash or sign"
    category = "text"
    effect = Effect.NONE
    icon = "fingerprint-pattern"
    keywords = ("sha256", "md5", "hmac", "signature", "checksum", "digest", "verify")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What to sum up.", widget="textarea")
        algorithm: Literal["sha256", "sha384", "sha512", "sha3_256", "blake2b", "sha1", "md5"] = (
            Field(
                "sha256",
                title="Algorithm",
                description="sha1 and md5 are broken: use them only where others ask for them.",
            )
        )
        key: str = Field(
            "",
            title="Key",
            description="The secret of a signature; empty gives a plain hash.",
            secret=True,
        )
        format: Literal["hex", "base64"] = Field(
            "hex", title="Written as", description="How the hash is written."
        )
        expected: str = Field(
            "",
            title="Expected",
            description="A hash to compare with, such as that in a webhook; `sha256=` in front is "
            "fine.",
            advanced=True,
        )

    class Output(BlockOutput):
        hash: str = Field(title="Hash", description="The hash or signature.", main=True)
        matches: bool = Field(
            title="Matches", description="Whether it is the expected one; given only if asked."
        )

    examples = (
        Example(
            {"text": "abc"},
            {"hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        ),
        Example(
            {"text": "鲁班", "algorithm": "md5", "format": "base64"},
            {"hash": "y2jAhfiMUHCh/BWedeX7VQ=="},
        ),
        Example(
            {
                "text": "what do ya want for nothing?",
                "key": "Jefe",
                "expected": "sha256=5BDCC146BF60754E6A042426089575C7"
                "5A003F089D2739839DEC58B964EC3843",
            },
            {
                "hash": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "matches": True,
            },
        ),
        Example(
            {"text": "abc", "algorithm": "sha1", "expected": "00"},
            {"hash": "a9993e364706816aba3e25717850c26c9cd0d89d", "matches": False},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        raw = input.text.encode()
        if input.key:
            digest = hmac.new(input.key.encode(), raw, input.algorithm).digest()
        else:
            digest = hashlib.new(input.algorithm, raw, usedforsecurity=False).digest()
        told = digest.hex() if input.format == "hex" else base64.b64encode(digest).decode()
        if not input.expected:
            return {"hash": told}
        wanted = input.expected.strip().removeprefix(f"{input.algorithm}=")
        if input.format == "hex":
            wanted = wanted.lower()
        return {"hash": told, "matches": hmac.compare_digest(told.encode(), wanted.encode())}
