"""Recordings of two greetings, and a draft that wants the other one: 「您好」 no longer counts, 「天气真热」 does."""

from __future__ import annotations

import functools
from typing import Any

from sqlalchemy.orm import Session

from analyzer.domain import Role
from analyzer.rejudging import rescore
from analyzer.serial import analysis_to_dict
from analyzer.settings import ROOT, Settings
from tests.cast import heard, talk
from tests.web import cast
from web.intake import rows
from web.kit.site import Site
from web.lexicon import drafts, yamltext
from web.models import Recording, StandardDraft

VISIT, FILE = "property-visit", "property-visit.yaml"
HELLO = ("items", "#greeting", "elements", "#hello", "phrases")
EXAMPLES = ("items", "#greeting", "examples", "match")
POLITE, LOCAL = "您好，我是服务中心的维修人员，来修水龙头。", "天气真热，我是服务中心的维修人员，来修水龙头。"


@functools.cache
def _document(greeting: str) -> dict[str, Any]:
    said = talk(
        (Role.TECHNICIAN, greeting),
        (Role.CUSTOMER, "请进，厨房的水龙头一直在滴水，麻烦您看看。"),
        (Role.TECHNICIAN, "好的，我给您换个阀芯，换好了，您试一下。"),
    )
    settings = Settings(lexicons=ROOT / "lexicons")
    return analysis_to_dict(rescore(heard(said), VISIT, {}, settings))


def document(greeting: str) -> dict[str, Any]:
    """The Analysis of a visit that begins like this, judged by the shipped standard."""
    return dict(_document(greeting))


def recorded(session: Session, technician: Any, name: str, greeting: str = POLITE, **more: Any) -> Recording:
    """A judged recording with its verdicts."""
    row = cast.recording(session, technician, name, **more)
    rows.record_analysis(session, row.id, document(greeting), "imported")
    return row


def draft(session: Session, here: Site, user_id: int, phrases: tuple[str, ...] = ("天气真热",)) -> StandardDraft:
    """A draft whose greeting is one of these."""
    made = drafts.open_draft(session, here, VISIT, user_id)
    text = drafts.text_in(session, here, made, FILE) or ""
    text = yamltext.put(text, HELLO, list(phrases))
    text = yamltext.put(text, EXAMPLES, [f"{phrase}，我是服务中心的维修人员。" for phrase in phrases])
    return drafts.save(session, here, made.id, made.revision, {FILE: text}, user_id, "问候语")
