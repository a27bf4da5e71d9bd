"""The rules of the tiers, each a function from what is known of a block to what it lacks.

A sentence says what to do, in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from luban.model.block import BlockExample, Effect, Role
from luban.model.pins import PinKind
from luban.registry.evidence import Evidence
from luban.sdk.code import Style

Said = tuple[str, str]
Rule = Callable[[Evidence], Iterator[Said]]

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ICON = re.compile(r"[a-z0-9-]+")
_OUTSIDE = frozenset({"http", "llm", "mail", "address", "sandbox", "credential", "find_credential"})
_CHANGES = frozenset({"files.write", "state.set"})
_HEAVY = frozenset(
    [
        "PIL",
        "cv2",
        "docx",
        "duckdb",
        "feedparser",
        "google",
        "litellm",
        "lxml",
        "matplotlib",
        "numpy",
        "obstore",
        "openai",
        "openpyxl",
        "pandas",
        "playwright",
        "polars",
        "pptx",
        "pyarrow",
        "pydantic_ai",
        "pydantic_monty",
        "pypdf",
        "reportlab",
        "scipy",
        "selectolax",
        "sklearn",
        "sqlalchemy",
        "torch",
        "trafilatura",
        "transformers",
    ]
)
_STANDARD_ERRORS = frozenset(
    [
        "AssertionError",
        "Exception",
        "KeyError",
        "OSError",
        "RuntimeError",
        "TypeError",
        "ValueError",
    ]
)
_LONGEST_FILE = 300
_LARGEST_EXAMPLE = 5000


def _texts(seen: Evidence) -> Iterator[Said]:
    spec = seen.spec
    if not spec.title:
        yield "Give the block a `title`.", "请为模块填写 `title`（名称）。"
    if not spec.description.rstrip().endswith((".", "!", "。")):
        yield (
            "Describe the block in a whole sentence (its docstring or `description`).",
            "请用完整的句子说明模块（文档字符串或 `description`）。",
        )
    untitled = _named(pin.name for pin in (*spec.inputs, *spec.outputs) if not pin.title)
    if untitled:
        yield (
            f'Give {untitled} a title, as in `Field(title="…")`.',
            f'请为 {untitled} 填写名称，例如 `Field(title="…")`。',
        )
    unsaid = _named(pin.name for pin in (*spec.inputs, *spec.outputs) if not pin.description)
    if unsaid:
        yield (
            f'Say what {unsaid} means, as in `Field(description="…")`.',
            f'请说明 {unsaid} 的含义，例如 `Field(description="…")`。',
        )


def _chinese(seen: Evidence) -> Iterator[Said]:
    spec = seen.spec
    where, where_zh = f'under "{spec.id}" in zh-CN.json', f"（zh-CN.json 中的“{spec.id}”）"
    lacking = [
        name
        for name, text in (("title", spec.title_zh), ("description", spec.description_zh))
        if not _CHINESE.search(text)
    ]
    if lacking:
        names = " and ".join(f"`{name}`" for name in lacking)
        yield f"Add the Chinese {names} {where}.", f"请补充中文 {names}{where_zh}。"
    pins = [
        pin.name
        for pin in (*spec.inputs, *spec.outputs)
        if not pin.title_zh or not _CHINESE.search(pin.description_zh)
    ]
    if pins:
        names = _named(pins)
        yield (
            f"Add the Chinese title and description of {names} {where}.",
            f"请补充 {names} 的中文名称和说明{where_zh}。",
        )


def _typed(seen: Evidence) -> Iterator[Said]:
    for function, names in (seen.facts.untyped if seen.facts else {}).items():
        yield (
            f"Annotate {_named(names)} of `{function}`; without a type, anything comes through.",
            f"请为 `{function}` 的 {_named(names)} 标注类型；否则任何值都会通过。",
        )


def _found(seen: Evidence) -> Iterator[Said]:
    spec = seen.spec
    if spec.icon == "box" or not _ICON.fullmatch(spec.icon):
        yield (
            'Choose an `icon` by its name at lucide.dev, such as `icon="cloud-sun"`.',
            '请从 lucide.dev 选择图标，例如 `icon="cloud-sun"`。',
        )
    if not spec.keywords:
        yield (
            "Add `keywords`: other words under which people will look for it.",
            "请添加 `keywords`：用户可能用来查找它的其他词。",
        )


def _examples(seen: Evidence) -> Iterator[Said]:
    if seen.spec.role is Role.NOTE:
        return
    if not any(_succeeds(each) for each in seen.spec.examples):
        yield (
            (
                "Add an example that works: `examples = (Example({inputs}, {outputs}),)`; it is a "
                "test and documentation at once."
            ),
            "请添加一个成功的示例：`examples = (Example({输入}, {输出}),)`；它既是测试也是文档。",
        )


def _small(seen: Evidence) -> Iterator[Said]:
    for number, example in enumerate(seen.spec.examples, 1):
        size = len(repr(example.inputs)) + len(repr(example.outputs))
        if size > _LARGEST_EXAMPLE:
            yield (
                (
                    f"Example {number} has {size} characters, and goes to everybody who opens the "
                    f"palette: keep it below {_LARGEST_EXAMPLE}, and try large inputs in a test."
                ),
                (
                    f"示例 {number} 有 {size} 个字符，会随模块面板发送给每个用户："
                    f"请控制在 {_LARGEST_EXAMPLE} 以内，大输入请放在测试中。"
                ),
            )


def _failure(seen: Evidence) -> Iterator[Said]:
    can_fail = bool(seen.facts and seen.facts.raised) or bool(_outside(seen))
    if can_fail and all(_succeeds(each) for each in seen.spec.examples):
        yield (
            (
                "It can fail, so show how: add an example whose outputs are "
                '`{"error": {"code": "…"}}`.'
            ),
            '该模块可能失败，请展示其失败方式：添加输出为 `{"error": {"code": "…"}}` 的示例。',
        )


def _errors(seen: Evidence) -> Iterator[Said]:
    facts = seen.facts
    if facts is None:
        return
    for each in facts.raised:
        if each.error in _STANDARD_ERRORS and each.error not in facts.caught:
            yield (
                (
                    f'Line {each.line} raises `{each.error}`; raise `BlockError("…", zh="…", '
                    'code="…")`, which tells people what to do.'
                ),
                (
                    f'第 {each.line} 行抛出 `{each.error}`；请改为 `BlockError("…", zh="…", '
                    'code="…")`，告诉用户如何处理。'
                ),
            )
        elif each.is_own and not (each.has_code and each.has_chinese):
            lacks = " and ".join(
                word
                for word, there in (("`code`", each.has_code), ("`zh`", each.has_chinese))
                if not there
            )
            yield (
                f"The error in line {each.line} lacks {lacks}.",
                f"第 {each.line} 行的错误缺少 {lacks.replace(' and ', '和')}。",
            )
    for line in facts.swallows:
        yield (
            f"Line {line} catches every error and goes on; catch the ones that are meant.",
            f"第 {line} 行捕获了所有错误并继续执行；请只捕获预期的错误。",
        )


def _bounded(seen: Evidence) -> Iterator[Said]:
    if not _outside(seen) or seen.spec.timeout is not None:
        return
    if any("timeout" in pin.name for pin in seen.spec.inputs):
        return
    yield (
        (
            f"It waits for the outside ({_named(_outside(seen))} of `ctx`): declare "
            "`timeout = 60`, the seconds one attempt may take."
        ),
        (
            f"它会等待外部（`ctx` 的 {_named(_outside(seen))}）：请声明 `timeout = 60`"
            "（单次尝试的最长秒数）。"
        ),
    )


def _effect(seen: Evidence) -> Iterator[Said]:
    touched = _outside(seen) + sorted(seen.reaches & _CHANGES)
    if seen.spec.effect is Effect.NONE and touched:
        yield (
            (
                f"It touches the world ({_named(touched)} of `ctx`), so its `effect` is "
                "IDEMPOTENT, or ONCE if it must never be repeated."
            ),
            (
                f"它会接触外部（`ctx` 的 {_named(touched)}），因此 `effect` 应为 IDEMPOTENT；"
                "若绝不可重复则为 ONCE。"
            ),
        )


def _asynchronous(seen: Evidence) -> Iterator[Said]:
    if seen.style is Style.THREAD:
        yield (
            (
                "Write `async def`; a plain function costs a thread per step. Heavy computing goes "
                "through `await asyncio.to_thread(…)`."
            ),
            (
                "请使用 `async def`；普通函数每步都要占用一个线程。"
                "耗时计算请用 `await asyncio.to_thread(…)`。"
            ),
        )


def _light(seen: Evidence) -> Iterator[Said]:
    for module, line in seen.facts.imports if seen.facts else ():
        if module.split(".")[0] in _HEAVY:
            yield (
                (
                    f"Import `{module}` (line {line}) inside the function that needs it: it slows "
                    "every start."
                ),
                f"请在需要的函数内导入 `{module}`（第 {line} 行）：它会拖慢每次启动。",
            )


def _alone(seen: Evidence) -> Iterator[Said]:
    if seen.facts is None:
        return
    for module, line in (*seen.facts.imports, *seen.facts.late_imports):
        if module != "luban" and not module.startswith("luban."):
            continue
        own = seen.is_built_in and f"{module}.".startswith(("luban.blocks.", "luban.forge."))
        if not own and module != "luban.sdk" and not module.startswith("luban.sdk."):
            yield (
                (
                    f"Line {line} imports `{module}`; a block may use `luban.sdk` only, the rest "
                    "may change at any time."
                ),
                f"第 {line} 行导入了 `{module}`；模块只能使用 `luban.sdk`，其余部分随时可能变化。",
            )


# --- model


def _covered(seen: Evidence) -> Iterator[Said]:
    examples = seen.spec.examples
    if sum(_succeeds(each) for each in examples) < 2:
        yield "Add a second example that works.", "请再添加一个成功的示例。"
    shown = {pin for each in examples for pin in each.outputs}
    silent = [pin.name for pin in seen.spec.outputs if pin.name not in shown]
    if silent and examples:
        yield (
            f"Show {_named(silent)} in an example: no example gives a value there.",
            f"请在示例中展示 {_named(silent)}：目前没有示例在此输出值。",
        )


def _each_error(seen: Evidence) -> Iterator[Said]:
    if seen.facts is None:
        return
    shown = {_code(each) for each in seen.spec.examples}
    named = {each.code for each in seen.facts.raised if each.code} | seen.facts.codes
    missing = sorted(named - shown)
    if missing:
        yield (
            f"Show every error it names in an example; not shown: {_named(missing)}.",
            f"请为它命名的每个错误各写一个示例；尚缺：{_named(missing)}。",
        )


def _bounds(seen: Evidence) -> Iterator[Said]:
    open_ended = [
        pin.name
        for pin in seen.spec.inputs
        if pin.kind is PinKind.NUMBER and not pin.required and not _has_bounds(pin.schema_)
    ]
    if open_ended:
        yield (
            f"Bound {_named(open_ended)} with `ge`, `le`, `gt` or `lt`.",
            f"请用 `ge`、`le`、`gt` 或 `lt` 限定 {_named(open_ended)}。",
        )


def _short(seen: Evidence) -> Iterator[Said]:
    if seen.facts and seen.facts.lines > _LONGEST_FILE:
        yield (
            f"Its file has {seen.facts.lines} lines; one of {_LONGEST_FILE} can be read at once.",
            f"其文件有 {seen.facts.lines} 行；不超过 {_LONGEST_FILE} 行才便于通读。",
        )


SOLID: Mapping[str, Rule] = {
    "texts": _texts,
    "chinese": _chinese,
    "typed": _typed,
    "found": _found,
    "examples": _examples,
    "small": _small,
    "failure": _failure,
    "errors": _errors,
    "bounded": _bounded,
    "effect": _effect,
    "asynchronous": _asynchronous,
    "light": _light,
    "alone": _alone,
}
MODEL: Mapping[str, Rule] = {
    "covered": _covered,
    "each_error": _each_error,
    "bounds": _bounds,
    "short": _short,
}


def _outside(seen: Evidence) -> list[str]:
    return sorted({path.split(".")[0] for path in seen.reaches} & _OUTSIDE)


def _succeeds(example: BlockExample) -> bool:
    return _code(example) is None


def _code(example: BlockExample) -> str | None:
    error = example.outputs.get("error")
    return str(error.get("code")) if isinstance(error, dict) else None


def _has_bounds(schema: Mapping[str, Any]) -> bool:
    bounds = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "anyOf")
    return any(name in schema for name in bounds)


def _named(names: Iterable[str]) -> str:
    listed = [f"`{name}`" for name in names]
    shown = listed[:6]
    return ", ".join(shown) + (" …" if len(listed) > len(shown) else "")
