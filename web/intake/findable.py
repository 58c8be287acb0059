"""What was said, kept so that it is found: which recordings wait for it, their lines, and the index over their terms.

Whatever changes words takes them out of the index in its own transaction, so that nothing is found that no longer stands;
what stands is read, masked and spelled outside any transaction (the worker does so within seconds) and put in with its stamp.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, exists, insert, literal, select, text
from sqlalchemy.orm import Session

from web.db import Database
from web.intake.analysis import hearing_from_dict
from web.intake.effective import effective, heard_document, inputs
from web.intake.sounds import Line, Words, terms_of
from web.kit.turns import in_turns
from web.masking import Secret, secrets_in
from web.masking.find import covered
from web.models import Recording, SiteValue, SpokenText
from web.models.vocabulary import Role

log = logging.getLogger(__name__)
PIECE = 10  # recordings a transaction, some hundredths of a second: others write in between, on a busy machine too
UNMERGED = "search-unmerged"  # the site value that says: erased words may still lie in old parts of the index
MERGE_PAGES = 500


def forget(session: Session, recording_id: int) -> None:
    """The words are new or another: nothing of the recording is found until they have been read."""
    row = session.get(SpokenText, recording_id)
    if row is None:
        session.add(SpokenText(recording_id=recording_id, stamp=uuid.uuid4().hex, lines=[]))
        return
    _take_out(session, row)
    row.stamp, row.waiting, row.lines = uuid.uuid4().hex, True, []


def erase(session: Session, recording_id: int) -> None:
    """Nothing of the recording is found any more, and nothing of its words stays."""
    row = session.get(SpokenText, recording_id)
    if row is None:
        return
    if not row.waiting and session.get_bind().dialect.name == "sqlite":
        session.merge(SiteValue(name=UNMERGED, value=True))
    _take_out(session, row)
    session.delete(row)
    session.flush()


def waiting(session: Session, most: int) -> list[int]:
    """Recordings whose words wait to be read, newest first: those are what somebody is about to look for."""
    statement = select(SpokenText.recording_id).where(SpokenText.waiting).order_by(SpokenText.recording_id.desc())
    return list(session.scalars(statement.limit(most)))


def everything(session: Session) -> list[int]:
    """All recordings that have words, those that were never read among them (in a writing transaction)."""
    missing = select(Recording.id, literal(uuid.uuid4().hex), literal(True), literal([], SpokenText.lines.type)).where(
        Recording.analysis_id.is_not(None),
        Recording.deleted_at.is_(None),
        Recording.words_erased_at.is_(None),
        ~exists().where(SpokenText.recording_id == Recording.id),
    )
    session.execute(insert(SpokenText).from_select(["recording_id", "stamp", "waiting", "lines"], missing))
    return list(session.scalars(select(SpokenText.recording_id).order_by(SpokenText.recording_id)))


def fill(db: Database, ids: Sequence[int]) -> int:
    """Read the recordings' words and put them into the index; return how many. The write lock is held for the latter only."""
    done = 0
    for piece in in_turns(ids, PIECE):
        with db.reading() as session:
            read = [(number, *_read(session, number)) for number in piece]
        made = [(number, stamp, [line.as_list() for line in lines], terms_of(lines)) for number, stamp, lines in read]
        with db.writing() as session:
            for number, stamp, kept, terms in made:
                done += _put(session, number, stamp, kept, terms)
    return done


def _read(session: Session, recording_id: int) -> tuple[str, list[Line]]:
    """The stamp of the words, and the lines; none where the document cannot be read: then they are not found, the rest go on."""
    stamp = session.scalar(select(SpokenText.stamp).where(SpokenText.recording_id == recording_id)) or ""
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None:
        return stamp, []
    try:
        return stamp, lines_of(session, recording)
    except Exception:
        log.exception("the words of recording %d cannot be read", recording_id)
        return stamp, []


def lines_of(session: Session, recording: Recording) -> list[Line]:
    """The talk as it stands, with people's corrections.

    Private is what is so among the words as heard or among the corrected ones: a page may show either.
    """
    document = heard_document(session, recording.id)
    if document is None:
        return []
    heard = hearing_from_dict(document, f"recording {recording.id}").transcript
    stands = effective(hearing_from_dict(document, f"recording {recording.id}"), inputs(session, recording)).transcript
    made = []
    for before, said, *places in zip(heard, stands, _secrets(heard), _secrets(stands), strict=True):
        hidden = covered(said.text, places[1])
        if before.text == said.text:
            hidden = covered(hidden, places[0])
        times = tuple(round(100 * (start_s - said.start_s)) for start_s in said.char_start_s)
        masked = Words.of(hidden) if hidden != said.text else None
        made.append(Line(said.role, said.start_s, said.end_s, times, Words.of(said.text), masked))
    return made


def _secrets(talk: Sequence[Any]) -> list[list[Secret]]:
    return secrets_in([(said.text, said.role is Role.TECHNICIAN) for said in talk])


def _put(session: Session, recording_id: int, stamp: str, kept: list[list[Any]], terms: Sequence[str]) -> bool:
    row = session.get(SpokenText, recording_id)
    if row is None or row.stamp != stamp:  # other words by now: they are read next
        return False
    _take_out(session, row)
    row.waiting, row.lines = False, kept
    if session.get_bind().dialect.name == "sqlite":
        statement = text("INSERT INTO spoken_index (rowid, terms) VALUES (:id, :terms)")
        session.execute(statement, {"id": recording_id, "terms": " ".join(terms)})
    else:
        statement = text("INSERT INTO spoken_index (recording_id, terms) VALUES (:id, array_to_tsvector(:terms))")
        session.execute(statement, {"id": recording_id, "terms": terms})
    return True


def _take_out(session: Session, row: SpokenText) -> None:
    """The index keeps no text on SQLite: what is taken out is told it, term by term, as it was put in."""
    if row.waiting:
        return
    if session.get_bind().dialect.name == "sqlite":
        statement = text("INSERT INTO spoken_index (spoken_index, rowid, terms) VALUES ('delete', :id, :terms)")
        terms = terms_of(Line.from_list(kept) for kept in row.lines)
        session.execute(statement, {"id": row.recording_id, "terms": " ".join(terms)})
    else:
        session.execute(text("DELETE FROM spoken_index WHERE recording_id = :id"), {"id": row.recording_id})


def overwrite_erased(db: Database) -> bool:
    """Make the index anew, part by part, where something was erased: FTS5 first only notes that a term is gone."""
    with db.reading() as session:
        if session.get(SiteValue, UNMERGED) is None:
            return False
    statement = text("INSERT INTO spoken_index (spoken_index, rank) VALUES ('merge', :pages)")
    with db.writing() as session:  # before the work: what is erased meanwhile asks again
        session.execute(delete(SiteValue).where(SiteValue.name == UNMERGED))
        session.execute(statement, {"pages": -MERGE_PAGES})
    for _ in in_turns(range(_parts(db)), 1):
        with db.writing() as session:
            session.execute(statement, {"pages": MERGE_PAGES})
    return True


def _parts(db: Database) -> int:
    """How many merges of so many pages go over the whole index."""
    with db.reading() as session:
        blocks = session.scalar(text("SELECT count(*) FROM spoken_index_data")) or 0
    return int(blocks) // MERGE_PAGES + 2
