"""The settings of a standard: absent they change nothing, written they decide what words are taken for."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain import Hearing, How, ItemResult, Kind, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.examples import conversation
from analyzer.judging.score import score
from analyzer.pipeline import rescore
from analyzer.rubric.check import check, has_errors
from analyzer.rubric.load import load_standard, standard_files
from analyzer.rubric.model import Standard
from analyzer.rubric.policy import STANDING, SWITCHES, Policy, Stance, Suspicions, decided, stricter
from analyzer.serial import hearing_from_dict
from analyzer.settings import ROOT, Settings
from tests.cast import C, T, heard, talk
from tests.unit.test_judging_meaning import VISIT as TURNS
from tests.unit.test_judging_meaning import knowing

SETTINGS = Settings()
CALL = load_standard("property-appointment", SETTINGS.lexicons)
VISIT = load_standard("property-visit", SETTINGS.lexicons)
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
STORED = sorted((ROOT / "tests" / "web" / "data").glob("*.analysis.json"))
WRITTEN_OUT = """
policy:
  suspicions: shown
  help: {do-not-know: pardons}
  help_within_s: 15
  late_help: doubt
  unasked: doubt
  reported: pardons
  unclear_report: doubt
  misheard: doubt
  alike: doubt
  topic_once: doubt
  other_words: counts
"""

ASKS_FIRST = "这个我不太清楚，您稍等，我问一下我们主管"


def lexicons_with(tmp_path: Path, section: str) -> Path:
    """The shipped folder with a section in the standard of appointments; the readers are those shipped."""
    folder = tmp_path / "lexicons"
    folder.mkdir()
    for path in SETTINGS.lexicons.iterdir():
        (folder / path.name).symlink_to(path)
    path = folder / "property-appointment.yaml"
    text = path.read_text("utf-8")
    path.unlink()
    path.write_text(text.replace("\nitems:\n", f"\n{section}items:\n", 1), "utf-8")
    return folder


def verdict(said: Hearing, item: str, policy: Policy, standard: Standard = CALL) -> ItemResult:
    ruled = dataclasses.replace(standard, policy=policy)
    return next(i for i in judge(said, ruled, {}, WORDS).items if i.id == item)


def answering(*turns: str) -> Hearing:
    said = [(C, t[2:]) if t.startswith("客：") else (T, t) for t in turns]
    return heard(talk((T, "您好，我是服务中心的维修人员"), (C, "这个谁来修啊，怎么回事呢"), *said, (C, "好吧")))


@pytest.mark.parametrize("path", STORED, ids=lambda p: p.stem.split(".")[0])
def test_written_out_the_standing_policy_judges_stored_transcripts_as_none_does(path: Path, tmp_path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    hearing = hearing_from_dict(document, path.name)
    ruled = dataclasses.replace(SETTINGS, lexicons=lexicons_with(tmp_path, WRITTEN_OUT))
    plain, written = (rescore(hearing, "property-appointment", {}, s).judgement for s in (SETTINGS, ruled))
    assert written == plain  # the digest of the standard too


@pytest.mark.parametrize("path", standard_files(SETTINGS.lexicons), ids=lambda p: p.stem)
def test_a_standard_without_a_policy_stands(path: Path) -> None:
    assert load_standard(path.stem, SETTINGS.lexicons).policy == STANDING


def test_only_what_can_change_a_verdict_makes_another_digest(tmp_path: Path) -> None:
    for folder, section, same in (
        ("marks", "policy: {pass_mark: 80, min_recordings: 3, suspicions: hidden}\n", True),
        ("empty", "policy: {}\n", True),
        ("strict", "policy: {help: {do-not-know: counts}}\n", False),
    ):
        (tmp_path / folder).mkdir()
        read = load_standard("property-appointment", lexicons_with(tmp_path / folder, section))
        assert (read.ref.digest == CALL.ref.digest) is same, section
    assert decided(STANDING) == {}


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    section = (
        "policy: {pass_mark: 79.5, min_recordings: 3, suspicions: hidden, help: {no-way: doubt}, misheard: pardons}\n"
    )
    folder = lexicons_with(tmp_path, section.replace("no-way", "cannot-solve"))
    assert load_standard("property-appointment", folder).policy == Policy(
        79.5, 3, Suspicions.HIDDEN, {"cannot-solve": Stance.DOUBT}, misheard=Stance.PARDONS
    )
    assert not has_errors(check(folder))


def test_by_the_letter_the_one_who_goes_to_find_out_has_said_it_too() -> None:
    hearing = answering(ASKS_FIRST)
    assert verdict(hearing, "do-not-know", STANDING).verdict is Verdict.MET
    by_letter = verdict(hearing, "do-not-know", Policy(help={"do-not-know": Stance.COUNTS}))
    assert (by_letter.verdict, by_letter.hits[0].suspicion) == (Verdict.MISSED, False)
    left_open = verdict(hearing, "do-not-know", Policy(help={"do-not-know": Stance.DOUBT}))
    assert left_open.verdict is Verdict.CANNOT_JUDGE and "由人来定" in left_open.reason
    assert verdict(hearing, "not-our-job", Policy(help={"do-not-know": Stance.COUNTS})).verdict is Verdict.MET


def test_by_the_letter_what_is_asked_of_the_customer_is_still_no_offence() -> None:
    hearing = answering("不知道您明儿在不在家")
    assert verdict(hearing, "do-not-know", Policy(help={"do-not-know": Stance.COUNTS})).verdict is Verdict.MET


@pytest.mark.parametrize(
    ("stance", "told"),
    [(Stance.PARDONS, Verdict.MET), (Stance.DOUBT, Verdict.CANNOT_JUDGE), (Stance.COUNTS, Verdict.MISSED)],
)
def test_words_that_nobody_asked_for_are_taken_as_the_company_says(stance: Stance, told: Verdict) -> None:
    hearing = heard(talk((C, "你好"), (T, "您好，我是服务中心的维修人员。这个我不知道"), (C, "好的")))
    assert verdict(hearing, "do-not-know", Policy(unasked=stance)).verdict is told


@pytest.mark.parametrize(
    ("stance", "told"),
    [(Stance.PARDONS, Verdict.MET), (Stance.DOUBT, Verdict.CANNOT_JUDGE), (Stance.COUNTS, Verdict.MISSED)],
)
def test_reported_words_are_taken_as_the_company_says(stance: Stance, told: Verdict) -> None:
    hearing = answering("以前来的师傅说这个修不了")
    assert verdict(hearing, "cannot-solve", Policy(reported=stance)).verdict is told


@pytest.mark.parametrize(
    ("stance", "told"),
    [(Stance.PARDONS, Verdict.MET), (Stance.DOUBT, Verdict.CANNOT_JUDGE), (Stance.COUNTS, Verdict.MISSED)],
)
def test_help_that_came_after_more_words_of_the_customer_is_taken_as_the_company_says(
    stance: Stance, told: Verdict
) -> None:
    hearing = answering("这个我不清楚", "客：我下午还要上班去", "我马上帮您问一下主管")
    assert verdict(hearing, "do-not-know", Policy(late_help=stance)).verdict is told


def test_late_help_is_never_worth_more_than_help_at_once() -> None:
    hearing = answering("这个我不清楚", "客：我下午还要上班去", "我马上帮您问一下主管")
    policy = Policy(help={"do-not-know": Stance.COUNTS}, late_help=Stance.PARDONS)
    assert verdict(hearing, "do-not-know", policy).verdict is Verdict.MISSED


def test_no_policy_pardons_abuse_that_is_quoted() -> None:
    hearing = heard(talk((T, "您好，我是服务中心的维修人员"), (C, "怎么了"), (T, "他说你是个神经病")))
    lenient = Policy(reported=Stance.PARDONS, unclear_report=Stance.PARDONS)
    abuse = next(i for i in VISIT.items if i.cap is not None)
    assert verdict(hearing, abuse.id, lenient, VISIT).verdict is Verdict.CANNOT_JUDGE


def test_misheard_words_can_be_left_alone() -> None:
    said = heard(talk((T, "您好我是物业的"), (C, "什么时候能好呢"), (T, "没知了"), (C, "好吧")))
    assert verdict(said, "cannot-solve", STANDING, VISIT).verdict is Verdict.CANNOT_JUDGE
    assert verdict(said, "cannot-solve", Policy(misheard=Stance.PARDONS), VISIT).verdict is Verdict.MET


@pytest.mark.parametrize(("stance", "told"), [(Stance.COUNTS, Verdict.MET), (Stance.DOUBT, Verdict.CANNOT_JUDGE)])
def test_other_words_that_surely_mean_what_is_required_count_or_are_left_to_a_person(
    stance: Stance, told: Verdict
) -> None:
    said = conversation([*TURNS, (T, "灯绳您拽一把瞧。"), (C, "亮了。")])
    ruled = dataclasses.replace(VISIT, policy=Policy(other_words=stance))
    items = judge(said, ruled, {}, WORDS, readers=knowing("demonstrate", {"拽一把": 0.9})).items
    assert next(i for i in items if i.id == "demonstrate").verdict is told


def test_words_that_only_mean_an_offence_can_be_left_alone() -> None:
    said = conversation([*TURNS, (T, "这摊子别指着我。"), (C, "啊？")])
    readers = knowing("refuse-job", {"别指着我": 0.99})
    found = {}
    for stance in SWITCHES["alike"]:
        ruled = dataclasses.replace(VISIT, policy=Policy(alike=stance))
        items = judge(said, ruled, {}, WORDS, readers=readers).items
        found[stance] = next(i for i in items if i.id == "not-our-job").verdict
    assert found == {Stance.PARDONS: Verdict.MET, Stance.DOUBT: Verdict.CANNOT_JUDGE}


@given(st.lists(st.sampled_from(list(Stance)), min_size=2, max_size=2))
def test_the_stricter_stance_is_the_same_both_ways(stances: list[Stance]) -> None:
    one, other = stances
    assert stricter(one, other) is stricter(other, one) and stricter(one, one) is one


@settings(max_examples=20)
@given(st.fixed_dictionaries({name: st.sampled_from(allowed) for name, allowed in SWITCHES.items()}))
def test_stricter_switches_never_raise_a_score(switches: dict[str, Stance]) -> None:
    """One talk with every kind of doubtful words; each of these stances against the most lenient ones."""
    hearing = answering("这个我不太清楚，我问一下我们主管", "厂家说没办法修", "领导说不归我们管")
    lenient = Policy(**{name: allowed[0] for name, allowed in SWITCHES.items() if name != "other_words"})
    strict = Policy(**{**switches, "other_words": Stance.COUNTS})
    mild, hard = (judge(hearing, dataclasses.replace(CALL, policy=p), {}, WORDS).score for p in (lenient, strict))
    assert hard.value is not None and mild.value is not None and hard.value <= mild.value


RESULTS = st.builds(
    lambda kind, missed, credit, weight, penalty, cap: ItemResult(
        "x",
        kind,
        How.RULE,
        "",
        "",
        Verdict.MISSED if missed else Verdict.MET,
        credit if kind is Kind.REQUIRED else float(not missed),
        weight,
        "",
        penalty=penalty,
        cap=cap,
    ),
    st.sampled_from(Kind),
    st.booleans(),
    st.floats(0, 1),
    st.floats(0.01, 100),
    st.floats(0, 100),
    st.none() | st.floats(0, 99),
)


@given(st.lists(RESULTS, max_size=12))
def test_a_score_lies_within_0_and_100(results: list[ItemResult]) -> None:
    value = score(results).value
    assert value is None or 0.0 <= value <= 100.0


@given(st.lists(RESULTS, min_size=1, max_size=12), st.data())
def test_more_credit_never_lowers_a_score(results: list[ItemResult], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(results) - 1))
    better = list(results)
    item = results[place]
    better[place] = dataclasses.replace(item, credit=data.draw(st.floats(item.credit or 0.0, 1)))
    before, after = score(results).value, score(better).value
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before
