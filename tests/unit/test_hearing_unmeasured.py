"""Engines that give no probabilities: nothing stands in for them, and what rests on them is left to people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.domain import Engine, Hearing, ItemResult, Role, Segment, Span, SpeakerTurn, Verdict
from analyzer.hearing import hear
from analyzer.hearing.guards import echoes
from analyzer.hearing.listening import COARSE, UNMEASURED
from analyzer.hearing.recorded import RecordedTranscriber
from analyzer.hearing.types import Decoded, Look, Window, compression_ratio
from analyzer.judging import judge, words_for
from analyzer.rejudging import judged
from analyzer.rubric.load import load_standard
from analyzer.serial import analysis_to_dict, dump, parse_analysis
from analyzer.settings import Settings
from analyzer.speakers import attribute
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
VISIT = load_standard("property-visit", SETTINGS.lexicons)
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)


class Unmeasured:
    """Writes `text` into every window, its characters shared out evenly, and tells nothing about it."""

    engine = Engine("plain", "test")
    warnings: tuple[str, ...] = ()

    def __init__(self, text: str, *, coarse: bool = True) -> None:
        self.text, self.coarse = text, coarse

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        for window in windows:
            bounds = np.linspace(0.0, window.duration_s, len(self.text) + 1)
            starts, ends = (tuple(float(b) for b in part) for part in (bounds[:-1], bounds[1:]))
            yield Decoded(self.text, starts, ends, (), None, None, compression_ratio(self.text), coarse=self.coarse)


def unmeasured(hearing: Hearing) -> Hearing:
    said = tuple(replace(u, confidence=None, char_confidence=()) for u in hearing.transcript)
    return replace(hearing, transcript=said)


def judged_item(hearing: Hearing, item: str) -> ItemResult:
    return next(i for i in judge(hearing, VISIT, {}, WORDS).items if i.id == item)


def test_unknown_stays_unknown_from_the_engine_to_the_transcript_and_is_told() -> None:
    samples = np.full(16_000 * 10, 100, np.int16)
    part = hear(samples, (Span(1.0, 6.0),), Unmeasured("您好，我是物业的维修师傅"), SETTINGS)
    assert part.warnings == (UNMEASURED, COARSE)
    assert [(s.confidence, s.char_confidence) for s in part.segments] == [(None, ())] * len(part.segments)
    (said,) = attribute(part.segments, (SpeakerTurn(Span(0.0, 10.0), "S1"),))
    assert (said.confidence, said.char_confidence) == (None, ())
    aligned = hear(samples, (Span(1.0, 6.0),), Unmeasured("您好", coarse=False), SETTINGS)
    assert aligned.warnings == (UNMEASURED,)


def test_what_is_known_and_what_is_not_are_never_one_utterance() -> None:
    known = Segment(1.0, 2.0, "您好", (1.0, 1.5), (0.9, 0.8), 0.85)
    unknown = Segment(2.1, 3.0, "请进", (2.1, 2.5), (), None)
    assert [u.confidence for u in attribute((known, unknown), ())] == [0.85, None]


def test_an_unknown_confidence_is_written_and_read_as_such(tmp_path: Path) -> None:
    hearing = unmeasured(heard(talk((T, "您好我是物业的维修人员"), (C, "请进"), (T, "给您修好了您试一下"))))
    stored = analysis_to_dict(judged(hearing, VISIT, {}, SETTINGS))
    assert stored["transcript"][0]["confidence"] is None
    read, _ = parse_analysis(stored, "stored")
    assert read.transcript == hearing.transcript
    path = tmp_path / "heard.json"
    path.write_text(dump(stored), "utf-8")
    again = hear(np.full(16_000 * 8, 100, np.int16), read.speech, RecordedTranscriber(path), SETTINGS)
    assert {s.confidence for s in again.segments} == {None}


def test_forbidden_words_that_nobody_measured_are_a_suspicion_with_its_reason() -> None:
    hearing = heard(talk((C, "这个漏水怎么办"), (T, "这个不归我修你自己找人弄"), (C, "好吧")))
    known = judged_item(hearing, "not-our-job")
    assert known.verdict is Verdict.MISSED and not known.hits[0].suspicion
    item = judged_item(unmeasured(hearing), "not-our-job")
    assert item.verdict is not Verdict.MISSED
    assert item.hits[0].suspicion and "语音引擎不说明听得有多准" in item.hits[0].note


@pytest.mark.parametrize("said", ["给您添麻烦了请您原谅", "打扰您了给您添麻烦了"])
def test_words_that_fulfil_a_clause_count_as_they_are_written(said: str) -> None:
    hearing = heard(talk((T, "您好，我是物业的维修人员"), (C, "请进"), (T, said), (C, "没事")))
    measured = [i.verdict for i in judge(hearing, VISIT, {}, WORDS).items if i.verdict is Verdict.MET]
    assert [
        i.verdict for i in judge(unmeasured(hearing), VISIT, {}, WORDS).items if i.verdict is Verdict.MET
    ] == measured


def test_words_beside_which_the_contrary_may_be_written_are_left_to_a_person() -> None:
    hearing = heard(talk((T, "您好，我是物业的维修人员"), (C, "请进"), (T, "修好了，没给您试一下"), (C, "哦")))
    assert judged_item(hearing, "demonstrate").verdict is Verdict.MISSED
    item = judged_item(unmeasured(hearing), "demonstrate")
    assert item.verdict is Verdict.CANNOT_JUDGE
    assert "语音引擎不说明听得有多准" in item.reason


def test_a_whole_text_of_the_prompt_is_an_echo_and_one_tap_that_is_named_is_none() -> None:
    prompt = "以下是普通话的句子。水龙头、热水器、空调、马桶、物业、维修、保修期、工号。"

    def told(text: str) -> list[tuple[int, int]]:
        times = tuple(0.2 * i for i in range(len(text)))
        return echoes(Decoded(text, times, times, (), None, None, 1.0), prompt)

    assert told("水龙头热水器空调马桶") == [(0, 10)]
    assert told("水龙头") == told("是水龙头、热水器还是别的坏了") == []


def test_roles_and_everything_else_are_judged_all_the_same() -> None:
    hearing = unmeasured(heard(talk((T, "您好，我是物业的维修人员"), (C, "请进"), (T, "修好了您试一下，再见"))))
    assert {u.role for u in hearing.transcript} == {Role.TECHNICIAN, Role.CUSTOMER}
    assert judge(hearing, VISIT, {}, WORDS).items
