"""Everything that the page of one recording shows, loaded in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from web.db import now
from web.intake.private import hide
from web.kit.access import OFFICE, reads_private, told_decided, visible
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.sound import audible, silence
from web.models import Analysis, Job, JobState, Presence, Recording, RecordingState, ReviewState, User
from web.queue import ACTIVE
from web.recordings.conversation import ShownConversation, conversation
from web.recordings.edits import edits_of
from web.recordings.exclusion import Excluded, excluded
from web.recordings.filters import Filter
from web.review import desk
from web.review.queries import BLIND
from web.review.sealed import sealed_by

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Part = TypeVar("Part", bound=DataclassInstance)

PRESENT_S = 60.0  # a page says every 20 s that it is open: after three silences nobody is there


@dataclass(frozen=True, slots=True)
class Head:
    """The recording as it now stands; `reviewer`: whose it is to review, if anybody's."""

    id: int
    revision: int
    name: str
    has_audio: bool
    held: bool
    recorded_at: datetime
    duration_s: float | None
    unheard_s: float
    standard_id: str
    technician: str
    staff_no: str
    order_no: str
    job_kind: str
    state: RecordingState
    review_state: ReviewState
    signed_by: str
    score: float | None
    machine_score: float | None
    missed: int
    partly: int
    forbidden: int
    suspicions: int
    not_judged: int
    reviewer: str
    reviewer_id: int | None


@dataclass(frozen=True, slots=True)
class StatedDetails:
    """What people have said about the recording; `order_facts` are its work order's."""

    technician_id: int | None
    technician_channel: int | None
    note: str
    facts: Mapping[str, bool]
    order_facts: Mapping[str, bool] | None


@dataclass(frozen=True, slots=True)
class CurrentAnalysis:
    """The current analysis; `standard_id` and version are those that judged."""

    id: int
    number: int
    created_at: datetime
    standard_id: str
    standard_version: str
    engine: str
    model: str


@dataclass(frozen=True, slots=True)
class JobNote:
    """The newest work on the recording that goes on, else what became of the last."""

    state: JobState
    fraction: float
    error: str
    advice: str

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True)
class RecordingPage:
    """The page of a recording. `judged` is None before the machine is done, `neighbours` are ids (before, after)."""

    head: Head
    details: StatedDetails
    judged: CurrentAnalysis | None
    job: JobNote | None
    conversation: ShownConversation
    neighbours: tuple[int | None, int | None]
    others: tuple[str, ...]
    words_at: datetime | None
    may_edit: bool
    masked: bool  # private words are masked for this viewer
    silence: str | None  # why this viewer hears nothing (web.kit.sound), None where he can listen
    excluded: Excluded | None  # why it counts nowhere; None where it does
    told_decided: bool  # then nothing on the page tells what the machine said before people decided
    blind: bool  # then nothing on the page tells what the machine said
    sealed_by: (
        int | None
    )  # the calibration in which the viewer still is to judge it blind: then he is shown nothing of this

    @property
    def read_only(self) -> bool:
        return not self.may_edit or self.head.review_state is ReviewState.SIGNED

    @property
    def words_wait(self) -> bool:
        """Whether corrected words have not been judged yet."""
        return self.words_at is not None and self.judged is not None and self.words_at > self.judged.created_at

    @property
    def job_to_show(self) -> JobNote | None:
        """Work that goes on; before there is a result also what became of it."""
        return self.job if self.job and (self.job.active or self.judged is None) else None


def load(
    session: Session, viewer: Viewer, recording_id: int, listed: Filter | None = None, *, talk: bool = True
) -> RecordingPage | None:
    """The page, None where there is no such recording or the viewer may not see it.

    `listed`: the list that the viewer came from, where the neighbours are wanted; `talk`: whether the conversation is.
    """
    row = session.execute(_statement(viewer, recording_id, listed)).first()
    if row is None:
        return None
    head, details = _read(Head, row), _read(StatedDetails, row)
    if not reads_private(viewer):
        head = replace(head, name=hide(head.name))
        details = replace(details, note=hide(details.note))
    judged = None if row.judged_id is None else _read(CurrentAnalysis, row, "judged_")
    edits, words_at = edits_of(session, recording_id)
    office = viewer.role in OFFICE
    return RecordingPage(
        head=head,
        details=details,
        judged=judged,
        job=None if row.job_state is None else _read(JobNote, row, "job_"),
        conversation=conversation(session, viewer, recording_id, judged.id, edits, row.roles)
        if talk and judged
        else ShownConversation(),
        neighbours=(row.before, row.after) if listed else (None, None),
        masked=not reads_private(viewer),
        silence=row.silence,
        others=others(session, recording_id, viewer),
        words_at=words_at,
        may_edit=office,
        excluded=excluded(session, viewer, recording_id) if head.state is RecordingState.EXCLUDED else None,
        told_decided=told_decided(viewer),
        sealed_by=row.sealed_by,
        blind=office and head.review_state is not ReviewState.SIGNED and viewer.preferences.get(BLIND) is True,
    )


def others(session: Session, recording_id: int, viewer: Viewer) -> tuple[str, ...]:
    """The names of the others who have the recording open."""
    if viewer.role not in OFFICE:
        return ()
    since = now() - timedelta(seconds=PRESENT_S)
    statement = (
        select(User.name)
        .join(Presence, Presence.user_id == User.id)
        .where(Presence.recording_id == recording_id, Presence.user_id != viewer.id, Presence.seen_at > since)
        .order_by(User.name, User.id)
    )
    return tuple(session.scalars(statement))


def _columns(kind: type[Any], model: type[Any], prefix: str) -> list[Any]:
    return [getattr(model, field.name).label(prefix + field.name) for field in fields(kind)]


def _read(kind: type[Part], row: Row[Any], prefix: str = "") -> Part:
    return kind(**{field.name: getattr(row, prefix + field.name) for field in fields(kind)})


def _statement(viewer: Viewer, recording_id: int, listed: Filter | None) -> Select[Any]:
    columns = [*columns_of(Head, has_audio=audible(viewer), **desk.whose()), *columns_of(StatedDetails)]
    columns += [Recording.roles.label("roles"), silence(viewer), sealed_by(viewer)]
    columns += [*_columns(CurrentAnalysis, Analysis, "judged_"), *_columns(JobNote, Job, "job_")]
    if listed is not None:
        columns += [_neighbour(viewer, recording_id, listed, later) for later in (True, False)]
    jobs = select(func.max(Job.id)).where(Job.recording_id == recording_id).correlate(None)
    newest = func.coalesce(jobs.where(Job.state.in_(ACTIVE)).scalar_subquery(), jobs.scalar_subquery())
    statement: Select[Any] = (
        select(*columns)
        .select_from(Recording)
        .outerjoin(Analysis, Analysis.id == Recording.analysis_id)
        .outerjoin(Job, Job.id == newest)
        .where(Recording.id == recording_id)
    )
    return visible(with_people(statement), viewer)


def _neighbour(viewer: Viewer, recording_id: int, listed: Filter, later: bool) -> Any:
    """The id of the recording above (later) or below in the list."""
    there = aliased(Recording)
    at = select(there.recorded_at).where(there.id == recording_id).scalar_subquery()
    moment, number = Recording.recorded_at, Recording.id
    side = or_(moment > at, number > recording_id) if later else or_(moment < at, number < recording_id)
    statement = listed.narrow(visible(select(Recording.id), viewer)).where(
        moment >= at if later else moment <= at, side
    )
    order = (moment, number) if later else (moment.desc(), number.desc())
    nearest = statement.order_by(*order).limit(1).correlate(None).scalar_subquery()
    return nearest.label("before" if later else "after")
