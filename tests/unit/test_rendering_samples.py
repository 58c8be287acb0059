"""The shipped recordings and the held-apart scripts: complete, consistent, small."""

from pathlib import Path

import av
import pytest
import yaml

from benchmarks.rendering import read_expected, read_script
from benchmarks.rendering.encode import CODECS

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "samples").glob("*/*.script.yaml"))
HELD_OUT = sorted((ROOT / "benchmarks" / "held_out").glob("*.script.yaml"))
ALL = [pytest.param(path, id=path.name.removesuffix(".script.yaml")) for path in SAMPLES + HELD_OUT]
SHORT = {
    "property-visit": "visit",
    "property-appointment": "appointment",
    "property-followup": "followup",
    "school-works": "school",
    "sales-reception": "sales",
}


def rule_items(standard: str) -> dict[str, str]:
    """id -> kind of the rule items of a checklist."""
    checklist = yaml.safe_load((ROOT / "lexicons" / "checklist.yaml").read_text("utf-8"))
    found = next(one for one in checklist["standards"] if one["id"] == standard)
    return {item["id"]: item["kind"] for item in found["items"] if item["how"] == "rule"}


def expected_path(path: Path) -> Path:
    return path.with_name(path.name.replace(".script.yaml", ".expected.json"))


@pytest.mark.parametrize("path", ALL)
def test_every_script_has_a_verdict_for_exactly_the_rule_items_of_its_checklist(path: Path) -> None:
    script, expected = read_script(path), read_expected(expected_path(path))
    assert expected.standard == script.standard
    assert list(expected.items) == list(rule_items(script.standard))


@pytest.mark.parametrize("path", ALL)
def test_the_words_that_decide_are_the_technicians_and_begin_in_his_turn(path: Path) -> None:
    script, expected = read_script(path), read_expected(expected_path(path))
    kinds = rule_items(script.standard)
    for name, item in expected.items.items():
        decided_by_words = (item.verdict == "met") == (kinds[name] == "required") and item.verdict in ("met", "missed")
        assert bool(item.quote) == decided_by_words, name
        if item.quote:
            spans = [(t.start_s, t.end_s) for t in script.turns if t.role == "technician" and item.quote in t.text]
            assert spans, f"{name}: the technician never says {item.quote}"
            assert any(start <= item.at_s <= end for start, end in spans), name


@pytest.mark.parametrize("path", ALL)
def test_facts_that_are_given_agree_with_the_facts_that_hold(path: Path) -> None:
    script, expected = read_script(path), read_expected(expected_path(path))
    assert script.facts.items() <= expected.facts.items()
    assert expected.speakers == len({turn.role for turn in script.turns})


@pytest.mark.parametrize("path", ALL)
def test_turns_stand_in_the_order_in_which_they_begin(path: Path) -> None:
    turns = read_script(path).turns
    starts = [turn.start_s for turn in turns]
    assert None not in starts, "render the script: python -m benchmarks.rendering"
    assert starts == sorted(starts)
    assert all(turn.start_s < turn.end_s <= turn.start_s + 60 for turn in turns)


@pytest.mark.parametrize("path", [pytest.param(p, id=p.name.removesuffix(".script.yaml")) for p in SAMPLES])
def test_every_sample_has_its_recording_of_45_to_150_seconds_that_holds_all_turns(path: Path) -> None:
    script = read_script(path)
    assert script.id.startswith(SHORT[script.standard] + "-")
    with av.open(str(path.with_name(script.id + CODECS[script.format].suffix))) as container:
        frames = list(container.decode(audio=0))
    seconds = sum(frame.samples / frame.sample_rate for frame in frames)
    assert 45 <= seconds <= 150
    assert max((turn.end_s for turn in script.turns), default=0.0) <= seconds + 0.1


def test_the_samples_cover_all_checklists_formats_and_kinds_of_place() -> None:
    scripts = [read_script(path) for path in SAMPLES]
    count = {short: sum(s.standard == standard for s in scripts) for standard, short in SHORT.items()}
    assert count["visit"] >= 6, "five visits and one without speech"
    assert min(count.values()) >= 2
    assert {s.format for s in scripts} == set(CODECS)
    assert {s.scene.kind for s in scripts} == {"clean", "noise", "phone", "phone-stereo", "reverberant"}
    assert any(len({t.role for t in s.turns}) == 3 and s.standard == "property-visit" for s in scripts)
    assert sum(not s.turns for s in scripts) == 1


def test_the_samples_folder_stays_under_15_megabytes_beside_the_demo_archives_sound() -> None:
    """That has its own limit (tests/web/demo/test_recorded.py)."""
    files = (path for path in (ROOT / "samples").rglob("*") if "demo" not in path.parts[len(ROOT.parts) :])
    assert sum(path.stat().st_size for path in files) < 15_000_000


def test_nothing_held_apart_repeats_a_sentence_of_the_samples() -> None:
    said = {turn.text for path in SAMPLES for turn in read_script(path).turns if len(turn.text) > 8}
    again = {turn.text for path in HELD_OUT for turn in read_script(path).turns} & said
    assert again == set()
