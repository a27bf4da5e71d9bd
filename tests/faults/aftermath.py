"""What is left when the last worker has ended everything, and what may not be among it."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.ledger import Ledger, Note
from tests.faults.places import journal_at, rows_at

ENDS = ("step_finished", "step_failed")
_RANDOM = ("draw", "stream")


@dataclass(frozen=True)
class Aftermath:
    """The runs, their journals, what steps noted, and what the world says of them."""

    store: str
    seed: int
    runs: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    notes: list[Note]
    told: dict[str, Any]

    @property
    def effects(self) -> dict[str, dict[str, Any]]:
        """By idempotency key."""
        return self.told["effects"]

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["kind"] in kinds]

    # -- what may not be ----------------------------------------------------------------------

    def lost(self) -> list[str]:
        """Runs that ended otherwise than completed, or whose end is not the end of a journal."""
        last = {row["run"]: row["kind"] for row in self.rows}
        started = Counter(row["run"] for row in self.of_kind("run_started"))
        ended = Counter(row["run"] for row in self.of_kind("run_ended"))
        return [
            run["id"]
            for run in self.runs
            if run["status"] in ("failed", "cancelled")
            or (run["status"] == "completed" and last[run["seq"]] != "run_ended")
            or (run["status"] == "completed" and (started[run["seq"]], ended[run["seq"]]) != (1, 1))
        ]

    def stuck(self) -> list[str]:
        return [run["id"] for run in self.runs if run["ended_at"] is None]

    def repeated(self) -> list[Any]:
        """Steps and children made although they were recorded, or recorded twice."""
        made = [note for note in self.notes if note.recorded]
        ends = Counter(step_of(row) for row in self.of_kind(*ENDS))
        tries = Counter(
            (step_of(row), row["data"]["attempt"]) for row in self.of_kind("attempt_failed")
        )
        children = Counter(
            (step_of(row), row["data"]["key"]) for row in self.of_kind("child_finished")
        )
        twice = [each for counts in (ends, tries, children) for each in _twice(counts)]
        return [*made, *twice]

    def changed(self) -> list[str]:
        """Keys under which two different values came to the world."""
        return [key for key, effect in self.effects.items() if effect["others"]]

    def doubled(self) -> list[str]:
        """Keys of steps that must not be repeated and took effect twice."""
        return [
            key
            for key, effect in self.effects.items()
            if effect["block"] in ("once", "pay") and effect["times"] > 1
        ]

    # -- figures ------------------------------------------------------------------------------

    @property
    def steps(self) -> int:
        return len(self.of_kind(*ENDS))

    @property
    def children(self) -> int:
        return len(self.of_kind("child_finished", "child_failed"))

    def interrupted(self) -> int:
        """Attempts made more than once, as their first time was not recorded."""
        return len(_twice(Counter((note.key, note.attempt) for note in self.notes)))

    def recorded_effects(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """By key, what `act` did to the world, and what the journal says it gave."""
        names = {run["seq"]: run["id"] for run in self.runs}
        given: dict[str, Any] = {}
        for row in self.of_kind("step_finished"):
            key = f"{names[row['run']]}/{row['node']}/{row['iteration']}"
            given[key] = row["data"]["emissions"]
        for row in self.of_kind("child_finished"):
            data, at = row["data"], f"@{row['iteration']}" if row["iteration"] else ""
            if data["verb"] == "call":
                key = f"{names[row['run']]}/{row['node']}{at}:{data['key']}/0"
                given[key] = list(map(list, data["result"].items()))
        done = {
            key: [["result", effect["value"]]]
            for key, effect in self.effects.items()
            if effect["block"] == "act"
        }
        return done, {key: given.get(key) for key in done}

    def signals_used_twice(self) -> list[Any]:
        used = Counter(
            (row["run"], row["data"]["signal"])
            for row in self.of_kind("child_finished", "child_failed")
            if row["data"]["signal"] is not None
        )
        return _twice(used)

    def streams(self) -> dict[Any, list[int]]:
        """The numbers of what streams sent, in the order of their journals."""
        numbers: dict[Any, list[int]] = defaultdict(list)
        for row in self.of_kind("step_emitted"):
            numbers[step_of(row)].append(row["data"]["number"])
        return numbers

    def say(self) -> None:
        told = self.told
        sys.stdout.write(
            f"\n{self.store}, seed {self.seed}: {told['kills']} kills in {told['seconds']:.0f} s,"
            f" {len(self.runs)} runs, {self.steps} steps and {self.children} children,"
            f" {self.interrupted()} attempts interrupted, {told['decided']} in doubt,"
            f" {told['let_go_on']} quarantined; active again after"
            f" {told['active_median'] * 1000:.0f} ms (median),"
            f" {told['active_worst'] * 1000:.0f} ms (worst)\n"
        )


async def aftermath_of(
    store: str, place: str, ledger: Path, seed: int, told: dict[str, Any]
) -> Aftermath:
    runs = await rows_at(place, "select * from runs")
    runs.sort(key=lambda run: run["seq"])
    return Aftermath(store, seed, runs, await journal_at(place), Ledger.read(ledger), told)


def step_of(row: dict[str, Any]) -> tuple[int, str, int]:
    return row["run"], row["node"], row["iteration"]


def random_values(notes: list[Note]) -> list[str]:
    """Keys of effects that saw two values, by the notes of the steps themselves."""
    seen: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        if note.block not in _RANDOM:
            seen[note.key].add(json.dumps(note.value))
    return [key for key, values in seen.items() if len(values) > 1]


def _twice(counts: Counter[Any]) -> list[Any]:
    return [each for each, count in counts.items() if count > 1]
