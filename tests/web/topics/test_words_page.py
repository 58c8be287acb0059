"""Customers' words: counts by hand, the turns with the sentence at its second, and whose words one sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from web.db import Database
from web.intake import rows, stale
from web.models import Recording, ScorePeriod, WordPeriod
from web.summaries import keep
from web.topics.words_page import sentence

WEEK = "/scorecards/words?period=2026-W48"
HEATER = "/scorecards/words/said?period=2026-W48&word=热水器"


def heard(db: Database, technician: Any, count: int, word: str, days: int = 0) -> list[int]:
    """Recordings whose customer says one word once."""
    made = []
    with db.writing() as session:
        for number in range(count):
            at = cast.MONDAY - timedelta(days=days, minutes=number)
            row = cast.recording(
                session, technician, f"{word}{days}-{number}.mp3", recorded_at=at, recorded_on=at.date()
            )
            document = analysis("visit-03")
            document["figures"]["keywords"] = [{"word": word, "weight": 1.0, "count": 2, "first_s": 8.27}]
            rows.record_analysis(session, row.id, document, "heard")
            made.append(row.id)
    return made


@pytest.fixture
def spoken(db: Database, people: dict[str, Any]) -> list[int]:
    """This week 30 × 热水器 and 10 × 漏水 of the east, 2 × 跳闸 of the west; last week 40 × 漏水 of the east."""
    made = heard(db, people["wang"], 30, "热水器")
    heard(db, people["wang"], 10, "漏水")
    heard(db, people["li"], 2, "跳闸")
    heard(db, people["wang"], 40, "漏水", days=7)
    keep.refresh_stale(db)
    return made


def table(shown: Any) -> dict[str, list[str]]:
    lines = [[cell.text for cell in row.all("td")] for row in shown.one(id="words-table").all("tr")]
    return {line[0]: line[1:] for line in lines if line}


def test_a_word_is_counted_in_recordings_and_compared_with_the_week_before(login: Login, spoken: list[int]) -> None:
    shown = page(login("manager").get(WEEK))
    words = table(shown)
    assert list(words) == ["热水器", "漏水", "跳闸"]
    count, share, before, change, said = words["热水器"]
    assert (count, said, before) == ("30", "60", "0.0%")
    assert share.startswith("71.4% ")  # 30 of 42
    assert change == "+71.4"
    assert words["漏水"][:1] == ["10"]
    assert words["漏水"][3] == "-76.2"  # 10 of 42 against 40 of 40


def test_words_that_rose_or_fell_beyond_chance_are_told(login: Login, db: Database, people: dict[str, Any]) -> None:
    counts = {"热水器": (300, 60), "漏水": (60, 300), "跳闸": (100, 101)}
    with db.writing() as session:
        for place, week in enumerate(["2026-W48", "2026-W47"]):
            same = {"period": week, "job_kind": "*", "standard_id": "property-visit"}
            session.add(ScorePeriod(**same, technician_id=people["wang"].id, reviewed=False, recordings=500))
            for word, found in counts.items():
                here = found[place]
                session.add(WordPeriod(**same, team_id=people["east"].id, word=word, recordings=here, said=here))
    shown = page(login("manager").get(WEEK))
    rising, falling = (section.text for section in shown.all("section", class_="col-lg-6"))
    assert "热水器" in rising
    assert "12.0% → 60.0%" in rising
    assert "漏水" in falling
    assert "300 段 → 60 段" in falling
    assert "跳闸" not in rising + falling
    assert table(shown)["跳闸"][3] == "-0.2"


def test_a_manager_of_one_team_sees_its_customers_words_only(login: Login, spoken: list[int]) -> None:
    assert "跳闸" not in table(page(login("manager_east").get(WEEK)))
    other = page(login("manager_east").get("/scorecards/words/said?period=2026-W48&word=跳闸"))
    assert "没有录音提到这个词" in other.text


def test_a_word_opens_the_sentence_at_its_second(login: Login, spoken: list[int]) -> None:
    shown = page(login("manager").get(HEATER))
    quotes = shown.all(class_="quote")
    assert len(quotes) == 20
    assert quotes[0].one("mark").text == "热水器"
    line = next(u for u in analysis("visit-03")["transcript"] if u["start_s"] <= 8.27 <= u["end_s"])
    assert quotes[0].text == line["text"]
    plays = [a.get("href") for a in shown.all("a", class_="btn-sm") if "t=8.27" in (a.get("href") or "")]
    assert plays[0] == f"/recordings/{spoken[0]}?t=8.27"
    assert "共 30 段录音" in shown.text
    second = page(login("manager").get(f"{HEATER}&page=2"))
    assert len(second.all(class_="quote")) == 10


def test_a_deleted_recording_is_gone_from_counts_and_turns(login: Login, db: Database, spoken: list[int]) -> None:
    with db.writing() as session:
        row = session.get_one(Recording, spoken[0])
        row.deleted_at = cast.MONDAY
        stale.mark_stale(session, row)
    keep.refresh_stale(db)
    shown = page(login("qa").get(HEATER))
    assert "共 29 段录音" in shown.text
    assert not [a for a in shown.all("a") if (a.get("href") or "").startswith(f"/recordings/{spoken[0]}?")]


def test_an_empty_word_goes_back_to_the_list(login: Login) -> None:
    assert login("qa").get("/scorecards/words/said").status_code == 302
    assert "没有客户的话" in page(login("qa").get("/scorecards/words")).text


LINES = [
    {"start_s": 1.0, "end_s": 3.0, "role": "technician", "text": "是漏水吗？"},
    {"start_s": 3.2, "end_s": 6.0, "role": "customer", "text": "对，漏水，漏水好几天了。"},
    {"start_s": 6.1, "end_s": 8.0, "role": "customer", "text": "厨房也不行。"},
]


@pytest.mark.parametrize(
    ("word", "second", "told"),
    [
        ("漏水", 3.6, ("对，", "漏水", "，漏水好几天了。")),
        ("漏水", 2.0, ("", "漏水", "")),  # the technician's line is never shown as the customer's
        ("漏水", 7.0, ("厨房也不行。", "", "")),  # written otherwise there
        ("漏水", 99.0, ("", "漏水", "")),
    ],
)
def test_the_sentence_is_the_customers_and_split_around_the_word(
    word: str, second: float, told: tuple[str, str, str]
) -> None:
    assert sentence({"transcript": LINES}, word, second) == told
