"""The sound of clips: cut out of their recordings once, without private words, so that one can be heard without the rest."""

from __future__ import annotations

import logging

from sqlalchemy import select

from web.intake.doom import doom
from web.intake.storage import open_storage
from web.kit.site import Site
from web.models import Clip, PrivateWords, Recording
from web.worker.sound import cut

log = logging.getLogger(__name__)
BEFORE_S, AFTER_S = 0.5, 0.5  # a word is not cut off at its first sound


def cut_waiting(here: Site) -> None:
    storage = open_storage(here.web, here.settings.home)
    with here.db.reading() as session:
        waiting = session.execute(
            select(Clip.id, Clip.start_s, Clip.end_s, Recording.stored_key, PrivateWords.spans, PrivateWords.stamp)
            .join(Recording, Recording.id == Clip.recording_id)
            .join(PrivateWords, PrivateWords.recording_id == Recording.id)
            .where(
                Clip.stored_key == "",
                PrivateWords.state != "waiting",
                Recording.stored_key != "",
                Recording.deleted_at.is_(None),
            )
            .limit(20)
        ).all()
    for clip_id, start_s, end_s, key, spans, stamp in waiting:
        made = cut(storage, key, max(0.0, start_s - BEFORE_S), end_s + AFTER_S, here.settings, spans)
        if made is None:
            log.warning("clip %s could not be cut", clip_id)
            continue
        with here.db.writing() as session:
            clip = session.get(Clip, clip_id)
            private = None if clip is None else session.get(PrivateWords, clip.recording_id)
            if clip is not None and private is not None and private.stamp == stamp:
                clip.stored_key = made
            else:  # taken back meanwhile, or its words are others now
                doom(session, made)
