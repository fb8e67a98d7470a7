#!/usr/bin/python3
"""Runs a program as a systemd unit has it run, where there is no systemd: confined.py UNIT USER PROGRAM [ARGUMENT]...

Takes from the unit: User's rights (by USER), AmbientCapabilities, CapabilityBoundingSet, NoNewPrivileges, MemoryDenyWriteExecute,
RestrictAddressFamilies, SystemCallFilter, UMask.
"""
import ctypes
import errno
import os
import pwd
import re
import socket
import subprocess
import sys

import seccomp

unit, user, program = sys.argv[1], pwd.getpwnam(sys.argv[2]), sys.argv[3:]
settings = {}
for line in open(unit):
    found = re.match(r"([A-Za-z]+)=(.*)$", line)
    if found:
        settings.setdefault(found[1], []).append(found[2])


def system_calls(name):
    """The calls that a word of SystemCallFilter= means."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    words = [line.strip() for line in text.splitlines()[1:]]
    return set().union(*(system_calls(word) for word in words if word and not word.startswith("#")))


allowed = set()
for value in settings["SystemCallFilter"]:
    words = value.lstrip("~").split()
    calls = set().union(*(system_calls(word) for word in words))
    allowed = allowed - calls if value.startswith("~") else allowed | calls
# For the executions that lead to the program itself.
allowed |= {"execve"}

families = {getattr(socket, name) for value in settings["RestrictAddressFamilies"] for name in value.split()}
libc = ctypes.CDLL(None, use_errno=True)


def prctl(*arguments):
    if libc.prctl(*arguments, *[0] * (5 - len(arguments))) != 0:
        sys.exit(f"prctl{arguments}: {os.strerror(ctypes.get_errno())}")


assert settings["MemoryDenyWriteExecute"] == settings["NoNewPrivileges"] == ["yes"]
assert settings["AmbientCapabilities"] == settings["CapabilityBoundingSet"]
capabilities = ",".join("+" + name.removeprefix("CAP_").lower() for name in settings["AmbientCapabilities"][0].split())
os.umask(int(settings["UMask"][0], 8))

if os.environ.pop("CONFINED", None) is None:
    os.environ["CONFINED"] = "1"
    os.execvp("setpriv", [
        "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--bounding-set=-all," + capabilities,
        "--inh-caps=-all," + capabilities, "--ambient-caps=-all," + capabilities, "--no-new-privs", sys.executable, *sys.argv,
    ])

PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN)
rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
for call in sorted(allowed - {"socket"}):
    try:
        rules.add_rule(seccomp.ALLOW, call)
    except (RuntimeError, ValueError):
        pass  # another machine's call
for family in families:
    rules.add_rule(seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, int(family)))
rules.load()
os.execvp(program[0], program)
