"""What people decide about somebody's words is learnt: a phrase that nobody knew is read afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.web.learning.stage import T, decide, judge_again, own_lexicons, visit
from web.kit.site import Site
from web.kit.standards import standard
from web.learning.standing import standing
from web.models import AuditEntry, Verdict
from web.worker import learning

# how this company asks its customers to try: no lexicon holds it
TAUGHT = [
    "灯绳您过过手", "开关您过过手", "您来过过手，灯绳在这儿", "师傅弄好了，您过过手", "这一路您过过手瞧",
    "您过过手，看灯", "劳您过过手", "得，您过过手吧", "绳子您过过手", "您先过过手再说",
]  # fmt: skip
NEW = "灯弄利索了，您过过手"


@pytest.fixture
def own(here: Site, people: object, tmp_path: Path) -> Site:
    return own_lexicons(here, tmp_path)


def machine(here: Site, recording_id: int, item_id: str) -> str | None:
    with here.db.reading() as session:
        return session.get_one(Verdict, (recording_id, item_id)).machine


def test_a_phrase_that_was_unknown_is_read_after_people_have_overruled(app: Flask, own: Site) -> None:
    lately = visit(own, (T, f"{NEW}。"))
    assert machine(own, lately, "demonstrate") == "missed"
    with app.app_context():
        for words in TAUGHT:
            taught = visit(own, (T, f"{words}。"))
            assert machine(own, taught, "demonstrate") == "missed", words
            decide(own, taught, "demonstrate", "met", f"说了“{words}”，就是请客户试")
    digest = standard(own.settings.lexicons, "property-visit")

    tried = learning.learn(own, write=False)
    assert not list(own.settings.lexicons.rglob("company.txt"))
    report = learning.learn(own, write=True)
    assert (report.decisions, report.rows) == (tried.decisions, tried.rows)
    (row,) = report.rows
    assert (report.decisions, row.meaning, row.lines) == (len(TAUGHT), "demonstrate", len(TAUGHT))
    assert row.taken
    assert row.before < row.after <= row.held
    learnt = standard(own.settings.lexicons, "property-visit")
    assert digest is not None
    assert learnt is not None
    assert learnt.digest != digest.digest

    judge_again(own, lately)
    assert machine(own, lately, "demonstrate") in ("met", "cannot_judge")
    with own.db.reading() as session:
        kept = standing(session)
        assert (kept.state, kept.report) == ("idle", report)
        assert session.query(AuditEntry).filter_by(action="learned").one().detail["decisions"] == len(TAUGHT)
