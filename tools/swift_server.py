"""OpenStack Swift's S3 on this machine: one disk, one zone, a memcached beside it.

It checks signatures, as Amazon's does and test servers in memory do not.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

ACCESS_KEY, SECRET_KEY = "test:tester", "testing"
PARTS = ("account", "container", "object")
# One process for all three: the command line's would take as long for each.
_RINGS = """
import sys
from swift.common.ring import RingBuilder
for part, port in zip({parts!r}, {ports!r}):
    ring = RingBuilder(2, 1, 1)
    ring.add_dev(dict(region=1, zone=1, ip="127.0.0.1", port=port, replication_ip="127.0.0.1",
                      replication_port=port, device="d1", weight=1.0, meta=""))
    ring.rebalance()
    ring.get_ring().save("{folder}/" + part + ".ring.gz")
"""
_PART = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
devices = {folder}/disks
mount_check = false
swift_dir = {folder}
user = {user}
workers = 0
log_level = ERROR
log_address = {folder}/no-log
[pipeline:main]
pipeline = {part}-server
[app:{part}-server]
use = egg:swift#{part}
"""
_PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
user = {user}
workers = 0
log_level = ERROR
log_address = {folder}/no-log
[pipeline:main]
pipeline = catch_errors cache bulk s3api tempauth slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache}
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
check_bucket_owner = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""


def programs() -> bool:
    """Whether all that it takes is on this machine."""
    needed = ["swift-proxy-server", "memcached"]
    return all(map(shutil.which, [*needed, *(f"swift-{part}-server" for part in PARTS)]))


def command(folder: Path, port: int, user: str) -> list[str]:
    """Writes rings and settings; what starts everything, as one group of processes."""
    cache = _free()
    lines = [f"memcached -l 127.0.0.1 -p {cache} -m 16 -u {user} &"]
    (folder / "disks" / "d1").mkdir(parents=True)
    ports = [_free() for _ in PARTS]
    rings = _RINGS.format(parts=PARTS, ports=ports, folder=folder)
    subprocess.run(["/usr/bin/python3", "-c", rings], check=True, capture_output=True)
    for part, own in zip(PARTS, ports, strict=True):
        settings = folder / f"{part}.conf"
        settings.write_text(_PART.format(folder=folder, port=own, part=part, user=user))
        lines.append(f"swift-{part}-server {settings} &")
    proxy = folder / "proxy.conf"
    proxy.write_text(_PROXY.format(folder=folder, port=port, cache=cache, user=user))
    lines.append(f"exec swift-proxy-server {proxy}")
    start = folder / "start.sh"
    start.write_text("\n".join(lines) + "\n")
    return ["sh", str(start)]


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
