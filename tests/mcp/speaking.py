"""A server of tools that needs nothing but Python, and tells what it can see: run in a box."""

# ruff: noqa: T201, PTH110
import json
import os
import socket
import sys


def look() -> dict:
    """What code in a box must not have."""
    seen = {"environment": dict(os.environ), "files": [], "network": True}
    for path in ("/etc/passwd", os.environ.get("SECRET_FILE", "/nowhere")):
        if os.path.exists(path):
            seen["files"].append(path)
    try:
        socket.create_connection(("127.0.0.1", int(os.environ.get("PORT", "9"))), 1).close()
    except OSError:
        seen["network"] = False
    return seen


TOOL = {"name": "look", "description": "Looks around.", "inputSchema": {"type": "object"}}
print("a greeting that is no message", flush=True)
print("and a complaint", file=sys.stderr, flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    method = asked.get("method")
    result = {}
    if method == "initialize":
        result = {
            "protocolVersion": asked["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "boxed", "version": "1"},
        }
    elif method == "tools/list":
        result = {"tools": [TOOL, {**TOOL, "name": "die"}]}
    elif method == "tools/call":
        if asked["params"]["name"] == "die":
            sys.exit("enough")
        result = {"content": [{"type": "text", "text": json.dumps(look())}]}
    elif method == "server/discover":
        error = {"code": -32601, "message": "no such method"}
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}), flush=True)
        continue
    if "id" in asked:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
