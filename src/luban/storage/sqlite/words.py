"""How SQLite finds texts by their terms: FTS5 and its BM25."""

from __future__ import annotations

import json
from collections.abc import Sequence

_COLUMNS = "d.seq, d.id, d.text, d.metadata, d.source, d.created_at, d.updated_at"


class SqliteWords:
    """`WordSearch` over the virtual table `document_words`, which triggers keep up to date."""

    # The home has no weight: all that are found share it.
    by_words = f"""
select -bm25(document_words, 0.0, 1.0) as score, {_COLUMNS}
from document_words f join documents d on d.seq = f.rowid
where document_words match :asked
  and d.owner = :owner and d.scope = :scope and d.collection = :collection
order by bm25(document_words, 0.0, 1.0), d.seq limit :limit offset :offset"""
    by_numbers = f"""
select {_COLUMNS} from documents d
where d.owner = :owner and d.seq in (select value from json_each(:numbers))"""

    def asked(self, home: str, words: Sequence[str]) -> str:
        any_of = " OR ".join(
            f'terms : "{word[:-1]}" *' if word.endswith("*") else f'terms : "{word}"'
            for word in words
        )
        return f'home : "{home}" AND ({any_of})'

    def numbers(self, numbers: Sequence[int]) -> str:
        return json.dumps(list(numbers))
