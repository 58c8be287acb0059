"""The second review: drawn by content, blind, by another person, kept apart; the agreement of two people with its intervals."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.review.stage import decide, judge, panel_for, review_all, sign
from tests.web.review.test_work_list import count
from web.db import Database
from web.figures.rules import kappa, kappa_estimate
from web.kit.site import KEY
from web.models import AuditEntry, Recording, SecondAnswer, SecondReview, SignOff
from web.review.second import drawn

Cast = dict[str, Any]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The site, where everything that is signed is drawn."""
    app.extensions[KEY] = replace(here := app.extensions[KEY], web=replace(here.web, second_share=1.0))
    return app


def signed(app: Flask, db: Database, people: Cast, client: FlaskClient) -> int:
    """A recording that 小陈 signed, with one verdict overruled."""
    number = judge(app, db, "followup-02")
    decide(client, panel_for(app, db, people["qa"], number), "farewell", "set", "met", "听到再见")
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    return number


def fields(shown: Node) -> dict[str, list[str]]:
    """The clauses that the page asks for, with the answers it offers."""
    found: dict[str, list[str]] = {}
    for radio in shown.all("input", type="radio"):
        found.setdefault(radio.get("name") or "", []).append(radio.get("value") or "")
    return found


def test_a_small_share_is_drawn_by_content_alone() -> None:
    digests = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(20_000)]
    found = sum(drawn(digest, 0.05) for digest in digests)
    assert 0.04 < found / len(digests) < 0.06
    assert not any(drawn(digest, 0.0) for digest in digests) and all(drawn(digest, 1.0) for digest in digests)
    assert [drawn(digest, 0.05) for digest in digests] == [drawn(digest, 0.05) for digest in digests]


def test_another_person_judges_without_seeing_any_verdict(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = signed(app, db, people, login("qa"))
    assert count(page(login("qa").get("/review?queue=second")), "second") == 0  # not by whoever signed
    listed = page(login("qa2").get("/review?queue=second"))
    assert count(listed, "second") == 1 == len(listed.all("td", class_="work-who"))
    assert not listed.all("td", class_="work-score") and not listed.all("span", class_="chip")
    assert login("qa").get(f"/recordings/{number}/second").status_code == 404
    shown = page(login("qa2").get(f"/recordings/{number}/second")).one("main")
    assert not shown.all("span", class_="chip") and not shown.all("mark") and "听到再见" not in shown.text
    assert not [r for r in shown.all("input", type="radio") if r.get("checked") is not None]
    lines = panel_for(app, db, people["qa2"], number).lines
    assert set(fields(shown)) == {f"clause-{x.item_id}" for x in lines if x.how != "link" and x.final}


def test_answers_are_kept_apart_and_change_nothing(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = signed(app, db, people, login("qa"))
    before = panel_for(app, db, people["qa"], number)
    client = login("qa2")
    asked = fields(page(client.get(f"/recordings/{number}/second")))
    answers = {name: offered[0] for name, offered in asked.items()} | {"clause-farewell": "missed"}
    assert client.post(f"/recordings/{number}/second", data=answers).status_code == 303
    with db.reading() as session:
        kept = {a.item_id: (a.first, a.second) for a in session.scalars(select(SecondAnswer))}
        edition = session.scalars(select(SignOff)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "second-review")).one()
    assert kept["farewell"] == ("met", "missed")
    assert {item: first for item, (first, _) in kept.items()} == {
        item: verdict["final"] for item, verdict in edition.verdicts.items() if f"clause-{item}" in asked
    }
    assert entry.object_id == str(number) and entry.user_id == people["qa2"].id
    after = panel_for(app, db, people["qa"], number)
    assert (after.score, after.lines, after.editions) == (before.score, before.lines, before.editions)
    assert count(page(client.get("/review?queue=second")), "second") == 0
    assert client.post(f"/recordings/{number}/second", data=answers).status_code == 409


def test_a_clause_without_an_answer_is_asked_for_again(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = signed(app, db, people, login("qa"))
    client = login("qa2")
    asked = fields(page(client.get(f"/recordings/{number}/second")))
    answers = {name: offered[0] for name, offered in asked.items() if name != "clause-farewell"}
    shown = page(client.post(f"/recordings/{number}/second", data=answers), 422)
    assert "还有 1 条没有选结论" in shown.text
    chosen = {r.get("name"): r.get("value") for r in shown.all("input", type="radio") if r.get("checked") is not None}
    assert chosen == answers
    with db.reading() as session:
        assert session.scalars(select(SecondAnswer)).all() == []
        assert session.scalars(select(SecondReview)).one().done_at is None


def test_what_is_reopened_waits_no_longer_until_it_is_signed_again(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number, client = signed(app, db, people, login("qa")), login("qa")
    panel = panel_for(app, db, people["qa"], number)
    client.post(f"/recordings/{number}/reopen", data={"revision": panel.revision, "reason": "再听"})
    assert count(page(login("qa2").get("/review?queue=second")), "second") == 0
    sign(login("qa2"), panel_for(app, db, people["qa2"], number))
    assert count(page(login("qa2").get("/review?queue=second")), "second") == 0
    assert count(page(client.get("/review?queue=second")), "second") == 1


def test_the_agreement_of_two_people_stands_on_its_page(app: Flask, db: Database, people: Cast, login: Login) -> None:
    for second in ("met", "met", "missed"):
        number = signed(app, db, people, login("qa"))
        asked = fields(page(login("qa2").get(f"/recordings/{number}/second")))
        edition = panel_for(app, db, people["qa"], number)
        answers = {name: (edition.line(name.removeprefix("clause-")) or edition.lines[0]).final for name in asked}
        login("qa2").post(f"/recordings/{number}/second", data={**answers, "clause-farewell": second})
    section = page(login("manager").get("/review/agreement")).one("section", aria_labelledby="between-people")
    assert "已比较 3 段录音" in section.text
    rows = {row.all("td")[0].text: [c.text for c in row.all("td")[1:]] for row in section.one("tbody").all("tr")}
    farewell = next(cells for clause, cells in rows.items() if "再见" in clause)
    assert farewell == ["3", "66.7%", "21%–94%", "0.00（-1.00 – 1.00）"]  # Wilson; one said the same throughout
    assert next(iter(rows)) == "合计" and int(rows["合计"][0]) == 3 * len(asked)


def test_the_interval_of_kappa_of_a_worked_example() -> None:
    # Cohen's own scheme, n = 50: observed 0.7, chance 0.5, kappa 0.4; SE = sqrt(0.7 * 0.3 / 50) / 0.5 = 0.1296
    pairs = {("met", "met"): 20, ("met", "missed"): 5, ("missed", "met"): 10, ("missed", "missed"): 15}
    found = kappa_estimate(pairs)
    assert found.value == pytest.approx(0.4)
    assert (found.low, found.high) == (pytest.approx(0.1460, abs=1e-4), pytest.approx(0.6540, abs=1e-4))
    assert kappa_estimate({("met", "met"): 9}).value is None
    all_agree = kappa_estimate({("met", "met"): 5, ("missed", "missed"): 5})
    assert (all_agree.value, all_agree.low) == (1.0, None)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["met", "missed", "cannot_judge"]), st.sampled_from(["met", "missed"])),
        st.integers(1, 50),
        min_size=1,
    )
)
def test_kappas_interval_holds_it_and_is_the_same_from_both_sides(pairs: dict[tuple[str, str], int]) -> None:
    found, turned = kappa_estimate(pairs), kappa_estimate(Counter({(b, a): n for (a, b), n in pairs.items()}))
    assert found.value == kappa(pairs)
    assert (found.low is None) == (turned.low is None)
    if found.low is not None and turned.low is not None:
        assert found.low == pytest.approx(turned.low) and found.low >= -1.0


def test_who_may_not_review_sees_none_of_it(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = signed(app, db, people, login("qa"))
    for who in ("manager", "technician"):
        assert login(who).get(f"/recordings/{number}/second").status_code == 403
    with db.reading() as session:
        assert session.get_one(Recording, number).score is not None
