"""SQL taken apart: its words, its parameters, and where a text or a comment hides something."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from luban.sdk import BlockError
from luban.sdk.databases import Dialect, Statement

Kind = Literal["word", "quoted", "text", "sign"]

_TEMPLATE = re.compile(r"\{\{\s*[\w.\[\]'\" |()]+\s*\}\}|\{%.*?%\}|\$\{\s*[\w.]+\s*\}", re.DOTALL)
_DOLLAR = re.compile(r"\$([A-Za-z_]\w*)?\$")
_WORD = re.compile(r"[^\W\d][\w$]*")
_ENDS = {"'": "'", '"': '"', "`": "`", "[": "]"}
_NAMES: dict[Dialect, str] = {
    "postgresql": '"',
    "mysql": '`"',
    "mssql": '"[',
    "sqlite": '"`[',
}
_FOREIGN_MARKS: dict[Dialect, re.Pattern[str]] = {
    "postgresql": re.compile(r"\$\d+"),
    "mysql": re.compile(r"\?"),
    "mssql": re.compile(r"@[A-Za-z_]\w*"),
    "sqlite": re.compile(r"\?\d*|[@$][A-Za-z_]\w*"),
}


class Piece(NamedTuple):
    """One word, quoted name, text or sign outside of comments; words are in lower case."""

    kind: Kind
    text: str


class Parsed(NamedTuple):
    """A statement ready to be bound, and what it is made of."""

    statement: Statement
    pieces: list[Piece]

    @property
    def words(self) -> list[str]:
        return [piece.text for piece in self.pieces if piece.kind == "word"]


def bad_sql(reason: str, reason_zh: str, code: str = "bad_sql") -> BlockError:
    """What is wrong with a statement, in both languages."""
    return BlockError(reason, zh=reason_zh, code=code)


@cache
def parse(sql: str, dialect: Dialect) -> Parsed:
    """Raises `BlockError` for what is no single statement with `:name` parameters."""
    found = _TEMPLATE.search(sql)
    if found is not None:
        raise bad_sql(
            f"The statement holds a template, `{found[0][:40]}`. Values are never written into "
            "SQL: put `:name` there, and the value under `name` in the parameters.",
            f"语句中含有模板“{found[0][:40]}”。值不会被拼接进 SQL："
            "请在该处写 `:name`，并在参数中以 `name` 给出值。",
            "template_in_sql",
        )
    if "\0" in sql:
        raise bad_sql("The statement holds a zero byte.", "语句中含有零字节。")
    reader = _Reader(sql, dialect)
    reader.read()
    return Parsed(Statement(tuple(reader.parts), tuple(reader.names)), reader.pieces)


class _Reader:
    """Goes over a statement once."""

    def __init__(self, sql: str, dialect: Dialect) -> None:
        self.sql = sql
        self.dialect: Dialect = dialect
        self.parts: list[str] = []
        self.names: list[str] = []
        self.pieces: list[Piece] = []
        self._at = 0
        self._from = 0
        self._ended = False

    def read(self) -> None:
        while self._at < len(self.sql):
            if not self._comment():
                self._piece()
        self.parts.append(self.sql[self._from :].rstrip())
        if self._ended:
            self.parts[-1] = self.parts[-1].rstrip("; \t\r\n") if self._plain_end() else ""
        if not self.pieces:
            raise bad_sql("The statement is empty.", "语句为空。")

    def _plain_end(self) -> bool:
        """Whether the part after the last parameter ends in semicolons, with no comment behind."""
        if self.sql[self._from :].rstrip().endswith(";"):
            return True
        raise bad_sql(
            "A comment follows the statement's end. Take it away.",
            "语句结束后还有注释。请将其删除。",
        )

    def _comment(self) -> bool:
        sql, at = self.sql, self._at
        if sql[at].isspace():
            self._at += 1
            return True
        line = sql.startswith("--", at) or (self.dialect == "mysql" and sql[at] == "#")
        if line and not (
            self.dialect == "mysql" and sql[at] == "-" and not sql[at + 2 : at + 3].isspace()
        ):
            end = sql.find("\n", at)
            self._at = len(sql) if end < 0 else end + 1
            return True
        if sql.startswith("/*", at):
            self._block_comment()
            return True
        return False

    def _block_comment(self) -> None:
        sql, depth, at = self.sql, 0, self._at
        if self.dialect == "mysql" and sql[at + 2 : at + 4].startswith(("!", "M!")):
            raise bad_sql(
                "The statement holds a comment that MySQL executes, `/*! … */`. Take it away.",
                "语句中含有 MySQL 会执行的注释 `/*! … */`。请将其删除。",
                "hidden_sql",
            )
        nests = self.dialect in ("postgresql", "mssql")
        while at < len(sql):
            if sql.startswith("/*", at) and (nests or depth == 0):
                depth, at = depth + 1, at + 2
            elif sql.startswith("*/", at):
                depth, at = depth - 1, at + 2
                if depth == 0:
                    self._at = at
                    return
            else:
                at += 1
        raise bad_sql("A comment, `/*`, does not end.", "注释 `/*` 没有结束。")

    def _piece(self) -> None:
        sql, at = self.sql, self._at
        if self._ended and sql[at] != ";":
            raise bad_sql(
                "There is a second statement after the semicolon. Give one statement per step.",
                "分号之后还有第二条语句。每一步请只写一条语句。",
                "several_statements",
            )
        if sql[at] == "'":
            self._quoted("'", "text", escapes=False)
        elif sql[at] in _NAMES[self.dialect]:
            self._quoted(sql[at], "quoted", escapes=False)
        elif self.dialect == "postgresql" and self._dollar_text():
            pass
        elif match := _WORD.match(sql, at):
            self._word(match[0])
        elif sql[at] == ":" and not sql.startswith(("::", ":="), at):
            self._parameter()
        else:
            self._sign()

    def _word(self, word: str) -> None:
        following = self.sql[self._at + len(word) : self._at + len(word) + 2]
        if self.dialect == "postgresql" and word.lower() == "e" and following[:1] == "'":
            self._at += 1
            self._quoted("'", "text", escapes=True)
            return
        if word.lower() == "u" and following in ("&'", '&"'):
            raise bad_sql(
                "The statement writes letters as numbers (`U&…`). Write them as they are.",
                "语句以编号形式书写字符（`U&…`）。请直接书写字符。",
                "hidden_sql",
            )
        self.pieces.append(Piece("word", word.lower()))
        self._at += len(word)

    def _quoted(self, begin: str, kind: Kind, *, escapes: bool) -> None:
        sql, end = self.sql, _ENDS[begin]
        at = self._at + 1
        while at < len(sql):
            if sql[at] == "\\" and (escapes or self.dialect == "mysql"):
                if self.dialect == "mysql":
                    raise bad_sql(
                        "A backslash stands in quotes, and what MySQL takes it for depends on its "
                        "settings. Give the text as a parameter.",
                        "引号内含有反斜杠，其含义取决于 MySQL 的设置。请改用参数传入该文本。",
                        "hidden_sql",
                    )
                at += 2
            elif sql[at] != end:
                at += 1
            elif sql.startswith(end * 2, at) and not (end == "]" and self.dialect == "sqlite"):
                at += 2
            else:
                inside = sql[self._at + 1 : at].replace(end * 2, end)
                self.pieces.append(Piece(kind, inside.lower() if kind == "quoted" else inside))
                self._at = at + 1
                return
        raise bad_sql(f"A quote, {begin}, does not end.", f"引号 {begin} 没有结束。")

    def _dollar_text(self) -> bool:
        match = _DOLLAR.match(self.sql, self._at)
        if match is None:
            return False
        end = self.sql.find(match[0], match.end())
        if end < 0:
            raise bad_sql(f"A text, {match[0]}, does not end.", f"文本 {match[0]} 没有结束。")
        self.pieces.append(Piece("text", self.sql[match.end() : end]))
        self._at = end + len(match[0])
        return True

    def _parameter(self) -> None:
        match = _WORD.match(self.sql, self._at + 1)
        if match is None:
            self._sign()
            return
        self.parts.append(self.sql[self._from : self._at])
        self.names.append(match[0])
        self.pieces.append(Piece("sign", ":"))
        self._at = self._from = match.end()

    def _sign(self) -> None:
        sql, at = self.sql, self._at
        foreign = _FOREIGN_MARKS[self.dialect].match(sql, at)
        if foreign is not None and not sql.startswith("@@", at):
            raise bad_sql(
                f"`{foreign[0]}` is no parameter here. Write `:name`, and give `name` in the "
                "parameters.",
                f"此处不能使用“{foreign[0]}”。请写 `:name`，并在参数中给出 `name`。",
            )
        if sql[at] == ";":
            self._ended = True
            self._at += 1
            return
        length = 2 if sql.startswith(("::", ":=", "@@"), at) else 1
        self.pieces.append(Piece("sign", sql[at : at + length]))
        self._at += length
