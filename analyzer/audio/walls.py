"""What the decoding child may not do, whatever a stranger's file makes of FFmpeg. Linux; standard library only.

Each wall is put up where the kernel has it and the machine's owner allows it, and named where it stands, so that
`doctor` can say which do not: a user and a network of its own (namespaces), files (Landlock), system calls (seccomp).
None needs root, and none can be taken down again.
"""

from __future__ import annotations

import ctypes
import os
import platform
import stat
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

OWN_USER, NO_NETWORK, FILES, CALLS = "own-user", "no-network", "files", "calls"
ALL = (OWN_USER, NO_NETWORK, FILES, CALLS)

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_NEW_USER, _NEW_NET, _NEW_IPC = 0x1000_0000, 0x4000_0000, 0x0800_0000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_EXECUTE, _READ_FILE, _READ_DIR, _REMOVE_DIR = 1 << 0, 1 << 2, 1 << 3, 1 << 4
_FILE_RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))  # from this version of Landlock on it knows so many rights
_OUTSIDE = (  # what the interpreter and libc read while they work; nothing of ours and nobody's data
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/proc/self",
)  # fmt: skip
_ARCHITECTURES = {"x86_64": (1, 0xC000_003E), "aarch64": (2, 0xC000_00B7)}  # column below, AUDIT_ARCH of linux/audit.h
# Refused system calls: sockets, other programs, other processes, mounts, the kernel's insides.
_REFUSED = tuple(
    line.split()
    for line in """\
socket 41 198,connect 42 203,accept 43 202,sendto 44 206,recvfrom 45 207,sendmsg 46 211,recvmsg 47 212,bind 49 200
listen 50 201,socketpair 53 199,accept4 288 242,recvmmsg 299 243,sendmmsg 307 269,execve 59 221,execveat 322 281
kill 62 129,tkill 200 130,rt_sigqueueinfo 129 138,ptrace 101 117,process_vm_readv 310 270,process_vm_writev 311 271
pidfd_open 434 434,pidfd_getfd 438 438,pivot_root 155 41,chroot 161 51,mount 165 40,umount2 166 39,open_tree 428 428
unshare 272 97,setns 308 268,init_module 175 105,delete_module 176 106,finit_module 313 273,kexec_load 246 104
kexec_file_load 320 294,add_key 248 217,request_key 249 218,keyctl 250 219,perf_event_open 298 241,bpf 321 280
userfaultfd 323 282,io_uring_setup 425 425,io_uring_enter 426 426,io_uring_register 427 427""".replace("\n", ",").split(
        ","
    )
)


def put_up(source: Path, folders: Sequence[Path]) -> tuple[str, ...]:
    """Wall this process in: it reads `source`, writes below `folders`, and keeps what it holds. Return the walls that stand.

    Call it once, before any thread, with the limits set and the libraries loaded.
    """
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    standing = _namespaces(libc, source)
    walls: tuple[tuple[str, Callable[[], bool]], ...] = (
        (FILES, lambda: _landlock(libc, source, folders)),
        (CALLS, lambda: _seccomp(libc)),
    )
    standing |= {name for name, wall in walls if wall()}
    if CALLS in standing:
        standing.add(NO_NETWORK)  # no socket can be made
    return tuple(name for name in ALL if name in standing)


def _namespaces(libc: ctypes.CDLL, source: Path) -> set[str]:
    """A user that is nobody outside, and a network without any device. Root loses its rights over others' files with it."""
    try:
        status = source.stat()
        readable = status.st_uid == os.geteuid() or bool(status.st_mode & stat.S_IROTH)
    except OSError:
        readable = False
    if readable and libc.unshare(_NEW_USER | _NEW_NET | _NEW_IPC) == 0:
        return {OWN_USER, NO_NETWORK}
    return {NO_NETWORK} if libc.unshare(_NEW_NET) == 0 else set()


def _landlock(libc: ctypes.CDLL, source: Path, folders: Sequence[Path]) -> bool:
    """Read what the interpreter needs and `source`, do anything below `folders`, nothing else in the file system."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    count = max(n for least, n in _FILE_RIGHTS if version >= least)
    every = (1 << count) - 1
    net = 0b11 if version >= 4 else 0  # bind and connect over TCP
    attributes = ctypes.create_string_buffer(struct.pack("<QQ", every, net))
    ruleset = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(16 if version >= 4 else 8), 0)
    if ruleset < 0:
        return False
    try:
        known = {Path(p) for p in (*_OUTSIDE, sys.prefix, sys.base_prefix, Path(__file__).parents[2] / "analyzer")}
        for path in (*known, source):
            _allow(libc, ruleset, path, _READ_FILE | _READ_DIR | _EXECUTE)
        for folder in folders:
            _allow(libc, ruleset, folder, every)
            _allow(libc, ruleset, folder.parent, _REMOVE_DIR)  # of the folder itself, where its parent process has died
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        if not stat.S_ISDIR(os.fstat(handle).st_mode):
            rights &= ~_READ_DIR
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, handle))
        libc.syscall(_ADD_RULE, ruleset, 1, rule, 0)
    finally:
        os.close(handle)


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Refuse the calls of `_REFUSED` with EPERM, and every call of another architecture with death."""
    if platform.machine() not in _ARCHITECTURES:
        return False
    column, architecture = _ARCHITECTURES[platform.machine()]
    refused = [int(call[column]) for call in _REFUSED]
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h
    killed, failed, allowed = 0x8000_0000, 0x0005_0001, 0x7FFF_0000  # linux/seccomp.h; 1 is EPERM
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (give, 0, 0, killed), (load, 0, 0, 0)]
    tests = [(at_least, 0x4000_0000), *((equal, number) for number in refused)]  # the first: x32 on x86_64
    steps += [(code, len(tests) - place, 0, value) for place, (code, value) in enumerate(tests)]
    steps += [(give, 0, 0, allowed), (give, 0, 0, failed)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))
    filtered = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(program)))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, filtered, 0, 0) == 0)
