"""Names that other systems give to blocks, and which of ours does the same; kept as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_NONE: Mapping[str, str] = MappingProxyType({})


class Ours(NamedTuple):
    """One of our blocks, and how to say in its words what was said in foreign ones."""

    block: str
    inputs: Mapping[str, str] = _NONE
    """Foreign names of inputs, and ours."""
    operations: Mapping[str, str] = _NONE
    """Foreign values of our input `operation`, in lower case, and ours."""
    outputs: Mapping[str, str] = _NONE
    """Foreign names of outputs, and ours, each perhaps a part of one."""
    into: tuple[str, ...] = ()
    """Where a link without a pin ends if no required input is free; `{pin}` is its source's."""


_ANSWERED: Mapping[str, str] = MappingProxyType(
    {
        "response": "answer",
        "result": "answer",
        "output": "answer",
        "chunk": "answer",
        "token_usage": "usage",
        "token_usage.prompt_tokens": "usage.input_tokens",
        "token_usage.completion_tokens": "usage.output_tokens",
        "model_used": "model",
    }
)
_CALCULATE = Ours(
    "maths.calculate",
    {"num1": "a", "num2": "b", "x": "a", "y": "b"},
    {"mod": "modulo", "pow": "power", "sub": "subtract", "mul": "multiply", "div": "divide"},
)
_CHANGE_CASE = Ours(
    "text.change_case",
    {"input_text": "text", "mode": "operation", "case": "operation"},
    {"uppercase": "upper", "lowercase": "lower", "titlecase": "title"},
)
_CHAT = Ours(
    "ai.chat",
    {
        "text": "prompt",
        "input": "prompt",
        "query": "prompt",
        "system_prompt": "system",
        "sys_prompt": "system",
        "prompt_values": "values",
    },
    outputs=_ANSWERED,
    into=("prompt", "values.{pin}"),
)
_SAID = {"sys_prompt": "system", "system_prompt": "system", "prompt_values": "values"}
_CONVERSATION = Ours("ai.conversation", _SAID, outputs=_ANSWERED, into=("prompt", "values.{pin}"))
_SUMMARIZE = Ours(
    "ai.summarize", {"input": "text", "max_tokens": "chunk_size", "chunk_overlap": "overlap"}
)
_STRUCTURED = Ours(
    "ai.structured",
    {
        **_SAID,
        "expected_format": "fields",
        "list_result": "several",
        "force_json_output": "enforce",
        "conversation_history": "messages",
        "retry": "retries",
    },
    outputs={"response": "data", "token_usage": "usage", "model_used": "model"},
    into=("prompt", "values.{pin}"),
)
_LIST = Ours(
    "ai.list",
    {"source_data": "source", "max_retries": "retries"},
    outputs={"generated_list": "list", "list_item": "item"},
)
_CONDITION = Ours("ai.condition", {"input_value": "value", "input": "value"})
_EMBED = Ours("ai.embed", {"input": "text"}, outputs={"embedding": "vector"}, into=("text",))
_IMAGE = Ours(
    "ai.image",
    {"text": "prompt"},
    outputs={"image_url": "image", "result": "image"},
    into=("prompt", "values.{pin}"),
)
_HTTP = Ours("web.http_request", {"data": "body", "json": "body", "uri": "url", "endpoint": "url"})
_PAGE = Ours(
    "web.page_to_text",
    {
        "urls": "url",
        "link": "url",
        "max_chars": "max_length",
        "max_content_length": "max_length",
    },
)
_SEARCH = Ours(
    "web.search",
    {"max_results": "limit", "num_results": "limit", "q": "query", "keywords": "query"},
)
_WEATHER = Ours("web.weather", {"location": "city"})
_REDDIT = Ours("web.reddit_posts", {"max_posts": "limit", "sort_by": "sort"})
_X_POST = Ours("message.post_to_x", {"content": "text", "message": "text", "tweet": "text"})
_LINKEDIN = Ours("message.post_to_linkedin", {"content": "text", "message": "text"})
_EMAIL = Ours(
    "message.send_email",
    {"to_email": "to", "recipient": "to", "text": "body", "message": "body", "content": "body"},
)
_SLACK = Ours("message.slack", {"message": "text", "content": "text", "thread_ts": "thread"})
_DISCORD = Ours(
    "message.discord_webhook", {"message": "text", "content": "text", "webhook_url": "webhook"}
)
_OUTPUT = Ours(
    "io.output", {"output": "value", "result": "value", "text": "value", "data": "value"}
)
_FEED = Ours("web.feed", {"rss_url": "url", "feed_url": "url"})
_TEMPLATE = Ours("text.template", {"template": "format"}, into=("values.{pin}",))
_LOG = Ours(
    "storage.log_to_table",
    {"collection": "table", "value": "data", "input": "data", "record": "data", "text": "data"},
)
_KEPT = {"default_value": "default"}

BY_NAME: dict[str, Ours] = {
    "text_processing": _CHANGE_CASE,
    "text_transform": _CHANGE_CASE,
    "text_template": _TEMPLATE,
    "fill_text_template": _TEMPLATE,
    "text_split": Ours("text.split"),
    "text_join": Ours("text.join"),
    "combine_texts": Ours("text.join", {"input": "texts"}),
    "text_replace": Ours("text.replace"),
    "llm": _CHAT,
    "llm_call": _CHAT,
    "chat": _CHAT,
    "ai_text_generator": _CHAT,
    "streaming_llm": _CHAT,
    "text_completion": Ours("ai.complete", {"prompt": "text"}),
    "embedding": _EMBED,
    "image_generation": _IMAGE,
    "ai_conversation": _CONVERSATION,
    "ai_text_summarizer": _SUMMARIZE,
    "summarize": _SUMMARIZE,
    "ai_structured_response_generator": _STRUCTURED,
    "ai_list_generator": _LIST,
    "ai_condition": _CONDITION,
    "http": _HTTP,
    "http_request": _HTTP,
    "send_web_request": _HTTP,
    "web_search": _SEARCH,
    "search": _SEARCH,
    "web_scrape": _PAGE,
    "web_page": _PAGE,
    "weather_query": _WEATHER,
    "weather": _WEATHER,
    "wikipedia": Ours("web.wikipedia"),
    "get_wikipedia_summary": Ours("web.wikipedia"),
    "reddit": _REDDIT,
    "reddit_fetch": _REDDIT,
    "twitter": _X_POST,
    "twitter_post": _X_POST,
    "linkedin": _LINKEDIN,
    "linkedin_post": _LINKEDIN,
    "send_email": _EMAIL,
    "email": _EMAIL,
    "slack_message": _SLACK,
    "send_slack_message": _SLACK,
    "discord_webhook": _DISCORD,
    "rss": _FEED,
    "read_rss_feed": _FEED,
    "display_result": _OUTPUT,
    "display": _OUTPUT,
    "output": _OUTPUT,
    "agent_output": _OUTPUT,
    "print_to_console": _OUTPUT,
    "input": Ours("io.input"),
    "agent_input": Ours("io.input"),
    "note": Ours("io.note"),
    "calculator": _CALCULATE,
    "json_parse": Ours("data.parse_json", {"json": "text", "input": "text"}),
    "condition": Ours("logic.if"),
    "step_through_items": Ours("data.for_each"),
    "file_read": Ours("file.read", {"path": "file", "file_path": "file"}),
    "file_write": Ours(
        "file.write", {"filename": "name", "file_path": "name", "path": "name", "data": "content"}
    ),
    "get_current_date_and_time": Ours("time.now"),
    "database_log": _LOG,
    "log": _LOG,
    "persist_information": Ours("storage.remember"),
    "retrieve_information": Ours("storage.recall", _KEPT),
    "sql_query": Ours(
        "storage.sql_query", {"database_type": "database", "database": "database_name"}
    ),
}
"""By the foreign name in snake case, without `Block` at its end."""

BY_ID: dict[str, str] = {
    "b1ab9b19-67a6-406d-abf5-2dba76d00c79": "calculator",
    "c0a8e994-ebf1-4a9c-a4d8-89d09c86741b": "agent_input",
    "363ae599-353e-4804-937e-b2ee3cef3da4": "agent_output",
    "f3b1c1b2-4c4f-4f0d-8d2f-4c4f0d8d2f4c": "print_to_console",
    "cc10ff7b-7753-4ff2-9af6-9399b1a7eddc": "note",
    "db7d8f02-2f44-4c55-ab7a-eae0941f0c30": "fill_text_template",
    "e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85": "combine_texts",
    "d5ea33c8-a575-477a-b42f-2fe3be5055ec": "text_split",
    "7e7c87ab-3469-4bcc-9abe-67705091b713": "text_replace",
    "715696a0-e1da-45c8-b209-c2fa9c3b0be6": "condition",
    "f66a3543-28d3-4ab5-8945-9b336371e2ce": "step_through_items",
    "716a67b3-6760-42e7-86dc-18645c6e00fc": "get_current_date_and_time",
    "6595ae1f-b924-42cb-9a41-551a0611c4b4": "send_web_request",
    "5ebe6768-8e5d-41e3-9134-1c7bd89a8d52": "read_rss_feed",
    "fff86bcd-e001-4bad-a7f6-2eae4720c8dc": "send_web_request",
    "4335878a-394e-4e67-adf2-919877ff49ae": "send_email",
    "f5b0f5d0-1862-4d61-94be-3ad0fa772760": "get_wikipedia_summary",
    "1f292d4a-41a4-4977-9684-7c8d560b9f91": "ai_text_generator",
    "a0a69be1-4528-491c-a85a-a4ab6873e3f0": "ai_text_summarizer",
    "32a87eab-381e-4dd4-bdb8-4c47151be35a": "ai_conversation",
    "ed55ac19-356e-4243-a6cb-bc599e9b716f": "ai_structured_response_generator",
    "9c0b0450-d199-458b-a731-072189dd6593": "ai_list_generator",
    "553ec5b8-6c45-4299-8d75-b394d05f72ff": "ai_condition",
    "1d055e55-a2b9-4547-8311-907d05b0304d": "persist_information",
    "d8710fc9-6e29-481e-a7d5-165eb16f8471": "retrieve_information",
    "4dc35c0f-4fd8-465e-9616-5a216f1ba2bc": "sql_query",
}
"""The fixed ids some systems give their blocks."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def ours_for(name: str) -> Ours | None:
    """Which of our blocks a foreign name stands for: `TextSplitBlock`, `TEXT_SPLIT`, an id."""
    known = BY_ID.get(name.lower())
    return BY_NAME.get(known or snake(name))


def snake(name: str) -> str:
    """`LLMCallBlock` → `llm_call`, `TEXT_PROCESSING` → `text_processing`."""
    words = _HUMP.sub("_", name.strip().replace("-", "_").replace(" ", "_")).lower()
    return words.removesuffix("_block").strip("_")
