"""What the worker does beside the jobs, each chore with its period. Features add theirs to CHORES."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from web.db import now
from web.digest import mailing
from web.dryrun import rejudging
from web.hooks import sweep as hooks
from web.hooks.sender import Senders
from web.intake import findable
from web.intake.storage import open_storage
from web.kit import lexicons
from web.kit.site import Site, site_of
from web.links import keep as links
from web.notices import groups, imports, mails
from web.notices import sweep as notices
from web.privacy import retention
from web.sources import watch
from web.staff import kept
from web.summaries import confirmed, keep, rules, words
from web.uploads import slices
from web.worker import apart, burning, clips, dryrun, learning, leftovers, muting, opinions

log = logging.getLogger(__name__)
LEFTOVER_S = 86_400.0
FOUND_AT_ONCE = 50  # recordings a step, a second or two: then the other chores get their turn


@dataclass(frozen=True, slots=True)
class Chore:
    """A small task: `act(here)` is called every `period_s` seconds, and at the start."""

    name: str
    period_s: float
    act: Callable[[Site], None]


def refresh_scorecards(here: Site) -> None:
    """Compute summaries again whose recordings have changed."""
    keep.refresh_stale(here.db)


def send_digest(here: Site) -> None:
    """Send the weekly digest when it is due."""
    mailing.send_due(here)


def mail_notices(here: Site) -> None:
    """Mail what waits unread."""
    mails.send_due(here)


def tell_groups(here: Site) -> None:
    """Send what waits to the robots of groups."""
    groups.deliver(here)


def sweep_hooks(here: Site) -> None:
    """End the log of what was sent to other systems."""
    hooks.sweep(here)


def count_words(here: Site) -> None:
    """Count customers' words anew where somebody has changed teams."""
    words.follow_teams(here.db)


def count_confirmed(here: Site) -> None:
    """Count how often people confirmed the machine, clause by clause."""
    confirmed.keep(here.db)


def count_rules(here: Site) -> None:
    """Count how the rules stand beside people."""
    rules.keep(here.db)


def judge_links(here: Site) -> None:
    """Judge what only several recordings of an order tell, where one of them is new."""
    links.refresh_new(here.db, now(), links.policy_of(here.web), links.AT_ONCE)


def judge_open_links(here: Site) -> None:
    """Judge the links whose deadline may have passed."""
    links.refresh_open(here.db, now(), links.policy_of(here.web))


def keep_room(here: Site) -> None:
    """Keep room for people's work on a disk that fills up."""
    if here.db.reserve is not None:
        here.db.reserve.lay_down()


def sweep(here: Site) -> None:
    """Remove what nobody went on with, uploads and imports, and temporary files that killed processes left."""
    slices.remove_stale(here)
    kept.sweep(here)
    open_storage(here.web, here.settings.home).sweep(LEFTOVER_S, time.time())
    leftovers.sweep(Path(tempfile.gettempdir()), time.time())
    lexicons.sweep(here.settings, time.time())


def expire(here: Site) -> None:
    """Erase what has been kept for its days."""
    retention.expire(here)


def make_findable(here: Site) -> None:
    """Read the words that are new or were corrected, so that they are found."""
    with here.db.reading() as session:
        ids = findable.waiting(session, FOUND_AT_ONCE)
    findable.fill(here.db, ids)


def overwrite_erased(here: Site) -> None:
    """Have nothing left in the search of what was erased."""
    findable.overwrite_erased(here.db)


def judge_again(here: Site) -> None:
    """Queue what is to be judged by a version that was published since."""
    rejudging.step(here)


def close_files(here: Site) -> None:
    """Take away what others may read of files that an earlier version wrote."""
    leftovers.close(here.folder)


CHORES: list[Chore] = [
    Chore("drop folder", 5.0, watch.Watch().look),
    Chore("links", 5.0, judge_links),
    Chore("open links", 900.0, judge_open_links),
    Chore("scorecards", 5.0, refresh_scorecards),
    Chore("customers' words", 60.0, count_words),
    Chore("confirmed clauses", 300.0, count_confirmed),
    Chore("rules", 300.0, count_rules),
    Chore("weekly digest", 600.0, send_digest),
    Chore("uploads done", 15.0, imports.look),
    Chore("notices by mail", 600.0, mail_notices),
    Chore("groups", 30.0, tell_groups),
    Chore("old notices", 86_400.0, notices.sweep),
    Chore("webhooks", 2.0, Senders().look),
    Chore("log of webhooks", 86_400.0, sweep_hooks),
    Chore("dry runs", 2.0, dryrun.DryRuns().look),
    Chore("judging again", 2.0, judge_again),
    Chore("learning", 1.0, learning.Learner().look),
    Chore("second opinions", 10.0, opinions.opinions().look),
    Chore("private words", 5.0, muting.mute_waiting),
    Chore("search", 2.0, make_findable),
    Chore("erased words", 3600.0, overwrite_erased),
    Chore("clips", 5.0, clips.cut_waiting),
    Chore("deleted recordings", 60.0, burning.remove_deleted),
    Chore("reserve", 60.0, keep_room),
    Chore("backup", 5.0, apart.backups().look),
    Chore("checkup", 5.0, apart.checkups().look),
    Chore("leftovers", 600.0, sweep),
    Chore("retention", 86_400.0, expire),
    Chore("permissions", 86_400.0, close_files),
]


class Housekeeping:
    """Does chores when they are due. One that fails is logged and tried again at its next time."""

    def __init__(self, app: Flask, chores: Sequence[Chore]) -> None:
        self._app, self._here = app, site_of(app)
        self._due = {chore.name: (0.0, chore) for chore in chores}
        if len(self._due) < len(chores):
            raise ValueError(f"two chores of one name: {[chore.name for chore in chores]}")

    def step(self, now_s: float) -> None:
        """Do what is due at `now_s`, a monotonic time in seconds."""
        for due_s, chore in list(self._due.values()):
            if now_s < due_s:
                continue
            try:
                with self._app.app_context():
                    chore.act(self._here)
            except Exception:
                log.exception("chore %s failed", chore.name)
            self._due[chore.name] = (now_s + chore.period_s, chore)
