"""What was not found where the words were heard badly is for a person: a miss needs ears that would have heard it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Hearing, ItemResult, Span, Utterance, Verdict
from analyzer.judging.case import open_case
from analyzer.judging.reasons import TEMPLATES
from analyzer.judging.required import HEARD_POORLY, POORLY, is_poorly_heard
from analyzer.judging.score import score
from tests.cast import C, T, heard, talk
from tests.unit.test_judging import MINI, WORDS, judged, result

RUDE = (
    (T, "水龙头在哪儿"),
    (C, "在厨房，漏了一个星期了，麻烦你看看"),
    (T, "是密封圈老化了，我换一个就行，你先别用水"),
    (C, "好的，那你换吧"),
    (T, "换好了，我走了"),
)
CLEAR, POOR = HEARD_POORLY + 0.05, HEARD_POORLY - 0.05


def visit(technician: float, customer: float = CLEAR) -> Hearing:
    """The rude visit, with how surely the two were heard."""
    return heard([_sure(u, technician if u.role is T else customer) for u in talk(*RUDE)])


def _sure(utterance: Utterance, confidence: float) -> Utterance:
    return replace(utterance, confidence=confidence, char_confidence=(confidence,) * len(utterance.text))


def greeting(hearing: Hearing) -> ItemResult:
    return result(hearing, "greeting")


def test_a_miss_is_a_miss_where_the_technician_was_heard_well() -> None:
    assert greeting(visit(CLEAR)).verdict is Verdict.MISSED


def test_where_he_was_heard_badly_it_is_for_a_person_who_is_told_why() -> None:
    item = greeting(visit(POOR))
    assert (item.verdict, item.credit) == (Verdict.CANNOT_JUDGE, None)
    assert f"平均把握 {POOR:.2f}" in item.reason and "请人工复听" in item.reason


def test_how_badly_the_customer_was_heard_pardons_nobody() -> None:
    assert greeting(visit(CLEAR, customer=0.3)).verdict is Verdict.MISSED


def test_what_was_found_counts_however_badly_the_rest_was_heard() -> None:
    polite = ((T, "您好，我是物业的维修师傅"), *RUDE[1:])
    assert greeting(heard(talk(*polite, confidence=POOR))).verdict is Verdict.MET


def test_an_engine_that_does_not_tell_leaves_misses_as_they_are() -> None:
    unknown = heard([replace(u, confidence=None, char_confidence=()) for u in talk(*RUDE)])
    assert greeting(unknown).verdict is Verdict.MISSED


def test_a_bad_word_in_a_short_opening_does_not_undo_a_good_recording() -> None:
    first, *rest = talk(*RUDE)
    assert greeting(heard([_sure(first, 0.5), *(_sure(u, 0.9) for u in rest)])).verdict is Verdict.MISSED


def test_an_opening_in_the_din_is_not_judged_by_a_clear_rest() -> None:
    din = talk((T, "水龙头在哪儿，是不是这个一直往下漏，总阀是不是在外面的管道井里头，你先别开水"), (C, "在厨房"))
    clear = [(T, "这回不漏了，您看这个地方的垫圈都磨没了"), (C, "是啊，用了好多年了")] * 12
    said = talk(*((u.role, u.text) for u in din), *clear)
    hearing = heard([_sure(u, 0.5 if i < len(din) else 0.95) for i, u in enumerate(said)])
    window = open_case(hearing, MINI, WORDS).window(next(i for i in MINI.items if i.id == "greeting").where)
    assert window.end_s < hearing.duration_s, "the opening is only a part of this visit"
    assert greeting(hearing).verdict is Verdict.CANNOT_JUDGE


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_clearness_lies_between_the_window_and_the_whole(opening: float, rest: float) -> None:
    first, *others = talk(*RUDE)
    ear = open_case(heard([_sure(first, opening), *(_sure(u, rest) for u in others)]), MINI, WORDS).ear
    clearness = ear.clearness(T, Span(0.0, first.end_s))
    low, high = sorted((opening, rest))
    assert low - 1e-6 <= clearness <= high + 1e-6
    assert ear.clearness(T, Span(1e6, 1e6 + 1)) == pytest.approx(float(ear.stream(T).confidence.mean()), abs=1e-6)


def test_nobody_is_pardoned_for_having_said_nothing() -> None:
    case = open_case(heard(talk((C, "有人吗？师傅？"), (C, "怎么还不来"), confidence=0.3)), MINI, WORDS)
    assert case.ear.clearness(T, Span(0.0, 10.0)) == 1.0


def test_the_same_recording_heard_better_never_makes_a_worse_verdict() -> None:
    for item in judged(visit(CLEAR)).items:
        poorly = result(visit(POOR), item.id)
        assert poorly.verdict in (item.verdict, Verdict.CANNOT_JUDGE)


def test_a_recording_of_which_the_words_decided_too_little_has_no_score() -> None:
    polite = heard(talk((T, "您好，我是物业的维修师傅"), *RUDE[1:], confidence=POOR))
    judgement = judged(polite)
    assert judgement.score.value is None and any("先人工复听" in warning for warning in judgement.warnings)
    assert judged(heard(talk((T, "您好，我是物业的维修师傅"), *RUDE[1:]))).score.value is not None


def test_the_reason_is_known_by_its_words_and_no_other_reason_has_them() -> None:
    assert [code for code, text in TEMPLATES.items() if POORLY in text] == ["poorly-heard"]
    assert is_poorly_heard(greeting(visit(POOR))) and not is_poorly_heard(greeting(visit(CLEAR)))


def test_a_persons_decisions_bring_the_score_back() -> None:
    unheard = list(judged(visit(POOR)).items)
    assert score(unheard).value is None
    decided = [replace(i, verdict=Verdict.MISSED, credit=0.0) if is_poorly_heard(i) else i for i in unheard]
    assert score(decided).value == 0.0
