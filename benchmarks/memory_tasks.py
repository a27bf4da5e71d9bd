"""What is told to a memory in one conversation and asked in another, and tasks that need none."""

from __future__ import annotations

from typing import NamedTuple


class Task(NamedTuple):
    """A question, what only the right answer holds, and what only a stale one does."""

    question: str
    answer: str
    wrong: str = "\0"


_NAMES = ("Ada", "Boris", "Chen", "Dora", "Emil", "Fatima", "Goran", "Hana", "Ivo", "Jun")
_CITIES = ("Rome", "Oslo", "Lima", "Kyoto", "Quito", "Accra", "Turin", "Basel", "Porto", "Delhi")
_TRADES = ("carpenter", "baker", "pilot", "nurse", "printer", "farmer", "tailor", "welder")


def _person(number: int) -> str:
    return f"{_NAMES[number % len(_NAMES)]} {chr(65 + number // len(_NAMES) % 26)}{number}"


def _city(number: int) -> str:
    return f"{_CITIES[number % len(_CITIES)]}-{number}"


def told(people: int) -> list[tuple[str, str]]:
    """Texts and what they are about: four that are asked for, four that nobody asks for."""
    found: list[tuple[str, str]] = []
    for number in range(people):
        who = _person(number)
        trade = _TRADES[number % len(_TRADES)]
        found += [
            (f"{who} lives in {_city(number)}", f"home of {who}"),
            (f"{who} has a dog called Rex{number}", f"dog of {who}"),
            (f"The sister of {who} works as a {trade}{number}", f"sister of {who}"),
            (f"{who}{number}的生日是{number % 12 + 1}月{number % 28 + 1}日", f"{who}的生日"),
            (f"The office of {who} has {number + 3} windows", f"office of {who}"),
            (f"{who} travelled to {_city(number + 5)} by train", f"travel of {who}"),
            (f"A cousin of {who} repairs clocks number {number}", f"cousin of {who}"),
            (f"{who} reads the {_city(number + 3)} Gazette", f"newspaper of {who}"),
        ]
    for number in range(0, people, 4):
        who = _person(number)
        found.append((f"{who} lives in {_city(number + 7)}x", f"home of {who}"))
    return found


def wanted(people: int) -> list[Task]:
    """Three questions of each person, in other words than they were told in."""
    found: list[Task] = []
    for number in range(people):
        who, moved = _person(number), number % 4 == 0
        city = f"{_city(number + 7)}x" if moved else _city(number)
        found += [
            Task(f"Where is {who} living?", city, f" {_city(number)}" if moved else "\0"),
            Task(f"What do people call the dog that {who} has?", f"Rex{number}"),
            Task(f"What is the work of {who}'s sister?", f"{_TRADES[number % 8]}{number}"),
        ]
    return found


SUMS = [Task(f"What is {n * 7} + {n * 13}?", str(n * 20)) for n in range(1, 31)]
CHORES = [
    Task(f"Spell {word} in capitals.", word.upper()) for word in ("timber", "mortise", "chisel")
]
NEEDLESS = [*SUMS, *CHORES]
