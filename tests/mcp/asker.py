"""What the official suite starts as a client: hands its address to the test, and waits.

`python asker.py PORT URL`; the client under test lives in the process of the test, so that its
libraries are loaded once.
"""

import os
import socket
import sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as line:
    scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
    line.sendall(f"{scenario} {sys.argv[2]}\n".encode())
    said = line.makefile().read()
if said != "ok":
    sys.exit(said or "the client broke")
