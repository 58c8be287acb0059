"""Judging again without hearing again: after changed roles, facts, lines, channel or standard."""

from __future__ import annotations

from sqlalchemy.orm import Session

from web import queue
from web.config import AnalyzerError
from web.models import JobKind, Recording, ReviewState


def request(session: Session, recording_id: int, cause: str, user_id: int | None) -> int:
    """Have a recording judged again, at once; hearing it only where that never succeeded. Return the job's id.

    Ring the doorbell after the commit. Raises AnalyzerError ("recording-signed", "words-erased", "standard-missing"), LookupError.
    """
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None:
        raise LookupError(f"no recording {recording_id}")
    if recording.review_state is ReviewState.SIGNED:
        raise AnalyzerError("recording-signed", "录音已签核，不能再改", "请先撤回签核并说明原因")
    if recording.words_erased_at is not None:
        raise AnalyzerError(
            "words-erased", "这段录音的文字已按保存期限或申请删除，不能再判", "原来的判定和得分仍然有效"
        )
    if recording.standard_id is None:
        raise AnalyzerError("standard-missing", "还没有选定标准", "请先选择按哪个标准判断")
    heard = recording.analysis_id is not None
    kind = JobKind.SCORE if heard else JobKind.HEAR
    return queue.enqueue(session, recording_id, kind, cause, user_id, queue.URGENT if heard else 100)
