"""Looks for private words in what was heard and makes the sound without them, for those who have no right to them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from web.intake.doom import doom
from web.intake.private import Heard, digest_of_number, mark, spoken
from web.intake.storage import Storage, open_storage
from web.kit.site import Site
from web.models import PrivateWords, Recording, SpokenNumber
from web.worker.sound import mute

log = logging.getLogger(__name__)
AT_ONCE, LONGEST_S = 100, 4.0  # recordings a step, and seconds after which the other chores get their turn


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in the words of one stamp; `key`: the muted copy."""

    recording_id: int
    stamp: str
    state: str
    heard: Heard = field(default_factory=Heard)
    key: str = ""


def mute_waiting(here: Site) -> None:
    """Newest first: those are what somebody is about to open. What was found is written in one transaction."""
    storage = open_storage(here.web, here.settings.home)
    with here.db.reading() as session:
        waiting = session.execute(
            select(PrivateWords.recording_id, PrivateWords.stamp)
            .where(PrivateWords.state == "waiting")
            .order_by(PrivateWords.recording_id.desc())
            .limit(AT_ONCE)
        ).all()
    until = time.monotonic() + LONGEST_S
    found: list[Looked] = []
    for recording_id, stamp in waiting:
        found.append(_look(here, storage, recording_id, stamp))
        if time.monotonic() > until:
            break
    if not found:
        return
    with here.db.writing() as session:
        for one in found:
            _put(session, one)
    gone = [one for one in found if one.key and not storage.exists(one.key)]  # removed while it was not yet named
    if gone:
        with here.db.writing() as session:
            for one in gone:
                mark(session, one.recording_id)


def _look(here: Site, storage: Storage, recording_id: int, stamp: str) -> Looked:
    """A document that cannot be read, or sound that cannot be muted, is heard by nobody without the right; the rest go on."""
    with here.db.reading() as session:
        recording = session.get(Recording, recording_id)
        if recording is None or recording.deleted_at is not None:
            return Looked(recording_id, stamp, "ready")
        key = recording.stored_key
        try:
            heard = spoken(session, recording)
        except Exception:
            log.exception("the words of recording %d cannot be read", recording_id)
            return Looked(recording_id, stamp, "failed")
    if not key or not heard.spans:
        return Looked(recording_id, stamp, "ready", heard)
    made = mute(storage, key, heard.spans, here.settings)
    if made is None:
        return Looked(recording_id, stamp, "failed", heard)
    return Looked(recording_id, stamp, "ready", heard, made)


def _put(session: Session, one: Looked) -> None:
    row = session.get(PrivateWords, one.recording_id)
    if row is None or row.stamp != one.stamp:  # other words by now: they are looked at next
        doom(session, one.key)
        return
    row.state, row.spans, row.stored_key = one.state, [list(span) for span in one.heard.spans], one.key
    of_it = SpokenNumber.recording_id == one.recording_id
    session.execute(delete(SpokenNumber).where(of_it, SpokenNumber.told.is_(False)))
    told = set(session.scalars(select(SpokenNumber.digest).where(of_it)))
    digests = map(digest_of_number, sorted(one.heard.numbers))
    session.add_all(SpokenNumber(recording_id=one.recording_id, digest=d) for d in digests if d not in told)
