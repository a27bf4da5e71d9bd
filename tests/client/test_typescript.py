"""The TypeScript client: built from the server's description, and used by a program of Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.kit import server
from tests.services.kit import CALCULATOR
from tools import prerequisites

FOLDER = Path(__file__).parents[2] / "web" / "client"
TOOLS = FOLDER.parent / "node_modules" / ".bin"
PROGRAM = """
import { Luban, LubanError } from "./dist/index.js";
const luban = new Luban({ url: process.argv[2] });
const document = JSON.parse(process.argv[3]);
const { data: agent } = await luban.api.POST("/api/v1/agents", { body: { document } });
const run = await luban.startRun(agent.id, { a: 2, b: 3 });
const kinds = [];
for await (const event of luban.events(run.id)) kinds.push(event.kind);
const ended = await luban.waitForRun(run.id, { timeout: 20000 });
const held = await luban.startRun(agent.id, { a: 1, b: 1 }, { wait: 20 });
const once = [await luban.startRun(agent.id, { a: 0, b: 0 }, { key: "one" }),
              await luban.startRun(agent.id, { a: 0, b: 0 }, { key: "one" })];
let refused;
try { await luban.getRun("r_none"); } catch (error) { refused = error; }
console.log(JSON.stringify({
  kinds, outputs: ended.outputs, held: held.outputs, once: once[0].id === once[1].id,
  refused: [refused instanceof LubanError, refused.status, refused.code, refused.messageZh !== ""],
}));
"""


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None or not TOOLS.is_dir():
        if prerequisites.strict():
            pytest.fail("Node and web/node_modules are needed, and CI=true", pytrace=False)
        pytest.skip("Node is missing on this machine")
    return found


@pytest.fixture(scope="module")
def built(node: str) -> Path:
    for command in (
        ["openapi-typescript", "../openapi.json", "-o", "src/schema.ts"],
        ["tsc", "-p", "."],
    ):
        words = [node, str(TOOLS / command[0]), *command[1:]]
        done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return FOLDER


def test_a_program_of_node_runs_an_agent(node: str, built: Path, tmp_path: Path) -> None:
    with server(tmp_path) as running:
        done = subprocess.run(
            [node, "--input-type=module", "-e", PROGRAM, "-", running.url, json.dumps(CALCULATOR)],
            cwd=built,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kinds"][0], told["kinds"][-1]) == ("run_started", "run_ended")
    assert (told["outputs"], told["held"], told["once"]) == ({"result": 5}, {"result": 2}, True)
    assert told["refused"] == [True, 404, "not_found", True]
