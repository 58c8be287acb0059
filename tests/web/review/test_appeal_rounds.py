"""An appeal to its end: answered in time, in part, contested before a manager, with its history, notices and consequences."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.review.stage import judge, panel_for, review_all, sign
from tests.web.together import at_once
from web.db import Database, now
from web.models import (
    Appeal,
    AppealStep,
    AuditEntry,
    Decision,
    Notice,
    NoticeKind,
    PublishedMonth,
    Recording,
    SignOff,
    User,
    UserRole,
    Verdict,
)

Cast = dict[str, Any]


@pytest.fixture
def filed(app: Flask, db: Database, people: Cast, login: Login) -> int:
    """An appeal of 王师傅 against 告别语 of a recording that 小陈 signed."""
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    assert sign(client, panel_for(app, db, people["qa"], number)).status_code == 303
    answer = login("technician").post(f"/recordings/{number}/appeals/farewell", data={"text": "0:40 我说了再见"})
    assert answer.status_code == 303
    return appeal(db).id


def appeal(db: Database) -> Appeal:
    with db.reading() as session:
        return session.scalars(select(Appeal)).one()


def steps(db: Database) -> list[AppealStep]:
    with db.reading() as session:
        return list(session.scalars(select(AppealStep).order_by(AppealStep.id)))


def verdict(db: Database) -> Verdict:
    with db.reading() as session:
        return session.scalars(select(Verdict).where(Verdict.item_id == "farewell")).one()


def told(db: Database, user: User) -> list[NoticeKind]:
    with db.reading() as session:
        statement = select(Notice.kind).where(Notice.user_id == user.id).order_by(Notice.id)
        return [kind for kind in session.scalars(statement) if kind.startswith(("appeal", "month"))]


def act(client: FlaskClient, number: int, what: str, **form: str) -> TestResponse:
    return client.post(f"/appeals/{number}/{what}", data=form)


def rejected(login: Login, number: int) -> None:
    assert act(login("qa2"), number, "resolve", answer="rejected", resolution="只听到好的").status_code == 303


def contested(login: Login, number: int) -> None:
    rejected(login, number)
    assert act(login("technician"), number, "contest", text="再听 0:41").status_code == 303


def card(client: FlaskClient, number: int) -> Node:
    return page(client.get("/appeals")).one("article", id=f"appeal-{number}")


def actions(card: Node) -> list[str]:
    return [(form.get("action") or "").rpartition("/")[2] for form in card.all("form")]


def test_the_technician_sees_until_when_he_is_answered(db: Database, login: Login, filed: int) -> None:
    row = appeal(db)
    assert row.due_at is not None and timedelta(days=4, hours=23) < row.due_at - now() <= timedelta(days=5)
    shown = card(login("technician"), filed)
    assert "前答复" in shown.text and "已过期限" not in shown.text
    assert "5 天内答复" in page(login("technician").get("/appeals")).text


def test_what_is_overdue_is_marked_and_stands_on_top(
    app: Flask, db: Database, people: Cast, login: Login, filed: int
) -> None:
    later = login("technician").post("/recordings/1/appeals/handle-problem", data={"text": "处理了"})
    assert later.status_code == 303
    with db.writing() as session:
        second = session.scalars(select(Appeal).order_by(Appeal.id.desc())).first()
        assert second is not None
        second.due_at, number = now() - timedelta(minutes=1), second.id
    shown = page(login("qa").get("/appeals"))
    assert [one.get("id") for one in shown.all("article")] == [f"appeal-{number}", f"appeal-{filed}"]
    assert ["已过期限" in one.text for one in shown.all("article")] == [True, False]
    assert "1 条已过答复期限" in shown.text


def test_in_part_a_clause_brings_part_of_its_points(db: Database, login: Login, filed: int) -> None:
    with db.reading() as session:
        before = session.get_one(Recording, 1).score or 0.0
    form = {"answer": "partly", "share": "0.5", "resolution": "说了再会，语气敷衍"}
    assert act(login("qa2"), filed, "resolve", **form).status_code == 303
    row, now_is = appeal(db), verdict(db)
    assert (row.state, row.contest_until is not None) == ("partly", True)
    assert (now_is.final, now_is.final_credit) == ("met", 0.5)
    with db.reading() as session:
        after = session.get_one(Recording, 1).score or 0.0
        assert session.scalars(select(SignOff).order_by(SignOff.edition.desc())).first().score == after  # type: ignore[union-attr]
    assert after > before
    last = steps(db)[-1]
    assert (last.what, last.outcome, last.before, last.after) == ("answered", "partly", "missed", "met")
    assert (last.after_credit, last.score_before, last.score_after) == (0.5, before, after)
    text = card(login("technician"), filed).text
    assert "部分成立" in text and f"{before:.1f} → {after:.1f}" in text


@pytest.mark.parametrize(
    ("share", "words"), [("", "按多少计分"), ("0.1", "按多少计分"), ("nan", "按多少计分"), ("9", "按多少计分")]
)
def test_a_share_that_is_none_is_given_back(db: Database, login: Login, filed: int, share: str, words: str) -> None:
    answer = act(login("qa2"), filed, "resolve", answer="partly", share=share, resolution="听到了")
    assert words in page(answer, 422).text
    assert appeal(db).state == "open"


def test_who_accepts_is_done_with_it(db: Database, people: Cast, login: Login, filed: int) -> None:
    rejected(login, filed)
    client = login("technician")
    assert actions(card(client, filed)) == ["accept", "contest"]
    for _twice in range(2):
        assert act(client, filed, "accept").status_code == 303
    assert [step.what for step in steps(db)] == ["filed", "answered", "accepted"]
    assert actions(card(client, filed)) == []
    assert "已接受答复" in page(act(client, filed, "contest", text="反悔了"), 422).text
    assert told(db, people["qa2"]) == [NoticeKind.APPEAL_FILED, NoticeKind.APPEAL_ACCEPTED]


def test_the_second_round_is_a_managers_of_the_team_or_of_all(
    db: Database, people: Cast, login: Login, filed: int
) -> None:
    with db.writing() as session:
        west = User(username="wu", name="老吴", role=UserRole.MANAGER, team_id=people["west"].id, password_hash="x")
        session.add(west)
        session.flush()
        people["west_manager"] = session.get_one(User, west.id)
    contested(login, filed)
    assert (appeal(db).state, appeal(db).round) == ("second", 2)
    for who in ("manager", "manager_east"):
        assert told(db, people[who]) == [NoticeKind.APPEAL_CONTESTED]
        assert actions(card(login(who), filed)) == ["decide"]
    assert told(db, people["west_manager"]) == []
    assert page(login("west_manager").get("/appeals")).all("article") == []
    form = {"answer": "rejected", "resolution": "同意"}
    assert act(login("west_manager"), filed, "decide", **form).status_code == 404
    for who in ("qa", "qa2", "admin", "technician"):
        assert act(login(who), filed, "decide", **form).status_code == 403
        assert actions(card(login(who), filed)) == []
    assert act(login("qa"), filed, "resolve", **form).status_code == 409  # the first round is over
    assert appeal(db).state == "second"


def test_a_manager_decides_for_good_and_all_concerned_are_told(
    db: Database, people: Cast, login: Login, filed: int
) -> None:
    contested(login, filed)
    form = {"answer": "upheld", "verdict": "met", "resolution": "0:41 清楚听到再见"}
    assert act(login("manager_east"), filed, "decide", **form).status_code == 303
    assert (appeal(db).state, verdict(db).final, verdict(db).final_credit) == ("upheld", "met", 1.0)
    assert [step.what for step in steps(db)] == ["filed", "answered", "contested", "decided"]
    with db.reading() as session:
        editions = session.scalars(select(SignOff).order_by(SignOff.edition)).all()
        decision = session.scalars(select(Decision).where(Decision.action == "appeal")).one()
        logged = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("appeal%"))).all()
    assert [edition.user_id for edition in editions] == [people["qa"].id, people["manager_east"].id]
    assert decision.user_id == people["manager_east"].id
    assert set(logged) == {"appealed", "appeal-rejected", "appeal-contested", "appeal-decided"}
    for who in ("technician", "qa", "qa2"):  # who contested, who signed, who answered
        assert told(db, people[who])[-1] == NoticeKind.APPEAL_DECIDED
    history = card(login("technician"), filed).one("ol", aria_label="经过").text
    for words in (
        "提出申诉",
        "答复：不成立",
        "只听到好的",
        "请主管裁定",
        "主管裁定：成立",
        "0:41 清楚听到再见",
        "老郑",
    ):
        assert words in history
    assert "到此为止" in page(act(login("technician"), filed, "contest", text="还是不服"), 422).text


def test_who_signed_or_answered_decides_nothing_even_as_a_manager(
    db: Database, people: Cast, login: Login, filed: int
) -> None:
    contested(login, filed)
    with db.writing() as session:
        session.get_one(User, people["qa2"].id).role = UserRole.MANAGER
    answer = act(login("qa2"), filed, "decide", answer="rejected", resolution="我说过了")
    assert "另一位主管" in page(answer, 422).text
    assert "另一位主管" in card(login("qa2"), filed).text
    assert page(login("qa2").get("/appeals?state=mine")).all("article") == []


def test_after_its_days_there_is_no_second_round(db: Database, login: Login, filed: int) -> None:
    rejected(login, filed)
    with db.writing() as session:
        session.get_one(Appeal, filed).contest_until = now() - timedelta(seconds=1)
    assert actions(card(login("technician"), filed)) == []
    assert "期限已过" in page(act(login("technician"), filed, "contest", text="再听"), 422).text
    assert act(login("technician"), filed, "accept").status_code == 409


def test_nobody_reacts_to_what_is_not_his(db: Database, login: Login, filed: int) -> None:
    rejected(login, filed)
    for what in ("accept", "contest"):
        assert act(login("technician2"), filed, what, text="我来").status_code == 404
        assert act(login("technician"), 4711, what, text="我来").status_code == 404
    assert appeal(db).state == "rejected"


def test_of_two_managers_at_once_one_decides(db: Database, login: Login, filed: int) -> None:
    contested(login, filed)
    form = {"answer": "upheld", "verdict": "met", "resolution": "听到了"}
    both = at_once(*(partial(act, login(who), filed, "decide", **form) for who in ("manager", "manager_east")))
    assert sorted(answer.status_code for answer in both) == [303, 409]
    assert [step.what for step in steps(db)].count("decided") == 1


def test_without_a_manager_admins_are_told(db: Database, people: Cast, login: Login, filed: int) -> None:
    with db.writing() as session:
        for who in ("manager", "manager_east"):
            session.get_one(User, people[who].id).active = False
    contested(login, filed)
    assert told(db, people["admin"]) == [NoticeKind.APPEAL_CONTESTED]


def test_a_frozen_month_stays_and_who_publishes_is_told(db: Database, people: Cast, login: Login, filed: int) -> None:
    body = {"technicians": [], "recordings": [], "standards": []}
    with db.writing() as session:
        month = f"{session.get_one(Recording, 1).recorded_on:%Y-%m}"
        session.add(PublishedMonth(month=month, edition=1, published_by_id=people["admin"].id, body=body))
    form = {"answer": "upheld", "verdict": "met", "resolution": "听到了"}
    assert act(login("qa2"), filed, "resolve", **form).status_code == 303
    with db.reading() as session:
        assert session.scalars(select(PublishedMonth.body)).all() == [body]
    assert steps(db)[-1].month == month
    for who, kinds in (("manager", 1), ("admin", 1), ("manager_east", 0), ("qa", 0)):
        assert told(db, people[who]).count(NoticeKind.MONTH_OUTDATED) == kinds
    assert f"{month} 的结果此前已发布" in card(login("technician"), filed).text
    assert f"{month} 已发布的结果没有变" in page(login("manager").get("/notices")).text


def test_each_role_counts_what_waits_for_it(db: Database, login: Login, filed: int) -> None:
    def waiting(who: str) -> int:
        return len(page(login(who).get("/appeals?state=mine")).all("article"))

    roles = ("qa", "admin", "manager", "manager_east", "technician", "technician2")
    assert [waiting(who) for who in roles] == [1, 1, 0, 0, 0, 0]
    rejected(login, filed)
    assert [waiting(who) for who in roles] == [0, 0, 0, 0, 1, 0]
    assert act(login("technician"), filed, "contest", text="再听").status_code == 303
    assert [waiting(who) for who in roles] == [0, 0, 1, 1, 0, 0]


def test_the_list_behind_a_rules_figure_has_just_its_appeals(db: Database, login: Login, filed: int) -> None:
    assert act(login("qa2"), filed, "resolve", answer="upheld", verdict="met", resolution="听到").status_code == 303
    with db.reading() as session:
        standard = session.get_one(Recording, 1).standard_id
    wanted = {"standard": standard, "item": "farewell", "against": "rule"}
    assert len(page(login("qa").get("/appeals", query_string=wanted)).all("article")) == 1
    for other in ({"item": "greeting"}, {"standard": "another"}):
        assert page(login("qa").get("/appeals", query_string={**wanted, **other})).all("article") == []


def test_a_manager_reads_no_private_words_in_the_history(db: Database, login: Login, filed: int) -> None:
    answer = act(login("qa2"), filed, "resolve", answer="rejected", resolution="客户电话 13812345678 没有说")
    assert answer.status_code == 303
    assert "13812345678" in card(login("qa"), filed).text
    for who in ("manager", "technician"):
        assert "13812345678" not in card(login(who), filed).text
