"""`/v1/embeddings`: vectors of texts, from the configured models for that."""

from __future__ import annotations

import base64
import struct
from typing import Any, Literal, cast

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.openai_door.answering import PATIENCE, AnswerLate, failure_of
from luban.api.openai_door.asked import NotSupported, Tree
from luban.api.openai_door.chat import TRIGGER
from luban.api.openai_door.route import OpenAIRoute
from luban.model.errors import InvalidValue
from luban.model.run import RunStatus
from luban.services.model_talk import VECTORS
from luban.services.runs import is_over

router = APIRouter(prefix="/v1/embeddings", tags=["openai"], route_class=OpenAIRoute)


class EmbeddingAsked(BaseModel):
    """Texts as text; numbers of model tokens are not read."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(max_length=400)
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


@router.post("", dependencies=[needs("run.start")])
async def openai_start_embedding(house: TheHouse, owner: Owner, asked: EmbeddingAsked) -> Tree:
    texts = _texts(asked)
    run = await house.talking.hidden(
        owner, VECTORS, {"texts": texts, "model": asked.model}, trigger=TRIGGER
    )
    run = await house.run_news.wait(run, PATIENCE)
    if not is_over(run):
        raise AnswerLate(run=run.id)
    if run.status is not RunStatus.COMPLETED:
        raise failure_of(run)
    vectors = cast("list[list[float]]", run.outputs["vectors"])
    taken = int(cast("Tree", run.outputs.get("usage") or {}).get("input_tokens") or 0)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": at, "embedding": _written(each, asked)}
            for at, each in enumerate(vectors)
        ],
        "model": asked.model,
        "usage": {"prompt_tokens": taken, "total_tokens": taken},
    }


def _texts(asked: EmbeddingAsked) -> list[str]:
    if asked.dimensions is not None:
        raise NotSupported(
            name="dimensions",
            why="a vector has as many numbers as its model gives",
            why_zh="向量的维数由模型决定",
        )
    given = [asked.input] if isinstance(asked.input, str) else asked.input
    if not all(isinstance(each, str) for each in given):
        raise NotSupported(
            name="input", why="send texts, not tokens", why_zh="请发送文本，而不是 token 编号"
        )
    texts = cast("list[str]", given)
    if not texts or not all(text.strip() for text in texts):
        raise InvalidValue(
            name="input",
            value=asked.input,
            expected="send at least one text, and none that is empty",
            expected_zh="请至少发送一段文本，且不能为空",
        )
    return texts


def _written(vector: list[float], asked: EmbeddingAsked) -> Any:
    if asked.encoding_format == "float":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
