"""Puts recordings to the local language model, one after the other, in a process of its own: it is slow, and nothing waits for it."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from web.db import now
from web.kit.site import Site
from web.opinions import waiting
from web.opinions.asking import TooLongError
from web.opinions.checking import NonsenseError
from web.opinions.talking import AwayError, ask
from web.worker.apart import Starts, Watch, starter

log = logging.getLogger(__name__)
LONGEST_S = 600.0  # of one process; another goes on


def opinions(start: Starts | None = None) -> Watch:
    """Looks whether a recording waits; where no server is named it never does."""
    return Watch(_waits, start or starter("opinions", ask_waiting))


def _waits(here: Site, at: datetime) -> bool:
    if not here.web.opinion_url:
        return False
    with here.db.reading() as session:
        return waiting.is_waiting(session, at)


def ask_waiting(here: Site, longest_s: float = LONGEST_S) -> None:
    """Ask about one recording after the other until none waits, the server is away or the time is over."""
    until = time.monotonic() + longest_s
    while time.monotonic() < until and _ask_one(here):
        pass


def _ask_one(here: Site) -> bool:
    """Whether to go on."""
    with here.db.writing() as session:
        claimed = waiting.claim(session, now())
    if claimed is None:
        return False
    try:
        with here.db.reading() as session:
            asked = waiting.asked(session, here, claimed)
        found = ask(asked, here.web) if asked.clauses else ()
    except AwayError as error:
        log.warning("the local model is not asked for a while: %s", error)
        with here.db.writing() as session:
            waiting.put_back(session, claimed, str(error), now())
        return False
    except (TooLongError, NonsenseError) as error:
        log.warning("recording %d: the local model's answer is of no use: %s", claimed.recording_id, error)
        with here.db.writing() as session:
            waiting.fail(session, claimed, _why(error), now(), last=isinstance(error, TooLongError))
        return True
    with here.db.writing() as session:
        waiting.keep(session, claimed, here.web.opinion_model, found, asked.withheld, now())
    return True


def _why(error: Exception) -> str:
    return "听写稿太长，没有请模型看" if isinstance(error, TooLongError) else f"模型的回答用不了（{error}）"
