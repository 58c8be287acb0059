"""The second hearing with the real model: what was lost comes back, what merely sounds alike stays away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analyzer.audio import open_audio
from analyzer.domain import Analysis, FoundBy, Hearing, ItemResult, Outcome, Verdict
from analyzer.hearing import Scorer, Window, WindowPiece, load_transcriber
from analyzer.judging import judge, words_for
from analyzer.pipeline import Analyzer, load, rescore
from analyzer.serial import analysis_to_dict, dump, parse_analysis
from analyzer.settings import Settings
from benchmarks.kit.places import ROOT

SETTINGS = Settings(unclear_model="")
SAMPLE = ROOT / "samples" / "school-02-aircon-idle" / "school-02-aircon-idle.mp3"
pytestmark = pytest.mark.weights
STANDARD = load("school-works", SETTINGS)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analyzer(SETTINGS).analyse(SAMPLE, STANDARD, {})


def item(hearing: Hearing, name: str) -> ItemResult:
    judgement = judge(hearing, STANDARD, {}, words_for(SETTINGS.lexicons, SETTINGS.cache_dir))
    return next(i for i in judgement.items if i.id == name)


def test_a_phrase_that_was_misheard_comes_back_as_evidence_by_sound(analysis: Analysis) -> None:
    # how many nats exactly depends on the processor's arithmetic, and with them whether it is said or suspected
    likely = [c.phrase for c in analysis.hearing.checks if c.outcome is not Outcome.REJECTED]
    assert [phrase for phrase in likely if phrase in ("房价多少", "昨晚那场球看")], analysis.hearing.checks
    by_sound = [hit for hit in item(analysis.hearing, "idle-chat").hits if hit.by is FoundBy.SOUND]
    assert by_sound and "按声音更像" in by_sound[0].note
    bare = item(replace(analysis.hearing, checks=()), "idle-chat")
    assert all(hit.suspicion for hit in bare.hits if hit.start_s == by_sound[0].start_s)


def test_words_that_merely_sound_alike_decide_nothing(analysis: Analysis) -> None:
    """还上午 for 换上午, and 了要钱嘛怎么不先跟我说一声 for 撂…: met, and moved, before."""
    assert item(replace(analysis.hearing, checks=()), "delay-notice").verdict is Verdict.MET
    assert item(analysis.hearing, "delay-notice").verdict is Verdict.MISSED


def test_the_stored_transcript_is_judged_to_the_same_without_audio(analysis: Analysis) -> None:
    stored = analysis_to_dict(analysis)
    hearing, given = parse_analysis(stored, "stored")
    assert dump(analysis_to_dict(rescore(hearing, "school-works", given, SETTINGS))) == dump(stored)


def test_the_same_audio_gives_the_same_checks(analysis: Analysis) -> None:
    bare = replace(analysis.hearing, checks=())
    with open_audio(SAMPLE, SETTINGS) as audio:
        again = Analyzer(SETTINGS).hear_again(audio, bare, STANDARD, {})
    assert again.checks == analysis.hearing.checks


def test_both_engines_tell_a_likely_text_from_an_unlikely_one_alike(analysis: Analysis) -> None:
    check = next(c for c in analysis.hearing.checks if c.outcome is not Outcome.REJECTED)
    with open_audio(SAMPLE, SETTINGS) as audio:
        samples = np.array(audio.samples[0])
    first, last = (int(seconds * 16_000) for seconds in (check.start_s - 0.2, check.end_s + 0.4))
    window = Window(samples, (WindowPiece(first, last, 0),))
    texts = (check.heard, check.phrase, "服务中心不管这件事情")
    differences = []
    for engine in ("faster-whisper", "openai-whisper"):
        # float32 on both sides: how int8 rounds is the processor's
        transcriber = load_transcriber(replace(SETTINGS, engine=engine, compute_type="float32"))
        assert isinstance(transcriber, Scorer)
        heard, phrase, other = transcriber.score(window, texts)
        assert other < min(heard, phrase) - 10.0
        differences.append(heard - phrase)
    assert differences[0] == pytest.approx(differences[1], abs=1.0)
