"""What two demo reviewers decided and signed, through the review's own functions; about two recordings in five.

They know what was meant (`intended`), so that they overrule the matcher where it was wrong: as real reviewers would, who
miss some of its errors and now and then make one of their own. In the random sample they decide every clause they can hear,
elsewhere only what the machine asks them about and what strikes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.demo.values import DemoArchive
from web.intake import rows
from web.kit.i18n import DEFAULT
from web.kit.login import Viewer, viewer_of
from web.kit.refusals import GoneError, SignedError
from web.kit.site import Site
from web.models import Recording, ReviewState, User
from web.models.vocabulary import NOT_SEEN, How, Kind, VerdictWord
from web.review import queries
from web.review.appealing import appeal
from web.review.decisions import add, changeable
from web.review.lines import ClauseLine
from web.review.signing import sign

STILL_OPEN = dt.timedelta(days=4)  # the last days wait for review, and for their calls
SIGNED_SHARE = 0.38  # beside the random sample, which is always reviewed
NOTICED = 0.85  # share of the matcher's errors that a reviewer notices where nothing points at them
SLIPS = 0.03  # share of the matcher's right verdicts on required clauses that a reviewer of the sample gets wrong
SEEN = (
    0.3  # share of the clauses no ear can check of which a reviewer knows anything: a photograph, a word on the sheet
)
TIDY = 0.94  # share of those that were in order
REVIEWERS = ("qa", "qa2")
BATCH = 10  # recordings a transaction: a page never waits long for the write lock
APPEALS = 3
NOTES: Mapping[tuple[str, str], str] = {
    (VerdictWord.MISSED, VerdictWord.MET): "复听过，技师说到了，只是换了说法。",
    (VerdictWord.MET, VerdictWord.MISSED): "复听过，那句话说的是别的事，这一条没有做到。",
    (VerdictWord.MISSED, VerdictWord.NOT_APPLICABLE): "复听过，没有这个情况，这一条不适用。",
    (VerdictWord.MET, VerdictWord.NOT_APPLICABLE): "复听过，没有这个情况，这一条不适用。",
}
OTHER_NOTE = "复听过，机器判得不对。"
_OTHER = {VerdictWord.MET.value: VerdictWord.MISSED.value, VerdictWord.MISSED.value: VerdictWord.MET.value}
COMPLAINT = "我记得当时说过，请再听一遍。"


def review(here: Site, archive: DemoArchive, hashes: Mapping[str, str], tell: Callable[[str], None]) -> int:
    """Sign about two in five recordings of the archive; return how many. `hashes`: file name → SHA-256.

    Runs in the application's context. What is signed already stays as it is.
    """
    intended = {hashes[t.original_name]: t.intended for t in archive.transcripts}
    with here.db.reading() as session:
        accounts = session.scalars(select(User).where(User.username.in_([*REVIEWERS, "technician"])))
        users = {u.username: viewer_of(u) for u in accounts}
        settled = max(t.recorded_at for t in archive.transcripts) - STILL_OPEN
        statement = select(Recording.id, Recording.sha256, Recording.sampled).where(
            Recording.sha256.in_(list(intended)),
            Recording.review_state == ReviewState.OPEN,
            Recording.recorded_at < settled,
        )
        waiting = [row for row in session.execute(statement) if row.sampled or _share(row.sha256) < SIGNED_SHARE]
    for first in range(0, len(waiting), BATCH):
        with force_locale(DEFAULT), here.db.writing() as session:
            for recording_id, sha256, sampled in waiting[first : first + BATCH]:
                viewer = users[REVIEWERS[int(sha256[-1], 16) % len(REVIEWERS)]]
                with suppress(GoneError, SignedError):  # somebody is trying the site out meanwhile
                    rng = Random(sha256)  # noqa: S311 - demo data
                    _sign(session, viewer, recording_id, intended[sha256], rng, thorough=sampled)
                session.expunge_all()
    tell(f"演示档案：已签核 {len(waiting)} 段")
    if waiting:
        with force_locale(DEFAULT), here.db.writing() as session:
            _contest(session, users["technician"])
    return len(waiting)


def _share(sha256: str) -> float:
    """A number in [0, 1) that belongs to the recording."""
    return int(sha256[:8], 16) / 2**32


def _sign(
    session: Session, viewer: Viewer, recording_id: int, intended: Mapping[str, str], rng: Random, *, thorough: bool
) -> None:
    recording = changeable(session, viewer, recording_id)
    panel = queries.panel(session, recording_id, viewer)
    if panel is None or recording.review_state is not ReviewState.OPEN:
        return
    for line in panel.lines:
        after = _answer(line, intended.get(line.item_id), rng, thorough=thorough)
        if after is not None:
            action, note = _action(line, after)
            add(session, viewer, recording, line, action, after, note)
    rows.refresh(session, recording_id)
    sign(session, viewer, recording_id, recording.revision)


def _answer(line: ClauseLine, meant: str | None, rng: Random, *, thorough: bool) -> str | None:
    """What the reviewer decides on a clause; None where he leaves it to the machine."""
    if line.how == How.PERSON:
        if line.item_id == "absent-note":
            return VerdictWord.NOT_APPLICABLE.value
        if rng.random() >= SEEN:
            return None if line.optional else NOT_SEEN
        return VerdictWord.MET.value if rng.random() < TIDY else VerdictWord.MISSED.value
    if meant in line.choices and meant != line.machine and (line.must_see or rng.random() < NOTICED):
        return meant
    if not (thorough and line.how == How.RULE):
        return line.machine if line.must_see else None
    if line.kind == Kind.REQUIRED and rng.random() < SLIPS:
        return _OTHER.get(line.machine or "", line.machine)
    return line.machine


def _action(line: ClauseLine, after: str) -> tuple[str, str]:
    if line.asks:
        return "answer", ""
    if after == line.machine:
        return "confirm", ""
    return "overrule", NOTES.get((line.machine or "", after), OTHER_NOTE)


def _contest(session: Session, technician: Viewer) -> None:
    """Let the technician contest a few verdicts on his latest signed recordings."""
    statement = (
        select(Recording.id)
        .where(Recording.technician_id == technician.technician_id, Recording.review_state == ReviewState.SIGNED)
        .order_by(Recording.recorded_at.desc())
    )
    left = APPEALS
    for recording_id in session.scalars(statement).all():
        panel = queries.panel(session, recording_id, technician)
        lines = panel.trouble if panel else ()
        line = next((x for x in lines if panel and panel.can_appeal(x) and x.kind == Kind.REQUIRED), None)
        if line is not None:
            appeal(session, technician, recording_id, line.item_id, COMPLAINT)
            left -= 1
        if not left:
            return
