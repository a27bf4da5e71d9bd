"""Code taken out of a text, such as the answer of a model."""

from __future__ import annotations

from typing import Any, NamedTuple

import regex

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

_PINS = {
    "html": ("html", "htm", "xhtml"),
    "css": ("css", "scss", "sass", "less"),
    "javascript": ("javascript", "js", "jsx", "mjs", "cjs", "node", "es6"),
    "python": ("python", "py", "python3", "py3", "pycon", "ipython"),
    "sql": ("sql", "mysql", "postgresql", "postgres", "sqlite", "plsql", "tsql"),
    "java": ("java",),
    "cpp": ("cpp", "c++", "cxx", "cc", "hpp"),
    "csharp": ("csharp", "c#", "cs"),
    "json_code": ("json", "jsonc", "json5", "jsonl"),
    "bash": ("bash", "sh", "shell", "zsh", "console", "shell-session"),
    "php": ("php",),
    "ruby": ("ruby", "rb"),
    "yaml": ("yaml", "yml"),
    "markdown": ("markdown", "md"),
    "typescript": ("typescript", "ts", "tsx"),
    "xml": ("xml", "svg", "xsd", "xslt"),
}
_PIN_OF = {name: pin for pin, names in _PINS.items() for name in names}
_TITLES = {"html": "HTML", "css": "CSS", "javascript": "JavaScript", "python": "Python"}
_TITLES |= {"sql": "SQL", "java": "Java", "cpp": "C++", "csharp": "C#", "json_code": "JSON"}
_TITLES |= {"bash": "Shell", "php": "PHP", "ruby": "Ruby", "yaml": "YAML", "xml": "XML"}
_TITLES |= {"markdown": "Markdown", "typescript": "TypeScript"}
_OPENS = regex.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*([^\s`{]*)[^`\n]*")
_EMPTY_LINES = regex.compile(r"\n\s*\n+")


def _code(pin: str) -> Any:
    return Field(
        title=_TITLES[pin], description=f"{_TITLES[pin]} code; given only if there is some."
    )


class Piece(NamedTuple):
    """What stands between two fences."""

    language: str
    code: str


class CodeBlocks(Block):
    """Takes the code out of a text with ``` fences, each language to its own output."""

    id = "text.code_blocks"
    title = "Take code out"
    category = "text"
    effect = Effect.NONE
    icon = "code-xml"
    keywords = ("fence", "snippet", "markdown", "extract", "program", "json", "python", "answer")

    class Input(BlockInput):
        text: str = Field(title="Text", description="Text with code.", widget="textarea")

    class Output(BlockOutput):
        first: str = Field(
            title="First", description="The first code, in whatever language.", main=True
        )
        blocks: list[dict[str, Any]] = Field(
            title="All", description="All code in order: `language` and `code` of each."
        )
        remaining_text: str = Field(title="Other text", description="The text without the code.")
        html: str = _code("html")
        css: str = _code("css")
        javascript: str = _code("javascript")
        python: str = _code("python")
        sql: str = _code("sql")
        java: str = _code("java")
        cpp: str = _code("cpp")
        csharp: str = _code("csharp")
        json_code: str = _code("json_code")
        bash: str = _code("bash")
        php: str = _code("php")
        ruby: str = _code("ruby")
        yaml: str = _code("yaml")
        markdown: str = _code("markdown")
        typescript: str = _code("typescript")
        xml: str = _code("xml")

    examples = (
        Example(
            {"text": "Look:\n```python\nx=1\n```"},
            {
                "python": "x=1",
                "first": "x=1",
                "blocks": [{"language": "python", "code": "x=1"}],
                "remaining_text": "Look:",
            },
        ),
        Example(
            {"text": "一\n~~~ js\na\n~~~\n\n二\n```JavaScript\nb\n```\n```\n? ```\n```\n三"},
            {
                "javascript": "a\n\nb",
                "first": "a",
                "blocks": [
                    {"language": "js", "code": "a"},
                    {"language": "javascript", "code": "b"},
                    {"language": "", "code": "? ```"},
                ],
                "remaining_text": "一\n\n二\n\n三",
            },
        ),
        Example(
            {"text": "cut off:\n```json\n{"},
            {
                "json_code": "{",
                "first": "{",
                "blocks": [{"language": "json", "code": "{"}],
                "remaining_text": "cut off:",
            },
        ),
        Example({"text": "no code"}, {"blocks": [], "remaining_text": "no code"}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        pieces, rest = _taken(input.text)
        found: dict[str, list[str]] = {}
        for piece in pieces:
            pin = _PIN_OF.get(piece.language)
            if pin is not None:
                found.setdefault(pin, []).append(piece.code)
        sent: dict[str, Any] = {pin: "\n\n".join(parts) for pin, parts in found.items()}
        if pieces:
            sent["first"] = pieces[0].code
        sent["blocks"] = [piece._asdict() for piece in pieces]
        sent["remaining_text"] = _EMPTY_LINES.sub("\n\n", rest).strip()
        return sent


def _taken(text: str) -> tuple[list[Piece], str]:
    """The code, and the lines outside of it; a fence that is never closed ends with the text."""
    pieces: list[Piece] = []
    rest: list[str] = []
    fence = indent = language = ""
    code: list[str] = []
    for line in text.splitlines():
        if not fence:
            opened = _OPENS.fullmatch(line)
            if opened is None:
                rest.append(line)
                continue
            indent, fence, language = opened.groups()
            code = []
            rest.append("")
        elif _closes(line, fence):
            pieces.append(Piece(language.lower(), "\n".join(code)))
            fence = ""
        else:
            code.append(line.removeprefix(indent))
    if fence:
        pieces.append(Piece(language.lower(), "\n".join(code)))
    return pieces, "\n".join(rest)


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and set(bare) == {fence[0]}
