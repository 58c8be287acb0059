"""Removes from the disk what was deleted: words of deleted recordings first, then every file that nothing needs any more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from web.db import now
from web.intake.doom import needed
from web.intake.erasure import erase_deleted, erase_quotes
from web.intake.storage import Storage, open_storage
from web.kit.aside import Batch
from web.kit.site import Site
from web.learning import standing
from web.models import DoomedFile, Recording

AT_ONCE = 100
REMOVING = timedelta(minutes=5)  # a removal that takes longer has lost its worker: another does it again


def remove_deleted(here: Site) -> None:
    """Erase words and sound of deleted recordings, then the files; one that fails is set aside and stops no other."""
    batch = Batch(here.db, "deleted words")
    with here.db.reading() as session:
        rows = session.execute(
            select(Recording.id, Recording.original_name).where(
                Recording.deleted_at.is_not(None), Recording.words_erased_at.is_(None)
            )
        ).all()
    names = {row.id: row.original_name for row in rows}
    batch.forget_others(names)
    gone = batch.due(names)[:AT_ONCE]
    if gone:
        with here.db.writing() as session:
            erase_quotes(session, set(gone))
    for recording_id in gone:
        with batch.row(recording_id, names[recording_id]), here.db.writing() as session:
            erase_deleted(session, session.get_one(Recording, recording_id), now())
    burn(here)
    with here.db.writing() as session:
        standing.forget(session)


def burn(here: Site) -> None:
    storage = open_storage(here.web, here.settings.home)
    batch = Batch(here.db, "deleted audio")
    with here.db.reading() as session:
        keys = {file_of(key): key for key in session.scalars(select(DoomedFile.stored_key).order_by(DoomedFile.at))}
    batch.forget_others(keys)
    for name in batch.due(keys)[:AT_ONCE]:
        with batch.row(name, keys[name]):
            _burn(here, storage, keys[name])


def file_of(key: str) -> str:
    """What tells a file in at most 64 characters: keys are digests, with folders before and a kind behind them."""
    return key.rsplit("/", 1)[-1][:64]


def _burn(here: Site, storage: Storage, key: str) -> None:
    """Mark, remove, note. Whoever takes in the same content meanwhile waits for the mark to go (`intake.receive`)."""
    begun = now()
    with here.db.writing() as session:
        row = session.get(DoomedFile, key)
        if row is None or (row.removing_at is not None and begun - row.removing_at < REMOVING):
            return  # another worker was first
        if needed(session, key):
            session.delete(row)
            return
        row.removing_at = begun
    try:
        storage.delete(key)
    except Exception:  # the next look is nobody's second
        with here.db.writing() as session:
            row = session.get(DoomedFile, key)
            if row is not None and row.removing_at == begun:
                row.removing_at = None
        raise
    with here.db.writing() as session:
        row = session.get(DoomedFile, key)
        if row is not None and row.removing_at == begun:
            session.delete(row)
