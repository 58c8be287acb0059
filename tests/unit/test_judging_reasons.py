"""The sentences that explain verdicts, as a technician reads them whose pay hangs on them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain import FoundBy, Hit, How, ItemResult, Judgement, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.reasons import PARTS, TEMPLATES, quoted, reason
from analyzer.rubric.example import parse_example
from analyzer.rubric.gaps import named
from analyzer.rubric.load import load_standard, standard_files
from analyzer.rubric.model import Standard
from analyzer.settings import ROOT
from tests.cast import C, T, heard, talk

LEXICONS = ROOT / "lexicons"
STANDARDS = [load_standard(path.stem, LEXICONS) for path in standard_files(LEXICONS)]
WORDS = words_for(LEXICONS, None)
NEAREST = re.compile(r"最接近的是 [\d:]+ 的“[^”]*”（与“[^”]*”相似度 (\d\.\d\d)）")
ALIKE = re.compile(r"“([^”]*)”（与“([^”]*)”相似度 (\d\.\d\d)）")
WORK = ((T, "我把阀门关了把软管拆下来看看密封圈老化了没有"), (C, "行你看吧我在屋里有事叫我"))


def judged(standard: Standard, *turns: tuple[Role, str], **facts: bool) -> Judgement:
    return judge(heard(talk(*turns)), standard, facts, WORDS)


def farewell(*turns: tuple[Role, str]) -> ItemResult:
    visit = next(s for s in STANDARDS if s.ref.id == "property-visit")
    return next(i for i in judged(visit, *turns).items if i.id == "farewell")


def is_fair(item: ItemResult) -> None:
    """What must hold of any sentence."""
    told = item.reason
    assert told.endswith(("。", "”。")), told
    assert "****" not in told and "{" not in told and "“”" not in told and "。”，" not in told, told
    assert "相似度 1.00" not in told, told
    assert not re.search(r"第[^条]*, ", told), told
    for similarity in NEAREST.findall(told):
        assert 0.7 <= float(similarity) < 0.76, told  # else it is another sentence, or was said
    for quote, phrase, _ in ALIKE.findall(told):
        assert quote != phrase, told
    if item.how is How.RULE and item.verdict is Verdict.MISSED and item.kind == "required":
        assert re.search(r"没有听到“|说早了|说晚了|之后没有再说", told), told


def sentences(standard: Standard) -> list[str]:
    return [e for i in standard.items for e in (*i.examples_match, *i.examples_no_match)]


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.ref.id)
def test_every_clause_of_a_visit_on_which_nothing_was_said_is_told_fairly(standard: Standard) -> None:
    for facts in ({}, dict.fromkeys(standard.facts, True)):
        for item in judged(standard, (C, "喂你好谁呀"), *WORK, *WORK, **facts).items:
            is_fair(item)


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda s: s.ref.id)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_is_said_every_sentence_is_fair(standard: Standard, data: st.DataObject) -> None:
    examples = data.draw(st.lists(st.sampled_from(sentences(standard)), min_size=1, max_size=8))
    turns = [turn for example in examples for turn in (*parse_example(example), *WORK)]
    for item in judged(standard, *turns).items:
        is_fair(item)


def test_what_was_said_early_is_never_called_unheard() -> None:
    """要求在结束部分说，但到 0:24 才说 was told of words that came too early."""
    found = farewell(
        (T, "您好，我是物业的维修师傅小王"),
        (T, "给您添麻烦了，再见"),
        *WORK,
        *WORK,
        *WORK,
        *WORK,
        *WORK,
        *WORK,
        *WORK,
        *WORK,
    )
    assert found.verdict is Verdict.MISSED
    assert "早在 0:0" in found.reason and "说早了，到结束部分没有再说" in found.reason
    assert "才说" not in found.reason and "最接近" not in found.reason


def test_of_what_is_missing_each_part_is_told_by_its_own_fault() -> None:
    """A part that was said early, and a part that was never said."""
    visit = next(s for s in STANDARDS if s.ref.id == "property-visit")
    item = next(i for i in visit.items if i.id == "farewell")
    titles = [e.title for e in item.elements]
    found = farewell(
        (T, "您好，我是物业的维修师傅小王"), (T, "再见"), *WORK, *WORK, *WORK, *WORK, *WORK, *WORK, *WORK, *WORK
    )
    assert found.verdict is Verdict.MISSED
    unsaid = re.search(r"没有听到((“[^”]*”)*)", found.reason)
    assert unsaid is not None
    early = [e.title for e in item.elements if found.nearest is not None and e.id == found.nearest.element]
    assert unsaid.group(1) == "".join(f"“{t}”" for t in titles if t not in early)
    assert "“再见”，说早了" in found.reason


def test_what_is_said_word_by_word_needs_no_similarity() -> None:
    hit = Hit(24.0, 26.0, Role.TECHNICIAN, "东西我们不管", "东西我们不管", 1.0)
    said = reason("said", clause="二.5", text="我们不管", more="", **quoted(hit))
    assert said == "违反第二.5条（我们不管）：0:24 服务人员说了“东西我们不管”。"
    other = reason(
        "said", clause="二.5", text="我们不管", more="", **quoted(replace(hit, quote="东西我门不管", similarity=0.93))
    )
    assert other.endswith("说了“东西我门不管”（与“东西我们不管”相似度 0.93）。")


def test_the_sound_speaks_for_itself() -> None:
    note = "听写为“耿问了没关系”，按声音更像“跟我们没关系”"
    hit = Hit(24.0, 26.0, Role.TECHNICIAN, "耿问了没关系", "跟我们没关系", 1.0, note=note, by=FoundBy.SOUND)
    said = reason("said", clause="二.5", text="跟我们没关系", more="", **quoted(hit))
    assert said.endswith(f"说了“耿问了没关系”（{note}）。")
    doubted = replace(hit, suspicion=True)
    told = reason("suspected", clause="二.5", doubt=f"{note}，但不能确定", **quoted(doubted))
    assert told.count("按声音更像") == 1 and "相似度" not in told


def test_clauses_and_gaps_are_told_as_people_write_them() -> None:
    told = reason("not-said", clause="二.1, 三.4(5)", text="请问您的****有什么问题，需要我们提供服务？")
    assert told == "没有听到服务人员说违反第二.1、三.4(5)条（请问您的〔设备〕有什么问题，需要我们提供服务？）的话。"
    assert named("按照规定这属于****的责任，费用应由****负责。") == "按照规定这属于〔谁〕的责任，费用应由〔谁〕负责。"
    assert named("按照规定，您的****出现的问题") == "按照规定，您的〔设备〕出现的问题"
    assert named("先说****再说") == "先说〔…〕再说"


@pytest.mark.parametrize("text", [i.text for s in STANDARDS for i in s.items if "****" in i.text])
def test_every_gap_of_the_shipped_standards_has_a_word(text: str) -> None:
    assert "****" not in named(text) and "〔…〕" not in named(text)


def test_every_sentence_ends_and_accuses_nobody_by_a_half_width_sign() -> None:
    for text in (*TEMPLATES.values(), *PARTS.values()):
        assert "," not in re.sub(r"\{[^}]*\}", "", text)
    assert all(text.endswith("。") for text in TEMPLATES.values())
