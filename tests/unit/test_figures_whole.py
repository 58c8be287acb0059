"""All figures together: defined in one place, plain, repeatable, and without a say in the score."""

import io
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.cli.report import report
from analyzer.domain import (
    Analysis,
    Figures,
    Hearing,
    Judgement,
    Layout,
    Politeness,
    Role,
    Score,
    Span,
    StandardRef,
)
from analyzer.judging import judge
from analyzer.judging.ear import Ear
from analyzer.judging.figures import figure_words, figures
from analyzer.judging.tables import table_over
from analyzer.rubric.load import load_standard
from analyzer.rubric.model import PhraseList, Shared
from analyzer.rubric.notation import parse
from analyzer.serial import analysis_to_dict, dump, read_analysis
from analyzer.text.tokens import tokenizer
from tests.cast import C, T, heard, spoken, talk

LEXICONS = Path(__file__).parents[1] / "fixtures" / "lexicons"
WORDS = tokenizer()
TABLE = table_over(())
HELLO = PhraseList("hello", "问好", (parse("您好"),))
LISTED = figure_words(Shared({"hello": HELLO}, {}, {}, (), ("这个",), ()))
VISIT = talk((C, "谁呀"), (T, "您好，我是物业的王师傅，来修水龙头"), (C, "请进，厨房这个水龙头漏水"), (T, "好的，再见"))


def tell(hearing: Hearing) -> Figures:
    return figures(hearing, Ear(hearing, TABLE, WORDS), LISTED)


def test_every_figure_is_defined_in_the_docstring_in_order() -> None:
    defined = re.findall(r"^ {4}`(\w+)`", Figures.__doc__ or "", re.MULTILINE)
    assert defined == [f.name for f in fields(Figures)]


def test_a_visit_in_figures() -> None:
    hearing = replace(heard(VISIT), speech=(Span(0.0, 4.6), Span(6.1, 7.5), Span(8.0, 9.0)))
    counted = tell(hearing)
    assert replace(counted, keywords=()) == Figures(
        talk_s={T: 4.4, C: 2.8},
        talk_share={T: 0.611, C: 0.389},
        syllables={T: 19, C: 13},
        syllables_per_minute={T: None, C: None},
        interruptions=None,
        silence_share=0.222,
        longest_silence=Span(4.6, 6.1),
        first_greeting_s=0.9,
        first_greeting_after_s=0.9,
        politeness=Politeness(1, None, {"您好": 1}),
    )
    assert [k.word for k in counted.keywords] == ["水龙头", "漏水", "厨房"]


def test_a_recording_without_speech_has_no_figures_but_says_so() -> None:
    assert tell(heard([], duration_s=60.0)) == Figures(politeness=Politeness(0, None, {}))


def test_speech_that_got_no_text_is_not_silence() -> None:
    counted = tell(heard(talk((T, "您好")), unheard=(Span(10.0, 20.0),)))
    assert counted.longest_silence == Span(0.4, 10.0)
    assert counted.talk_s == {T: 0.4}


def test_a_voice_over_a_voice_leaves_no_silence() -> None:
    counted = tell(heard([*spoken("您好您好您好", T), *spoken("谁呀", C, 0.4), *spoken("我来修灯", C, 1.2)]))
    assert (counted.silence_share, counted.longest_silence) == (0.0, None)


def test_the_wait_before_the_door_opens_is_no_delay_of_the_greeting() -> None:
    counted = tell(heard([*spoken("谁呀", C, 300.0), *spoken("您好", T, 302.0)]))
    assert (counted.first_greeting_s, counted.first_greeting_after_s) == (302.0, 2.0)
    assert counted.silence_share == pytest.approx(0.667)


def test_one_voice_alone_has_all_the_talk() -> None:
    assert tell(heard(spoken("您好，有人在家吗", T))).talk_share == {T: 1.0}


def test_figures_have_no_say_in_verdicts_and_score() -> None:
    standard = load_standard("mini", LEXICONS)
    bare = judge(heard(VISIT), standard, {}, WORDS)
    counted = judge(heard(VISIT), standard, {}, WORDS, listed=LISTED)
    assert counted.figures != bare.figures
    assert replace(counted, figures=Figures()) == replace(bare, figures=Figures())


def report_of(hearing: Hearing) -> str:
    judged = judge(hearing, load_standard("mini", LEXICONS), {}, WORDS, listed=LISTED)
    out = io.StringIO()
    report(Analysis(hearing, judged), out)
    return out.getvalue()


def test_the_report_has_one_line_of_figures_and_none_without_speech() -> None:
    line = "话量  服务人员 61%、客户 39%  语速（字/分） 话太少，不计  打断 无法判断  最长静默 0.5 秒（0:00 起）\n"
    assert line in report_of(heard(VISIT))
    assert "话量" not in report_of(heard([], duration_s=60.0))


def stored(hearing: Hearing, path: Path) -> str:
    judged = Judgement(StandardRef("visit", "1", ""), {}, (), Score(None, None, 0.0, None, 0, 0, 0), tell(hearing))
    text = dump(analysis_to_dict(Analysis(hearing, judged)))
    path.write_text(text, encoding="utf-8")
    return text


ROLES = st.sampled_from(list(Role))
TEXTS = st.text(alphabet="您好我是王师傅水龙头漏水嗯对谢再见，。ab12", min_size=1, max_size=12)
TURNS = st.lists(st.tuples(ROLES, TEXTS, st.integers(0, 3000)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(turns=TURNS, stereo=st.booleans())
def test_figures_of_a_stored_transcript_are_the_same_byte_for_byte(
    turns: list[tuple[Role, str, int]], stereo: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    said = [u for role, text, at in turns for u in spoken(text, role, at / 100)]
    hearing = heard(sorted(said, key=lambda u: (u.start_s, u.end_s, u.speaker)))
    hearing = replace(hearing, layout=Layout.STEREO if stereo else None)
    folder = tmp_path_factory.mktemp("stored")
    first = stored(hearing, folder / "first.json")
    again, _ = read_analysis(folder / "first.json")
    assert stored(again, folder / "again.json") == first


@settings(max_examples=60, deadline=None)
@given(TURNS)
def test_figures_stay_within_their_bounds(turns: list[tuple[Role, str, int]]) -> None:
    hearing = heard([u for role, text, at in turns for u in spoken(text, role, at / 100)])
    counted = tell(hearing)
    assert sum(counted.talk_share.values()) == pytest.approx(1.0 if turns else 0.0, abs=0.01)
    assert counted.silence_share is None or 0.0 <= counted.silence_share <= 1.0
    assert set(counted.syllables) <= set(counted.talk_s)
    end_s = hearing.duration_s
    for cut in counted.interruptions or ():
        assert 0.0 <= cut.at_s < cut.at_s + cut.overlap_s <= end_s + 1e-9
        assert cut.by_speaker != cut.on_speaker
    assert all(0.0 <= k.first_s <= end_s and k.weight > 0 for k in counted.keywords)
