"""Reading scripts, and writing times back into them."""

from pathlib import Path

import pytest

from benchmarks.rendering import ScriptError, read_expected, read_script
from benchmarks.rendering.__main__ import with_times
from benchmarks.rendering.dialogue import SpokenSentence, TimedTurn
from benchmarks.rendering.script import write_expected, write_times

GOOD = """\
# 王师傅 comes about a tap
id: visit-tap
standard: property-visit
title: 水龙头
scene: {kind: noise, noise: fan, snr_db: 10}
format: ogg
facts: {late: true}
voices: {technician: zm_yunxi, customer: {name: zf_xiaoxiao, pitch_semitones: 1}}
turns:
  - {role: technician, text: "您好，我姓王。"}
  - {role: customer, text: "请进。", pause_s: -0.2}
"""


@pytest.fixture
def script_file(tmp_path: Path) -> Path:
    path = tmp_path / "visit-tap.script.yaml"
    path.write_text(GOOD, "utf-8")
    return path


def test_a_script_is_read_with_its_voices_scene_and_turns(script_file: Path) -> None:
    script = read_script(script_file)
    assert script.scene.snr_db == 10
    assert script.voices["customer"].pitch_semitones == 1
    assert [turn.pause_s for turn in script.turns] == [None, -0.2]


def test_all_faults_of_a_script_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "visit-bad.script.yaml"
    bad = (
        GOOD.replace("property-visit", "property")
        .replace("late: true", "tired: 1")
        .replace("kind: noise", "kind: moon")
    )
    path.write_text(bad.replace("role: customer", "role: dog").replace("title", "titel"), "utf-8")
    with pytest.raises(ScriptError) as error:
        read_script(path)
    message = str(error.value)
    for fault in ("id:", "standard:", "tired", "moon", "dog", "titel"):
        assert fault in message


def test_times_are_written_into_the_turn_lines_and_nothing_else_changes(script_file: Path) -> None:
    write_times(script_file, [(0.6, 2.0), (1.8, 2.5)])
    first = script_file.read_text("utf-8")
    assert '"请进。", pause_s: -0.2, start_s: 1.80, end_s: 2.50}' in first
    assert first.replace(", start_s: 0.60, end_s: 2.00", "").replace(", start_s: 1.80, end_s: 2.50", "") == GOOD
    write_times(script_file, [(0.6, 2.0), (1.8, 2.5)])
    assert script_file.read_text("utf-8") == first, "writing twice is writing once"


def test_times_for_another_number_of_turns_are_refused(script_file: Path) -> None:
    with pytest.raises(ScriptError, match="2 turn lines but 1 times"):
        write_times(script_file, [(0.6, 2.0)])


def expected_file(tmp_path: Path, quote: str) -> Path:
    path = tmp_path / "visit-tap.expected.json"
    path.write_text(
        '{"standard": "property-visit", "facts": {"late": true}, "speakers": 2, "items": {'
        f'"self-name": {{"verdict": "met", "why": "报了姓。", "quote": "{quote}", "at_s": null}}}}}}',
        "utf-8",
    )
    return path


TURNS = (
    TimedTurn("customer", "我姓王。", (SpokenSentence("我姓王。", 0.0, 1.0),)),
    TimedTurn("technician", "您好，我姓王。", (SpokenSentence("您好，我姓王。", 1.0, 8.0),)),
)


def test_the_deciding_words_get_the_second_at_which_the_technician_says_them(tmp_path: Path) -> None:
    path = expected_file(tmp_path, "我姓王")
    expected = with_times(path, read_expected(path), TURNS)
    assert expected.items["self-name"].at_s == 4.0
    write_expected(path, expected)
    assert read_expected(path) == expected


def test_words_that_only_the_customer_says_decide_nothing(tmp_path: Path) -> None:
    path = expected_file(tmp_path, "我姓李")
    with pytest.raises(ScriptError, match="the technician never says '我姓李'"):
        with_times(path, read_expected(path), TURNS)
