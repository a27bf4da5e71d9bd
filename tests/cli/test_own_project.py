"""`luban init`, `luban block test` and what they tell, without a process for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from luban.cli.block_examples import misfits, try_all
from luban.cli.chosen_blocks import choose
from luban.cli.commands.check import _checked
from luban.cli.new_block import files_of
from luban.cli.new_project import project_files, taken, write
from luban.model.block import BlockSpec, InputPin, Tier
from luban.model.errors import NotFound
from luban.model.pins import PinKind
from luban.registry.tiers import judge

ODD = '''
from luban.sdk import Effect, Example, block

@block(
    id="odd",
    effect=Effect.NONE,
    examples=(
        Example({"n": 1}, {"result": 2}),
        Example({"n": 1}, {"result": 3}),
        Example({"m": 1}, {"result": 3}),
        Example({"n": 1}, {"result": 2}, needs=("no-such-program",)),
    ),
)
async def odd(n: int = 0) -> int:
    """Adds one."""
    return n + 1
'''


async def test_a_new_project_has_nothing_wrong(tmp_path: Path) -> None:
    made = project_files("My 2nd town!")
    write(tmp_path, made)
    assert 'my_2nd_town = "my_2nd_town"' in made["pyproject.toml"]
    chosen = choose(None, (tmp_path / "blocks",))
    assert [each.message for each in chosen.broken] == []
    told = (await try_all(chosen)).as_json()
    assert (told["blocks"], told["examples"], told["passed"]) == (2, 5, 5)
    assert [judge(code, place).tier for code, place in chosen.codes] == [Tier.MODEL, Tier.MODEL]
    (agent,) = (tmp_path / "agents").iterdir()
    assert _checked(agent, chosen.registry)["findings"] == []
    assert taken(tmp_path, made) == list(made)


@pytest.mark.parametrize("kind", ["function", "class"])
async def test_a_new_block_passes(kind: str, tmp_path: Path) -> None:
    write(tmp_path, files_of("weather", kind))  # pyright: ignore[reportArgumentType]
    told = (await try_all(choose(tmp_path / "weather.py", ()))).as_json()
    assert (told["blocks"], told["failed"]) == (1, [])


async def test_what_examples_do_otherwise_and_cannot_do_here_is_told(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD, encoding="utf-8")
    (tmp_path / "broken.py").write_text("def broken(:\n", encoding="utf-8")
    told = (await try_all(choose(tmp_path, ()))).as_json()
    assert list(told) == ["blocks", "examples", "passed", "failed", "skipped"]
    assert (told["blocks"], told["examples"], told["passed"]) == (1, 4, 1)
    assert [each.get("example") for each in told["failed"]] == [0, 2, 3, None]
    assert told["failed"][0]["difference"] == "example 3 names `m`, which is no pin"
    assert told["failed"][3]["line"] == 1
    (skip,) = told["skipped"]
    assert skip["example"] == 4
    assert "no `no-such-program`" in skip["because"]
    with pytest.raises(NotFound):
        choose(tmp_path / "nothing", ())


def test_pins_that_cannot_be_so_are_told() -> None:
    pins = (
        InputPin(name="a b", required=False),
        InputPin(name="n", kind=PinKind.NUMBER, required=False, default="many"),
    )
    said = misfits(BlockSpec(id="odd", title="Odd", inputs=pins))
    assert said[0] == "`a b` is no name for a pin"
    assert "the default of `n` does not fit" in said[1]


async def test_all_means_every_block(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD, encoding="utf-8")
    everything = choose(None, (tmp_path,), everything=True)
    assert {"odd", "text.split"} <= {code.spec.id for code, _ in everything.codes}
