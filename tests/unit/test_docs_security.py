"""docs/SECURITY.md counts what it lists: all 253 requirements, each with where it is met or why not."""

from __future__ import annotations

import re
from collections import Counter

from analyzer.settings import ROOT

TEXT = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (met|n/a|not met) \| (.+) \|$", TEXT, re.MULTILINE)


def test_all_requirements_of_levels_one_and_two_are_there_once() -> None:
    numbers = [number for number, *_ in ROWS]
    assert len(numbers) == len(set(numbers)) == 253
    assert Counter(level for _, level, *_ in ROWS) == {"1": 70, "2": 183}
    assert {int(number.split(".")[0]) for number in numbers} == set(range(1, 18))


def test_the_counts_are_those_of_the_table() -> None:
    told = re.search(r"Met: (\d+)\. Not applicable: (\d+)\. Not met: (\d+)\.", TEXT)
    counted = Counter(state for _, _, _, state, _ in ROWS)
    assert told is not None
    assert [int(n) for n in told.groups()] == [counted["met"], counted["n/a"], counted["not met"]]
    assert counted["not met"] <= 10


def test_files_that_are_named_exist_and_what_is_not_met_says_why() -> None:
    named = {path for *_, where in ROWS for path in re.findall(r"`([\w./-]+\.(?:py|md|html|js|txt|toml))`", where)}
    assert len(named) > 50
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    assert all(len(where) > 30 for _, _, _, state, where in ROWS if state == "not met")
