"""A technician's own scorecard over the API is his own page's: signed recordings, no colleague's name."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.web.api.conftest import Programs
from tests.web.furnished import Furniture, furnish
from web.db import Database
from web.models import Technician


@pytest.fixture
def made(app: Flask, people: dict[str, Any]) -> Furniture:
    return furnish(app, people)


def test_it_counts_his_signed_recordings_and_agrees_with_the_list_behind_it(made: Furniture, program: Programs) -> None:
    own = program("technician")
    signed = own.get("/recordings?review=signed&limit=200").get_json()["items"]
    months = sorted({line["recorded_at"][:7] for line in signed})
    cards = [own.get(f"/scorecards/mine?month={month}") for month in months]
    assert {card.status_code for card in cards} == {200}, cards[0].get_data(as_text=True)
    told = [card.get_json() for card in cards]
    assert sum(card["recordings"] for card in told) == len(signed) > 0
    scores = [line["score"] for line in signed if line["score"] is not None]
    total = sum(card["score"]["value"] * card["score"]["n"] for card in told if card["score"]["n"])
    assert total == pytest.approx(sum(scores))
    assert {card["staff_no"] for card in told} == {"1001"}
    assert all(clause["own"]["n"] > 0 for card in told for clause in card["clauses"])
    assert any(card["clauses"] for card in told)


def test_a_team_of_two_shows_nobody_the_other(
    db: Database, people: dict[str, Any], made: Furniture, program: Programs
) -> None:
    with db.writing() as session:
        session.get_one(Technician, people["li"].id).team_id = people["east"].id
    own = program("technician")
    month = own.get("/recordings?review=signed").get_json()["items"][0]["recorded_at"][:7]
    answer = own.get(f"/scorecards/mine?month={month}")
    told = answer.get_json()
    assert {(clause["team"], clause["difference"]) for clause in told["clauses"]} == {(None, None)}
    assert {point["team_median"] for point in told["trend"]} == {None}
    assert "李师傅" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["qa", "manager", "admin"])
def test_it_is_for_technicians_alone_and_they_see_no_team(program: Programs, who: str) -> None:
    assert program(who).get("/scorecards/mine?month=2026-11").status_code == 403
    assert program("technician").get("/scorecards?month=2026-11").status_code == 403


def test_a_month_out_of_reach_names_its_field(program: Programs) -> None:
    told = program("technician").get("/scorecards/mine?month=0000-01").get_json()
    assert [one["field"] for one in told["errors"]] == ["query.month"]
