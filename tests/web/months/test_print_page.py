"""A technician's month on paper: the figures of the page, nobody else's recordings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.scorecards.judged import september
from web.db import Database

PERIOD = "period=2026-09"


@pytest.fixture(autouse=True)
def judged_september(db: Database, people: dict[str, Any]) -> None:
    september(db, people)


def test_a_technician_prints_his_own_month_and_only_what_is_signed(login: Login, people: dict[str, Any]) -> None:
    address = f"/scorecards/technicians/{people['wang'].id}/print?{PERIOD}"
    staff = page(login("manager").get(address)).one("article", class_="sheet").text
    assert "n=6 段" in staff and "其中 5 段尚未经人复核" in staff
    assert "主管签字" in staff and "技师签字" in staff and "尚未发布" in staff
    own = page(login("technician").get(f"{address}&reviewed=")).one("article", class_="sheet").text
    assert "n=1 段" in own and "只统计已由质检员签核的录音" in own
    assert login("technician2").get(address).status_code == 404
    other = f"/scorecards/technicians/{people['li'].id}/print?{PERIOD}"
    assert login("manager_east").get(other).status_code == 404


def test_a_month_without_recordings_prints_as_such(login: Login, people: dict[str, Any]) -> None:
    answer = login("manager").get(f"/scorecards/technicians/{people['wang'].id}/print?period=2026-08")
    assert "这个月没有评过的录音" in page(answer).one("article", class_="sheet").text
