"""What a report says of an analysis: verdicts beside the expected ones, accusations, invented claims, targets."""

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain import (
    Analysis,
    Hit,
    How,
    ItemResult,
    Judgement,
    Kind,
    Score,
    Span,
    StandardRef,
    Utterance,
    Verdict,
)
from analyzer.settings import Settings
from benchmarks.accuracy import report as accuracy_report
from benchmarks.accuracy.evaluation import Evaluation, evaluate, summarise
from benchmarks.accuracy.runs import Runs
from benchmarks.accuracy.targets import targets
from benchmarks.corpus import ReferenceTurn, Sample, frozen, load_samples, perfect, reference_turns
from benchmarks.rendering import Expected, Scene, Script
from benchmarks.rendering.script import ExpectedItem, ScriptTurn
from tests.cast import C, T, heard, spoken

KINDS = {"greeting": Kind.REQUIRED, "not-our-job": Kind.FORBIDDEN}
ROOT = Path(__file__).resolve().parents[2]


def sample(expected: dict[str, str], *, silent: bool = False, scene: str = "clean") -> Sample:
    """王师傅 greets, the customer says a forbidden phrase."""
    turns = () if silent else (ScriptTurn("technician", "您好我是王师傅"), ScriptTurn("customer", "不归我们管吗"))
    script = Script("visit-tap", "property-visit", "水龙头", Scene(scene), "wav", {}, {}, turns, 30.0)
    items = {name: ExpectedItem(verdict, "…", "您好") for name, verdict in expected.items()}
    times = [(0.0, 1.4), (2.0, 3.2)]
    reference = () if silent else reference_turns(script, times)
    return Sample(script, Expected("property-visit", {}, 0 if silent else 2, items), None, reference)


def item(name: str, verdict: Verdict, *hits: Hit) -> ItemResult:
    return ItemResult(name, KINDS[name], How.RULE, "二.1", "…", verdict, None, 1.0, "理由", hits)


def analysis(said: list[Utterance], *items: ItemResult, score: float | None = 90.0) -> Analysis:
    ref = StandardRef("property-visit", "1", "d")
    judgement = Judgement(ref, {}, items, Score(score, score, 0.0, None, 1, 0, 0))
    return Analysis(heard(said, duration_s=30.0), judgement)


TALK = [*spoken("您好我是王师傅", T, 0.0, speaker="S1"), *spoken("不归我们管吗", C, 2.0, speaker="S2")]
CHARGED = Hit(2.0, 3.0, C, "不归我们管", "不归我们管", 0.99)


def judged(greeting: Verdict, job: Verdict, *hits: Hit, near: bool = True) -> Evaluation:
    found = analysis(TALK, item("greeting", greeting), item("not-our-job", job, *hits))
    return evaluate(sample({"greeting": "met", "not-our-job": "met"}), found, KINDS, near=near)


def test_a_fair_judgement_has_nothing_wrong() -> None:
    found = judged(Verdict.MET, Verdict.MET)
    assert (found.wrong, found.foreign, found.invented) == ((), (), ())
    assert (found.edits, found.characters, found.roles_right, found.turns.right) == (0, 13, True, 2)


def test_a_customers_words_charged_to_the_technician_are_a_false_accusation_and_anothers_words() -> None:
    found = judged(Verdict.MET, Verdict.MISSED, CHARGED)
    assert [v.item for v in found.wrong if v.accused] == ["not-our-job"]
    assert found.foreign == (CHARGED,)
    text = "\n".join(accuracy_report.lines([], Runs([found], [], {}, None, "left out")))
    assert "| samples | visit-tap | not-our-job | 0:02 | 「不归我们管」 |" in text
    assert "| forbidden hits on others' words | none | 不归我们管 | **not met** |" in text


def test_a_suspicion_accuses_nobody() -> None:
    found = judged(Verdict.MET, Verdict.CANNOT_JUDGE, replace(CHARGED, suspicion=True))
    assert found.foreign == ()
    assert not any(v.accused for v in found.verdicts)
    assert summarise([found]).suspected == 1


def test_an_item_that_the_lexicon_lacks_counts_as_wrong() -> None:
    found = evaluate(sample({"greeting": "met"}), analysis(TALK), KINDS)
    assert [(v.item, v.actual) for v in found.wrong] == [("greeting", "none")]


def test_any_claim_about_a_recording_without_speech_is_named() -> None:
    silent = sample({"greeting": "cannot_judge"}, silent=True)
    quiet = evaluate(silent, analysis([], item("greeting", Verdict.CANNOT_JUDGE), score=None), KINDS)
    assert quiet.invented == ()
    assert quiet.cer is None
    loud = evaluate(silent, analysis(spoken("谢谢观看"), item("greeting", Verdict.MET)), KINDS)
    assert loud.invented == ("text: 谢谢观看", "greeting: met", "score: 90.0")


def test_targets_are_met_missed_or_not_measured_but_never_guessed() -> None:
    good, bad = judged(Verdict.MET, Verdict.MET), judged(Verdict.MISSED, Verdict.MET, near=False)
    by_name = {t.what: t for t in targets([good, bad], [good])}
    assert by_name["required met, samples near-field and phone: recall"].met is True
    assert by_name["required met, samples far-field with noise: recall"].met is False
    assert by_name["required met, samples far-field with noise: precision"].met is None
    assert by_name["forbidden by the technician, samples: recall"].verdict == "not measured"
    assert by_name["claims about samples without speech"].met is None
    assert by_name["CER of real human read speech"].met is None
    assert by_name["verdicts from the scripts (perfect text)"].measured == "1.000 (2/2)"


def test_what_is_kept_apart_is_counted_and_not_quoted() -> None:
    found = judged(Verdict.MISSED, Verdict.MISSED, CHARGED)
    apart = replace(found, sample=replace(found.sample, held_out=True))
    text = "\n".join(accuracy_report.lines([], Runs([apart], [apart], {}, None, "left out")))
    assert "Dialogues kept apart" in text
    assert "| samples | 1 | " in text
    assert "visit-tap" not in text
    assert "不归我们管" not in text


def test_the_same_runs_give_the_same_report(tmp_path: Path) -> None:
    runs = Runs(
        [judged(Verdict.MET, Verdict.MISSED, CHARGED)], [judged(Verdict.MET, Verdict.MET)], {}, None, "left out"
    )
    written = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        accuracy_report.write(folder, ["- head"], runs)
        written.append([(folder / file).read_bytes() for file in ("accuracy.md", "accuracy.png")])
    assert written[0] == written[1]


def test_every_sample_is_read_with_its_truth_and_an_ideal_ear_hears_it_all() -> None:
    samples = load_samples([ROOT / "samples"])
    assert len(samples) >= 12
    for one in samples:
        hearing = perfect(one)
        assert [u.text for u in hearing.transcript] == [t.text for t in one.turns]
        assert all(u.end_s <= hearing.duration_s for u in hearing.transcript)
        assert list(one.turns) == sorted(one.turns, key=lambda t: t.span)


def test_a_script_that_was_never_rendered_is_paced_one_turn_after_the_other() -> None:
    turns = reference_turns(sample({}).script)
    assert turns == (
        ReferenceTurn(T, "您好我是王师傅", Span(0.0, 1.4)),
        ReferenceTurn(C, "不归我们管吗", Span(1.9, 3.1)),
    )


def test_a_folder_without_scripts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no \*\.script\.yaml"):
        load_samples([tmp_path])


def test_a_run_measures_one_state_of_the_lexicons_whoever_edits_them_meanwhile(tmp_path: Path) -> None:
    lexicons = tmp_path / "lexicons"
    lexicons.mkdir()
    (lexicons / "visit.yaml").write_text("before", "utf-8")
    with frozen(Settings(lexicons=lexicons)) as fixed:
        (lexicons / "visit.yaml").write_text("after", "utf-8")
        assert (fixed.lexicons / "visit.yaml").read_text("utf-8") == "before"
    assert not fixed.lexicons.exists()
