"""Sitemaps as they are written: XML, an index, plain lines, packed with gzip. Pure."""

from __future__ import annotations

import io
import zlib
from typing import Any, NamedTuple

from luban.blocks.web.addresses import shown
from luban.blocks.web.pages import joined
from luban.sdk import BlockError

_MOST_UNPACKED = 52_428_800
"""What the protocol of sitemaps allows a file to be."""
_MOST_ENTRIES = 100_000
_GZIP = b"\x1f\x8b"


class Listed(NamedTuple):
    """What a file lists: pages, or further files."""

    pages: list[dict[str, str]]
    sitemaps: list[str]


def read_sitemap(content: bytes, url: str) -> Listed:
    """Raises `BlockError` where it is none, or one that means harm."""
    if content.startswith(_GZIP):
        content = _unpacked(content, url)
    text = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"http://", b"https://")):
        lines = text.decode("utf-8", "replace").splitlines()[:_MOST_ENTRIES]
        found = (joined(url, line) for line in lines)
        return Listed([{"url": each, "modified": ""} for each in found if each], [])
    return _of_xml(content, url)


def _unpacked(content: bytes, url: str) -> bytes:
    """Unpacking stops at the limit, so a packed bomb never opens."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        made = unpacking.decompress(content, _MOST_UNPACKED)
    except zlib.error as error:
        raise _not_a_sitemap(url, str(error)) from error
    if unpacking.unconsumed_tail:
        raise BlockError(
            f"The sitemap `{shown(url)}` unpacks to more than 50 MB.",
            zh=f"站点地图“{shown(url)}”解压后超过 50 MB。",
            code="sitemap_too_large",
        )
    return made


def _of_xml(content: bytes, url: str) -> Listed:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    listed = Listed([], [])
    root = ""
    try:
        for event, node in iterparse(io.BytesIO(content), events=("start", "end")):
            name = node.tag.rpartition("}")[2]
            if event == "start":
                root = root or name
                if root not in ("urlset", "sitemapindex"):
                    raise _not_a_sitemap(url, f"it begins with <{root}>")
            elif name in ("url", "sitemap"):
                _add(listed, name, node, url)
                node.clear()
                if len(listed.pages) + len(listed.sitemaps) >= _MOST_ENTRIES:
                    break
    except DefusedXmlException as error:
        raise BlockError(
            f"`{shown(url)}` declares XML entities, which no sitemap needs; it is not read.",
            zh=f"“{shown(url)}”声明了 XML 实体；站点地图不需要它们，因此拒绝读取。",
            code="xml_entities",
        ) from error
    except ParseError as error:
        raise _not_a_sitemap(url, str(error)) from error
    return listed


def _add(listed: Listed, name: str, node: Any, url: str) -> None:
    parts = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in node}
    target = joined(url, parts.get("loc", "")) if parts.get("loc") else ""
    if not target:
        return
    if name == "sitemap":
        listed.sitemaps.append(target)
    else:
        listed.pages.append({"url": target, "modified": parts.get("lastmod", "")})


def _not_a_sitemap(url: str, why: str) -> BlockError:
    return BlockError(
        f"`{shown(url)}` is no sitemap: {why}. Give the address of the site, or of its sitemap.",
        zh=f"“{shown(url)}”不是站点地图：{why}。请提供网站或其站点地图的网址。",
        code="not_a_sitemap",
    )
