"""Verdicts on small talks, by a small standard (tests/fixtures/lexicons/mini.yaml)."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain import Hearing, How, ItemResult, Judgement, Kind, Role, Span, Utterance, Verdict
from analyzer.errors import AnalyzerError
from analyzer.judging import judge, words_for
from analyzer.judging.score import score
from analyzer.rubric.load import load_standard
from analyzer.text.simplify import simplify
from tests.cast import C, T, heard, spoken, talk

LEXICONS = Path(__file__).parents[1] / "fixtures" / "lexicons"
MINI = load_standard("mini", LEXICONS)
WORDS = words_for(LEXICONS, None)

GOOD = (
    (T, "您好，我是物业的维修师傅"),
    (C, "快请进吧，厨房的水龙头漏水了"),
    (T, "好的我看一下，是密封圈老化了，换一个就行"),
    (C, "行，那你换吧"),
    (T, "给您添麻烦了，再见"),
)


def result(hearing: Hearing, item: str, **given: bool) -> ItemResult:
    return next(i for i in judged(hearing, **given).items if i.id == item)


def judged(hearing: Hearing, **given: bool) -> Judgement:
    return judge(hearing, MINI, given, WORDS)


def test_a_good_visit_is_met_with_words_and_seconds() -> None:
    greeting = result(heard(talk(*GOOD)), "greeting")
    assert greeting.verdict is Verdict.MET
    assert greeting.credit == 1.0
    assert [hit.quote for hit in greeting.hits] == ["您好", "我是物业的维修师傅"]
    assert greeting.hits[0].start_s == 0.0
    assert "二.1" in greeting.reason and "0:00" in greeting.reason


def test_part_of_a_greeting_gives_part_of_the_credit_and_names_what_is_missing() -> None:
    greeting = result(heard(talk((T, "你好，我是隔壁的维修王师傅"), *GOOD[1:])), "greeting")
    assert greeting.verdict is Verdict.MISSED
    assert greeting.credit == pytest.approx(1 / 3, abs=1e-3)
    assert "表明身份" in greeting.reason


def test_a_near_miss_is_offered_as_the_nearest() -> None:
    hearing = heard(talk(*GOOD[:3], (T, "这个超出了服务范围"), *GOOD[3:]))
    item = result(hearing, "explain-charge", charged=True)
    assert item.nearest is not None and 0.7 <= item.nearest.similarity < 0.75
    assert "最接近的是" in item.reason and item.nearest.quote in item.reason


@pytest.mark.parametrize("said", ["你好，我是隔壁的维修王师傅", "你好，我是物流的师傅", "你好，我是五楼的"])
def test_what_is_hardly_alike_is_not_offered_as_the_nearest(said: str) -> None:
    greeting = result(heard(talk((T, said), *GOOD[1:])), "greeting")
    assert greeting.verdict is Verdict.MISSED
    assert greeting.nearest is None
    assert "没有相近的话" in greeting.reason


def test_too_early_and_too_late_are_different_reasons() -> None:
    work = ((T, "我把阀门关了把软管拆下来看看密封圈老化了没有"), (C, "行你看吧我在屋里有事叫我"))
    early = result(heard(talk(*GOOD[:1], (T, "给您添麻烦了，再见"), *work, *work, *work)), "farewell")
    late = result(heard(talk((T, "来修水龙头的"), *work, *work, *work, GOOD[0])), "greeting")
    assert (early.verdict, late.verdict) == (Verdict.MISSED, Verdict.MISSED)
    assert "说早了" in early.reason and "但到 0:" not in early.reason
    assert "但到 0:" in late.reason and "说早了" not in late.reason


def test_what_is_nothing_alike_is_no_near_miss() -> None:
    greeting = result(heard(talk((T, "你好，来修水龙头的"), *GOOD[1:])), "greeting")
    assert greeting.nearest is None
    assert "没有相近的话" in greeting.reason


def test_a_greeting_in_the_closing_counts_for_nothing_but_is_shown() -> None:
    late = talk(*GOOD[1:3], *GOOD[1:3], (T, "您好，我是物业的维修师傅"))
    greeting = result(heard(late), "greeting")
    assert greeting.verdict is Verdict.MISSED
    assert greeting.nearest is not None and greeting.nearest.quote in ("您好", "我是物业的维修师傅")
    assert "开场部分" in greeting.reason


def test_what_is_said_between_the_ends_of_a_short_talk_is_a_persons_to_decide() -> None:
    """Eight seconds have no clear opening; sixty have, though the words stand at the same second."""
    begun = ((T, "来修水龙头的"), (C, "快请进吧厨房的水龙头漏水漏了一个上午了"))
    short = result(heard(talk(*begun, GOOD[0])), "greeting")
    long = result(heard(talk(*begun, (C, "你慢点走"), GOOD[0], *GOOD[1:4] * 4)), "greeting")
    assert (short.verdict, long.verdict) == (Verdict.CANNOT_JUDGE, Verdict.MISSED)
    assert short.nearest is not None and short.nearest.quote in short.reason and "对话很短" in short.reason
    assert "说晚了" in long.reason


@pytest.mark.parametrize("complaint", ["你怎么才来啊", "我等了半天了"])
def test_a_condition_is_heard_from_the_customer_and_proved_by_the_words(complaint: str) -> None:
    hearing = heard(talk(GOOD[0], (C, complaint), *GOOD[2:]))
    judgement = judged(hearing)
    assert judgement.facts["late"].value and judgement.facts["late"].source == "heard"
    assert judgement.facts["late"].hits[0].quote in complaint
    assert result(hearing, "late-apology").verdict is Verdict.MISSED


def test_a_condition_that_does_not_hold_makes_the_item_not_applicable() -> None:
    late = result(heard(talk(*GOOD)), "late-apology")
    assert (late.verdict, late.credit) == (Verdict.NOT_APPLICABLE, None)
    assert "迟到" in late.reason


def test_a_given_fact_wins_over_what_is_heard() -> None:
    hearing = heard(talk(GOOD[0], (C, "你怎么才来啊"), *GOOD[2:]))
    assert result(hearing, "late-apology", late=False).verdict is Verdict.NOT_APPLICABLE
    assert result(heard(talk(*GOOD)), "late-apology", late=True).verdict is Verdict.MISSED


def test_a_given_fact_rules_out_its_opposite() -> None:
    hearing = heard(talk(GOOD[0], (T, "这个不收费"), *GOOD[2:]))
    assert not judged(hearing, charged=True).facts["covered"].value
    assert result(hearing, "explain-charge", charged=True).verdict is Verdict.MISSED


def test_an_unknown_fact_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(AnalyzerError, match="late") as caught:
        judged(heard(talk(*GOOD)), lat=True)
    assert caught.value.code == "fact-unknown"


def test_the_technicians_forbidden_words_are_proved_and_cost_the_penalty() -> None:
    hearing = heard(talk(*GOOD[:3], (T, "这个我不知道"), *GOOD[3:]))
    judgement = judged(hearing)
    item = next(i for i in judgement.items if i.id == "do-not-know")
    assert (item.verdict, item.credit) == (Verdict.MISSED, 0.0)
    assert item.hits[0].quote == "不知道" and not item.hits[0].suspicion
    assert judgement.score.penalty == 15
    assert judgement.score.value == 85.0


def test_the_customers_forbidden_words_never_count() -> None:
    hearing = heard(talk(*GOOD[:3], (C, "你不知道我不知道，他妈的谁知道"), *GOOD[3:]))
    assert result(hearing, "do-not-know").verdict is Verdict.MET
    assert result(hearing, "profanity").hits == ()


@pytest.mark.parametrize("harmless", ["不知道您什么时候方便", "这里光线暗看不清楚", "布置到客厅里"])
def test_harmless_look_alikes_are_no_accusation(harmless: str) -> None:
    assert result(heard(talk(*GOOD[:3], (T, harmless), *GOOD[3:])), "do-not-know").hits == ()


def test_weak_audio_makes_a_suspicion_not_an_accusation() -> None:
    said = talk(*GOOD)
    doubtful = spoken("这个我不知道", T, said[-1].end_s + 1.0, confidence=0.2)
    judgement = judged(heard([*said, *doubtful]))
    item = next(i for i in judgement.items if i.id == "do-not-know")
    assert item.verdict is Verdict.CANNOT_JUDGE
    assert [hit.suspicion for hit in item.hits] == [True]
    assert judgement.score.penalty == 0 and judgement.score.suspicions == 1


def test_words_that_may_be_the_customers_are_no_accusation() -> None:
    said = talk(*GOOD[:3], (T, "不知道"), *GOOD[3:])
    doubtful = [replace(u, speaker_confidence=0.5) if u.text == "不知道" else u for u in said]
    item = result(heard(doubtful), "do-not-know")
    assert (item.verdict, [hit.suspicion for hit in item.hits]) == (Verdict.CANNOT_JUDGE, [True])
    assert "谁说的" in item.reason


def test_without_known_roles_either_speaker_greets_and_nobody_is_accused() -> None:
    unknown = [replace(u, role=Role.UNKNOWN) for u in talk(*GOOD[:3], (T, "这个我不知道"), *GOOD[3:])]
    judgement = judged(heard(unknown))
    by_id = {i.id: i for i in judgement.items}
    assert by_id["greeting"].verdict is Verdict.MET
    assert by_id["do-not-know"].verdict is Verdict.CANNOT_JUDGE
    assert any("谁是服务人员" in warning for warning in judgement.warnings)


def test_a_fatal_item_caps_the_score() -> None:
    score = judged(heard(talk(*GOOD[:3], (T, "真他妈的烦"), *GOOD[3:]))).score
    assert (score.value, score.cap, score.penalty) == (40.0, 40, 30)


def test_unheard_speech_in_the_window_makes_a_miss_impossible_to_judge() -> None:
    said = talk(*GOOD[:4])
    unheard = Span(said[-1].end_s + 0.2, said[-1].end_s + 3.0)
    farewell = result(heard(said, [unheard], duration_s=unheard.end_s), "farewell")
    assert (farewell.verdict, farewell.credit) == (Verdict.CANNOT_JUDGE, None)
    assert "没有听清" in farewell.reason


@pytest.mark.parametrize("said", [[], spoken("嗯")])
def test_a_recording_without_talk_is_not_judged_and_has_no_score(said: list[Utterance]) -> None:
    judgement = judged(heard(said, duration_s=60.0))
    rules = [i for i in judgement.items if i.verdict is not None]
    assert {i.verdict for i in rules} == {Verdict.CANNOT_JUDGE}
    assert all(i.hits == () for i in rules)
    assert judgement.score.value is None


def test_link_and_person_items_have_no_verdict_in_a_run() -> None:
    judgement = judged(heard(talk(*GOOD)))
    assert {i.id for i in judgement.items if i.verdict is None} == {"on-time", "knock"}
    assert judgement.score.coverage["link"] == judgement.score.coverage["person"] == 1


def test_an_item_must_come_after_the_one_it_waits_for() -> None:
    said = talk((T, "给您添麻烦了，再见"), (T, "您好，我是物业的维修师傅"))
    farewell = result(heard(said), "farewell")
    assert farewell.verdict is Verdict.MISSED
    assert "之后" in farewell.reason


PHRASES = ("您好", "我是物业的维修师傅", "给您添麻烦了", "再见", "让您久等了", "好的", "我看看水龙头", "一共五十块钱")
TURNS = st.lists(st.tuples(st.sampled_from([T, C]), st.sampled_from(PHRASES)), min_size=1, max_size=8)


@given(TURNS)
@settings(deadline=None, max_examples=50)
def test_one_more_forbidden_hit_never_raises_the_score(turns: list[tuple[Role, str]]) -> None:
    before = judged(heard(talk(*turns))).score.value
    worse = list(turns)
    worse.append((T, "这个我不知道"))
    after = judged(heard(talk(*worse))).score.value
    if before is not None and after is not None:
        # one turn more moves the closing window: judge the same windows by adding a harmless turn instead
        same = judged(heard(talk(*turns, (T, "这个我看一下")))).score.value
        assert same is None or after <= same


@given(TURNS)
@settings(deadline=None, max_examples=50)
def test_every_hit_lies_within_the_recording(turns: list[tuple[Role, str]]) -> None:
    hearing = heard(talk(*turns))
    for item in judged(hearing).items:
        for hit in (*item.hits, *filter(None, [item.nearest])):
            assert 0.0 <= hit.start_s <= hit.end_s <= hearing.duration_s
            assert 0.0 <= hit.similarity <= 1.0


TRADITIONAL = str.maketrans("维师傅给烦见让这厨龙头们说", "維師傅給煩見讓這廚龍頭們說")


@given(TURNS)
@settings(deadline=None, max_examples=30)
def test_traditional_and_simplified_writing_are_judged_alike(turns: list[tuple[Role, str]]) -> None:
    traditional = [(role, text.translate(TRADITIONAL)) for role, text in turns]
    assert [simplify(text) for _, text in traditional] == [text for _, text in turns]
    first, second = judged(heard(talk(*turns))), judged(heard(talk(*traditional)))
    assert [(i.verdict, i.credit) for i in first.items] == [(i.verdict, i.credit) for i in second.items]


@given(TURNS)
@settings(deadline=None, max_examples=30)
def test_judging_twice_gives_the_same(turns: list[tuple[Role, str]]) -> None:
    assert judged(heard(talk(*turns))) == judged(heard(talk(*turns)))


def test_links_and_people_count_once_they_judged_but_make_no_score_alone() -> None:
    def result(id_: str, how: How, verdict: Verdict | None, credit: float | None) -> ItemResult:
        return ItemResult(id_, Kind.REQUIRED, how, "", "", verdict, credit, 1.0, "")

    rule = result("greeting", How.RULE, Verdict.MET, 1.0)
    link = result("followed-up", How.LINK, Verdict.MISSED, 0.0)
    assert score([rule, result("followed-up", How.LINK, None, None)]).value == 100.0
    assert score([rule, link]).value == 50.0
    assert score([link]).value is None
    assert score([result("greeting", How.RULE, Verdict.CANNOT_JUDGE, None), link]).value is None
