"""The reference pages of providers: `docs/reference/providers.md` and its Chinese twin."""

from __future__ import annotations

from typing import NamedTuple

from luban.ports.providers import Kind, OAuth, Provider
from luban.providers.catalogue import catalogue


class Words(NamedTuple):
    """What the page says in one language."""

    title: str
    intro: str
    columns: str
    connect: str
    by: str
    secret: str
    optional: str
    scopes: str
    app: str
    no_test: str


ENGLISH = Words(
    "Providers",
    "What credentials there can be, made by `./run fix` from `src/luban/providers/rows`. "
    "To add one: [Add a provider](../howto/add-a-provider.md).",
    "| provider | title | by | tested |",
    "connected by a browser",
    "By",
    "secret",
    "optional",
    "Scopes (**asked for** when nothing else is chosen):",
    "An app is registered there with the redirect address that `luban provider show {id}` prints, "
    "and entered with `luban provider app {id}`, or as `LUBAN_OAUTH_{variable}_CLIENT_ID` and "
    "`LUBAN_OAUTH_{variable}_CLIENT_SECRET`.",
    "no",
)
CHINESE = Words(
    "服务商",
    "可用的凭据种类，由 `./run fix` 根据 `src/luban/providers/rows` 生成。如需添加："
    "[添加服务商](../howto/add-a-provider.md)（英文）。",
    "| 服务商 | 名称 | 方式 | 测试 |",
    "通过浏览器连接",
    "方式",
    "机密",
    "可选",
    "权限（**粗体**为未选择时默认请求的权限）：",
    "在其网站注册应用，重定向地址由 `luban provider show {id}` 显示；"
    "然后用 `luban provider app {id}` 填写，或设置 "
    "`LUBAN_OAUTH_{variable}_CLIENT_ID` 和 `LUBAN_OAUTH_{variable}_CLIENT_SECRET`。",
    "无",
)


def english() -> str:
    return _page(ENGLISH, chinese=False)


def chinese() -> str:
    return _page(CHINESE, chinese=True)


def _page(words: Words, *, chinese: bool) -> str:
    providers = list(catalogue().values())
    lines = [f"# {words.title}", "", words.intro, "", words.columns, "|---|---|---|---|"]
    for each in providers:
        kinds = ", ".join(f"`{kind.kind}`" for kind in each.kinds)
        title = each.title_zh if chinese else each.title
        lines.append(f"| [`{each.id}`](#{each.id}) | {title} | {kinds} | {_tested(each, words)} |")
    for each in providers:
        lines += ["", *_section(each, words, chinese=chinese)]
    return "\n".join(lines) + "\n"


def _section(provider: Provider, words: Words, *, chinese: bool) -> list[str]:
    title = provider.title_zh if chinese else provider.title
    lines = [f"## {provider.id}", "", f"{title}. {provider.docs}".rstrip(" .") + ""]
    hosts = ", ".join(f"`{host}`" for host in provider.hosts)
    lines += ["", f"{hosts}", ""]
    lines += [_kind(kind, provider.oauth, words, chinese=chinese) for kind in provider.kinds]
    if provider.scopes:
        lines += ["", words.scopes, ""]
        for scope in provider.scopes:
            name = f"**`{scope.name}`**" if scope.default else f"`{scope.name}`"
            lines.append(f"- {name}: {scope.help_zh if chinese else scope.help}")
    if provider.oauth is not None and provider.oauth.authorize:
        variable = provider.id.upper().replace("-", "_")
        lines += ["", words.app.format(id=provider.id, variable=variable)]
    return lines


def _kind(kind: Kind, oauth: OAuth | None, words: Words, *, chinese: bool) -> str:
    title = kind.title_zh if chinese else kind.title
    if kind.kind == "oauth2" and oauth is not None and oauth.authorize:
        return f"- `{kind.kind}`: {title} ({words.connect})"
    fields = "; ".join(
        f"`{field.name}` {field.title_zh if chinese else field.title}"
        + (
            f" ({', '.join(marks)})"
            if (marks := _marks(field.secret, field.required, words))
            else ""
        )
        for field in kind.fields
    )
    return f"- `{kind.kind}`: {title}: {fields}"


def _marks(secret: bool, required: bool, words: Words) -> list[str]:
    return [
        word for word, there in ((words.secret, secret), (words.optional, not required)) if there
    ]


def _tested(provider: Provider, words: Words) -> str:
    if provider.client != "http":
        return provider.client.upper()
    probe = provider.probe or next((kind.probe for kind in provider.kinds if kind.probe), None)
    if probe is None:
        return words.no_test
    return f"`{probe.method} {probe.url.split('://', 1)[-1].split('?', 1)[0]}`"
