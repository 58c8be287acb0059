"""What holds for any recordings: order changes nothing, parts add up to the whole."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.figures.frames import TEAM, recordings, verdicts
from web.figures.build import item_periods, score_days
from web.figures.frames import DAY_SUMS, DAYS, ITEM_COUNTS, Period, Reviewed, Selection, empty
from web.figures.team import team_table, totals

FIRST, MIDDLE, LAST = dt.date(2026, 10, 1), dt.date(2026, 11, 1), dt.date(2026, 11, 30)
WHOLE = Period(FIRST, LAST)
ALL = Selection(Reviewed.ALL)
day = st.dates(FIRST, LAST).map(dt.date.isoformat)
score = st.none() | st.integers(0, 1000).map(lambda tenths: tenths / 10)
several = st.lists(st.tuples(day, st.integers(1, 3), score), min_size=1, max_size=40)
final = st.sampled_from([*ITEM_COUNTS[:4], None])
judged = st.lists(st.tuples(day, st.integers(1, 3), st.sampled_from(["greet", "bye"]), final), min_size=1, max_size=40)
few = settings(max_examples=30, deadline=None)


@few
@given(several, st.randoms(use_true_random=False))
def test_order_changes_nothing(rows: list[tuple[str, int, float | None]], random) -> None:  # type: ignore[no-untyped-def]
    mixed = rows[:]
    random.shuffle(mixed)
    one, other = score_days(recordings(*rows)), score_days(recordings(*mixed))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    shuffled = one.sample(frac=1.0, random_state=random.randint(0, 99))
    before = Period(FIRST, MIDDLE)
    for mine, theirs in zip(
        team_table(one, TEAM, {}, WHOLE, before, ALL), team_table(shuffled, TEAM, {}, WHOLE, before, ALL), strict=True
    ):
        assert (mine.rank_first, mine.rank_last, mine.totals.scored) == (
            theirs.rank_first,
            theirs.rank_last,
            theirs.totals.scored,
        )
        assert abs((mine.score.value or 0.0) - (theirs.score.value or 0.0)) < 1e-9


@few
@given(several)
def test_days_add_up_to_the_recordings(rows: list[tuple[str, int, float | None]]) -> None:
    found = totals(score_days(recordings(*rows)))
    scores = [s for _, _, s in rows if s is not None]
    assert (found.recordings, found.scored, found.judged_items) == (len(rows), len(scores), 8 * len(rows))
    assert abs(found.score_sum - sum(scores)) < 1e-6
    assert abs(found.score_squares - sum(s * s for s in scores)) < 1e-4


@few
@given(several)
def test_two_periods_add_up_to_the_whole(rows: list[tuple[str, int, float | None]]) -> None:
    def part(keep: list[tuple[str, int, float | None]]) -> pd.DataFrame:
        return score_days(recordings(*keep)) if keep else empty(DAYS)

    whole = score_days(recordings(*rows))
    early = [r for r in rows if r[0] < MIDDLE.isoformat()]
    late = [r for r in rows if r[0] >= MIDDLE.isoformat()]
    parts = [p for p in (part(early), part(late)) if len(p)]
    merged = pd.concat(parts)
    for name in DAY_SUMS:
        assert abs(float(merged[name].sum()) - float(whole[name].sum())) < 1e-6


@few
@given(judged)
def test_months_and_weeks_count_every_verdict_once(rows: list[tuple[str, int, str, str | None]]) -> None:
    table = item_periods(verdicts(*rows))
    weekly = table["period"].str.contains("W")
    for part in (table[weekly], table[~weekly]):
        assert int(part[ITEM_COUNTS].to_numpy().sum()) == len(rows)
        assert int(part["met"].sum()) == sum(row[3] == "met" for row in rows)
