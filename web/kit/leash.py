"""A child dies with its parent, however that dies. Standard library only."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import threading
import time


def attach() -> None:
    """Die with the parent, however it dies; leave Ctrl-C and SIGTERM to it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError("only a spawned child has a parent to die with")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hold(parent.pid)


def hold(parent: int | None) -> None:
    """End this process when the parent of that id ends."""
    with contextlib.suppress(AttributeError, OSError):  # Linux: at once, even amid native code
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    if os.getppid() != parent:  # it died while this process was being started
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


_PR_SET_PDEATHSIG = 1  # prctl(2)
