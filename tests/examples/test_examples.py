"""Each shipped example does what it says, from the command line and over HTTP."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest

from luban.client import Client
from tests.cli.kit import ROOT, Luban
from tests.examples.faces import EXAMPLES, Ended, Face, Http
from tests.server.kit import server

FILES = sorted(EXAMPLES.glob("*.agent.yaml"))


def good(ended: Ended) -> dict[str, Any]:
    """The outputs of a run in which nothing was left over."""
    assert (ended.status, ended.error, ended.starved) == ("completed", None, [])
    return ended.outputs


def test_every_example_is_checked_without_a_finding(luban: Luban) -> None:
    answer = luban("check", *FILES, "--json")
    assert answer.code == 0, answer.out
    assert [each["findings"] for each in answer.json["files"]] == [[]] * len(FILES)


def test_the_calculator_line_of_the_front_page(luban: Luban) -> None:
    """Word for word, from the folder of the repository."""
    luban.folder = ROOT
    words = "run examples/calculator.agent.yaml --input a=2 --input b=3 --json"
    answer = luban(*words.split())
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 1
    told = answer.json
    assert re.fullmatch(r"r_[0-9a-z]{26}", told["run_id"])
    assert (told["status"], told["outputs"]) == ("completed", {"result": 5})


async def test_the_calculator(face: Face) -> None:
    assert good(await face.run("calculator", a=2, b=3)) == {"result": 5}
    assert good(await face.run("calculator", a=0.5, b=-3)) == {"result": -2.5}


async def test_text_in_capitals(face: Face) -> None:
    expected = {"processed_text": "HELLO WORLD", "original_length": 11, "processed_length": 11}
    assert good(await face.run("text-upper", text="hello world")) == expected
    assert good(await face.run("text-upper")) == expected
    assert good(await face.run("text-upper", text="straße"))["processed_text"] == "STRASSE"


FOUR = ("a", "b", "c", "d")
MINE = {
    "4 * 6 + 8 - 8": "Correct",
    "8 × 6 ÷ (8 ÷ 4)": "Correct",
    "4 * 6": "does not use each number",
    "4 * 6 + 9 - 9": "does not use each number",
    "4 + 6 + 8 + 8": "= 26",
    "the answer is yes": "Not an expression",
    "__import__('os')": "Not an expression",
    "4 * (6 + 8": "Not an expression",
}


@pytest.mark.parametrize("numbers", [(3, 3, 8, 8), (4, 6, 8, 8), (1, 5, 5, 5), (13, 1, 1, 11)])
async def test_twenty_four_finds_an_expression(face: Face, numbers: tuple[int, ...]) -> None:
    outputs = good(await face.run("twenty-four", **dict(zip(FOUR, numbers, strict=True))))
    assert outputs["verdict"] == f"Correct: {outputs['answer']} = 24"
    used = sorted(map(int, re.findall(r"\d+", outputs["answer"])))
    assert used == sorted(numbers)
    assert "my_verdict" not in outputs


async def test_twenty_four_says_that_there_is_none(face: Face) -> None:
    outputs = good(await face.run("twenty-four", a=1, b=1, c=1, d=1))
    assert outputs["answer"] == "none"
    assert "none" in outputs["verdict"].lower() or "no " in outputs["verdict"].lower()


async def test_twenty_four_checks_the_persons_own_answer(face: Face) -> None:
    for mine, verdict in MINE.items():
        outputs = good(await face.run("twenty-four", a=4, b=6, c=8, d=8, my_answer=mine))
        assert verdict in outputs["my_verdict"], mine
        assert outputs["my_verdict"].startswith("Correct") == (verdict == "Correct")
        assert outputs["verdict"].startswith("Correct")


async def test_orders_are_sorted_into_piles(face: Face) -> None:
    orders = EXAMPLES / "orders.csv"
    outputs = good(await face.run("order-triage", orders=orders))
    piles = {name: [row["order_id"] for row in outputs[name]] for name in PILES}
    assert piles == PILES
    assert outputs["summary"].startswith("7 orders: 2 to review, 2 to wait for stock, 3 to ship")
    assert outputs["ship_file"]["name"] == "to-ship.csv"


PILES = {"review": [1003, 1006], "backorder": [1002, 1005], "ship": [1001, 1004, 1007]}


async def test_a_pile_nothing_came_to_is_empty(face: Face, tmp_path: Path) -> None:
    orders = tmp_path / "none.csv"
    orders.write_text("order_id,customer,country,quantity,in_stock,amount\n1,Ann,SE,1,5,10\n")
    outputs = good(await face.run("order-triage", orders=orders))
    assert (outputs["review"], outputs["backorder"]) == ([], [])
    assert [row["order_id"] for row in outputs["ship"]] == [1]


async def test_the_shipping_list_can_be_fetched(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with Client(running.url) as client:
            outputs = good(await Http(client).run("order-triage", orders=EXAMPLES / "orders.csv"))
            content = b"".join([p async for p in client.files.read(outputs["ship_file"]["$file"])])
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [int(row["order_id"]) for row in rows] == PILES["ship"]
    assert list(rows[0]) == ["order_id", "customer", "country", "quantity"]


# --- blocks of a folder outside the project


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """The folder of the example as somebody has it elsewhere, taken in by a symbolic link."""
    elsewhere = tmp_path / "elsewhere" / "our blocks"
    elsewhere.mkdir(parents=True)
    for file in (EXAMPLES / "custom-block" / "blocks").iterdir():
        if file.is_file():
            (elsewhere / file.name).write_bytes(file.read_bytes())
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "ours").symlink_to(elsewhere)
    return linked


def test_own_blocks_on_the_command_line(luban: Luban, outside: Path) -> None:
    path = EXAMPLES / "custom-block" / "price.agent.yaml"
    luban.env["LUBAN_BLOCKS_PATH"] = os.fspath(outside)
    assert luban("check", path).code == 0
    assert luban("block", "test").code == 0
    answer = luban("run", path, "--input", "price=160", "--json")
    assert answer.json["outputs"] == {"tag": "Plane: 120.00 €"}


def test_without_the_folder_the_blocks_are_missed_by_name(luban: Luban) -> None:
    answer = luban("run", EXAMPLES / "custom-block" / "price.agent.yaml", "--input", "price=160")
    assert answer.code == 2
    assert "shop.customized_calculator" in answer.err and "shop.price_tag" in answer.err


async def test_own_blocks_over_http(tmp_path: Path, outside: Path) -> None:
    text = (EXAMPLES / "custom-block" / "price.agent.yaml").read_text(encoding="utf-8")
    with server(tmp_path, LUBAN_BLOCKS_PATH=os.fspath(outside)) as running:
        async with running.client() as client:
            spec = await client.blocks.get("shop.customized_calculator")
            assert spec.source != "builtin"
            agent = await client.agents.create(text=text)
            run = await client.runs.start(agent.id, {"price": 160})
            run = await client.runs.wait(run.id, timeout=30)
            assert run.outputs == {"tag": "Plane: 120.00 €"}
