"""Loading the blocks loads none of the libraries behind them."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import luban.blocks.web.http_request, luban.blocks.web.page_to_text, luban.blocks.web.feed
import luban.blocks.file.read, luban.blocks.file.write, luban.blocks.ai.chat
heavy = {"feedparser", "trafilatura", "selectolax", "lxml", "pydantic_ai", "openai", "httpx2",
         "httpcore2", "jinja2", "genai_prices"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_blocks_load_nothing_heavy() -> None:
    shown = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert shown.stdout.strip() == b"[]"
