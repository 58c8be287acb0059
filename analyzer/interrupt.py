"""Ctrl-C ends the command line with status 130 and one sentence, from its first line to its last.

Python alone does so only where somebody catches KeyboardInterrupt: amid imports it prints a traceback and dies of the
signal, inside a destructor it is swallowed, and while the interpreter is taken down SIGINT kills. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NoReturn

STATUS = 128 + signal.SIGINT  # as shells count it
SENTENCE = "已中断。"


def install() -> None:
    """Have Ctrl-C end the process at once: there is nothing to tidy up before work begins. Call it before any import."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # started in the background: Ctrl-C is not for us
        signal.signal(signal.SIGINT, _end)
        sys.unraisablehook = _unraisable


@contextlib.contextmanager
def tidily() -> Iterator[None]:
    """Inside, the first Ctrl-C raises KeyboardInterrupt, so that bars and temporary files go; a second one ends at once."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _raise)
    try:
        yield
    except Exception:
        if requested():
            raise KeyboardInterrupt from None
        raise
    finally:
        signal.signal(signal.SIGINT, before)


def requested() -> bool:
    """Whether Ctrl-C was pressed inside `tidily`: a library may have turned KeyboardInterrupt into another exception."""
    return signal.getsignal(signal.SIGINT) is _end


def leave(status: int) -> NoReturn:
    """End without taking the interpreter down: then SIGINT would kill, and engines' thread pools may wait for each other
    (RELIABILITY §1.11)."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _end)
    raise KeyboardInterrupt


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    with contextlib.suppress(OSError):
        os.write(2, f"{SENTENCE}\n".encode())
    os._exit(STATUS)


def _unraisable(problem: Any) -> None:
    if issubclass(problem.exc_type, KeyboardInterrupt):
        _end(signal.SIGINT, None)
    sys.__unraisablehook__(problem)
