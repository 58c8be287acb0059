"""The second review: of what is signed, a small share is judged once more by another person who sees no result.

The answers are kept apart and change nothing; `second_agreement.py` compares them with what was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, select
from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit
from web.kit.access import visible
from web.kit.counts import counted
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.kit.site import site
from web.kit.standards import standard
from web.models import Recording, RecordingState, ReviewState, SecondAnswer, SecondReview, SignOff, Verdict
from web.models.vocabulary import How, Kind
from web.review.lines import ALWAYS, FORBIDDEN_CHOICES, PERSON_CHOICES, REQUIRED_CHOICES


@dataclass(frozen=True, slots=True)
class SecondLine:
    """A clause to be judged without knowing how it was."""

    item_id: str
    clause: str
    text: str
    when_text: str
    kind: str
    how: str
    choices: tuple[str, ...]


def drawn(sha256: str, share: float) -> bool:
    """Whether a recording is drawn: by its content alone, so that nobody chooses which."""
    number = int.from_bytes(hashlib.sha256(f"second {sha256}".encode()).digest()[:8])
    return number < share * 2.0**64


def draw(session: Session, recording: Recording, signer_id: int) -> None:
    """Draw a recording that is being signed, or leave it; in the transaction that signs.

    One that is signed anew after it was reopened waits for whoever did not sign it now; one that is done stays done.
    """
    row = session.get(SecondReview, recording.id)
    if row is None and drawn(recording.sha256, site().web.second_share):
        session.add(SecondReview(recording_id=recording.id, first_id=signer_id))
    elif row is not None and row.done_at is None:
        row.first_id = signer_id


@counted("review.work_list", name="review.second", queue="second")
def waiting(viewer: Viewer) -> Select[Any]:
    """The ids of what waits for the viewer's second opinion."""
    return reviews(viewer, SecondReview.done_at.is_(None), SecondReview.first_id != viewer.id, signed=True)


def reviews(viewer: Viewer, *which: ColumnElement[bool], signed: bool = False) -> Select[Any]:
    """The ids of the recordings drawn for a second review that count and the viewer may see; `signed`: those that still are.

    SQLite would rather begin with all recordings that are judged than with the few that were drawn: an outer join keeps
    its order, and what is asked of the recording stands in a CASE, which lets it stay one.
    """
    counts = Recording.state == RecordingState.JUDGED
    if signed:
        counts = and_(counts, Recording.review_state == ReviewState.SIGNED)
    statement = (
        select(Recording.id)
        .select_from(SecondReview)
        .outerjoin(Recording, Recording.id == SecondReview.recording_id)
        .where(*which, case((counts, 1), else_=0) == 1)
    )
    return visible(statement, viewer)


def lines(session: Session, viewer: Viewer, recording_id: int) -> tuple[SecondLine, ...]:
    """The clauses to be judged. Raises GoneError where nothing waits here for this viewer."""
    if session.scalar(waiting(viewer).where(Recording.id == recording_id)) is None:
        raise GoneError
    verdicts = select(Verdict).where(
        Verdict.recording_id == recording_id, Verdict.how != How.LINK, Verdict.final.is_not(None)
    )
    return tuple(
        line_to_judge(v.standard_id, v.item_id, v.kind, v.how)
        for v in session.scalars(verdicts.order_by(Verdict.position))
    )


def line_to_judge(standard_id: str, item_id: str, kind: str, how: str) -> SecondLine:
    """A clause as it is put to somebody who is to judge it without knowing how it was."""
    info = standard(site().lexicons, standard_id)
    item = info.item(item_id) if info else None
    choices = PERSON_CHOICES if how == How.PERSON else REQUIRED_CHOICES
    return SecondLine(
        item_id=item_id,
        clause=item.clause if item else "",
        text=item.text if item else item_id,
        when_text=item.when_text if item and item.when_text != ALWAYS else "",
        kind=kind,
        how=how,
        choices=FORBIDDEN_CHOICES if kind == Kind.FORBIDDEN else choices,
    )


def answer(session: Session, viewer: Viewer, recording_id: int, given: Mapping[str, str]) -> None:
    """Keep the answers, {clause: verdict}, beside what was signed.

    Raises GoneError where there is nothing to answer, StaleError where a colleague was faster, InvalidError where a
    clause has no answer.
    """
    row = session.get(SecondReview, recording_id)
    if row is not None and row.done_at is not None and row.first_id != viewer.id:
        raise StaleError
    asked = lines(session, viewer, recording_id)
    missing = [line for line in asked if given.get(line.item_id) not in line.choices]
    if row is None or not asked or missing:
        raise InvalidError(_("还有 %(n)s 条没有选结论，请逐条选完再提交。", n=len(missing)))
    signed = session.scalars(
        select(SignOff).where(SignOff.recording_id == recording_id).order_by(SignOff.edition.desc()).limit(1)
    ).first()
    for line in asked:
        first = (signed.verdicts if signed else {}).get(line.item_id, {}).get("final")
        if first is not None:
            session.add(_compared(session, recording_id, line, first, given[line.item_id]))
    row.second_id, row.done_at = viewer.id, now()
    audit.record(session, "second-review", "recording", recording_id, count=len(asked))


def _compared(session: Session, recording_id: int, line: SecondLine, first: str, second: str) -> SecondAnswer:
    verdict = session.get_one(Verdict, (recording_id, line.item_id))
    return SecondAnswer(
        recording_id=recording_id, item_id=line.item_id, standard_id=verdict.standard_id, first=first, second=second
    )
