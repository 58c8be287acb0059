"""Files that are to go: noted in the transaction that makes them so, removed by the worker when nothing needs them."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from web.models import Clip, DoomedFile, PrivateWords, Recording


def doom(session: Session, stored_key: str) -> None:
    """Have a file of the storage removed, with what was made of it."""
    if stored_key and session.get(DoomedFile, stored_key) is None:
        session.add(DoomedFile(stored_key=stored_key))
        session.flush()


def being_removed(session: Session, stored_key: str) -> bool:
    """Whether a worker is removing the file right now: wait, then store it anew."""
    row = session.get(DoomedFile, stored_key)
    return row is not None and row.removing_at is not None


def needed(session: Session, stored_key: str) -> bool:
    """Whether anything still names the file: the same bytes may be another recording's or another clip's."""
    return bool(
        session.scalar(
            select(
                exists().where(Recording.stored_key == stored_key)
                | exists().where(Clip.stored_key == stored_key)
                | exists().where(PrivateWords.stored_key == stored_key)
            )
        )
    )
