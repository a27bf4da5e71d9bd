"""A file's digest."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Literal

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef

_FILE = {"$file": "f_1", "name": "a.txt", "type": "text/plain", "size": 3}
_WORLD = {"files": {"f_1": {"name": "a.txt", "text": "abc"}}}
_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


class Hash(Block):
    """Computes the digest of a file of any size, and compares it with one that is expected."""

    id = "file.hash"
    title = "Hash file"
    category = "file"
    effect = Effect.NONE
    icon = "fingerprint"
    keywords = ("checksum", "digest", "sha256", "md5", "verify", "integrity")

    class Input(BlockInput):
        file: FileRef = Field(title="File", description="The file to read.")
        algorithm: Literal["sha256", "sha512", "sha1", "md5", "blake2b"] = Field(
            "sha256", title="Algorithm", description="sha256 unless others ask for another."
        )
        expected: str = Field(
            "",
            title="Expected",
            description="The digest it should have, in hexadecimal digits.",
            advanced=True,
        )

    class Output(BlockOutput):
        digest: str = Field(title="Digest", description="In hexadecimal digits.", main=True)
        matches: bool = Field(
            title="Matches", description="Whether it is the expected one; silent without one."
        )

    examples = (
        Example({"file": _FILE}, {"digest": _OF_ABC}, _WORLD),
        Example(
            {"file": _FILE, "algorithm": "md5", "expected": "900150983CD24FB0D6963F7D28E17F72"},
            {"digest": "900150983cd24fb0d6963f7d28e17f72", "matches": True},
            _WORLD,
        ),
        Example({"file": {"$file": "f_gone"}}, {"error": {"code": "not_found"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        made = hashlib.new(input.algorithm, usedforsecurity=False)
        done = 0
        async for piece in ctx.files.stream(input.file):
            await asyncio.to_thread(made.update, piece)
            done += len(piece)
            ctx.progress(done, input.file.size or None)
        found = {"digest": made.hexdigest()}
        if expected := input.expected.strip().lower():
            return {**found, "matches": expected == found["digest"]}
        return found
