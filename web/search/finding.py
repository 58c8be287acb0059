"""Which recordings answer a question: the index says which may, their lines whether they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, column, literal_column, or_, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from web.intake.sounds import Line, letters_of
from web.kit.access import reads_private, visible
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.sound import silence
from web.kit.values import whole
from web.models import Recording, SpokenText
from web.models.vocabulary import Role
from web.recordings.filters import Filter
from web.search.lines import Answer, answer
from web.search.matching import Condition, alike, exact, for_fts5, for_tsquery
from web.search.question import Phrase, phrases

PAGE = 20  # recordings
RARE = 1_000  # recordings with the words up to which it is quicker to begin with these than with the list
ROUNDS = 5  # a page is full after so many looks, or goes on from where they ended
ROLES = {role.value: role for role in (Role.TECHNICIAN, Role.CUSTOMER)}


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page begins: behind this recording, among those that say it exactly or those that sound so."""

    sounding: bool = False
    at: datetime | None = None
    recording_id: int = 0

    @classmethod
    def read(cls, written: str) -> Key:
        """From an address; what makes no sense is the beginning."""
        kind, _, rest = written.partition("-")
        at_ms, _, number = rest.partition("-")
        try:
            moment = datetime.fromtimestamp(int(at_ms) / 1000, UTC) if at_ms else None
            return cls(kind == "s", moment, whole(number) or 0)
        except (ValueError, OverflowError, OSError):
            return cls()

    def __str__(self) -> str:
        at_ms = "" if self.at is None else round(self.at.timestamp() * 1000)
        return f"{'s' if self.sounding else 'e'}-{at_ms}-{self.recording_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the words, who says them (None: anybody), and the list's filter for the rest."""

    words: str
    role: Role | None = None
    among: Filter = field(default_factory=Filter)


@dataclass(frozen=True, slots=True)
class Found:
    """A recording that answers. `silence`: why the viewer cannot hear it (web.kit.sound), None where he can."""

    id: int
    recorded_at: datetime
    technician: str
    staff_no: str
    order_no: str
    standard_id: str
    silence: str | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`phrases`: the question as it was understood; `after`: where the next page begins, None at the end."""

    phrases: tuple[Phrase, ...]
    recordings: tuple[Found, ...]
    after: Key | None


def find(session: Session, viewer: Viewer, asked: Asked, begin: Key, cache_dir: Path | None) -> FoundPage:
    """A page of what the viewer may see and read. Without a word to look for it is empty."""
    wanted = phrases(asked.words, cache_dir)
    if not wanted:
        return FoundPage((), (), None)
    answers: list[tuple[Key, Answer]] = []
    place: Key | None = begin
    for _ in range(ROUNDS):
        if place is None or len(answers) > PAGE:
            break
        place = _look(session, viewer, asked, wanted, place, answers)
    if len(answers) > PAGE:
        answers, place = answers[:PAGE], answers[PAGE - 1][0]
    return FoundPage(wanted, _found(session, viewer, {key.recording_id: one for key, one in answers}), place)


def _look(
    session: Session,
    viewer: Viewer,
    asked: Asked,
    wanted: Sequence[Phrase],
    place: Key,
    answers: list[tuple[Key, Answer]],
) -> Key | None:
    """Add the answers among the next candidates; return where to look next."""
    private = reads_private(viewer)
    letters = letters_of(asked.role, private=private)
    condition = alike(wanted, letters) if place.sounding else exact(wanted, letters)
    rows = [] if condition is None else _candidates(session, viewer, asked, condition, place)
    kept = _lines(session, [number for number, _ in rows])
    for number, at in rows:
        place = Key(place.sounding, at, number)
        answered = answer(map(Line.from_list, kept.get(number, ())), wanted, asked.role, private=private)
        if answered is not None:
            answers.append((place, answered))
    if len(rows) > PAGE:
        return place
    return None if place.sounding else Key(sounding=True)


def _lines(session: Session, ids: Sequence[int]) -> dict[int, list[Any]]:
    statement = select(SpokenText.recording_id, SpokenText.lines).where(SpokenText.recording_id.in_(ids))
    return {row.recording_id: row.lines for row in session.execute(statement)}


def _candidates(
    session: Session, viewer: Viewer, asked: Asked, condition: Condition, place: Key
) -> list[tuple[int, datetime]]:
    """The next recordings that may answer, newest first: one more than a page, where there are so many."""
    matching = _matching(session, condition)
    few = session.execute(matching.limit(RARE + 1)).scalars().all()
    if not few:
        return []
    columns: list[Any] = [Recording.id, Recording.recorded_at]
    statement = visible(asked.among.narrow(select(*columns)), viewer)
    if len(few) <= RARE:
        statement = statement.where(Recording.id.in_(few))
    else:  # the plus keeps SQLite from looking up one after the other what it can read in the order of the list
        ids: ColumnElement[int] = literal_column("+recordings.id")
        statement = statement.where(ids.in_(matching))
    if place.at is not None:
        older = and_(Recording.recorded_at == place.at, Recording.id < place.recording_id)
        statement = statement.where(Recording.recorded_at <= place.at, or_(Recording.recorded_at < place.at, older))
    statement = statement.order_by(Recording.recorded_at.desc(), Recording.id.desc()).limit(PAGE + 1)
    return [(number, at) for number, at in session.execute(statement)]


def _matching(session: Session, condition: Condition) -> Select[Any]:
    if session.get_bind().dialect.name == "sqlite":
        fts = table("spoken_index", column("rowid"), column("spoken_index"))
        return select(fts.c.rowid).where(fts.c.spoken_index.op("MATCH")(for_fts5(condition)))
    words = table("spoken_index", column("recording_id"), column("terms"))
    return select(words.c.recording_id).where(words.c.terms.op("@@")(cast(for_tsquery(condition), TSQUERY)))


def _found(session: Session, viewer: Viewer, answers: dict[int, Answer]) -> tuple[Found, ...]:
    statement = with_people(select(*columns_of(Found, silence=silence(viewer))).select_from(Recording))
    rows = {
        row.id: Found(**row._asdict(), answer=answers[row.id])
        for row in session.execute(statement.where(Recording.id.in_(answers)))
    }
    return tuple(rows[number] for number in answers)
