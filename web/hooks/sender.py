"""Sending: in the worker, one thread for each receiver that something waits for, so that a slow one holds up only itself.

At least once: an attempt whose worker is killed is made again. Threads end with the process; nothing waits for them.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import threading
import time

from flask import Flask, current_app

from web.config import AnalyzerError
from web.db import now
from web.hooks import desk, payload, signing
from web.hooks.desk import Claimed, Outcome
from web.kit import posting
from web.kit.aside import words_of
from web.kit.audit import plain
from web.kit.site import Site
from web.kit.values import plain_text

log = logging.getLogger(__name__)
MOST_BYTES = 2_048  # of an answer that are read
_CHANCES = 1 << 20


class Senders:
    """The threads of one worker, by receiver."""

    def __init__(self) -> None:
        self._threads: dict[int, threading.Thread] = {}

    def look(self, here: Site) -> None:
        """Have sent what is due; returns at once."""
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # of LocalProxy
        with here.db.reading() as session:
            due = desk.due(session, now())
        self._threads = {hook_id: one for hook_id, one in self._threads.items() if one.is_alive()}
        for hook_id in due:
            if hook_id not in self._threads:
                thread = threading.Thread(target=_work, args=(app, here, hook_id), name=f"hook {hook_id}", daemon=True)
                self._threads[hook_id] = thread
                thread.start()

    def join(self) -> None:
        """Wait until all that was due is sent."""
        for thread in self._threads.values():
            thread.join()


def send_next(here: Site, hook_id: int, moment: dt.datetime | None = None) -> bool:
    """Make the next attempt for a receiver; return whether there was one. Needs an application context."""
    with here.db.writing() as session:
        claimed = desk.claim(session, hook_id, moment or now())
    if claimed is None:
        return False
    outcome = _attempt(here, claimed, moment or now())
    with here.db.writing() as session:
        desk.end(session, claimed, outcome, moment or now(), secrets.randbelow(_CHANCES) / _CHANCES)
    if outcome.trouble:
        log.info("hook %d, delivery %d, attempt %d: not taken", hook_id, claimed.delivery_id, claimed.number)
    return True


def _work(app: Flask, here: Site, hook_id: int) -> None:
    try:
        with app.app_context():
            while send_next(here, hook_id):
                pass
    except Exception:  # the database, most likely; the next look begins anew
        log.exception("hook %d: sending failed", hook_id)


def _attempt(here: Site, claimed: Claimed, moment: dt.datetime) -> Outcome:
    begun_s = time.perf_counter()
    status: int | None = None
    answer = trouble = ""
    try:
        body = payload.body(claimed.event, claimed.at, claimed.facts, here.web.public_url)
        headers = signing.headers(claimed.hook, here.seal, claimed.message_id, body, moment)
        status, taken = posting.post(
            claimed.hook.url, body, headers, private=here.web.private_webhooks, most=MOST_BYTES
        )
        answer = plain(" ".join(plain_text(taken.decode("utf-8", "replace")).split())[: desk.MOST_ANSWER])
        if 300 <= status < 400:
            trouble = "对方要求转到别的地址，没有跟过去；请填写最终的地址"
        elif not 200 <= status < 300:
            trouble = f"对方没有收下（HTTP {status}）"
    except Exception as error:  # whatever it is, it is this delivery's, and told in its log
        trouble = words_of(error)
        if not isinstance(error, AnalyzerError):
            log.exception("hook %d, delivery %d", claimed.hook.id, claimed.delivery_id)
    return Outcome(round(1000 * (time.perf_counter() - begun_s)), status, answer, trouble)
