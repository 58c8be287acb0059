"""What people change about a recording outside its verdicts: words, roles, facts, standard, technician, order.

Every function runs in the writing transaction that its caller opened, checks the revision that the form saw, and
leaves the rows ready for judging again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake import findable, private, rejudge, removal
from web.intake.analysis import Hearing, Utterance, newest_hearing, stored
from web.intake.stale import mark_stale
from web.kit import audit
from web.kit.login import Viewer
from web.kit.recordings import open_recording
from web.kit.refusals import GoneError, StaleError
from web.models import Recording, Technician, TranscriptEdit, WorkOrder
from web.models.vocabulary import Role
from web.recordings.edits import edits_of

MAX_TEXT = 2000


@dataclass(frozen=True, slots=True)
class DetailsWish:
    """What the form of a recording's details asks for; `recorded_at` is aware."""

    technician_id: int | None
    order_no: str
    recorded_at: datetime
    standard_id: str | None
    technician_channel: int | None
    facts: Mapping[str, bool]
    note: str


def put_text(
    session: Session, viewer: Viewer, recording_id: int, line: int, seen: str, text: str | None, revision: int
) -> Recording:
    """Correct the words of a line (None: back to the machine's). It is judged again only when asked.

    A form of an older revision is taken while the line is still as the form saw it: then nobody's words are lost.
    """
    row = open_recording(session, viewer, recording_id)
    base, transcript = _transcript(session, row.id)
    said = _utterance(transcript, line)
    edit = edits_of(session, row.id)[0].get(line)
    stands = said.text if edit is None or edit.text is None else edit.text
    if revision != row.revision and stands != seen:
        raise StaleError(stands)
    wanted = said.text if text is None else " ".join(text.split())[:MAX_TEXT]
    if wanted == stands:
        return row
    after = None if wanted == said.text else wanted
    _add(session, row, viewer, base, line, "text", stands, after)
    return row


def put_role(
    session: Session, viewer: Viewer, recording_id: int, line: int, role: Role, whole: bool, revision: int
) -> Recording:
    """Say who spoke: in this line, or everywhere where this voice speaks. It is judged again at once."""
    row = open_recording(session, viewer, recording_id, revision)
    base, transcript = _transcript(session, row.id)
    said = _utterance(transcript, line)
    if whole:
        row.roles = {**(row.roles or {}), said.speaker: role.value}
        for number, edit in edits_of(session, row.id)[0].items():
            if edit.role is not None and transcript[number].speaker == said.speaker:
                _add(session, row, viewer, base, number, "role", edit.role, None)
        row.revision += 1
        private.mark(session, row.id)
        audit.record(session, "role-changed", "recording", row.id, speaker=said.speaker, role=role.value)
    else:
        _add(session, row, viewer, base, line, "role", said.role, role.value)
    rejudge.request(session, row.id, "说话人更正", viewer.id)
    return row


def swap_roles(session: Session, viewer: Viewer, recording_id: int, revision: int) -> Recording:
    """Exchange technician and customer in the whole recording; it is judged again at once."""
    row = open_recording(session, viewer, recording_id, revision)
    hearing = _hearing(session, row.analysis_id)
    other = {Role.TECHNICIAN.value: Role.CUSTOMER.value, Role.CUSTOMER.value: Role.TECHNICIAN.value}
    corrected = row.roles or {}
    roles = {s.id: corrected.get(s.id, s.role.value) for s in hearing.speakers}
    row.roles = {**corrected, **{speaker: other[role] for speaker, role in roles.items() if role in other}}
    base = session.scalar(newest_hearing(row.id))
    for line, edit in edits_of(session, row.id)[0].items():
        if base is not None and edit.role in other:
            _add(session, row, viewer, base, line, "role", edit.role, other[edit.role])
    row.revision += 1
    private.mark(session, row.id)
    audit.record(session, "roles-swapped", "recording", row.id)
    rejudge.request(session, row.id, "角色对调", viewer.id)
    return row


def put_details(
    session: Session, viewer: Viewer, recording_id: int, wish: DetailsWish, zone: ZoneInfo, revision: int
) -> tuple[Recording, bool]:
    """Change what is known about a recording; return it and whether it is judged again.

    Raises LookupError ("order_no" | "technician", the field) for a work order or technician that does not exist.
    """
    row = open_recording(session, viewer, recording_id, revision)
    order = None
    if wish.order_no:
        order = session.scalar(select(WorkOrder).where(WorkOrder.order_no == wish.order_no))
        if order is None:
            raise LookupError("order_no")
    if wish.technician_id is not None and session.get(Technician, wish.technician_id) is None:
        raise LookupError("technician")
    before = _judged_by(row)
    if wish.technician_channel != row.technician_channel:  # who said what
        findable.forget(session, row.id)
    mark_stale(session, row)
    row.technician_id, row.work_order_id = wish.technician_id, None if order is None else order.id
    row.recorded_at, row.recorded_on = wish.recorded_at, wish.recorded_at.astimezone(zone).date()
    row.standard_id, row.technician_channel = wish.standard_id, wish.technician_channel
    row.facts, row.note, row.revision = dict(wish.facts), wish.note, row.revision + 1
    session.flush()
    mark_stale(session, row)
    audit.record(session, "details-changed", "recording", row.id)
    again = row.standard_id is not None and (_judged_by(row) != before or row.analysis_id is None)
    if again:
        rejudge.request(session, row.id, "资料修改", viewer.id)
    return row, again


def judge_again(session: Session, viewer: Viewer, recording_id: int, cause: str) -> Recording:
    """Have a recording judged again as it now stands. Raises AnalyzerError where it has no standard."""
    row = open_recording(session, viewer, recording_id)
    rejudge.request(session, row.id, cause, viewer.id)
    return row


def assign(session: Session, viewer: Viewer, recording_id: int, technician_id: int) -> None:
    """Give a recording to a technician. Raises GoneError, SignedError."""
    row = open_recording(session, viewer, recording_id)
    mark_stale(session, row)
    row.technician_id, row.revision = technician_id, row.revision + 1
    session.flush()
    mark_stale(session, row)
    audit.record(session, "technician-assigned", "recording", row.id, technician=technician_id)


def delete(session: Session, viewer: Viewer, recording_id: int, revision: int | None = None) -> None:
    """Take a recording away. Raises GoneError, SignedError (what was signed stays), HeldError, StaleError."""
    row = open_recording(session, viewer, recording_id, revision)
    removal.remove(session, row.id)
    audit.record(session, "recording-deleted", "recording", row.id)


def _judged_by(row: Recording) -> tuple[object, ...]:
    """What of a recording's details can change a verdict."""
    return row.standard_id, row.work_order_id, row.technician_channel, tuple(sorted((row.facts or {}).items()))


def _add(
    session: Session, row: Recording, viewer: Viewer, base: int, line: int, what: str, before: str, after: str | None
) -> None:
    session.add(
        TranscriptEdit(
            recording_id=row.id,
            analysis_id=base,
            line=line,
            field=what,
            before=before[:MAX_TEXT],
            after=after,
            user_id=viewer.id,
        )
    )
    row.revision += 1
    session.flush()
    private.mark(session, row.id)
    audit.record(session, f"{what}-corrected", "recording", row.id, line=line)


def _transcript(session: Session, recording_id: int) -> tuple[int, Sequence[Utterance]]:
    """The newest hearing's analysis and its utterances, which lines count."""
    base = session.scalar(newest_hearing(recording_id))
    if base is None:
        raise GoneError
    return base, _hearing(session, base).transcript


def _utterance(transcript: Sequence[Utterance], line: int) -> Utterance:
    if not 0 <= line < len(transcript):
        raise GoneError
    return transcript[line]


def _hearing(session: Session, analysis_id: int | None) -> Hearing:
    analyses = stored(session, [analysis_id])
    if analysis_id is None or analysis_id not in analyses:
        raise GoneError
    return analyses[analysis_id].hearing
