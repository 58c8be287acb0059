"""Recordings that a user is to judge blind in a calibration: until he has handed in, their pages tell him nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from web.kit.login import Viewer
from web.models import CalibrationRater, CalibrationRecording, CalibrationSession, Recording


def sealed_by(viewer: Viewer) -> Any:
    """A column over Recording: the session in which the viewer still has to judge it, NULL where there is none."""
    return (
        select(func.min(CalibrationRater.session_id))
        .join(CalibrationSession, CalibrationSession.id == CalibrationRater.session_id)
        .join(CalibrationRecording, CalibrationRecording.session_id == CalibrationRater.session_id)
        .where(
            CalibrationRater.user_id == viewer.id,
            CalibrationRater.handed_in_at.is_(None),
            CalibrationSession.closed_at.is_(None),
            CalibrationRecording.recording_id == Recording.id,
        )
        .correlate(Recording)
        .scalar_subquery()
        .label("sealed_by")
    )
