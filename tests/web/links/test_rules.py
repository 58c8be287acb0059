"""The policy of links, told by examples. Times are Shanghai's; 2026-11-20 is a Friday."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Verdict
from analyzer.errors import SettingsError
from web.links.rules import APPOINTMENT, FOLLOWUP, Linked, Order, Outcome, Policy, judge
from web.links.workdays import Workdays, read_workdays

ZONE = ZoneInfo("Asia/Shanghai")
POLICY = Policy(Workdays(), ZONE)
VISIT = "property-visit"


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def outcome(item: str, own: Linked, others: list[Linked], now: str, order: Order | None = None) -> Outcome:
    return judge(own, order or Order("WO-1"), [own, *others], at(now), POLICY)[item]


FRIDAY_VISIT = Linked(1, VISIT, at("11-20 10:00"))


@pytest.mark.parametrize(
    ("calls", "now", "verdict", "code"),
    [
        ([], "11-20 18:00", None, "followup-awaited"),
        ([], "11-23 23:59", None, "followup-awaited"),  # Monday is the next working day
        ([], "11-24 00:00", Verdict.MISSED, "followup-missing"),
        (["11-23 09:00"], "11-23 10:00", Verdict.MET, "followed-up"),
        (["11-21 09:00"], "11-24 10:00", Verdict.MET, "followed-up"),
        (["11-20 17:00"], "11-24 10:00", Verdict.MET, "followed-up"),
        (["11-24 09:00"], "11-24 10:00", Verdict.MISSED, "followed-up-late"),
        (["11-20 09:00"], "11-24 10:00", Verdict.MISSED, "followup-missing"),  # before the visit: another matter
    ],
)
def test_a_visit_wants_a_call_by_the_end_of_the_next_working_day(
    calls: list[str], now: str, verdict: Verdict | None, code: str
) -> None:
    others = [Linked(n, FOLLOWUP, at(c)) for n, c in enumerate(calls, 2)]
    found = outcome("followed-up", FRIDAY_VISIT, others, now)
    assert (found.verdict, found.code) == (verdict, code)


def test_holidays_and_make_up_days_move_the_deadline(tmp_path: Path) -> None:
    file = tmp_path / "节假日.txt"
    file.write_text("# 国庆\n2026-10-01 休 国庆节\n2026-10-02 休\n2026-10-03,班\n", "utf-8-sig")
    days = read_workdays(str(file))
    assert [days.works(at(f"10-0{n} 12:00").date()) for n in (1, 2, 3, 4)] == [False, False, True, False]
    assert days.deadline(at("09-30 15:00"), ZONE) == at("10-04 00:00")


@pytest.mark.parametrize("line", ["2026-13-01 休", "明天 休", "2026-10-01", "2026-10-01 也许"])
def test_a_calendar_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "x.txt"
    file.write_text(f"2026-10-01 休\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match="第 2 行"):
        read_workdays(str(file))


@pytest.mark.parametrize(
    ("begun", "facts", "verdict"),
    [
        ("11-20 09:00", {}, Verdict.MET),
        ("11-20 09:10", {}, Verdict.MET),
        ("11-20 09:11", {}, Verdict.MISSED),
        ("11-20 09:40", {"late": False}, Verdict.MET),
        ("11-20 08:55", {"late": True}, Verdict.MISSED),
    ],
)
def test_on_time_is_within_ten_minutes_unless_the_order_states_it(
    begun: str, facts: dict[str, bool], verdict: Verdict
) -> None:
    order = Order("WO-1", at("11-20 09:00"), facts)
    assert outcome("on-time", Linked(1, VISIT, at(begun)), [], "11-20 12:00", order).verdict is verdict


def test_without_an_appointment_time_nobody_is_late() -> None:
    assert outcome("on-time", FRIDAY_VISIT, [], "11-20 12:00").verdict is Verdict.NOT_APPLICABLE


def test_an_appointment_call_counts_only_before_the_visit_and_may_come_in_later() -> None:
    before, after = Linked(2, APPOINTMENT, at("11-19 15:00")), Linked(3, APPOINTMENT, at("11-20 15:00"))
    assert outcome("appointment-made", FRIDAY_VISIT, [before, after], "11-20 16:00").proof_id == 2
    assert outcome("appointment-made", FRIDAY_VISIT, [after], "11-20 16:00").verdict is None
    assert outcome("appointment-made", FRIDAY_VISIT, [after], "11-24 16:00").verdict is Verdict.MISSED


def test_a_follow_up_call_is_measured_from_the_visit_before_it() -> None:
    call = Linked(5, FOLLOWUP, at("11-24 09:00"))
    assert outcome("next-day", call, [FRIDAY_VISIT], "11-24 10:00").verdict is Verdict.MISSED
    second = Linked(2, VISIT, at("11-23 10:00"))
    assert outcome("next-day", call, [FRIDAY_VISIT, second], "11-24 10:00").verdict is Verdict.MET
    assert outcome("next-day", call, [], "11-24 10:00").verdict is Verdict.NOT_APPLICABLE


def test_without_an_order_nothing_is_linked() -> None:
    assert {o.verdict for o in judge(FRIDAY_VISIT, None, [], at("11-30 10:00"), POLICY).values()} == {None}


@given(hours=st.lists(st.integers(-100, 100), max_size=5), later=st.integers(0, 400))
def test_waiting_never_turns_a_miss_into_pending_nor_undoes_a_call(hours: list[int], later: int) -> None:
    from datetime import timedelta

    others = [Linked(n, FOLLOWUP, FRIDAY_VISIT.at + timedelta(hours=h)) for n, h in enumerate(hours, 2)]
    everything = [FRIDAY_VISIT, *others]
    moment = FRIDAY_VISIT.at + timedelta(hours=100)
    first = judge(FRIDAY_VISIT, Order("x"), everything, moment, POLICY)["followed-up"]
    then = judge(FRIDAY_VISIT, Order("x"), everything, moment + timedelta(hours=later), POLICY)["followed-up"]
    assert first.verdict is None or first.verdict is then.verdict


def test_a_deadline_is_told_as_the_end_of_its_day() -> None:
    assert outcome("followed-up", FRIDAY_VISIT, [], "11-20 12:00").values == {"due": "2026-11-23 24:00"}
