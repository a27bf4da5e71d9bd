# pyright: basic, reportAttributeAccessIssue=false, reportArgumentType=false
"""Starts code inside a box, waits for it, ends what it left, and hands out what it made.

It is given to a bare interpreter as text, so it imports only modules that cost nothing to load.
It is the first process of a box with namespaces of its own; without them (Landlock) it stays
outside and confines only its child. Nothing it says is trusted: a box speaks for itself alone.
"""

import _ast
import marshal
import os
import resource
import select
import sys
from _json import encode_basestring_ascii as quoted

ANSWER = int(sys.argv[1]) if __name__ == "__main__" else -1
"""The number of the file that the answer is written to."""
WORK = ".box"
TICK = 0.1
DEEPEST = 8
KEPT = ("result.json", "error.json")


def main():
    request = read_request()
    os.chdir(request["work"])
    for folder in ("out", "tmp", WORK):
        os.makedirs(folder, exist_ok=True)
    if request["payload"]:
        with open(WORK + "/request.json", "wb") as file:
            file.write(request["payload"])
    landlock = request["landlock"]
    if landlock:
        adopt_orphans()
    child = os.fork()
    if not child:
        run_child(request)
    status, why = watch(child, request)
    # Only the first process of a box, or of a user of its own, may end all there are.
    clean = end_all(alone=os.getpid() == 1 or request["own_user"])
    answer(request, status, why, clean)


def read_request():
    size = int.from_bytes(read_exactly(8), "big")
    return marshal.loads(read_exactly(size))


def read_exactly(size):
    parts = []
    while size:
        part = os.read(0, min(size, 1 << 20))
        if not part:
            os._exit(90)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# -- the child -------------------------------------------------------------------------------


def run_child(request):
    try:
        os.setsid()
        os.close(ANSWER)
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        set_limits(request["limits"])
        if request["landlock"]:
            confine(request["landlock"])
        os.environ.clear()
        os.environ.update(request["env"])
        if request["argv"]:
            os.execve(request["argv"][0], request["argv"], request["env"])
        run_python(request["code"], request["inputs"])
    except BaseException as error:
        os.write(2, ("the box could not start the code: %r\n" % (error,)).encode())
        os._exit(91)


def set_limits(limits):
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))


def run_python(code, inputs):
    """Never returns."""
    status = 0
    kept = {name: os.open(WORK + "/" + name, os.O_CREAT | os.O_WRONLY) for name in KEPT}
    scope = {"__name__": "__main__", "__builtins__": __builtins__, "inputs": inputs}
    scope.update({name: value for name, value in inputs.items() if name.isidentifier()})
    try:
        value = evaluate(code, scope)
        save(kept["result.json"], encoded(value))
    except SystemExit as error:
        left = error.code
        status = left if isinstance(left, int) else 0 if left is None else 1
        if status and not isinstance(left, int):
            os.write(2, (str(left) + "\n").encode("utf-8", "replace"))
    except BaseException as error:
        status = 1
        tell(error, kept["error.json"])
    leave(status)


def evaluate(code, scope):
    """What the last line is worth, or what was called `result`."""
    tree = compile(code, "code.py", "exec", _ast.PyCF_ONLY_AST)
    last = None
    if tree.body and isinstance(tree.body[-1], _ast.Expr):
        last = compile(_ast.Expression(tree.body.pop().value), "code.py", "eval")
    exec(compile(tree, "code.py", "exec"), scope)
    value = eval(last, scope) if last is not None else None
    return scope.get("result") if value is None else value


def leave(status):
    """As an interpreter ends, but whatever still runs is not waited for."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    os._exit(status & 255)


def tell(error, kept):
    line, trace = None, error.__traceback__
    frames = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "code.py":
            line = trace.tb_lineno
            frames.append("  line %d, in %s\n" % (line, trace.tb_frame.f_code.co_name))
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == "code.py":
        line = error.lineno
    kind = type(error).__name__
    try:
        text = str(error)
    except BaseException:
        text = ""
    if isinstance(error, MemoryError):
        frames = frames[-5:]
    os.write(
        2, ("".join(frames[-20:]) + kind + ": " + text[:2000] + "\n").encode("utf-8", "replace")
    )
    save(kept, encoded({"type": kind, "message": text[:2000], "line": line}))


def save(kept, text):
    """Into a file that was opened before the code ran, which may have opened all it can."""
    view = memoryview(text.encode("utf-8", "surrogatepass"))
    while view:
        view = view[os.write(kept, view) :]


def encoded(value):
    """JSON; what is no data says so."""
    parts = []

    def add(value, deep):
        if value is None or value is True or value is False:
            parts.append({None: "null", True: "true", False: "false"}[value])
        elif isinstance(value, str):
            parts.append(quoted(str(value)))
        elif isinstance(value, int):
            if not -(1 << 63) <= value < 1 << 64:
                raise ValueError(
                    "the result holds a whole number of more than 64 bits: make text of it"
                )
            parts.append(int.__repr__(value))
        elif isinstance(value, float):
            if value != value or value in (float("inf"), float("-inf")):
                raise ValueError("the result holds %r, which is no JSON number" % (value,))
            parts.append(float.__repr__(value))
        elif deep > 100:
            raise ValueError("the result is nested more than 100 deep")
        elif isinstance(value, dict):
            between = "{"
            for key in value:
                parts.append(between + quoted(str(key)) + ":")
                add(value[key], deep + 1)
                between = ","
            parts.append("}" if value else "{}")
        elif isinstance(value, (list, tuple)):
            between = "["
            for each in value:
                parts.append(between)
                add(each, deep + 1)
                between = ","
            parts.append("]" if value else "[]")
        elif callable(getattr(value, "isoformat", None)):
            parts.append(quoted(value.isoformat()))
        elif callable(getattr(value, "tolist", None)):
            add(value.tolist(), deep + 1)
        else:
            kind = type(value).__name__
            raise TypeError(
                "the result holds a %s, which is no data: make text, numbers, lists "
                "and objects of it" % kind
            )

    add(value, 0)
    return "".join(parts)


# -- waiting, and ending what is left --------------------------------------------------------


def watch(child, request):
    """The child's status, and why it was ended if it was: a leash let go, or too many files."""
    poll = select.poll()
    poll.register(0, select.POLLIN | select.POLLHUP)
    ended = os.pidfd_open(child)
    poll.register(ended, select.POLLIN)
    while True:
        for number, _ in poll.poll(TICK * 1000):
            if number == 0 and not os.read(0, 1):
                return 9, "leash"
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return 9, ""
            if pid == child:
                return status, ""
            if not pid:
                break
        if too_many_files(request):
            return 9, "disk"


def too_many_files(request):
    if not request["landlock"]:
        stands = os.statvfs(".")
        return stands.f_files - stands.f_ffree > request["most_files"]
    left, size = [request["most_files"]], [0]

    def count(folder, deep):
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        left[0] -= len(entries)
        for each in entries:
            if left[0] < 0:
                return
            if each.is_dir(follow_symlinks=False) and deep < 50:
                count(each.path, deep + 1)
            else:
                try:
                    size[0] += each.stat(follow_symlinks=False).st_blocks * 512
                except OSError:
                    pass

    count(".", 0)
    return left[0] < 0 or size[0] > request["disk"]


def end_all(alone):
    """Kills whatever the code left; true when nothing is left.

    Where we are `alone`, by a namespace or a user that nobody else is, everybody else is meant.
    """
    for _ in range(2000):
        for each in [-1] if alone else descendants("self"):
            try:
                os.kill(each, 9)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        select.select([], [], [], 0.001)
    return False


def descendants(process):
    found = []
    try:
        for thread in os.listdir("/proc/%s/task" % process):
            with open("/proc/%s/task/%s/children" % (process, thread)) as file:
                found += [int(each) for each in file.read().split()]
    except OSError:
        return found
    return found + [below for each in found for below in descendants(each)]


# -- what comes out --------------------------------------------------------------------------


def answer(request, status, why, clean):
    files, contents, too_much = [], [], ""
    if clean and why != "leash":
        try:
            room = [request["most_out"], request["most_out_files"]]
            out = opened("out", os.O_DIRECTORY)
            if out is not None:
                collect(out, "", 0, files, contents, room)
        except OverflowError as error:
            files, contents, too_much = [], [], str(error)
    parts = {}
    for name in ("result", "error"):
        parts[name] = (
            content_of(WORK + "/" + name + ".json", request["most_result"]) if clean else None
        )
        if parts[name] is False:
            parts[name], too_much = None, name
    head = {
        "status": status,
        "why": why or too_much,
        "result": len(parts["result"] or b"") or -1,
        "error": len(parts["error"] or b"") or -1,
        "files": [[name, len(content)] for name, content in zip(files, contents)],
    }
    text = encoded(head).encode() + b"\n"
    for part in [text, parts["result"] or b"", parts["error"] or b"", *contents]:
        view = memoryview(part)
        while view:
            view = view[os.write(ANSWER, view) :]


def collect(folder, before, deep, files, contents, room):
    """Every plain file below an open folder; no link is followed."""
    for name in sorted(os.listdir(folder)):
        inner = opened(name, os.O_DIRECTORY, folder) if deep < DEEPEST else None
        if inner is not None:
            collect(inner, before + name + "/", deep + 1, files, contents, room)
            os.close(inner)
            continue
        content = content_of(name, room[0], folder)
        if content is None:
            continue
        room[1] -= 1
        if content is False or room[1] < 0:
            raise OverflowError("files")
        room[0] -= len(content)
        files.append(before + name)
        contents.append(content)


def opened(name, more, folder=None):
    try:
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | more, dir_fd=folder)
    except OSError:
        return None


def content_of(path, most, folder=None):
    """The bytes of a plain file: `None` if it is none, `False` if there are too many."""
    number = opened(path, 0, folder)
    if number is None:
        return None
    try:
        told = os.fstat(number)
        if (told.st_mode & 0o170000) != 0o100000:
            return None
        if told.st_size > most:
            return False
        parts = []
        while True:
            part = os.read(number, 1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)
    finally:
        os.close(number)


# -- Landlock --------------------------------------------------------------------------------


def adopt_orphans():
    import ctypes

    # 36: become the parent of what loses its own; nothing escapes `end_all` then.
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def confine(rules):
    import ctypes

    kernel = ctypes.CDLL(None, use_errno=True)

    def call(*arguments):
        given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
        done = kernel.syscall(*given)
        if done < 0:
            raise OSError(ctypes.get_errno(), "Landlock")
        return done

    try:  # the first to go when memory runs out
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass
    if kernel.prctl(38, 1, 0, 0, 0):  # no new privileges
        raise OSError("no_new_privs")
    handled = rules["handled"]
    attributes = b"".join(each.to_bytes(8, "little") for each in handled)
    ruleset = call(444, attributes, len(attributes), 0)
    for path, rights in rules["allowed"]:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rule = rights.to_bytes(8, "little") + place.to_bytes(4, "little", signed=True)
        call(445, ruleset, 1, rule, 0)
        os.close(place)
    call(446, ruleset, 0)
    os.close(ruleset)
    code = ctypes.create_string_buffer(rules["filter"])
    count = len(rules["filter"]) // 8
    address = ctypes.addressof(code).to_bytes(8, "little")
    shown = count.to_bytes(2, "little") + b"\0" * 6 + address
    if kernel.prctl(22, 2, shown, 0, 0):  # the filter of system calls
        raise OSError(ctypes.get_errno(), "seccomp")


if __name__ == "__main__":
    main()
