"""Removes from the disk what was deleted: words of deleted recordings first, then every file that nothing needs any more."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select

from web.db import now
from web.intake.doom import needed
from web.intake.erasure import erase_deleted, erase_quotes
from web.intake.storage import Storage, open_storage
from web.kit.site import Site
from web.learning import standing
from web.models import DoomedFile, Recording

log = logging.getLogger(__name__)
AT_ONCE = 100
REMOVING = timedelta(minutes=5)  # a removal that takes longer has lost its worker: another does it again


def remove_deleted(here: Site) -> None:
    """Erase words and sound of deleted recordings, then the files; each by itself, so that one that fails stops no other."""
    with here.db.reading() as session:
        gone = session.scalars(
            select(Recording.id)
            .where(Recording.deleted_at.is_not(None), Recording.words_erased_at.is_(None))
            .limit(AT_ONCE)
        ).all()
    if gone:
        with here.db.writing() as session:
            erase_quotes(session, set(gone))
    for recording_id in gone:
        try:
            with here.db.writing() as session:
                erase_deleted(session, session.get_one(Recording, recording_id), now())
        except Exception:
            log.exception("recording %d could not be erased", recording_id)
    burn(here)
    with here.db.writing() as session:
        standing.forget(session)


def burn(here: Site) -> None:
    storage = open_storage(here.web, here.settings.home)
    with here.db.reading() as session:
        keys = session.scalars(select(DoomedFile.stored_key).order_by(DoomedFile.at).limit(AT_ONCE)).all()
    for key in keys:
        try:
            _burn(here, storage, key)
        except Exception:
            log.exception("%s could not be removed; it is tried again", key)


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
    storage.delete(key)
    with here.db.writing() as session:
        row = session.get(DoomedFile, key)
        if row is not None and row.removing_at == begun:
            session.delete(row)
