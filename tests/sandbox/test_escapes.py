"""What code in a box may not reach: files, variables, processes, network, the kernel's doors."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.sandbox.kit import Box, sandboxes

TRY = """
import os
reached = {}
def attempt(name, work):
    try:
        reached[name] = str(work())[:200]
    except OSError as error:
        pass
    except Exception as error:
        reached[name] = "another error: %r" % error
def read(path):
    return open(path, "rb").read(100)
"""

FILES = (
    TRY
    + """
for path in paths:
    attempt(path, lambda: read(path))
for path in ("/usr/x", "/etc/x", "/x", "/bin/x", "/dev/x", "/proc/x", "/sys/x"):
    attempt("write " + path, lambda: open(path, "w").close())
attempt("list root", lambda: os.listdir("/root"))
attempt("list home", lambda: os.listdir("/home"))
attempt("link", lambda: os.link("/etc/passwd", "out/passwd"))
attempt("remount", lambda: os.chmod("/usr/bin", 0o777))
attempt("device", lambda: os.mknod("out/sda", 0o60600, os.makedev(8, 0)))
attempt("memory", lambda: read("/dev/mem"))
reached
"""
)


async def test_files_of_the_machine_and_ours_are_out_of_reach(box: Box, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "luban.db").write_text("secret")
    (home / "keys.json").write_text("secret")
    paths = [
        *("/etc/passwd", "/etc/shadow", "/etc/hosts", "/proc/1/environ", "/root/.bashrc"),
        *("/proc/1/root/etc/passwd", "/proc/1/cwd/etc/passwd", "/var/log/dpkg.log"),
        *(f"/proc/{os.getpid()}/environ", f"/proc/{os.getpid()}/maps", f"/proc/{os.getpid()}/mem"),
        *(str(home / "luban.db"), str(home / "keys.json"), str(Path(__file__))),
        f"/proc/{os.getpid()}/root/etc/passwd",
    ]
    found = await box.result(FILES, paths=paths)
    # In a box with processes of its own, number 1 is the box's, with variables we gave it.
    if found.get("/proc/1/environ") == "b'PWD=/box\\x00'" or box.kind == "bubblewrap":
        found.pop("/proc/1/environ", None)
    assert found == {}


async def test_the_variables_of_the_server_are_not_there(box: Box) -> None:
    os.environ["LUBAN_TEST_SECRET"] = "not for code"
    try:
        seen = await box.result("import os\ndict(os.environ)")
        first = await box.result(TRY + "attempt('1', lambda: read('/proc/1/environ'))\nreached")
    finally:
        del os.environ["LUBAN_TEST_SECRET"]
    assert sorted(seen) == ["HOME", "LANG", "OPENSSL_CONF", "PATH", "TMPDIR"]
    assert "SECRET" not in str(first)


NETWORK = (
    TRY
    + """
import _socket as s
def connect(family, kind, address):
    with_it = s.socket(family, kind)
    with_it.settimeout(0.2)
    return with_it.connect(address)
attempt("loopback", lambda: connect(s.AF_INET, s.SOCK_STREAM, ("127.0.0.1", port)))
attempt("metadata", lambda: connect(s.AF_INET, s.SOCK_STREAM, ("169.254.169.254", 80)))
attempt("public", lambda: connect(s.AF_INET, s.SOCK_STREAM, ("1.1.1.1", 53)))
attempt("udp", lambda: connect(s.AF_INET, s.SOCK_DGRAM, ("1.1.1.1", 53)))
attempt("ipv6", lambda: connect(s.AF_INET6, s.SOCK_STREAM, ("::1", port)))
attempt("netlink", lambda: s.socket(16, s.SOCK_RAW, 0))
attempt("packet", lambda: s.socket(17, s.SOCK_RAW, 3))
attempt("vsock", lambda: s.socket(40, s.SOCK_STREAM, 0))
attempt("unix", lambda: connect(s.AF_UNIX, s.SOCK_STREAM, path))
attempt("abstract", lambda: connect(s.AF_UNIX, s.SOCK_STREAM, "\\0" + abstract))
reached
"""
)


async def test_there_is_no_network_and_no_socket_of_others(box: Box, tmp_path: Path) -> None:
    abstract = f"luban-test-{os.getpid()}"
    # Outside every folder that is somebody's, as sockets of the system are.
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as unnamed,
    ):
        path = str(tmp_path / "s")
        named.bind(path)
        named.listen()
        unnamed.bind("\0" + abstract)
        unnamed.listen()
        port = server.getsockname()[1]
        assert await box.result(NETWORK, port=port, path=path, abstract=abstract) == {}


KERNEL = """
import ctypes, os
kernel = ctypes.CDLL(None, use_errno=True)
allowed = []
def call(name, *arguments):
    if kernel.syscall(*arguments) >= 0 or ctypes.get_errno() not in (1, 13, 38):
        allowed.append((name, ctypes.get_errno()))
call("unshare user", 272, 0x10000000)
call("unshare net", 272, 0x40000000)
call("setns", 308, 0, 0)
call("clone user", 56, 0x10000000 | 17, 0, 0, 0, 0)
call("clone3", 435, 0, 88)
call("ptrace", 101, 16, pid, 0, 0)
call("traceme", 101, 0, 0, 0, 0)
call("mount", 165, b"none", b"/tmp", b"tmpfs", 0, 0)
call("open_tree", 428, -100, b"/", 1)
call("bpf", 321, 0, 0, 0)
call("perf", 298, 0, 0, -1, -1, 0)
call("keyctl", 250, 0, 0)
call("userfaultfd", 323, 0)
call("io_uring", 425, 1, 0)
call("memfd", 319, b"x", 0)
call("shmget", 29, 0, 1 << 30, 0o1600)
call("process_vm_readv", 310, pid, 0, 0, 0, 0, 0)
call("kexec", 246, 0, 0, 0, 0)
call("x32", 0x40000000 | 39)
call("limits of others", 302, pid, 7, ctypes.byref((ctypes.c_ulong * 2)(3, 3)), 0)
call("priority of others", 141, 0, pid, 19)
call("terminal", 16, 0, 0x5412, b"x")
allowed
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="these are the numbers of x86_64")
async def test_doors_of_the_kernel_are_shut(box: Box) -> None:
    assert await box.result(KERNEL, pid=os.getpid()) == []


async def test_no_privilege_is_left_or_can_be_had(box: Box) -> None:
    code = """
import os
try:
    lines = open("/proc/self/status").read().splitlines()
except OSError:
    lines = []
status = dict(line.split(":\\t", 1) for line in lines)
tried = []
works = (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.chroot("."), lambda: os.nice(-5))
for work in works:
    try:
        work()
        tried.append("done")
    except OSError:
        pass
[tried, os.getuid() == 0, int(status.get("CapEff", "0"), 16), status.get("NoNewPrivs", "1")]
"""
    tried, root, capabilities, no_new = await box.result(code)
    assert (tried, root, capabilities, no_new) == ([], False, 0, "1")


async def test_other_processes_get_no_signal(box: Box) -> None:
    ours = await asyncio.create_subprocess_exec("cat", stdin=subprocess.PIPE)
    try:
        code = """
import os
for pid in (victim, parent, -1):
    for number in (9, 15, 19):
        try:
            os.kill(pid, number)
        except OSError:
            pass
"never told, as -1 was everybody in the box"
"""
        await box.failure(code, victim=ours.pid, parent=os.getpid())
        assert ours.returncode is None
    finally:
        ours.kill()
        await ours.wait()


async def test_links_in_the_folder_of_results_lead_nowhere(box: Box, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    code = """
import os
made = []
def attempt(work):
    try:
        work()
        made.append(True)
    except OSError:
        made.append(False)
attempt(lambda: os.symlink(secret, "out/link"))
attempt(lambda: os.symlink("/etc", "out/folder"))
attempt(lambda: os.symlink("/proc/self/root", "out/root"))
attempt(lambda: os.mkfifo("out/fifo"))
attempt(lambda: os.rename("out", "moved") or os.symlink("/etc", "out"))
os.path.islink("out") and (os.unlink("out"), os.rename("moved", "out"))
os.path.isdir("out") or os.rename("moved", "out")
os.makedirs("out/deep/er", exist_ok=True)
open("out/deep/er/..x\\n.txt", "w").write("fine")
"""
    got = await box.run(code, secret=str(secret))
    assert [(name, content) for name, content in got.files] == [("deep_er_..x_.txt", b"fine")]


async def test_the_folder_of_results_may_itself_be_a_link(box: Box) -> None:
    code = """
import os
os.rmdir("out")
try:
    os.symlink("/usr/lib", "out")
except OSError:
    pass
"""
    got = await box.run(code)
    assert got.files == []


async def test_what_the_box_says_of_itself_is_not_believed(box: Box) -> None:
    """Its own files of results can be anything: links, folders, no JSON, endless."""
    for trick in (
        "os.symlink('/etc/passwd', '.box/result.json')",
        "os.mkdir('.box/result.json')",
        "open('.box/result.json', 'w').write('[' * 100000)",
        "open('.box/result.json', 'wb').write(b'\\xff\\xfe')",
        "open('.box/error.json', 'w').write('[1]')",
    ):
        code = f"import os\ntry:\n    {trick}\nexcept OSError:\n    pass\nos._exit(0)"
        said = await box.failure(code)
        assert "root:" not in said


@pytest.mark.parametrize("where", ["usr", "lib"])
async def test_our_own_folder_is_hidden_even_inside_the_system(
    where: str, holding: dict[str, str]
) -> None:
    if holding["bubblewrap"]:
        pytest.skip(holding["bubblewrap"])
    place = Path("/usr/local") / where / f"luban-test-{os.getpid()}"
    try:
        place.mkdir(parents=True)
    except OSError:
        pytest.skip("the system's folders cannot be written to here")
    try:
        (place / "luban.db").write_text("secret")
        runner = sandboxes("bubblewrap", (place,))
        box = Box("bubblewrap", runner)
        assert await box.result("import os\nos.listdir(place)", place=str(place)) == []
        other = sandboxes("landlock", (place,))
        states = {state.name: state for state in await other.states()}
        assert not states["full"].on
        assert str(place) in states["full"].reason
        await asyncio.gather(runner.aclose(), other.aclose())
    finally:
        (place / "luban.db").unlink()
        place.rmdir()
        if where == "usr":
            (Path("/usr/local") / where).rmdir()
