"""How people talk: distributions of one standard, one's own place, and nobody else's name or figures for technicians."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import Node, page
from web.db import Database
from web.models import Recording, RecordingFigures, RecordingState, ReviewState, ScorePeriod, Technician

WEEK = "period=2026-W48"


def recorded(session: Any, technician: Technician, shares: list[float], **more: Any) -> None:
    """Signed recordings with these talk shares, two interruptions in each."""
    for number, share in enumerate(shares):
        row = cast.recording(
            session,
            technician,
            f"{technician.staff_no}-{number}-{more}.mp3",
            **{"state": RecordingState.JUDGED, "review_state": ReviewState.SIGNED, **more},
        )
        session.add(RecordingFigures(recording_id=row.id, talk_share=share, interruptions=2))


@pytest.fixture
def crew(db: Database, people: dict[str, Any]) -> list[int]:
    """王师傅 talks 60 % of the time, three colleagues of his team 40, 50 and 70 %; 李师傅 of the west 90 %."""
    ids = [people["wang"].id]
    with db.writing() as session:
        recorded(session, people["wang"], [0.6] * 5)
        for number, share in enumerate([0.4, 0.5, 0.7]):
            colleague = Technician(staff_no=f"20{number}", name=f"同事{number}", team_id=people["east"].id)
            session.add(colleague)
            session.flush()
            ids.append(colleague.id)
            recorded(session, colleague, [share] * 5)
        recorded(session, people["li"], [0.9] * 5)
        recorded(session, people["wang"], [0.1] * 5, standard_id="property-followup")
        session.add(
            ScorePeriod(
                period="2026-W48",
                technician_id=people["wang"].id,
                standard_id="property-visit",
                job_kind="*",
                reviewed=True,
                recordings=20,
            )
        )
    return ids


def chart(shown: Node, figure: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(shown.one("script", id=f"chart-{figure}-values").text)
    return values


def test_his_place_is_told_among_his_team_and_one_standard(login: Login, crew: list[int]) -> None:
    shown = page(login("qa").get(f"/scorecards/talk?{WEEK}&technician={crew[0]}"))
    text = shown.text
    assert "本人中位数 60%（n=5）" in text
    assert "4 人中的第 62 百分位" in text  # two below, himself half: 2.5 of 4
    assert sum(chart(shown, "talk_share")["counts"]) == 20  # neither 李师傅 of the west nor the calls
    assert chart(shown, "interruptions")["bins"] == ["2"]
    assert "半数录音在 2.0–2.0 之间" in text
    links = [a.get("href") or "" for a in shown.all("a") if a.text == "n=5"]
    assert f"technician={crew[0]}" in links[0]
    assert "standard=property-visit" in links[0]


def test_a_technician_sees_his_own_place_and_no_name(login: Login, crew: list[int]) -> None:
    for path in ("/scorecards/talk", f"/scorecards/talk/{crew[0]}/part", f"/scorecards/talk?technician={crew[1]}"):
        shown = page(login("technician").get(f"{path}{'&' if '?' in path else '?'}{WEEK}"))
        assert "60%" in shown.text
        assert "4 人中的第 62 百分位" in shown.text
        assert "同事" not in shown.text
    assert login("technician").get(f"/scorecards/talk/{crew[1]}/part").status_code == 404


def test_a_technician_of_a_small_team_sees_no_distribution(
    login: Login, db: Database, people: dict[str, Any], crew: list[int]
) -> None:
    with db.writing() as session:
        session.get_one(Technician, crew[3]).team_id = None
    shown = page(login("technician").get(f"/scorecards/talk?{WEEK}"))
    assert "只显示本人的数值" in shown.text
    assert "60%" in shown.text
    assert not shown.all(class_="chart")
    part = page(login("technician").get(f"/scorecards/talk/{crew[0]}/part?{WEEK}")).text
    assert "百分位" not in part
    assert chart(page(login("qa").get(f"/scorecards/talk?{WEEK}&technician={crew[0]}")), "talk_share")


def test_what_nobody_signed_is_not_in_his_own_view(login: Login, db: Database, crew: list[int]) -> None:
    with db.writing() as session:
        his = session.query(Recording).filter(Recording.technician_id == crew[0]).order_by(Recording.id)
        for row in his.limit(3):
            row.review_state = ReviewState.OPEN
    assert "n=2" in page(login("technician").get(f"/scorecards/talk/{crew[0]}/part?{WEEK}")).text
    assert "n=5" in page(login("qa").get(f"/scorecards/talk/{crew[0]}/part?{WEEK}")).text


def test_another_teams_manager_is_told_nothing(login: Login, people: dict[str, Any], crew: list[int]) -> None:
    assert login("manager_east").get(f"/scorecards/talk?technician={people['li'].id}").status_code == 404
    assert login("manager_east").get(f"/scorecards/talk/{people['li'].id}/part").status_code == 404
    names = page(login("manager_east").get(f"/scorecards/talk?{WEEK}")).one("select", id="technician").text
    assert "王师傅" in names
    assert "李师傅" not in names


def test_the_technicians_page_asks_for_the_section_afterwards(login: Login, crew: list[int]) -> None:
    shown = page(login("qa").get(f"/scorecards/technicians/{crew[0]}?{WEEK}"))
    asked = [s.get("hx-get") for s in shown.all("section") if s.get("hx-get")]
    assert asked == [f"/scorecards/talk/{crew[0]}/part?period=2026-W48"]
