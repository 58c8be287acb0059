"""The sound of clips: cut out of their recordings once, without private words, so that one can be heard without the rest."""

from __future__ import annotations

from sqlalchemy import select

from web.config import AnalyzerError
from web.intake.doom import doom
from web.intake.storage import open_storage
from web.kit.aside import Batch
from web.kit.site import Site
from web.models import Clip, PrivateWords, Recording
from web.worker.sound import cut

STEP = "clips"
MOST = 20  # a look: other chores wait
BEFORE_S, AFTER_S = 0.5, 0.5  # a word is not cut off at its first sound


def cut_waiting(here: Site) -> None:
    storage = open_storage(here.web, here.settings.home)
    batch = Batch(here.db, STEP)
    columns = (Clip.id, Clip.start_s, Clip.end_s, Recording.stored_key, Recording.original_name)
    with here.db.reading() as session:
        waiting = session.execute(
            select(*columns, PrivateWords.spans, PrivateWords.stamp)
            .join(Recording, Recording.id == Clip.recording_id)
            .join(PrivateWords, PrivateWords.recording_id == Recording.id)
            .where(
                Clip.stored_key == "",
                PrivateWords.state == "ready",  # of words that cannot be read nobody knows where they are private
                Recording.stored_key != "",
                Recording.deleted_at.is_(None),
            )
        ).all()
    batch.forget_others(row.id for row in waiting)
    due = set(batch.due(row.id for row in waiting))
    for clip_id, start_s, end_s, key, name, spans, stamp in [row for row in waiting if row.id in due][:MOST]:
        with batch.row(clip_id, f"{name} {start_s:.0f}–{end_s:.0f}"):
            made = cut(storage, key, max(0.0, start_s - BEFORE_S), end_s + AFTER_S, here.settings, spans)
            if made is None:
                raise AnalyzerError("clip", "这几秒没能剪出来", "请检查录音文件和磁盘空间，之后会自动再试")
            _keep(here, clip_id, made, stamp)


def _keep(here: Site, clip_id: int, made: str, stamp: str) -> None:
    with here.db.writing() as session:
        clip = session.get(Clip, clip_id)
        private = None if clip is None else session.get(PrivateWords, clip.recording_id)
        if clip is not None and private is not None and private.stamp == stamp:
            clip.stored_key = made
        else:  # taken back meanwhile, or its words are others now
            doom(session, made)
