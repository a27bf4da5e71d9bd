"""What spans and their attributes are called: one place, for the conventions still change.

After OpenTelemetry's semantic conventions of 2026 where those are stable (HTTP), and with their
names for models, which are not; ids of ours begin with `luban.`.
"""

from __future__ import annotations

SERVICE = "service.name"
SERVICE_VERSION = "service.version"

REQUEST_METHOD = "http.request.method"
ROUTE = "http.route"
STATUS_CODE = "http.response.status_code"
SERVER = "server.address"

MODEL_ASKED = "gen_ai.request.model"
MODEL_ANSWERED = "gen_ai.response.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"

RUN = "luban.run"
AGENT = "luban.agent"
VERSION = "luban.version"
CLAIM = "luban.claim"
RUN_STATUS = "luban.run.status"
NODE = "luban.node"
ITERATION = "luban.iteration"
BLOCK = "luban.block"
ERROR_CODE = "error.type"

RUN_SPAN = "run"
STEP_SPAN = "step {node}"
HTTP_SPAN = "{method} {host}"
CHAT_SPAN = "chat {model}"
