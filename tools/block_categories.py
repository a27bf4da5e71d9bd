"""The categories of built-in blocks in the order of the palette, and the page of each."""

from __future__ import annotations

CATEGORIES = {
    "input": "输入",
    "output": "输出",
    "text": "文本",
    "data": "数据",
    "logic": "逻辑",
    "maths": "数学",
    "time": "时间",
    "web": "网络",
    "file": "文件",
    "media": "媒体",
    "storage": "存储",
    "code": "代码",
    "message": "消息",
    "ai": "人工智能",
    "flow": "等待",
}


def pages() -> list[tuple[str, str]]:
    """The path of each category's page in each language, and the function that writes it."""
    return [
        (f"docs/reference/blocks/{name}.{suffix}", f"tools.block_pages:{language}_{name}")
        for name in CATEGORIES
        for language, suffix in (("english", "md"), ("chinese", "zh-CN.md"))
    ]
