"""The analyses of a recording: which one counts the lines, and what stands in it."""

from __future__ import annotations

from sqlalchemy import Select, select

from web.models import Analysis


def newest_hearing(recording_id: int) -> Select[int]:
    """The id of the analysis whose utterances lines and corrections count: the last that heard it or was imported."""
    return (
        select(Analysis.id)
        .where(Analysis.recording_id == recording_id, Analysis.origin != "rescored")
        .order_by(Analysis.number.desc())
        .limit(1)
    )
