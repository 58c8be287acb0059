"""A trial says what `analyzer score` says of the same lines, and where each verdict comes from."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from analyzer.cli import main
from analyzer.domain import Analysis, FoundBy, How
from analyzer.rubric.load import load_standard
from analyzer.serial import analysis_to_dict
from analyzer.settings import ROOT, Settings
from web.lexicon import trial
from web.lexicon.dialogue import read
from web.lexicon.trial import Standing, Trial

FOLDER = ROOT / "lexicons"
DIALOGUES = (
    "技师：您好，我是物业的维修师傅\n客户：怎么才来，等半天了\n技师：不好意思，路上堵车，让您久等了。这个不归我们管。\n客户：那找谁\n技师：不清楚",
    "客户：这个要收费吗\n技师：不知道，我帮您问一下\n技师：收费标准您看一下，三十块\n客户：好\n技师：给您天麻烦了，再见",
    "技师：厂家说没办法修\n客户：那你给想想办法\n技师：没空给您试，您自己看吧，不管怎样先这样",
    "客户：您好，我是服务中心的维修人员\n技师：嗯，开下门",
)


def tried(text: str, settings: Settings, standard: str = "property-visit", **more: Any) -> Trial:
    return trial.tried(trial.heard(read(text).turns), standard, more.pop("given", {}), FOLDER, settings, **more)


@pytest.mark.parametrize("standard", ["property-visit", "property-followup"])
@pytest.mark.parametrize("text", DIALOGUES)
def test_the_verdicts_are_those_of_analyzer_score_on_the_same_lines(
    text: str, standard: str, warm: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = tried(text, warm, standard, given={"late": True} if standard == "property-visit" else {})
    stored, out = tmp_path / "lines.json", tmp_path / "out.json"
    heard = trial.heard(read(text).turns)
    stored.write_text(json.dumps(analysis_to_dict(Analysis(heard, found.judgement))), "utf-8")
    facts = ["--fact", "late=true"] if standard == "property-visit" else []
    arguments = ["score", str(stored), "--standard", standard, "--lexicons", str(FOLDER), "--json", str(out), *facts]
    assert main(arguments) == 0
    capsys.readouterr()
    scored = json.loads(out.read_text("utf-8"))
    assert scored["score"]["value"] == found.judgement.score.value
    assert [(i["id"], i["verdict"], i["credit"], i["reason"]) for i in scored["items"]] == [
        (i.id, i.verdict.value if i.verdict else None, i.credit, i.reason) for i in found.judgement.items
    ]


@pytest.mark.parametrize("standard", ["property-visit", "sales-reception"])
def test_every_example_shows_the_place_of_each_hit_and_no_other_that_counts(standard: str, warm: Settings) -> None:
    items = [item for item in load_standard(standard, FOLDER).items if item.how is How.RULE]
    for item in items:
        for text in (item.examples_match + item.examples_no_match)[:4]:
            found = tried(
                text, warm, standard, anywhere=True, given=dict.fromkeys(_facts(standard, warm, item.id), True)
            )
            for result in found.judgement.items:
                places = found.traces.get(result.id, ())
                evidence = {(hit.element, hit.start_s, hit.quote, hit.suspicion) for hit in result.hits}
                shown = {
                    (place.element, place.hit.start_s, place.hit.quote, place.standing is Standing.SUSPECTED)
                    for place in places
                    if place.standing in (Standing.COUNTS, Standing.SUSPECTED)
                }
                if result.searched and result.kind == "forbidden":
                    assert shown == evidence, (text, result.id)
                elif result.searched:
                    assert evidence <= shown, (text, result.id)
                    assert {one[0] for one in shown if not one[3]} == {one[0] for one in evidence}, (text, result.id)
                for place in places:
                    if place.drawing is None:
                        assert place.hit.by is not FoundBy.WORDS or not place.source, (text, place)
                    elif place.standing is Standing.NEAREST:
                        assert place.drawing.cost > place.drawing.limit
                    else:
                        assert place.drawing.cost <= place.drawing.limit + 1e-4


def _facts(standard: str, settings: Settings, item_id: str) -> tuple[str, ...]:
    return trial.asked_facts(standard, FOLDER, settings)[item_id]


def standings(found: Trial, item_id: str) -> list[Standing]:
    return [place.standing for place in found.traces[item_id]]


def test_each_way_in_which_words_do_not_count_is_named(warm: Settings) -> None:
    def ways(text: str, item_id: str) -> list[Standing]:
        return standings(tried(text, warm), item_id)

    assert ways("客户：这个谁管\n技师：不清楚，我帮您问一下", "do-not-know") == [Standing.HELPED]
    assert ways("客户：怎么不修\n技师：他们说我们不管", "not-our-job") == [Standing.FRAMED]
    assert ways("客户：您好，我是服务中心的维修人员\n技师：嗯，开下门", "greeting") == [Standing.OTHER_SPEAKER] * 2
    assert Standing.ELSEWHERE in ways("技师：修好了，没有别的问题，我先走了，您忙\n客户：好\n技师：您好", "greeting")
    excused = next(iter(tried("客户：不是你们修吗\n技师：不归我们管", warm).traces["explain-covered"]))
    assert excused.standing is Standing.EXCUSED
    assert "{不|不是" in excused.because


def test_a_near_miss_is_shown_from_seven_tenths_on_and_nothing_under_it(warm: Settings) -> None:
    near = [
        place
        for text in ("师傅我来维修", "给您看麻烦", "您有问题吗")
        for places in tried(text, warm, anywhere=True).traces.values()
        for place in places
        if place.standing is Standing.NEAREST
    ]
    assert near
    assert all(0.7 <= place.hit.similarity < 0.75 for place in near)
    assert all(place.drawing is not None and place.drawing.cost > place.drawing.limit for place in near)


def test_a_sentence_may_be_judged_without_regard_to_where_it_stands(warm: Settings) -> None:
    goodbye = "好的，那我先走了，如果今后还有需要，请您打电话给我们，给您添麻烦了，再见"
    anywhere = {i.id: i for i in tried(goodbye, warm, anywhere=True).judgement.items}
    placed = {i.id: i for i in tried(goodbye, warm).judgement.items}
    assert (anywhere["farewell"].credit or 0) >= (placed["farewell"].credit or 0)
    assert anywhere["farewell"].verdict == "met"


def test_facts_that_a_standard_does_not_know_are_left_out(warm: Settings) -> None:
    found = tried("您好，我是物业的", warm, given={"late": True, "never-heard-of": True})
    assert found.judgement.facts["late"].source == "given"


def test_a_standard_that_is_gone_is_told_in_words(warm: Settings) -> None:
    with pytest.raises(trial.BrokenError, match="nowhere"):
        tried("您好", warm, "nowhere")


def test_who_comes_before_the_words_are_loaded_is_asked_to_wait(
    warm: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Path] = []
    monkeypatch.setattr(trial, "_ready", threading.Event())
    monkeypatch.setattr(trial, "warm", lambda folder, _settings: begun.append(folder))
    with pytest.raises(trial.WarmingError):
        tried("您好", warm)
    assert begun == [FOLDER]


def test_who_comes_while_another_trial_takes_too_long_is_told(warm: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MOST_WAIT_S", 0.01)
    with trial.one_at_a_time, pytest.raises(trial.CrowdedError):
        tried("您好", warm)
