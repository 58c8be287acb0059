"""Tables made by hand: who did what is small enough to add up by eye."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from tests.web.figures.frames import TEAM, recordings, verdicts
from web.figures.build import item_periods, score_days
from web.figures.frames import DAYS, ITEMS, Reviewed, Selection, empty
from web.figures.items import compare_items, heat_map
from web.figures.movers import Measure, item_movers, movers
from web.figures.spread import spread
from web.figures.standard import failures, failures_by_team, failures_over_time, how_judged
from web.figures.team import team_mean, team_table
from web.figures.technician import trend
from web.figures.words import changed_words
from web.kit.calendar import Grain, Period

near = pytest.approx
ALL, SIGNED = Selection(Reviewed.ALL), Selection(Reviewed.SIGNED)
NOVEMBER, OCTOBER = (Period(dt.date(2026, m, 1), dt.date(2026, m, d)) for m, d in ((11, 30), (10, 31)))


def rows(day: str, technician: int, *scores: float | None, **common: object) -> pd.DataFrame:
    return recordings(*[(day, technician, score) for score in scores], **common)


def said(day: str, technician: int, item: str, met: int, missed: int, **common: object) -> pd.DataFrame:
    finals = ["met"] * met + ["missed"] * missed
    return verdicts(*[(day, technician, item, final) for final in finals], **common)


def days(*parts: pd.DataFrame) -> pd.DataFrame:
    return score_days(pd.concat(parts))


def test_a_day_adds_up() -> None:
    # 80² + 90² = 14500; the unscored recording counts as made, not as scored
    (day,) = days(rows("2026-11-02", 1, 80, 90, None, forbidden=1)).to_dict("records")
    assert day == {
        "day": dt.date(2026, 11, 2), "technician_id": 1, "standard_id": "visit", "job_kind": "repair",
        "reviewed": False, "recordings": 3, "scored": 2, "score_sum": 170.0, "score_squares": 14500.0,
        "forbidden": 3, "suspicions": 0, "judged_items": 24, "unjudged_items": 6,
    }  # fmt: skip


def test_nobodys_recordings_are_on_nobodys_card() -> None:
    lost = rows("2026-11-02", 1, 80).assign(technician_id=None)
    assert len(days(lost)) == 0
    assert list(days(lost).columns) == DAYS


def test_verdicts_count_in_month_and_iso_week() -> None:
    # 1 January 2027 is a Friday: it belongs to week 53 of 2026
    found = verdicts(
        ("2027-01-01", 1, "greet", "met"), ("2027-01-01", 1, "greet", "missed"), ("2027-01-01", 1, "greet", None)
    )
    table = item_periods(found)
    assert list(table["period"]) == ["2026-W53", "2027-01"]
    assert set(zip(table["met"], table["missed"], table["unanswered"], table["credit_sum"], strict=True)) == {
        (1, 1, 1, 1.0)
    }
    assert list(item_periods(found.iloc[:0]).columns) == ITEMS


def test_an_unknown_verdict_is_refused() -> None:
    with pytest.raises(ValueError, match="perhaps"):
        item_periods(verdicts(("2026-11-02", 1, "greet", "perhaps")))


def test_team_row_by_hand() -> None:
    table = days(
        rows("2026-11-02", 1, 80, 90, 100, None, forbidden=1, reviewed=True),
        rows("2026-11-30", 1, 90),
        rows("2026-10-31", 1, 60, 70, 80),
        rows("2026-12-01", 1, 0),
    )
    wang, li, zhao = team_table(table, TEAM, {1: 8}, NOVEMBER, OCTOBER, ALL)  # 钱师傅 left and made none
    assert (wang.name, wang.totals.recordings, wang.totals.signed, wang.totals.scored) == ("王师傅", 5, 4, 4)
    assert (wang.coverage, wang.score.value, wang.score.n, wang.change.value) == (0.5, 90.0, 4, 20.0)
    assert (wang.forbidden.value, wang.totals.unjudged_share) == (80.0, 0.2)  # 4 in 5 recordings; 10 of 50 items
    assert (wang.rank_first, li.rank_first, zhao.rank_first) == (None, None, None)  # four are fewer than five
    assert (li.score.value, li.coverage, li.totals.unjudged_share, li.team) == (None, None, None, "东区")
    assert team_mean(table, NOVEMBER, ALL).value == 90.0


def test_signed_only_leaves_the_machines_word_out() -> None:
    table = days(rows("2026-11-02", 1, 100, 100, reviewed=True), rows("2026-11-02", 1, 0, 0))
    signed = team_table(table, TEAM, {}, NOVEMBER, OCTOBER, SIGNED)[0]
    mixed = team_table(table, TEAM, {}, NOVEMBER, OCTOBER, ALL)[0]
    assert (signed.score.value, signed.score.n) == (100.0, 2)
    assert (mixed.score.value, mixed.score.n, mixed.totals.signed) == (50.0, 4, 2)


def test_overlapping_intervals_share_their_places() -> None:
    # 王 and 李 overlap; 赵 lies below both
    table = days(
        rows("2026-11-02", 1, *[88, 90, 92] * 4), rows("2026-11-02", 2, *[87, 89, 91] * 4),
        rows("2026-11-02", 3, *[48, 50, 52] * 4),
    )  # fmt: skip
    found = team_table(table, TEAM, {}, NOVEMBER, OCTOBER, ALL)
    assert [(r.rank_first, r.rank_last, r.ranked) for r in found] == [(1, 2, 3), (1, 2, 3), (3, 3, 3)]


def test_people_judged_by_different_standards_are_not_ranked() -> None:
    table = days(rows("2026-11-02", 1, *[90] * 9), rows("2026-11-02", 2, *[50] * 9, standard_id="call"))
    assert {r.rank_first for r in team_table(table, TEAM, {}, NOVEMBER, OCTOBER, ALL)} == {None}
    one = Selection(Reviewed.ALL, standard_id="call")
    assert team_table(table, TEAM, {}, NOVEMBER, OCTOBER, one)[1].rank_first == 1


def test_heat_map_is_empty_below_the_minimum() -> None:
    table = item_periods(pd.concat([said("2026-11-02", 1, "greet", 8, 2), said("2026-11-02", 2, "greet", 4, 0)]))
    wang, wang_bye, li, _ = heat_map(table, ["2026-11"], ALL, [("visit", "greet"), ("visit", "bye")])
    assert wang.rate is not None and (wang.rate.value, wang.rate.n, wang.rate.low) == (0.8, 10, near(0.4902, abs=1e-3))
    assert (li.rate, li.met, wang_bye.rate, wang_bye.met) == (None, 4, None, 0)


def test_months_and_weeks_are_never_added_up() -> None:
    table = item_periods(said("2026-11-02", 1, "greet", 8, 2))
    with pytest.raises(ValueError, match="months and weeks"):
        heat_map(table, ["2026-11", "2026-W45"], ALL, [])


def test_a_difference_to_the_team_is_flagged_only_beyond_chance() -> None:
    table = item_periods(
        pd.concat(
            [
                said("2026-11-02", 1, "bye", 2, 18), said("2026-11-02", 2, "bye", 36, 4),
                said("2026-11-02", 1, "greet", 15, 5), said("2026-11-02", 2, "greet", 34, 6),
                said("2026-11-02", 1, "rare", 0, 4), said("2026-11-02", 2, "rare", 99, 0),
                said("2026-11-02", 3, "bye", 0, 50),
            ]
        )
    )  # fmt: skip
    bye, greet, rare = compare_items(table, ["2026-11"], ALL, 1, {1, 2})
    # bye: own 2/20, colleague 36/40, team 38/60; 赵师傅 is of another team
    assert (bye.own.value, bye.others.value, bye.team.value, bye.colleagues) == (0.1, 0.9, near(38 / 60), 1)
    assert (bye.difference.value, bye.difference.beyond_chance) == (near(-0.8), True)
    assert not greet.difference.beyond_chance
    assert not rare.difference.beyond_chance  # four are too few, whatever the interval says


def test_trend_breaks_where_nothing_was_recorded() -> None:
    table = days(
        rows("2026-11-02", 1, 80, 90), rows("2026-11-03", 2, 60), rows("2026-11-16", 2, 70), rows("2026-11-17", 3, 10)
    )
    points = trend(table, 1, {1, 2}, Period(dt.date(2026, 11, 2), dt.date(2026, 11, 22)), Grain.WEEK, ALL)
    assert [p.period for p in points] == ["2026-W45", "2026-W46", "2026-W47"]
    assert [(p.score.value, p.score.n) for p in points] == [(85.0, 2), (None, 0), (None, 0)]
    assert [(p.team_median, p.team_people) for p in points] == [(72.5, 2), (None, 0), (70.0, 1)]  # (85 + 60) / 2
    assert trend(empty(DAYS), 1, {1}, NOVEMBER, Grain.MONTH, ALL)[0].score.n == 0


def test_failing_clauses_lead_by_what_is_sure() -> None:
    table = item_periods(
        pd.concat(
            [
                said("2026-11-02", 1, "once", 0, 1),
                said("2026-11-02", 1, "often", 40, 60),
                said("2026-11-09", 3, "often", 10, 0),
            ]
        )
    )
    often, once = failures(table, ["2026-11"], ALL)
    assert (often.item_id, often.failed.value, often.failed.n, often.enough) == ("often", near(60 / 110), 110, True)
    assert (once.failed.value, once.enough) == (1.0, False)
    teams = {(f.item_id, f.group): f.failed.value for f in failures_by_team(table, TEAM, ["2026-11"], ALL)}
    assert teams == {("often", "东区"): 0.6, ("often", "西区"): 0.0, ("once", "东区"): 1.0}
    weeks = {
        f.group: f.failed.n for f in failures_over_time(table, ["2026-W45", "2026-W46"], ALL) if f.item_id == "often"
    }
    assert weeks == {"2026-W45": 100, "2026-W46": 10}


def test_what_judged_the_standard_adds_up() -> None:
    finals = [
        ("greet", "met"),
        ("greet", "cannot_judge"),
        ("on-time", "missed"),
        ("shoes", None),
        ("shoes", "met"),
        ("late", "not_applicable"),
    ]
    table = item_periods(verdicts(*[("2026-11-02", 1, item, final) for item, final in finals]))
    how = {("visit", "on-time"): "link", ("visit", "shoes"): "person", ("visit", "greet"): "rule"}
    found = how_judged(table, ["2026-11"], ALL, how)
    assert (found.by_rule, found.by_link, found.by_person) == (1, 1, 1)
    assert (found.not_applicable, found.cannot_judge, found.unanswered, found.whole) == (1, 1, 1, 6)
    assert found.share(found.by_link) == near(1 / 6)


def test_only_changes_beyond_chance_are_news() -> None:
    table = days(
        rows("2026-11-02", 1, *[89, 90, 91] * 3), rows("2026-10-02", 1, *[59, 60, 61] * 3),
        rows("2026-11-02", 2, *[50, 70, 90] * 3), rows("2026-10-02", 2, *[50, 65, 90] * 3),
        rows("2026-11-02", 3, *[70] * 30, forbidden=1), rows("2026-10-02", 3, *[70] * 30),
    )  # fmt: skip
    found = movers(table, NOVEMBER, OCTOBER, ALL)
    assert [(m.technician_id, m.measure, m.better) for m in found if m.technician_id != 1 or m.measure is Measure.SCORE] == [
        (1, Measure.SCORE, True), (3, Measure.FORBIDDEN, False)
    ]  # fmt: skip
    assert len(found) == 2
    assert (found[0].before.value, found[0].after.value, found[0].change.value) == (60.0, 90.0, 30.0)
    items = item_periods(
        pd.concat(
            [
                said("2026-11-02", 1, "bye", 2, 18),
                said("2026-10-02", 1, "bye", 18, 2),
                said("2026-11-02", 2, "bye", 9, 1),
                said("2026-10-02", 2, "bye", 8, 2),
            ]
        )
    )
    (one,) = item_movers(items, ["2026-11"], ["2026-10"], ALL)
    assert (one.technician_id, one.item_id, one.better, one.change.value) == (1, "bye", False, near(-0.8))


def test_a_place_needs_people_and_recordings() -> None:
    talk = pd.DataFrame(
        {"technician_id": [1] * 5 + [2] * 5 + [3] * 5 + [4], "talk_share": [0.4] * 5 + [0.5] * 5 + [0.5] * 5 + [0.9]}
    )
    # medians 0.4, 0.5, 0.5: one below, two equal (himself too): (1 + 0.5 × 2) / 3
    found = spread(talk, "talk_share", 2)
    assert (found.place, found.people, found.n, sum(found.counts)) == (near(200 / 3), 3, 16, 16)
    assert (spread(talk, "talk_share", 4).place, spread(talk, "talk_share", 4).own_median) == (None, 0.9)
    assert spread(talk[talk["technician_id"] < 3], "talk_share", 2).place is None
    assert spread(talk.iloc[:0], "talk_share", 2).n == 0
    assert spread(talk.iloc[:5], "talk_share").counts == (5,)


def test_words_by_hand() -> None:
    # 漏水 in 30 recordings of 100 words, before in 10 of 100. Prior 500 × 40/200 = 100:
    # ln(130/470) - ln(110/490) = 0.20873; variance 1/130 + 1/470 + 1/110 + 1/490 = 0.020952; z = 0.20873 / 0.14475
    # With two words, what one gains the other loses.
    def words(leak: int, other: int) -> pd.DataFrame:
        said_in = [(i, "漏水", 3) for i in range(leak)] + [(i, "水管", 1) for i in range(other)]
        return pd.DataFrame(said_in, columns=["recording_id", "word", "count"])

    first, last = changed_words(words(30, 70), words(10, 90))
    assert (first.word, first.recordings, first.recordings_before, first.said) == ("漏水", 30, 10, 90)
    assert (first.log_odds, first.z, first.beyond_chance) == (near(0.20873, abs=1e-4), near(1.4420, abs=1e-3), False)
    assert (last.word, last.z) == ("水管", near(-1.4420, abs=1e-3))
    assert changed_words(words(900, 100), words(100, 900))[0].beyond_chance
    assert changed_words(words(3, 3), words(0, 0)) == ()


def test_one_customer_repeating_a_word_is_one_customer() -> None:
    once = pd.DataFrame({"recording_id": range(20), "word": ["漏水"] * 10 + ["水管"] * 10, "count": 1})
    loud = once.assign(count=once["count"].where(once["recording_id"] > 0, 500))
    assert [(w.word, w.z) for w in changed_words(loud, once)] == [(w.word, w.z) for w in changed_words(once, once)]
