"""The description of the API: fresh, complete, and every error in it."""

from __future__ import annotations

import httpx2
import pytest

from luban.api.app import SCHEMA_PATH, routes
from luban.api.openapi import TARGET, text
from luban.model.block import BlockSpec
from tests.api.kit import V1, assert_error


def test_the_file_the_web_app_reads_is_fresh() -> None:
    fresh = TARGET.read_text(encoding="utf-8") == text()
    assert fresh, "run: python -m luban.api.openapi"


def test_every_operation_has_a_name_of_its_own() -> None:
    paths = routes("1").openapi()["paths"]
    names = [each["operationId"] for path in paths.values() for each in path.values()]
    assert len(names) == len(set(names))


async def test_the_server_tells_what_it_is(http: httpx2.AsyncClient) -> None:
    described = (await http.get(SCHEMA_PATH)).json()
    assert f"{V1}/runs/{{run_id}}/events" in described["paths"]
    assert described["openapi"].startswith("3.1")


async def test_the_page_of_the_reference_asks_nobody_else(http: httpx2.AsyncClient) -> None:
    page = await http.get("/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js", "favicon-32x32.png"):
        assert (await http.get(f"/docs/{name}")).status_code == 200
    assert_error(await http.get("/docs/core.py"), 404, "not_found")


async def test_blocks_are_described_as_the_canvas_needs_them(http: httpx2.AsyncClient) -> None:
    items = (await http.get(f"{V1}/blocks")).json()["items"]
    switch = next(each for each in items if each["id"] == "io.input_choice")
    assert switch["inputs"][0]["schema"]
    assert "schema_" not in switch["inputs"][0]
    assert BlockSpec.model_validate(switch).id == "io.input_choice"
    assert (await http.get(f"{V1}/blocks/io.input_choice")).json() == switch


@pytest.mark.parametrize("path", ["/me", "/settings", "/models"])
async def test_the_small_ones(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(V1 + path)
    assert answer.status_code == 200
    if path == "/models":
        assert any(each["demo"] for each in answer.json()["items"])


async def test_broken_block_files_are_listed(http: httpx2.AsyncClient) -> None:
    assert (await http.get(f"{V1}/blocks/broken")).json() == {"items": []}
