"""Working notes: a page that an agent writes to itself while a task or a conversation goes on."""

from __future__ import annotations

from luban.forge.untrusted import clean
from luban.sdk import BlockError, Context

LONGEST = 10_000


class Notes:
    """The page of one conversation, or of one run where there is none; durable by its keys."""

    def __init__(self, ctx: Context, thread: str = "") -> None:
        self._ctx = ctx
        self._place = f"notes/{thread or ctx.run_id}"

    async def read(self, *, key: str) -> str:
        async def work() -> str:
            return str(await self._ctx.state.get(self._place, ""))

        return await self._ctx.step("read the notes", work, key=key)

    async def write(self, text: str, *, add: bool, key: str) -> str:
        """The whole page as it is then. Raises `BlockError` for one that grows too long."""
        once = f"{self._ctx.idempotency_key}/{key}"

        def change(page: object) -> str:
            kept = str(page or "") if add else ""
            made = f"{kept}\n{clean(text)}".strip()
            if len(made) > LONGEST:
                raise BlockError(
                    f"The notes would have {len(made)} characters, and {LONGEST} are allowed. "
                    "Write them anew, shorter.",
                    zh=f"笔记将达到 {len(made)} 个字符，上限为 {LONGEST}。请改写得更简短。",
                    code="notes_too_long",
                )
            return made

        async def work() -> str:
            return str(await self._ctx.state.update(self._place, change, once=once))

        return await self._ctx.step("write the notes", work, key=key)

    async def drop(self, *, key: str) -> None:
        async def work() -> bool:
            return await self._ctx.state.delete(self._place)

        await self._ctx.step("drop the notes", work, key=key)
