"""A site whose lexicons are its own, with few lines to learn from; visits judged by the real matcher."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from sqlalchemy import select

from analyzer.domain import Role
from analyzer.judging.examples import conversation
from analyzer.reading.teaching import teach
from tests.web import cast
from web.intake import rows
from web.intake.effective import effective, heard_document, inputs
from web.kit.login import viewer_of
from web.kit.site import Site
from web.models import Recording, Technician, User
from web.review import decisions, queries
from web.worker import engine

T, C = Role.TECHNICIAN, Role.CUSTOMER
KEPT = ("visit/demonstrate", "forbidden/ignorance")  # what is learnt here, and what is ordinary talk for it
HANDS = ("f.txt", "standard.txt", "dialogues.txt")  # few, so that there is something left to learn
STANDARD = "property-visit"


def own_lexicons(here: Site, folder: Path) -> Site:
    """The site with a copy of the lexicons in which only KEPT can be taught."""
    made = folder / "lexicons"
    shutil.copytree(here.settings.lexicons, made)
    for path in (made / "meanings").glob("*/*"):
        if path.is_dir() and f"{path.parent.name}/{path.name}" not in KEPT:
            shutil.rmtree(path)
    for path in (made / "meanings").glob("*/*/*.txt"):
        if path.name not in HANDS:
            path.unlink()
    for reader, _ in teach(made / "meanings"):
        reader.save(made / "meanings" / f"{reader.meaning}.npz")
    return dataclasses.replace(here, settings=dataclasses.replace(here.settings, lexicons=made))


def visit(here: Site, *said: tuple[Role, str]) -> int:
    """A judged visit that ends with what is said."""
    opening = [
        (T, "您好，我是物业的维修师傅，我姓王，您家哪儿坏了？"),
        (C, "厨房的灯不亮了。"),
        (T, "好，我看看，是开关松了。"),
        (C, "那麻烦你了。"),
    ]
    standard = engine.standard_of(STANDARD, here.settings)
    document = engine.judge(conversation([*opening, *said]), standard, {}, here.settings)
    with here.db.writing() as session:
        technician = session.scalars(select(Technician).where(Technician.staff_no == "1001")).one()
        count = len(session.scalars(select(Recording.id)).all())
        row = cast.recording(session, technician, f"录音{count}.m4a", standard_id=STANDARD)
        rows.record_analysis(session, row.id, document, "heard")
        return row.id


def judge_again(here: Site, recording_id: int) -> None:
    """What the worker's SCORE does."""
    with here.db.writing() as session:
        body = heard_document(session, recording_id)
        assert body is not None
        said = inputs(session, session.get_one(Recording, recording_id))
        hearing = effective(engine.hearing_from_dict(body, "a visit"), said)
        standard = engine.standard_of(STANDARD, here.settings)
        rows.record_analysis(
            session, recording_id, engine.judge(hearing, standard, {}, here.settings), "rescored", "学习以后"
        )


def decide(here: Site, recording_id: int, item_id: str, verdict: str, note: str = "", who: str = "chen") -> None:
    """Decide as the panel does; `verdict` "" takes the decision back. Within the application's context."""
    with here.db.writing() as session:
        viewer = viewer_of(session.scalars(select(User).where(User.username == who)).one())
        panel = queries.panel(session, recording_id, viewer)
        line = panel.line(item_id) if panel else None
        assert line is not None
        do = decisions.SET if verdict else decisions.WITHDRAW
        decisions.decide(session, viewer, recording_id, item_id, decisions.Wish(do, verdict, note, line.seen))
