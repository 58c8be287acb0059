"""Sign-off: what must be seen first, what a signature keeps, how it is taken back, what comes next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.review.stage import FORBIDDEN, NEAR, PERSON, decide, judge, panel_for, review_all, sign
from web import queue
from web.db import Database
from web.models import AuditEntry, Decision, JobKind, Recording, ReviewState, SignOff, StaleDay

Cast = dict[str, Any]


def recording(db: Database, recording_id: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, recording_id)


def editions(db: Database, recording_id: int) -> list[SignOff]:
    with db.reading() as session:
        found = select(SignOff).where(SignOff.recording_id == recording_id).order_by(SignOff.edition)
        return list(session.scalars(found))


def test_accusations_doubts_and_person_items_must_be_seen_first(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db, suspicion="do-not-know")
    answer = sign(login("qa"), panel_for(app, db, people["qa"], number), htmx=True)
    box = page(answer, 422).one("section", id="signoff")
    listed = {a.get("data-to-clause") for a in box.all("a") if a.get("data-to-clause")}
    assert listed == {*FORBIDDEN, *NEAR, *PERSON}
    assert "还不能签核：有 12 条" in box.text and "疑似禁语" in box.text and "差一点达标" in box.text
    assert editions(db, number) == []
    assert recording(db, number).review_state is ReviewState.OPEN


def test_each_thing_seen_leaves_the_list_until_it_can_be_signed(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    client = login("qa")
    left = len(panel_for(app, db, people["qa"], number).must_see)
    while left:
        panel = panel_for(app, db, people["qa"], number)
        first = panel.must_see[0]
        assert sign(client, panel, htmx=True).status_code == 422
        decide(client, panel, first.item_id, "set" if first.asks else "confirm", "met" if first.asks else "")
        now_left = len(panel_for(app, db, people["qa"], number).must_see)
        assert now_left == left - 1
        left = now_left
    assert sign(client, panel_for(app, db, people["qa"], number), htmx=True).status_code == 204


def test_a_signature_keeps_the_verdicts_and_the_score(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, "followup-02")
    client = login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "farewell", "set", "met", "0:40 说了再见")
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number), note="复听两遍").status_code == 303
    row = recording(db, number)
    assert (row.review_state, row.signed_by_id) == (ReviewState.SIGNED, people["qa"].id)
    (edition,) = editions(db, number)
    assert (edition.edition, edition.score, edition.machine_score) == (1, row.score, 60.0)
    assert edition.note == "复听两遍"
    assert edition.verdicts["farewell"] == {"machine": "missed", "human": "met", "final": "met", "credit": 1.0}
    assert edition.verdicts["greeting"]["human"] is None
    with db.reading() as session:
        assert session.get(StaleDay, (cast.MONDAY.date(), people["wang"].id)) is not None
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "signed")).one().object_id == str(number)


def test_nobody_signs_what_he_has_not_seen(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, "followup-02")
    old = panel_for(app, db, people["qa"], number)
    review_all(login("qa"), old)
    panel = panel_for(app, db, people["qa"], number)
    decide(login("qa2"), panel, "farewell", "set", "met", "听到再见")
    assert "内容又有变化" in page(sign(login("qa"), panel, htmx=True), 409).text
    assert editions(db, number) == []


def test_what_is_being_judged_again_is_not_signed(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, "followup-02")
    review_all(login("qa"), panel_for(app, db, people["qa"], number))
    with db.writing() as session:
        queue.enqueue(session, number, JobKind.SCORE, "文字更正")
    answer = sign(login("qa"), panel_for(app, db, people["qa"], number), htmx=True)
    assert "正在重新判分" in page(answer, 422).text


def test_reopening_wants_a_reason_and_is_told(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    panel = panel_for(app, db, people["qa"], number)
    bare = client.post(f"/recordings/{number}/reopen", data={"revision": panel.revision, "reason": " "})
    assert "撤回签核要写理由" in page(bare, 422).text
    stale = client.post(f"/recordings/{number}/reopen", data={"revision": panel.revision - 1, "reason": "漏听"})
    assert stale.status_code == 409
    assert recording(db, number).review_state is ReviewState.SIGNED
    client = login("qa2")
    done = client.post(f"/recordings/{number}/reopen", data={"revision": panel.revision, "reason": "漏听一句"})
    assert done.status_code == 303
    row = recording(db, number)
    assert (row.review_state, row.signed_at, row.signed_by_id) == (ReviewState.STARTED, None, None)
    (first,) = editions(db, number)
    assert (first.reopened_by_id, first.reopen_reason) == (people["qa2"].id, "漏听一句")
    assert sign(client, panel_for(app, db, people["qa2"], number)).status_code == 303
    assert [e.edition for e in editions(db, number)] == [1, 2]
    told = page(client.get(f"/recordings/{number}")).one("section", id="signoff").text
    assert "签核记录 2" in told and "漏听一句" in told


def test_signing_opens_what_is_next_in_the_list_one_came_from(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    early = cast.MONDAY - timedelta(days=3)
    worst = judge(app, db, "visit-03")
    good = judge(app, db, "followup-02")
    sampled = judge(app, db, "followup-02", sampled=True, recorded_at=early)
    client = login("qa")
    for number in (good, sampled):
        review_all(client, panel_for(app, db, people["qa"], number))
    answer = sign(client, panel_for(app, db, people["qa"], good), True, "?queue=risk", then="next")
    assert answer.headers["HX-Redirect"] == f"/recordings/{worst}?queue=risk"
    answer = sign(client, panel_for(app, db, people["qa"], sampled), False, "?queue=sample", then="next")
    assert answer.location == "/review?queue=sample"
    assert "都复核完了" not in page(client.get(answer.location)).text  # the sampled list has its own words
    assert "没有等待抽查的录音" in page(client.get("/review?queue=sample")).text


def test_only_the_office_signs(app: Flask, db: Database, people: Cast, login: Login) -> None:
    number = judge(app, db)
    panel = panel_for(app, db, people["qa"], number)
    for who in ("manager", "technician"):
        assert sign(login(who), panel).status_code == 403


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(chosen=st.sets(st.integers(0, 14), max_size=6), example=st.sampled_from(["visit-03", "followup-02"]))
def test_confirming_the_machine_leaves_the_score(
    app: Flask, db: Database, people: Cast, login: Login, chosen: set[int], example: str
) -> None:
    """The law: agreeing with any of the machine's verdicts, partial credit or not, changes no score."""
    number = judge(app, db, example)
    before = recording(db, number).score
    client = login("qa")
    rules = [line for line in panel_for(app, db, people["qa"], number).lines if line.machine is not None]
    for index in chosen:
        if index < len(rules):
            panel = panel_for(app, db, people["qa"], number)
            assert decide(client, panel, rules[index].item_id).status_code == 200
    after = recording(db, number)
    assert (after.score, after.machine_score) == (before, before)
    with db.reading() as session:
        made = session.scalars(select(Decision).where(Decision.recording_id == number)).all()
    assert len(made) == sum(index < len(rules) for index in chosen)
