"""What must hold between tables, and between files and their records, in every database."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from luban.model.run import ENDED
from luban.storage.backup.folders import FILES, place_of, stored
from luban.storage.checking.flaws import Flaw, flaw

SHOWN = 20
"""Flaws of one kind that are told; more of them say nothing new."""
_NEW = 3600.0
"""Seconds in which a file may still wait for its record: it is being received."""

_ENDS = ", ".join(sorted(f"'{status}'" for status in ENDED))
# A run that is being deleted has no owner any more, and maybe no journal.
JOURNAL_WITHOUT_RUN = f"""
select run, count(*) as count from journal where run not in (select seq from runs)
group by run order by run limit {SHOWN}"""
RUN_WITHOUT_END = f"""
select id as run, status from runs where status in ({_ENDS}) and owner <> ''
  and not exists (select 1 from journal where journal.run = runs.seq and kind = 'run_ended')
order by seq limit {SHOWN}"""
END_WITHOUT_RUN_END = f"""
select id as run, status from runs where status not in ({_ENDS})
  and exists (select 1 from journal where journal.run = runs.seq and kind = 'run_ended')
order by seq limit {SHOWN}"""
PAYLOAD_MISSING = f"""
select journal.id as event, coalesce(runs.id, '?') as run
from journal left join runs on runs.seq = journal.run
where journal.blob is not null and coalesce(runs.owner, '') <> '' and not exists (
  select 1 from blobs where blobs.run = journal.run and blobs.hash = journal.blob)
order by journal.id limit {SHOWN}"""
FILE_RECORDS = "select id, name, size from files order by id"

_RELATIONS = {
    "journal_without_run": JOURNAL_WITHOUT_RUN,
    "run_without_end": RUN_WITHOUT_END,
    "end_without_run_end": END_WITHOUT_RUN_END,
    "payload_missing": PAYLOAD_MISSING,
}

Ask = Callable[[str], Awaitable[list[dict[str, Any]]]]
"""What a statement answers with."""


def files_there(home: Path) -> set[str]:
    """The names of all stored files; look before the instant the records are of.

    Bytes come before their record and go after it, so one that had none before its record was
    looked at is missing, and not just being deleted.
    """
    return {path.name for path in stored(home)}


async def check_records(ask: Ask, home: Path, there: set[str], more: dict[str, str]) -> list[Flaw]:
    """Flaws of one instant; `more` are further statements by the code of what they find.

    `there` is what `files_there` gave before.
    """
    found: list[Flaw] = []
    for code, statement in {**_RELATIONS, **more}.items():
        found += [flaw(code, **row) for row in await ask(statement)]
    return found + _check_files(await ask(FILE_RECORDS), home, there)


def _check_files(records: list[dict[str, Any]], home: Path, there: set[str]) -> list[Flaw]:
    lost: list[Flaw] = []
    for record in records:
        place = place_of(home, record["id"])
        if not place.is_file():
            if record["id"] not in there:
                lost.append(flaw("file_missing", **record, place=home / FILES))
        elif (found := place.stat().st_size) != record["size"]:
            lost.append(flaw("file_changed", **record, found=found))
    known = {record["id"] for record in records}
    unknown = [place_of(home, name) for name in sorted(there - known)]
    unknown = [path for path in unknown if _is_old(path)]
    return lost[:SHOWN] + [flaw("file_orphaned", path=path) for path in unknown[:SHOWN]]


def _is_old(path: Path) -> bool:
    return path.is_file() and path.stat().st_mtime < time.time() - _NEW
