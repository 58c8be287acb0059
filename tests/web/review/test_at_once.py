"""Two people, or a person and a worker, at the same recording at the same moment: one holds, the other is told."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.review.stage import decide, judge, panel_for, sign
from tests.web.together import at_once
from web import queue
from web.db import Database
from web.intake import rows
from web.kit import audit
from web.models import Decision, JobKind, Recording, ReviewState, SignOff
from web.review.panel import Panel
from web.worker import assignment

Cast = dict[str, Any]
PAIRS = 8  # without the lock nearly every pair went wrong


def settled(verdict: str = "met") -> dict[str, Any]:
    """An analysis in which a person need not see anything before signing."""
    document = analysis("followup-02")
    document["items"] = [item for item in document["items"] if item["verdict"] == "met"]
    document["items"][0].update(verdict=verdict, credit=float(verdict == "met"))
    return document


def clean(app: Flask, db: Database, people: Cast, number: int) -> int:
    with app.app_context(), db.writing() as session:
        row = cast.recording(session, people["wang"], f"{number}.m4a", standard_id="property-followup")
        rows.record_analysis(session, row.id, settled(), "heard")
        return row.id


def test_of_two_signatures_at_once_one_holds_and_the_other_is_told(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    chen, lin = login("qa"), login("qa2")
    for pair in range(PAIRS):
        number = clean(app, db, people, pair)
        panel = panel_for(app, db, people["qa"], number)
        told = at_once(partial(sign, chen, panel), partial(sign, lin, panel))
        assert sorted(answer.status_code for answer in told) == [303, 409], pair
    with db.reading() as session:
        signed = session.scalars(select(SignOff.recording_id)).all()
        assert len(signed) == len(set(signed)) == PAIRS


def test_of_two_decisions_at_once_one_holds_and_the_other_is_shown_it(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    chen, lin = login("qa"), login("qa2")
    number = judge(app, db)
    for pair in range(PAIRS):
        panel = panel_for(app, db, people["qa"], number)
        told = at_once(
            partial(decide, chen, panel, "knock", "set", "met", f"{pair}"),
            partial(decide, lin, panel, "knock", "set", "missed", f"{pair}"),
        )
        assert sorted(answer.status_code for answer in told) == [200, 409], pair
    with db.reading() as session:
        assert len(session.scalars(select(Decision.id)).all()) == PAIRS


def test_a_result_that_comes_beside_a_signature_is_signed_whole_or_not_taken(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    chen = login("qa")

    def store(held: assignment.Assignment) -> int:
        with app.app_context(), db.writing() as session:
            return int(assignment.store(session, held, settled("missed")))

    def insist(panel: Panel) -> int:
        """Sign as soon as it can be: while it is being judged again it cannot."""
        while (code := sign(chen, panel).status_code) == 422:
            pass
        return code

    for pair in range(PAIRS):
        number = clean(app, db, people, pair)
        with app.app_context(), db.writing() as session:
            queue.enqueue(session, number, JobKind.SCORE)
            held = assignment.take(session, "w", 30.0, tuple(JobKind))
        assert held is not None
        panel = panel_for(app, db, people["qa"], number)
        at_once(partial(store, held), partial(insist, panel))
        with db.reading() as session:
            row = session.get_one(Recording, number)
            edition = session.scalars(select(SignOff).where(SignOff.recording_id == number)).one()
            assert row.review_state is ReviewState.SIGNED
            assert (edition.analysis_id, edition.score) == (row.analysis_id, row.score), pair
            first = next(iter(settled()["items"]))["id"]
            assert edition.verdicts[first]["final"] == "missed"


def test_the_audit_chain_has_no_forks_however_many_write_it(db: Database) -> None:
    def write() -> int:
        for number in range(20):
            with db.writing() as session:
                audit.record(session, "listen", "recording", number)
        return 0

    at_once(*(4 * [write]))
    with db.reading() as session:
        assert list(audit.broken_links(session)) == []
