"""Some of many items."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable
from typing import Any, Literal

from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.values import show

Items = list[Any]  # a pin is called `list`, which hides the built-in in its class
Places = list[int]
Method = Literal[
    "random", "systematic", "top", "bottom", "stratified", "weighted", "reservoir", "cluster"
]


class Sample(Block):
    """Draws some items of a list, and gives the others too.

    Chance is the same in every attempt of a step; with a seed it is the same in every run.
    """

    id = "data.sample"
    title = "Sample"
    category = "data"
    effect = Effect.NONE
    icon = "dices"
    keywords = ("random", "choose", "subset", "shuffle", "draw", "stratified", "test set")

    class Input(BlockInput):
        items: Items = Field(title="Items", description="The list to draw from.")
        size: int = Field(10, ge=0, title="How many", description="How many items to draw.")
        method: Method = Field(
            "random",
            title="Method",
            description="`random`; `systematic`: every so many; `top`, `bottom`: first or last; "
            "`stratified`: from each group its share; `weighted`: larger weights more often; "
            "`reservoir`: as random, in one pass; `cluster`: whole groups, until there are enough.",
        )
        path: str = Field(
            "",
            title="By",
            description="The part with the group (stratified, cluster) or the weight (weighted).",
        )
        seed: int | None = Field(
            None, title="Seed", description="A number that gives the same draw again."
        )
        allow_fewer: bool = Field(
            False,
            title="Fewer are fine",
            description="Take what there is when there are fewer items than wanted.",
            advanced=True,
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="The items drawn.")
        indices: Places = Field(title="Places", description="Where they stood, from 0.")
        rest: Items = Field(title="Rest", description="The items not drawn, in their order.")

    examples = (
        Example(
            {"items": [{"i": 1}, {"i": 2}, {"i": 3}], "size": 2, "method": "top"},
            {"list": [{"i": 1}, {"i": 2}], "indices": [0, 1], "rest": [{"i": 3}]},
        ),
        Example(
            {"items": [1, 2, 3], "size": 1, "method": "bottom"},
            {"list": [3], "indices": [2], "rest": [1, 2]},
        ),
        Example(
            {"items": [{"类": "甲"}, {"类": "乙"}, {"类": "甲"}], "method": "cluster", "path": "类"}
            | {"size": 3, "seed": 1},
            {
                "list": [{"类": "甲"}, {"类": "乙"}, {"类": "甲"}],
                "indices": [0, 1, 2],
                "rest": [],
            },
        ),
        Example(
            {"items": [1], "size": 5, "allow_fewer": True},
            {"list": [1], "indices": [0], "rest": []},
        ),
        Example(
            {"items": [{"w": -1}], "size": 1, "method": "weighted", "path": "w"},
            {"error": {"code": "bad_weight"}},
        ),
        Example({"items": [1], "size": 2}, {"error": {"code": "too_few_items"}}),
        Example(
            {"items": [1, 2], "size": 1, "method": "stratified"},
            {"error": {"code": "missing_input"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        size = _size(input)
        seed = ctx.idempotency_key if input.seed is None else input.seed
        chance = random.Random(seed)
        places = await beside(len(input.items), lambda: _METHODS[input.method](input, size, chance))
        drawn = set(places)
        return {
            "list": [input.items[place] for place in places],
            "indices": places,
            "rest": [item for place, item in enumerate(input.items) if place not in drawn],
        }


def _size(input: Sample.Input) -> int:
    there = len(input.items)
    if input.size > there and not input.allow_fewer:
        raise BlockError(
            f"{input.size} items are to be drawn, and the list has {there}. Draw fewer, or switch "
            "on Fewer are fine.",
            zh=f"要抽取 {input.size} 项，而列表只有 {there} 项。请减少数量，或打开“不足也可”。",
            code="too_few_items",
        )
    return min(input.size, there)


Draw = Callable[[Sample.Input, int, random.Random], list[int]]


def _random(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    return chance.sample(range(len(input.items)), size)


def _top(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    return list(range(size))


def _bottom(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    return list(range(len(input.items) - size, len(input.items)))


def _systematic(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    if size == 0:
        return []
    stride = len(input.items) / size
    start = chance.random() * stride
    return [min(int(start + turn * stride), len(input.items) - 1) for turn in range(size)]


def _reservoir(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    kept = list(range(size))
    for place in range(size, len(input.items)):
        seat = chance.randrange(place + 1)
        if seat < size:
            kept[seat] = place
    return kept


def _stratified(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    """Each group gives its share; what is left over by rounding goes to the largest remainders."""
    groups = list(_groups(input).values())
    shares = [len(group) * size / len(input.items) for group in groups] if groups else []
    counts = [int(share) for share in shares]
    by_remainder = sorted(range(len(groups)), key=lambda at: counts[at] - shares[at])
    for at in by_remainder[: size - sum(counts)]:
        counts[at] += 1
    return sorted(
        place
        for group, count in zip(groups, counts, strict=True)
        for place in chance.sample(group, count)
    )


def _cluster(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    groups = list(_groups(input).values())
    chance.shuffle(groups)
    places: list[int] = []
    for group in groups:
        if len(places) >= size:
            break
        places += group
    return sorted(places)


def _weighted(input: Sample.Input, size: int, chance: random.Random) -> list[int]:
    """Without putting back (Efraimidis and Spirakis 2006); a weight of 0 is never drawn."""
    keys: list[tuple[float, int]] = []
    for place, item in enumerate(input.items):
        weight = part_or_none(item, _path(input))
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight < 0:
            raise BlockError(
                f"Item {place} of the list, {show(item)}, has the weight {show(weight)}; a weight "
                "is a number of 0 or more.",
                zh=f"列表的第 {place} 项（从 0 数起）{show(item)} 的权重是 {show(weight)}；"
                "权重必须是不小于 0 的数字。",
                code="bad_weight",
            )
        if weight > 0:
            keys.append((chance.expovariate(1.0) / weight, place))
    if len(keys) < size and not input.allow_fewer:
        raise BlockError(
            f"{size} items are to be drawn, and {len(keys)} have a weight above 0. Draw fewer.",
            zh=f"要抽取 {size} 项，而权重大于 0 的只有 {len(keys)} 项。请减少数量。",
            code="too_few_items",
        )
    return [place for _, place in sorted(keys)[:size]]


def _groups(input: Sample.Input) -> dict[Hashable, list[int]]:
    path = _path(input)
    groups: dict[Hashable, list[int]] = {}
    for place, item in enumerate(input.items):
        groups.setdefault(identity(part_or_none(item, path)), []).append(place)
    return groups


def _path(input: Sample.Input) -> str:
    path = input.path.strip()
    if not path:
        raise BlockError(
            f"The method `{input.method}` needs By: the part of each item with its group or "
            "weight, such as `city`.",
            zh=f"方法“{input.method}”需要填写“依据”：每项中表示分组或权重的部分，例如 city。",
            code="missing_input",
        )
    return path


_METHODS: dict[Method, Draw] = {
    "random": _random,
    "systematic": _systematic,
    "top": _top,
    "bottom": _bottom,
    "stratified": _stratified,
    "weighted": _weighted,
    "reservoir": _reservoir,
    "cluster": _cluster,
}
