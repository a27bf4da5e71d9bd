"""Errors as values: they cross from one process to another as what they are."""

from __future__ import annotations

import pickle

from luban.model.errors import NotFound
from luban.ports.journal import StorageFull


def test_an_error_of_another_process_is_what_it_was() -> None:
    lost = NotFound(what="agent", what_zh="智能体", name="a_1")
    for error in (lost, StorageFull(place="disk", cause="no room")):
        told = pickle.loads(pickle.dumps(error))
        assert type(told) is type(error)
        assert (str(told), told.as_json()) == (str(error), error.as_json())
