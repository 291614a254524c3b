"""Runs a server so that it can't outlive the process that asked for it.

Run as a file by the interpreter, never imported: `python leash.py PARENT SIGNAL USER COMMAND...`. The
kernel sends SIGNAL to the server as soon as PARENT is gone, however it went (prctl(2),
PR_SET_PDEATHSIG). On Linux only: elsewhere nothing but a regular stop ends the server.

USER is `-`, or a user to become, for PostgreSQL, which refuses to run as root. Root's private
directories must stay within its reach, so the one capability to pass them is kept (capabilities(7)).
"""

import ctypes
import os
import pwd
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


def _become(libc: ctypes.CDLL, user: str) -> None:
    entry = pwd.getpwnam(user)
    libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    reach = 1 << _CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)(reach, reach, reach, 0, 0, 0))
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0)


def _die_with(libc: ctypes.CDLL, parent: int, signal: int) -> None:
    libc.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(f"{parent}, which started this server, has already stopped.")


def _run(parent: int, signal: int, user: str, command: list[str]) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if user != "-":
            _become(libc, user)
        _die_with(libc, parent, signal)
    os.execv(command[0], command)


if __name__ == "__main__":
    _run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
