"""The desk of a reviewer: today's share, whose a review is, days that move with today, the list that signing follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.review.stage import judge, panel_for, review_all, sign
from tests.web.review.test_work_list import bulk, count, ids
from web.db import Database, now
from web.kit.site import site_of
from web.models import AuditEntry, Recording, ReviewState, TeamReviewer

Cast = dict[str, Any]
SIZE = 20


def desk(client: FlaskClient) -> list[int]:
    return ids(page(client.get("/review?queue=mine")))


def draw(client: FlaskClient) -> Node:
    return page(client.post("/review/share", follow_redirects=True))


def hand(client: FlaskClient, act: str, *numbers: int, **form: Any) -> Node:
    data = {"act": act, "id": list(numbers), **form}
    return page(client.post("/review/hand?queue=risk", data=data, follow_redirects=True))


def audited(db: Database, action: str) -> list[AuditEntry]:
    with db.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def test_a_share_is_what_was_given_then_the_sample_then_the_riskiest(db: Database, people: Cast, login: Login) -> None:
    given = bulk(db, 3, reviewer_id=people["qa"].id, risk=0.1)
    sample = bulk(db, 4, sampled=True, risk=0.2)
    rest = bulk(db, 30)
    client = login("qa")
    assert sorted(desk(client)) == sorted(given)
    shown = draw(client)
    mine = desk(client)
    assert sorted(mine[:3]) == sorted(given) and sorted(mine[3:7]) == sorted(sample)
    with db.reading() as session:
        by_risk = session.scalars(
            select(Recording.id).where(Recording.id.in_(rest)).order_by(Recording.risk.desc(), Recording.id.desc())
        )
        assert mine[7:] == list(by_risk)[:13]
    assert len(mine) == SIZE == count(page(client.get("/review?queue=mine")), "mine")
    assert "领取了 17 段" in shown.text and "领取今日份额" not in shown.text
    assert [entry.detail["count"] for entry in audited(db, "share-drawn")] == [17]


def test_no_recording_is_in_two_shares(db: Database, login: Login) -> None:
    everything = bulk(db, 32, sampled=True)
    first, second = login("qa"), login("qa2")
    draw(first)
    draw(second)
    mine, theirs = desk(first), desk(second)
    assert len(mine) == SIZE and len(theirs) == 12
    assert sorted(mine + theirs) == sorted(everything)


def test_what_was_drawn_and_not_begun_is_free_again_the_next_day(db: Database, people: Cast, login: Login) -> None:
    begun, untouched = bulk(db, 2)
    client = login("qa")
    draw(client)
    with db.writing() as session:
        yesterday = now().date() - timedelta(days=2)
        session.execute(update(Recording).values(reserved_on=yesterday))
        session.get_one(Recording, begun).review_state = ReviewState.STARTED
    assert desk(client) == [begun]
    other = login("qa2")
    draw(other)
    assert desk(other) == [untouched] and desk(client) == [begun]


def test_what_was_given_stays_given(db: Database, people: Cast, login: Login) -> None:
    (number,) = bulk(db, 1)
    hand(login("admin"), "give", number, to=people["qa"].id)
    draw(login("qa2"))
    assert (desk(login("qa")), desk(login("qa2"))) == ([number], [])
    assert [(e.object_id, e.detail) for e in audited(db, "review-give")] == [(str(number), {"from": "", "to": "小陈"})]


def test_the_day_counts_what_one_signed_today(app: Flask, db: Database, people: Cast, login: Login) -> None:
    client = login("qa")
    numbers = [judge(app, db, "followup-02") for _ in range(2)]
    for number in numbers:
        review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], numbers[0]))
    assert page(client.get("/review?queue=mine")).one("strong", id="share-done").text == f"1 / {SIZE}"
    assert "领取今日份额（19 段）" in page(client.get("/review?queue=mine")).text
    sign(login("qa2"), panel_for(app, db, people["qa2"], numbers[1]))
    assert page(client.get("/review?queue=mine")).one("strong", id="share-done").text == f"1 / {SIZE}"


def test_the_team_of_a_reviewer_comes_into_his_share_and_no_other(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    east = bulk(db, 5, technician_id=people["wang"].id, risk=0.01)
    rest = bulk(db, 30, technician_id=None)
    answer = login("admin").post(f"/review/teams/{people['east'].id}", data={"user": people["qa"].id})
    assert answer.status_code == 303
    other, own = login("qa2"), login("qa")
    draw(other)
    draw(own)
    assert set(desk(other)) <= set(rest) and len(desk(other)) == SIZE
    assert set(east) <= set(desk(own))
    assert [(e.object_id, e.detail) for e in audited(db, "team-reviewer")] == [(str(people["east"].id), {"to": "小陈"})]
    login("admin").post(f"/review/teams/{people['east'].id}", data={"user": ""})
    with db.reading() as session:
        assert session.scalars(select(TeamReviewer)).all() == []
    assert (
        login("admin").post(f"/review/teams/{people['east'].id}", data={"user": people["wang"].id + 900}).status_code
        == 422
    )
    assert login("qa").post(f"/review/teams/{people['east'].id}", data={"user": people["qa"].id}).status_code == 403


def test_taking_leaves_a_colleagues_alone_and_taking_over_tells_him(db: Database, people: Cast, login: Login) -> None:
    free, his = bulk(db, 2)
    qa, qa2 = login("qa"), login("qa2")
    hand(qa2, "take", his)
    told = hand(qa, "take", free, his).text
    assert "已归到您名下：1 段" in told and "1 段在别人名下" in told
    assert (desk(qa), desk(qa2)) == ([free], [his])
    assert "已接手 1 段" in hand(qa, "over", his).text
    assert sorted(desk(qa)) == sorted([free, his]) and desk(qa2) == []
    assert "您名下的 1 段录音由 小陈 接手" in page(qa2.get("/review?queue=mine")).text
    assert [e.detail for e in audited(db, "review-taken-over")] == [{"from": "小林", "to": "小陈"}]
    qa2.post("/review/handovers")
    assert "接手" not in page(qa2.get("/review?queue=mine")).one("main").one("div", class_="desk").text
    assert "由 小陈 接手" not in page(qa2.get("/review?queue=mine")).text


def test_giving_back_frees_ones_own_only(db: Database, people: Cast, login: Login) -> None:
    mine, his = bulk(db, 2)
    qa, qa2 = login("qa"), login("qa2")
    hand(qa, "take", mine)
    hand(qa2, "take", his)
    told = hand(qa, "back", mine, his).text
    assert "已放回 1 段" in told and "1 段不在您名下" in told
    assert (desk(qa), desk(qa2)) == ([], [his])
    assert "已放回 1 段" in hand(login("admin"), "back", his).text
    assert desk(qa2) == []


@pytest.mark.parametrize("who", ["manager", "technician", "nobody"])
def test_only_reviewers_are_given_reviews(db: Database, people: Cast, login: Login, who: str) -> None:
    (number,) = bulk(db, 1)
    to = {"to": people[who].id} if who in people else {}
    assert "请选择一位质检员" in hand(login("qa"), "give", number, **to).text
    with db.reading() as session:
        assert session.get_one(Recording, number).reviewer_id is None


def test_a_recordings_own_page_says_whose_it_is_and_moves_it(app: Flask, db: Database, login: Login) -> None:
    number = judge(app, db)
    for who, words, chip in (
        ("qa2", "我来复核", "归我复核"),
        ("qa", "从小林接手复核", "归我复核"),
        ("qa", "放回，不归我复核", ""),
    ):
        client = login(who)
        shown = page(client.get(f"/recordings/{number}?queue=risk"))
        form = next(f for f in shown.all("form") if words in f.text)
        data = {i.get("name"): i.get("value") for i in [*form.all("input"), form.one("button")]}
        answer = client.post(form.get("action") or "", data=data)
        assert answer.headers["Location"] == f"/recordings/{number}?queue=risk"
        told = [c.text for c in page(client.get(f"/recordings/{number}")).all("span", class_="chip")]
        assert [t for t in told if t.startswith("归")] == ([chip] if chip else [])


def test_signed_recordings_change_hands_no_more(db: Database, people: Cast, login: Login) -> None:
    (number,) = bulk(db, 1, review_state=ReviewState.SIGNED)
    assert "1 段已签核" in hand(login("qa"), "take", number).text
    with db.reading() as session:
        assert session.get_one(Recording, number).reviewer_id is None


def test_signing_goes_on_through_the_list_that_one_works_through(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    client = login("qa")
    first, second, third = (judge(app, db, "followup-02", risk=risk) for risk in (0.3, 0.2, 0.1))
    hand(client, "take", first, third)
    hand(login("qa2"), "take", second)
    review_all(client, panel_for(app, db, people["qa"], first))

    def following(queue: str) -> int:
        panel = panel_for(app, db, people["qa"], first)
        if panel.signed:
            client.post(f"/recordings/{first}/reopen", data={"revision": panel.revision, "reason": "再来"})
            panel = panel_for(app, db, people["qa"], first)
        place = urlsplit(sign(client, panel, query=f"?queue={queue}", then="next").headers["Location"])
        assert parse_qs(place.query)["queue"] == [queue]
        return int(place.path.rsplit("/", 1)[1])

    assert following("mine") == third
    assert following("risk") == third  # what is on a colleague's desk is passed over


def test_days_move_with_today(app: Flask, db: Database, login: Login) -> None:
    with app.app_context():
        zone = site_of(app).zone
    today = now().astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    by_day = {
        day: bulk(db, 1, recorded_on=day)[0]
        for day in {today, today - timedelta(days=1), monday, monday - timedelta(days=1), today - timedelta(days=9)}
    }
    client = login("qa")
    for path in ("/review?queue=risk&", "/recordings/?"):
        found = {when: page(client.get(f"{path}when={when}")) for when in ("yesterday", "week", "nonsense")}
        got = {when: set(_listed(shown)) for when, shown in found.items()}
        assert got["yesterday"] == {by_day[today - timedelta(days=1)]}, path
        assert got["week"] == {number for day, number in by_day.items() if monday <= day <= today}, path
        assert got["nonsense"] == set(by_day.values()), path
    assert count(page(client.get("/review?queue=risk&when=yesterday")), "risk") == 1


def _listed(shown: Node) -> list[int]:
    links = [a.get("href") or "" for a in shown.one("main").all("a")]
    paths = [urlsplit(link).path for link in links if urlsplit(link).path.startswith("/recordings/")]
    return [int(path.rsplit("/", 1)[1]) for path in paths if path.rsplit("/", 1)[1].isdigit()]


def test_the_presets_are_addresses(db: Database, login: Login) -> None:
    bulk(db, 1)
    shown = page(login("qa").get("/review?queue=risk&standard=property-visit"))
    presets = shown.one("ul", class_="presets").all("a")
    assert [a.text for a in presets] == ["不限日期", "昨天", "本周"]
    query = parse_qs(urlsplit(presets[1].get("href") or "").query)
    assert query == {"queue": ["risk"], "standard": ["property-visit"], "when": ["yesterday"]}


def test_a_list_says_whose_a_recording_is(db: Database, people: Cast, login: Login) -> None:
    his, mine, free = bulk(db, 3)
    hand(login("qa2"), "take", his)
    hand(login("qa"), "take", mine)
    shown = page(login("qa").get("/review?queue=risk"))
    chips = {ids(row)[0]: row.one("td", class_="work-state").text for row in shown.one("tbody").all("tr")}
    assert "小林" in chips[his] and "我的" in chips[mine]
    assert "小林" not in chips[free] and "我的" not in chips[free]


def test_the_cast_of_a_desk_is_in_the_audit_log_in_words(db: Database, login: Login) -> None:
    (number,) = bulk(db, 1)
    hand(login("qa"), "take", number)
    assert "领取复核" in page(login("admin").get("/admin/audit")).text
