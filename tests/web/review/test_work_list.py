"""The work list: its order, its tabs' counts, its pages, its filters; and the agreement of people and machine."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.review.stage import decide, judge, panel_for, review_all, sign
from web.db import Database
from web.figures.rules import kappa
from web.models import Recording, RecordingState, ReviewState, Verdict

Cast = dict[str, Any]


def ids(shown: Node) -> list[int]:
    found = []
    for row in shown.all("td", class_="work-who"):
        path = urlsplit(row.one("a").get("href") or "").path
        found.append(int(path.rsplit("/", 1)[1]) if path.startswith("/recordings") else 0)
    return found


def count(shown: Node, tab: str) -> int:
    (link,) = (a for a in shown.one("ul", aria_label="列表").all("a") if f"queue={tab}" in (a.get("href") or ""))
    return int(link.one("span", class_="tab-count").text)


def bulk(db: Database, n: int, **more: Any) -> list[int]:
    """Judged recordings without an analysis: enough for lists."""
    with db.writing() as session:
        rows = [
            cast.recording(
                session,
                None,
                f"{more}{i}",
                **{
                    "state": RecordingState.JUDGED,
                    "risk": round(i % 7 / 10, 3),
                    "score": 70.0,
                    "recorded_at": cast.MONDAY - timedelta(minutes=i * 37 % 101),
                    **more,
                },
            )
            for i in range(n)
        ]
        return [row.id for row in rows]


def pages(client: FlaskClient, query: str) -> list[int]:
    """Follow the pages to the end and return all ids in order."""
    found: list[int] = []
    path = f"/review?{query}"
    for _ in range(10):
        shown = page(client.get(path))
        found += ids(shown)
        following = shown.all("a", rel="next")
        if not following:
            return found
        path = following[0].get("href") or ""
    raise AssertionError("the pages do not end")


def test_the_riskiest_comes_first_with_its_grounds(app: Flask, db: Database, login: Login) -> None:
    good = judge(app, db, "followup-02")
    worst = judge(app, db, "visit-03", suspicion="do-not-know")
    shown = page(login("qa").get("/review"))
    assert ids(shown) == [worst, good]
    first = shown.all("tr")[1].text
    assert "禁语 3 条" in first and "疑似 1 条" in first and "分数低" in first and "无法判断" not in first


def test_every_recording_stands_on_exactly_one_page_in_order_of_risk(db: Database, login: Login) -> None:
    waiting = bulk(db, 90) + bulk(db, 31, review_state=ReviewState.STARTED)
    bulk(db, 3, review_state=ReviewState.SIGNED)
    bulk(db, 2, state=RecordingState.QUEUED)
    bulk(db, 2, deleted_at=cast.MONDAY)
    client = login("qa")
    seen = pages(client, "queue=risk")
    assert Counter(seen) == Counter(waiting)
    with db.reading() as session:
        risks = [session.get_one(Recording, i).risk for i in seen]
    assert risks == sorted(risks, reverse=True)
    assert count(page(client.get("/review")), "risk") == len(waiting)


def test_the_random_sample_is_in_order_of_time_not_of_risk(db: Database, login: Login) -> None:
    bulk(db, 5)
    drawn = bulk(db, 70, sampled=True)
    client = login("qa")
    seen = pages(client, "queue=sample")
    assert Counter(seen) == Counter(drawn)
    with db.reading() as session:
        times = [session.get_one(Recording, i).recorded_at for i in seen]
    assert times == sorted(times)
    assert count(page(client.get("/review?queue=sample")), "sample") == len(drawn)


def test_what_came_back_is_listed_with_its_words(app: Flask, db: Database, people: Cast, login: Login) -> None:
    client = login("qa")
    for_appeal, for_reopening = judge(app, db, "followup-02"), judge(app, db, "followup-02")
    for number in (for_appeal, for_reopening):
        review_all(client, panel_for(app, db, people["qa"], number))
        sign(client, panel_for(app, db, people["qa"], number))
    login("technician").post(f"/recordings/{for_appeal}/appeals/farewell", data={"text": "我说了再见"})
    panel = panel_for(app, db, people["qa"], for_reopening)
    client.post(f"/recordings/{for_reopening}/reopen", data={"revision": panel.revision, "reason": "漏听一句"})
    shown = page(client.get("/review?queue=returned"))
    told = [row.text for row in shown.one("tbody").all("tr")]
    assert len(told) == count(shown, "returned") == 2
    assert "王师傅：我说了再见" in told[0] and "小陈：漏听一句" in told[1]


def test_filters_narrow_lists_and_counts_alike(app: Flask, db: Database, people: Cast, login: Login) -> None:
    mine = judge(app, db, "followup-02", staff_no="1001")
    other = judge(app, db, "visit-03", staff_no="1002")
    client = login("qa")
    for query, expected in (
        (f"team={people['east'].id}", [mine]),
        (f"technician={people['li'].id}", [other]),
        ("standard=property-followup", [mine]),
        (f"team={people['east'].id}&technician={people['li'].id}", []),
        ("team=nonsense&queue=nonsense&after=nonsense", [other, mine]),
    ):
        shown = page(client.get(f"/review?{query}"))
        assert (ids(shown), count(shown, "risk")) == (expected, len(expected)), query


def test_empty_lists_say_what_to_do(login: Login) -> None:
    client = login("qa")
    for query, words in (
        ("", "上传新的录音"),
        ("queue=sample", "抽中的会列在这里"),
        ("queue=returned", "技师的申诉"),
        ("standard=property-visit", "去掉筛选"),
    ):
        assert words in page(client.get(f"/review?{query}")).text


@pytest.mark.parametrize("path", ["/review", "/review?queue=sample", "/review?queue=returned", "/appeals"])
def test_a_list_takes_at_most_twelve_queries_and_that_of_the_standards(
    app: Flask, db: Database, people: Cast, login: Login, path: str
) -> None:
    bulk(db, 60, sampled=True)
    number = judge(app, db, "followup-02")
    client = login("qa")
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    login("technician").post(f"/recordings/{number}/appeals/farewell", data={"text": "我说了再见"})
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, k, statement, *rest: asked.append(statement))
    page(client.get(path))
    assert 2 <= len([s for s in asked if s.startswith("SELECT")]) <= 13


def test_the_recordings_page_with_its_panel_takes_at_most_fourteen_queries(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    number = judge(app, db)
    client = login("qa")
    decide(client, panel_for(app, db, people["qa"], number), "greeting")
    client.get("/help/")  # whether a worker runs is asked once in a while
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda c, k, statement, *rest: asked.append(statement))
    page(client.get(f"/recordings/{number}?queue=risk"))
    assert len([s for s in asked if s.startswith("SELECT")]) <= 14


def test_the_panel_says_how_the_standard_was_covered(app: Flask, db: Database, login: Login) -> None:
    number = judge(app, db)
    shown = page(login("qa").get(f"/recordings/{number}"))
    assert shown.one("p", id="review-coverage").text == "24 条：自动 15 · 关联 3 · 人工 6 · 未判 9"


def test_the_gravest_stands_first_and_what_does_not_apply_is_folded(app: Flask, db: Database, login: Login) -> None:
    number = judge(app, db, suspicion="do-not-know")
    shown = page(login("qa").get(f"/recordings/{number}"))
    groups = {g.get("data-group"): g for g in shown.all("details", class_="clause-group")}
    assert list(groups) == ["trouble", "good", "rest"]
    assert groups["trouble"].get("open") is not None and groups["rest"].get("open") is None
    order = [c.get("data-item") for c in groups["trouble"].all("li", class_="clause")]
    assert order[:4] == ["not-our-job", "not-our-concern", "solicit", "do-not-know"]
    assert order[-1] == "leave-facing"


def test_a_miss_shows_where_it_was_looked_for_and_the_nearest_words(app: Flask, db: Database, login: Login) -> None:
    number = judge(app, db)
    clause = page(login("qa").get(f"/recordings/{number}")).one("li", id="clause-greeting")
    evidence = clause.one("div", class_="clause-evidence")
    nearest, searched = [button for button in evidence.all("button") if "evidence" in (button.get("class") or "")]
    assert (nearest.get("data-seek"), nearest.get("data-item")) == ("35.8", "greeting")
    assert "你找" in nearest.text and "0.69" in nearest.text
    assert (searched.get("data-play"), searched.get("data-until")) == ("0.0", "45.86")


def test_agreement_counts_the_last_decision_and_only_the_sample(
    app: Flask, db: Database, people: Cast, login: Login
) -> None:
    client = login("qa")
    for sampled in (True, True, False):
        number = judge(app, db, "followup-02", sampled=sampled)
        decide(client, panel_for(app, db, people["qa"], number), "farewell", "set", "met", "听到")
        decide(client, panel_for(app, db, people["qa"], number), "greeting")
        decide(client, panel_for(app, db, people["qa"], number), "ask-usage", "set", "missed", "没问")
        decide(client, panel_for(app, db, people["qa"], number), "ask-usage", "withdraw")
        decide(client, panel_for(app, db, people["qa"], number), "next-day", "set", "met")  # no machine verdict
    sample = page(client.get("/review/agreement"))
    rows = {row.all("td")[0].text: [c.text for c in row.all("td")[1:]] for row in sample.all("tbody")[0].all("tr")}
    assert len(rows) == 3  # two clauses and the sum
    assert rows["合计"][:2] == ["4", "50.0%"]
    farewell = next(v for k, v in rows.items() if "再见" in k)
    assert farewell[:3] == ["2", "0.0%", "0%–66%"]  # Wilson: 1.96² / (2 + 1.96²) = 0.658
    assert farewell[4:] == ["2", "0", "2", "0"]  # accused, let off, both, blind
    everything = page(client.get("/review/agreement?of=all"))
    assert next(r for r in everything.all("tr") if "合计" in r.text).all("td")[1].text == "6"


def test_agreement_tells_what_the_verdicts_rest_on(app: Flask, db: Database, people: Cast, login: Login) -> None:
    client = login("qa")
    number = judge(app, db, "visit-03", sampled=True, suspicion="solicit")
    with db.writing() as session:
        for item_id, means in (("not-our-job", "sound"), ("solicit", "meaning")):
            verdict = session.get_one(Verdict, (number, item_id))
            verdict.rests_on = means
    for item_id, word in (("not-our-job", "met"), ("not-our-concern", "missed"), ("solicit", "missed")):
        decide(client, panel_for(app, db, people["qa"], number), item_id, "set", word, "听过")
    decide(client, panel_for(app, db, people["qa"], number), "inquiry")
    told = page(client.get("/review/agreement"))
    rows = {row.all("td")[0].text: [c.text for c in row.all("td")[1:]] for row in told.all("tbody")[1].all("tr")}
    assert [rows["原话"][i] for i in (0, 1, 3)] == ["1", "100.0%", "0"]
    assert [rows["按声音"][i] for i in (0, 1, 3)] == ["1", "0.0%", "1"]  # accused, and the person heard nothing of it
    assert [rows["意思相同"][i] for i in (0, 4, 5)] == ["0", "1", "1"]  # suspected, and it was so
    assert rows["没有听到"][:2] == ["1", "100.0%"]


def test_kappa_of_worked_examples() -> None:
    # Cohen's own scheme: 2 × 2, n = 50, both "yes" 20, both "no" 15, 5 and 10 apart: observed 0.7, chance 0.5
    pairs = {("met", "met"): 20, ("met", "missed"): 5, ("missed", "met"): 10, ("missed", "missed"): 15}
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa({}) is None
    assert kappa({("met", "met"): 9}) is None  # one verdict throughout: chance alone agrees fully


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["met", "missed", "not_applicable"]), st.sampled_from(["met", "missed"])),
        st.integers(1, 50),
        min_size=1,
    )
)
def test_kappa_is_at_most_one_and_the_same_from_both_sides(pairs: dict[tuple[str, str], int]) -> None:
    found = kappa(pairs)
    turned = kappa({(b, a): n for (a, b), n in pairs.items()})
    assert found == (None if turned is None else pytest.approx(turned))
    assert found is None or found <= 1.0 + 1e-9


def test_the_address_of_the_next_page_keeps_the_filters(db: Database, people: Cast, login: Login) -> None:
    bulk(db, 55, technician_id=people["wang"].id)
    shown = page(login("qa").get(f"/review?technician={people['wang'].id}"))
    query = parse_qs(urlsplit(shown.one("a", rel="next").get("href") or "").query)
    assert query["technician"] == [str(people["wang"].id)] and "after" in query
