"""Removes from the disk what was deleted: words of deleted recordings first, then every file that nothing needs any more."""

from __future__ import annotations

import logging

from sqlalchemy import select

from web.db import now
from web.intake.doom import needed
from web.intake.erasure import erase_deleted, erase_quotes
from web.intake.storage import open_storage
from web.kit.site import Site
from web.learning import standing
from web.models import DoomedFile, Recording

log = logging.getLogger(__name__)
AT_ONCE = 100


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
            # within the writing transaction: receiving looks for the file in one as well, so it cannot be taken from under it
            with here.db.writing() as session:
                if not needed(session, key):
                    storage.delete(key)
                row = session.get(DoomedFile, key)
                if row is not None:
                    session.delete(row)
        except Exception:
            log.exception("%s could not be removed; it is tried again", key)
