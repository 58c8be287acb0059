"""Recordings of two greetings, and a draft that wants the other one: 「您好」 no longer counts, 「天气真热」 does."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzer.domain import Role
from analyzer.rejudging import rescore
from analyzer.serial import analysis_to_dict
from analyzer.settings import ROOT, Settings
from tests.cast import heard, talk
from tests.web import cast
from web.dryrun import slices
from web.dryrun.difference import Change, Way
from web.dryrun.runs import cut
from web.dryrun.tally import Judged
from web.intake import rows
from web.kit.lexicons import text_of
from web.kit.site import Site
from web.lexicon import drafts, yamltext
from web.models import Recording, StandardDraft, StandardRun, StandardVersion

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


def publish(session: Session, here: Site, day: dt.date, phrase: str = "天气真热") -> StandardVersion:
    """A version whose greeting is this phrase, in effect from a day on: the row alone, nothing is checked."""
    number = 1 + len(session.scalars(select(StandardVersion.id)).all())
    text = text_of(here.settings.lexicons, FILE) or ""
    text = yamltext.put(text, HELLO, [phrase])
    text = yamltext.put(text, ("version",), f"1.0.{number}")
    row = StandardVersion(
        standard_id=VISIT,
        number=number,
        version=f"1.0.{number}",
        title="上门维修",
        digest=f"{number}",
        files={FILE: text},
        effective_from=day,
    )
    session.add(row)
    session.flush()
    return row


def finished_run(session: Session, draft_id: int, ids: list[int]) -> int:
    """A run that has ended: the first recording loses its greeting, the others are signed and would gain it."""
    run = StandardRun(
        draft_id=draft_id,
        revision=0,
        standard_id=VISIT,
        title="上门维修",
        files={},
        digest="as shipped",
        total=len(ids),
    )
    session.add(run)
    session.flush()
    cut(session, run.id, ids)
    judged = []
    for place, number in enumerate(ids):
        technician_id = session.get_one(Recording, number).technician_id
        way, before, after = (Way.GAINED, 60.0, 80.0) if place else (Way.LOST, 100.0, 80.0)
        words = ("missed", "met") if place else ("met", "missed")
        change = Change("greeting", 0, "required", way, *words, False, 1.5, 3.0, "您好，我是服务中心的")
        judged.append(
            Judged(number, technician_id, VISIT, before, after, (change,), "signed" if place else "", agreed=(1, 0, 1))
        )
    one = slices.claim(session, "here:1")
    assert one is not None
    assert slices.finish(session, one.token, judged, {})
    return run.id
