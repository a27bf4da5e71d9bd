"""A report as a page of HTML that needs nothing beside itself."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping

from luban.blocks.text.markup import to_html

_IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"[^>]*>')
_LOOK = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;line-height:1.6;color:#1c2530;"
    "font-family:system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}"
    "table{border-collapse:collapse;width:100%;margin:1rem 0}"
    "th,td{border:1px solid #c9ced6;padding:.35rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#eef1f5}img{max-width:100%}"
    "pre{background:#f5f6f8;padding:.8rem;overflow:auto}"
    "blockquote{margin-left:0;padding-left:1rem;border-left:3px solid #c9ced6;color:#5b6472}"
    "@media print{body{margin:0;max-width:none}}"
)


def make_page(
    markdown: str, images: Mapping[str, tuple[str, bytes]], title: str, language: str
) -> str:
    """The whole page; `images` are the type and bytes by the names used in the text."""

    def put_in(found: re.Match[str]) -> str:
        kind, content = images.get(html.unescape(found[1]), ("", b""))
        if not content:
            return f"<em>[{found[2] or found[1]}]</em>"  # it would be fetched by who reads the page
        data = base64.b64encode(content).decode()
        return f'<img src="data:{kind};base64,{data}" alt="{found[2]}">'

    body = _IMAGE.sub(put_in, to_html(markdown))
    told = html.escape(title)
    heading = f"<h1>{told}</h1>\n" if title else ""
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{told}</title>\n<style>{_LOOK}</style>\n</head>\n<body>\n"
        f"{heading}{body}\n</body>\n</html>\n"
    )
