"""The main text of a page, told from what stands around it. Pure, and all computing."""

from __future__ import annotations

import logging
from typing import Any

from luban.blocks.web.pages import links_of

_MOST_LINKS = 500
_AROUND = ["nav", "footer", "aside", "script", "style", "noscript", "template", "iframe", "svg"]


def read_page(html: str, url: str, keep_links: bool) -> tuple[str, str, list[dict[str, str]]]:
    """Main text, title and links of a page. Slow and loads much at its first call."""
    import trafilatura
    from selectolax.lexbor import LexborHTMLParser

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every poor page
    tree: Any = LexborHTMLParser(html)
    links = [{"text": text, "url": to} for to, text in links_of(tree, url, _MOST_LINKS).items()]
    parsed = trafilatura.load_html(html)
    found = None if parsed is None else trafilatura.extract_metadata(parsed, default_url=url)
    named = tree.css_first("title")
    title = (found.title if found is not None else "") or (named.text() if named else "")
    tree.strip_tags(_AROUND)  # on short pages the extraction would take them for the text
    main = tree.html or ""
    text = trafilatura.extract(
        main,
        url=url,
        output_format="markdown",
        include_links=keep_links,
        include_tables=True,
        include_comments=False,
    )
    return text or trafilatura.html2txt(main), " ".join(str(title or "").split()), links
