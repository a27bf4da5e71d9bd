"""How PostgreSQL finds texts by their terms: a `tsvector` of them, and its own ranking."""

from __future__ import annotations

from collections.abc import Sequence

_COLUMNS = "d.seq, d.id, d.text, d.metadata, d.source, d.created_at, d.updated_at"


class PostgresWords:
    """`WordSearch` over the column `words`, which the server keeps up to date."""

    # 1: the longer a text, the less one word in it says.
    by_words = f"""
select ts_rank(d.words, q.words, 1) as score, {_COLUMNS}
from documents d, to_tsquery('simple', :asked) as q (words)
where d.words @@ q.words
  and d.owner = :owner and d.scope = :scope and d.collection = :collection
order by ts_rank(d.words, q.words, 1) desc, d.seq limit :limit offset :offset"""
    by_numbers = f"""
select {_COLUMNS} from documents d
where d.owner = :owner and d.seq = any(cast(:numbers as bigint[]))"""

    def asked(self, home: str, words: Sequence[str]) -> str:
        any_of = " | ".join(
            f"'{word[:-1]}':*" if word.endswith("*") else f"'{word}'" for word in words
        )
        return f"'{home}' & ({any_of})"

    def numbers(self, numbers: Sequence[int]) -> list[int]:
        return list(numbers)
