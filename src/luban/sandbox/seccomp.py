"""The filter of system calls of a box: a small program for the kernel, written by hand."""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable

from luban.sandbox.syscalls import (
    CLONE,
    CLONE3,
    IOCTL,
    NUMBERS,
    ON_PATHS,
    PRLIMIT,
    SOCKET,
    Machine,
)

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24
"""Where in what the filter is shown stand the call's number, the processor, two arguments."""
_X32 = 0x40000000
_NEW_NAMESPACES = 0x7E020080
"""The CLONE_NEW… flags: time, cgroup, mount, uts, ipc, user, pid, network."""
_AF_UNIX = 1
_TYPES_FOR_OTHERS = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX put letters into somebody's terminal."""


def program(
    machine: Machine, *, unix_sockets: bool, whole_tree: bool, network: bool = False
) -> bytes:
    """The filter as the kernel takes it; what it denies ends in EPERM.

    Without `unix_sockets` no socket of any kind can be made, with `network` of every kind.
    `whole_tree` is for boxes that see all files of the machine, if not their contents.
    """
    column = machine.column
    code = [_op(_LOAD, value=_ARCH), _op(_EQUAL, 1, 0, machine.audit_arch), _ret(_KILL)]
    code.append(_op(_LOAD, value=_NUMBER))
    if machine.has_x32:
        code += [_op(_AT_LEAST, 0, 1, _X32), _deny()]
    code += _denied(pair[column] for pair in NUMBERS.values())
    if whole_tree:
        code += _denied(pair[column] for pair in ON_PATHS.values())
    # The library falls back to clone, whose flags a filter can see.
    code += [_op(_EQUAL, 0, 1, CLONE3[column]), _deny(errno.ENOSYS)]
    code += _judged(CLONE[column], [*_load(_FIRST), _op(_ANY_BIT, 0, 1, _NEW_NAMESPACES), _deny()])
    sockets = [_deny()]
    if unix_sockets:
        sockets = [*_load(_FIRST), _op(_EQUAL, 1, 0, _AF_UNIX), _deny()]
    if not network:
        code += _judged(SOCKET[column], sockets)
    typed = [part for each in _TYPES_FOR_OTHERS for part in (_op(_EQUAL, 0, 1, each), _deny())]
    code += _judged(IOCTL[column], [*_load(_SECOND), *typed])
    # Limits may be set for oneself, which is written as process 0.
    code += _judged(PRLIMIT[column], [*_load(_FIRST), _op(_EQUAL, 1, 0, 0), _deny()])
    code.append(_ret(_ALLOW))
    return b"".join(code)


def _denied(numbers: Iterable[int]) -> list[bytes]:
    return [part for number in numbers if number >= 0 for part in _one(number)]


def _one(number: int) -> tuple[bytes, bytes]:
    return _op(_EQUAL, 0, 1, number), _deny()


def _judged(number: int, by_arguments: list[bytes]) -> list[bytes]:
    """For one call: what its arguments say; whatever passes there is allowed."""
    body = [*by_arguments, _ret(_ALLOW)]
    return [_op(_EQUAL, 0, len(body), number), *body]


def _load(where: int) -> list[bytes]:
    return [_op(_LOAD, value=where)]


def _deny(why: int = errno.EPERM) -> bytes:
    return _ret(_ERROR | why)


def _ret(value: int) -> bytes:
    return _op(_RETURN, value=value)


def _op(code: int, if_true: int = 0, if_false: int = 0, value: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
