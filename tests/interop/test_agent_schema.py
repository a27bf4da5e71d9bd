"""The published JSON Schema says what the reader reads, and is fresh."""

from __future__ import annotations

from luban.interop import agent_schema
from luban.model.document import BODY_KEYS, DOCUMENT_KEYS, NODE_KEYS
from luban.model.graph import GraphSettings, Limits, Retention, RetryPolicy
from tools.generated import FILES, ROOT


def test_the_published_schema_is_fresh() -> None:
    path = "docs/reference/agent.schema.json"
    assert path in {file.path for file in FILES}
    assert (ROOT / path).read_text(encoding="utf-8") == agent_schema.text()


def test_it_knows_every_key_that_is_read() -> None:
    schema = agent_schema.schema()
    parts = schema["$defs"]
    assert set(schema["properties"]) == set(DOCUMENT_KEYS)
    assert set(parts["node"]["properties"]) == set(NODE_KEYS)
    assert set(parts["body"]["properties"]) == set(BODY_KEYS)
    assert set(parts["retry"]["properties"]) == set(RetryPolicy.model_fields)
    assert set(parts["settings"]["properties"]) == set(GraphSettings.model_fields)
    limits = parts["settings"]["properties"]["limits"]["properties"]
    assert set(limits) == set(Limits.model_fields)
    keep = parts["settings"]["properties"]["keep"]["properties"]
    assert set(keep) == set(Retention.model_fields)


def test_every_reference_leads_somewhere() -> None:
    schema = agent_schema.schema()
    text = agent_schema.text()
    named = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert named == set(schema["$defs"]) - {"link"} | {"link"}
    assert "null" not in text
