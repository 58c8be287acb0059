"""Whether a recording can be heard, and the words that stand in the place of ▶ where it cannot."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Label, case, null, or_, select, true

from web.kit.access import reads_private
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.models import PrivateWords, Recording


class Silence(StrEnum):
    """Why a recording cannot be heard."""

    WAITS = "waits"  # private words are still to be muted for one who may not hear them
    ERASED = "erased"
    DEMO = "demo"
    NEVER = "never"  # a transcript was imported


def silence(viewer: Viewer) -> Label[Any]:
    """A column over Recording: why this viewer cannot hear it, NULL where he can."""
    no_sound = case(
        (Recording.audio_erased_at.is_not(None), Silence.ERASED.value),
        (Recording.source == "demo", Silence.DEMO.value),
        else_=Silence.NEVER.value,
    )
    heard = case((or_(*_muted(viewer)), null()), else_=Silence.WAITS.value)
    return case((Recording.stored_key == "", no_sound), else_=heard).label("silence")


def audible(viewer: Viewer) -> ColumnElement[bool]:
    """Over Recording: whether this viewer can hear it now."""
    return (Recording.stored_key != "") & or_(*_muted(viewer))


def silence_words(why: str | None) -> str:
    """The reason in a few words; "" where there is none."""
    words = {
        Silence.WAITS: _("声音里的个人信息还没有处理好，请过几分钟再听"),
        Silence.ERASED: _("录音已按保存期限或申请删除"),
        Silence.DEMO: _("这段是没有声音的演示数据"),
        Silence.NEVER: _("只有文字，没有录音"),
    }
    return "" if why is None else words[Silence(why)]


def _muted(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """That nothing private would be heard by one who has no right to it: web.intake.private.muted_key as a condition."""
    if reads_private(viewer):
        return (true(),)
    looked = select(PrivateWords.recording_id).where(PrivateWords.state == "ready")
    return (Recording.id.in_(looked),)


def init(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals["silence_words"] = silence_words
