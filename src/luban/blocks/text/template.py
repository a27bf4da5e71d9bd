"""Text made from a template and values."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.template import render


class Template(Block):
    """Fills values into a text: `Dear {{ name }}`, with `{% for %}`, `{% if %}` and filters."""

    id = "text.template"
    title = "Text template"
    category = "text"
    effect = Effect.NONE
    icon = "file-text"
    keywords = ("jinja", "fill", "format", "prompt", "mail merge")

    class Input(BlockInput):
        format: str = Field(
            title="Template",
            description="Text with `{{ name }}` where a value goes; the language is Jinja.",
            widget="template",
        )
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="The values by name; link to `values.name` to set one.",
        )
        escape_html: bool = Field(
            False,
            title="Escape HTML",
            description="Write < and & of values as &lt; and &amp;.",
            advanced=True,
        )
        strict: bool = Field(
            False,
            title="Every name must exist",
            description="Fail when the template uses a name without a value, not leave it blank.",
            advanced=True,
        )

    class Output(BlockOutput):
        output: str = Field(title="Text", description="The filled text.")

    examples = (
        Example({"format": "Dear {{ who }}", "values": {"who": "Bo"}}, {"output": "Dear Bo"}),
        Example(
            {"format": "{% for i in l %}[{{ i }}]{% endfor %}", "values": {"l": [1, 2]}},
            {"output": "[1][2]"},
        ),
        Example(
            {
                "format": "{{ loop_name }}{% for p in posts %}\n{{ loop.index }}. {{ p.title }}"
                "{% endfor %}",
                "values": {"loop_name": "要闻", "posts": [{"title": "一"}, {"title": "二"}]},
            },
            {"output": "要闻\n1. 一\n2. 二"},
        ),
        Example(
            {
                "format": "{{ '%.2f' | format(price) }} {{ note | default('-') }}",
                "values": {"price": 3},
            },
            {"output": "3.00 -"},
        ),
        Example(
            {"format": "{{ mark }}", "values": {"mark": "<b>"}, "escape_html": True},
            {"output": "&lt;b&gt;"},
        ),
    )

    async def run(self, input: Input) -> dict[str, str]:
        text = render(
            input.format, input.values, escape_html=input.escape_html, strict=input.strict
        )
        return {"output": text}
