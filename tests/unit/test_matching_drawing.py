"""A match drawn step by step is the match that was found: the same cost, the same limit."""

from __future__ import annotations

import pytest

from analyzer.judging import words_for
from analyzer.judging.case import open_case
from analyzer.judging.examples import conversation
from analyzer.matching import (
    ACCUSATION,
    COURTESY,
    NEAR,
    THRESHOLD,
    CostTable,
    Finder,
    Match,
    Strictness,
    make_stream,
)
from analyzer.matching.drawing import Drawing, StepKind, draw
from analyzer.rubric.example import parse_example
from analyzer.rubric.load import load_standard
from analyzer.rubric.notation import parse
from analyzer.settings import ROOT, Settings
from analyzer.text.tokens import tokenizer
from tests.cast import spoken

SETTINGS = Settings()
WORDS = tokenizer()
STANDARDS = ("property-appointment", "sales-reception")


@pytest.mark.parametrize("name", STANDARDS)
def test_the_steps_of_every_match_of_a_shipped_standard_add_up_to_its_cost(name: str) -> None:
    standard = load_standard(name, ROOT / "lexicons")
    examples = (text for item in standard.items for text in (*item.examples_match, *item.examples_no_match))
    hearing = conversation([turn for text in examples for turn in parse_example(text)])
    ear = open_case(hearing, standard, words_for(ROOT / "lexicons", SETTINGS.cache_dir)).ear
    seen = 0
    for element in (element for item in standard.items for element in item.elements):
        for strictness in (COURTESY, ACCUSATION, NEAR):
            for match in ear.finder(element.who, strictness).matches(element.phrases, resolve=False):
                drawing = draw(ear.stream(element.who), match, strictness)
                assert drawing is not None, match
                assert drawing.cost == pytest.approx(match.cost), match
                assert sum(step.cost for step in drawing.steps) == pytest.approx(match.cost), match
                assert drawing.limit == pytest.approx(strictness.budget(match.syllables), abs=1e-3), match
                seen += 1
    assert seen > 200


def drawn(asked: str, said: str, strictness: Strictness = COURTESY) -> tuple[Match, Drawing]:
    stream = make_stream(spoken(said), None, WORDS)
    (match,) = Finder(stream, CostTable(asked), strictness).matches([parse(asked)])
    drawing = draw(stream, match, strictness)
    assert drawing is not None
    return match, drawing


def test_a_misheard_syllable_is_shown_beside_the_one_that_was_asked_for_with_both_sounds() -> None:
    match, drawing = drawn("已超出维修服务的范围", "以超出维修务的范围")
    kinds = [(step.kind, step.asked, step.said) for step in drawing.steps if step.kind is not StepKind.SAME]
    assert kinds == [(StepKind.SOUND, "已", "以"), (StepKind.LEFT_OUT, "服", "")]
    first = drawing.steps[0]
    assert (first.asked_sound, first.said_sound, first.cost) == ("yǐ", "yǐ", 0.03)
    assert drawing.cost <= drawing.limit
    assert match.similarity >= THRESHOLD


def test_a_word_that_was_put_in_and_a_run_over_pause_have_their_cost() -> None:
    _, drawing = drawn("让您久等了", "让您嗯，久等了")
    put_in = next(step for step in drawing.steps if step.kind is StepKind.PUT_IN)
    after = drawing.steps[drawing.steps.index(put_in) + 1]
    assert (put_in.said, put_in.cost) == ("嗯", 0.12)
    assert (after.said, after.pause, after.cost) == ("久", COURTESY.comma, COURTESY.comma)


def test_what_stands_in_a_gap_is_one_step_without_cost() -> None:
    _, drawing = drawn("您的****有什么问题", "您的厨房水龙头有什么问题")
    gap = next(step for step in drawing.steps if step.kind is StepKind.GAP)
    assert (gap.said, gap.cost) == ("厨房水龙头", 0.0)


def test_the_reading_of_a_heteronym_that_fits_is_the_one_that_is_shown() -> None:
    _, drawing = drawn("我重新装一下", "我从新装一下")
    step = drawing.steps[1]
    assert (step.asked, step.asked_sound, step.said_sound) == ("重", "chóng", "cóng")
