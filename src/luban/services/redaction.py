"""What may be shown to strangers: documents and values without what nobody else may know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from luban.engine.history import StepRecord
from luban.sdk.code import BlockSource

HIDDEN = "•••"
Tree = dict[str, Any]

_CREDENTIALS = frozenset({"credential", "credentials"})
_SHORTEST = 4
"""Shorter texts stand in many a place where they tell nothing."""


def without_secrets(document: Tree, blocks: BlockSource) -> Tree:
    """A copy of a document without the constants of secret inputs, and without credentials."""
    return cast("Tree", _cleared(document, blocks))


def _cleared(value: Any, blocks: BlockSource) -> Any:
    """Bodies lie at any depth, so each thing that names a block is taken for a node."""
    if isinstance(value, list):
        return [_cleared(each, blocks) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    tree = cast("Tree", value)
    kept = {name: each for name, each in tree.items() if name not in _CREDENTIALS}
    constants: Any = kept.get("with")
    if isinstance(constants, dict):
        given = cast("Tree", constants)
        secret = _secret_of(given, tree.get("block"), blocks)
        kept["with"] = {name: each for name, each in given.items() if name not in secret}
    return {name: _cleared(each, blocks) for name, each in kept.items()}


def secrets_in(document: Any, blocks: BlockSource) -> set[str]:
    """The texts that a document gives to secret inputs."""
    if isinstance(document, list):
        parts = cast("list[Any]", document)
        return set[str]().union(*(secrets_in(each, blocks) for each in parts))
    if not isinstance(document, dict):
        return set()
    tree = cast("Tree", document)
    found = set[str]().union(*(secrets_in(each, blocks) for each in tree.values()))
    constants: Any = tree.get("with")
    if isinstance(constants, dict):
        given = cast("Tree", constants)
        for name in _secret_of(given, tree.get("block"), blocks):
            found |= _texts(given[name])
    return found


def secrets_taken(steps: Iterable[StepRecord], blocks: BlockSource) -> set[str]:
    """The texts that steps got at secret inputs, wherever these came from."""
    found: set[str] = set()
    for step in steps:
        for name in _secret_of(step.inputs, step.block, blocks):
            found |= _texts(step.inputs[name])
    return found


def scrubbed(value: Any, secrets: Iterable[str]) -> Any:
    """The value with every one of these texts hidden, wherever it stands in it."""
    known = sorted((each for each in secrets if len(each) >= _SHORTEST), key=len, reverse=True)
    return _scrubbed(value, known) if known else value


def _scrubbed(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, (list, tuple)):
        return [_scrubbed(each, secrets) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        tree = cast("dict[Any, Any]", value)
        return {_scrubbed(name, secrets): _scrubbed(each, secrets) for name, each in tree.items()}
    return value


def _secret_of(given: Mapping[str, Any], block: Any, blocks: BlockSource) -> set[str]:
    """Which of these inputs are secret: all, of a block that is not installed to say so."""
    code = blocks.find(block) if isinstance(block, str) else None
    if code is None:
        return set(given) if block is not None else set()
    return {pin.name for pin in code.spec.inputs if pin.secret and pin.name in given}


def _texts(value: Any) -> set[str]:
    """All texts and numbers within a value, as they would be written."""
    if isinstance(value, Mapping):
        values = cast("Mapping[Any, Any]", value).values()
        return set[str]().union(*(_texts(each) for each in values))
    if isinstance(value, (list, tuple)):
        return set[str]().union(*(_texts(each) for each in cast("list[Any]", value)))
    return {str(value)} if isinstance(value, (str, int, float)) and value is not True else set()
