"""Hearing a channel: everything detected gets text or is named unheard, and times are those of the recording."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from analyzer.domain import Engine, Span
from analyzer.errors import TranscriptError
from analyzer.hearing import hear
from analyzer.hearing.recorded import RecordedTranscriber
from analyzer.hearing.segments import silent_stretches
from analyzer.hearing.types import Decoded, Look, Window, compression_ratio
from analyzer.progress import Progress
from analyzer.settings import Settings

RATE = 16_000
SETTINGS = Settings(lexicons=Path("/nonexistent"))
QUIET = np.full(RATE * 120, 100, np.int16)  # nobody hears it, but it is no silence


class ScriptedTranscriber:
    """Says one character each 0.25 s of a piece, taken from `script` by the piece's start; '' stays silent."""

    engine = Engine(name="scripted", model="test")
    warnings: tuple[str, ...] = ()

    def __init__(self, script: dict[float, str], again: dict[float, str] | None = None) -> None:
        self.script, self.again, self.calls = script, again or {}, 0
        self.looks: list[Look] = []

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        self.calls += 1
        self.looks += [look] * len(windows)
        script = self.script if self.calls == 1 else self.again
        for window in windows:
            text, starts = "", []
            for piece in window.pieces:
                words = next((w for s, w in script.items() if piece.span.start_s <= s < piece.span.end_s), "")
                text += words
                starts += [piece.window_start_s + 0.2 + 0.25 * i for i in range(len(words))]
            ends = tuple(start + 0.25 for start in starts)
            yield Decoded(text, tuple(starts), ends, (0.9,) * len(text), -0.2, 0.0, compression_ratio(text))


def test_times_come_back_to_the_recording_through_windows_with_cut_silence() -> None:
    speech = (Span(10.0, 12.0), Span(60.0, 62.0))
    heard = hear(QUIET, speech, ScriptedTranscriber({10.5: "您好请进来", 60.5: "修好了再见"}), SETTINGS)
    assert [segment.text for segment in heard.segments] == ["您好请进来", "修好了再见"]
    assert 10.0 <= heard.segments[0].start_s < 10.4
    assert 60.0 <= heard.segments[1].start_s < 60.4
    assert heard.unheard == ()


def test_speech_that_was_skipped_is_decoded_again_by_itself() -> None:
    speech = (Span(10.0, 12.0), Span(60.0, 62.0))
    transcriber = ScriptedTranscriber({10.5: "您好请进来"}, again={60.5: "让您久等了"})
    heard = hear(QUIET, speech, transcriber, SETTINGS)
    assert [segment.text for segment in heard.segments] == ["您好请进来", "让您久等了"]
    assert heard.unheard == ()


def test_what_stays_without_text_is_unheard() -> None:
    heard = hear(QUIET, (Span(10.0, 12.0), Span(60.0, 62.0)), ScriptedTranscriber({10.5: "您好请进来"}), SETTINGS)
    (unheard,) = heard.unheard
    assert Span(60.0, 62.0).overlap_s(unheard) == pytest.approx(unheard.duration_s)
    assert unheard.duration_s > 1.0


def test_a_looping_window_is_decoded_again_carefully_and_what_still_loops_is_dropped_with_its_reason() -> None:
    transcriber = ScriptedTranscriber({10.5: "谢谢大家" * 8}, again={10.5: "谢谢大家" * 8})
    heard = hear(QUIET, (Span(10.0, 22.0),), transcriber, SETTINGS)
    assert transcriber.looks[:2] == [Look.FIRST, Look.CAREFUL]
    assert heard.segments == ()
    assert "循环" in heard.dropped[0].reason
    assert heard.unheard


def test_without_speech_nothing_is_asked_of_the_engine_and_nothing_comes_out() -> None:
    transcriber = ScriptedTranscriber({0.0: "字幕由社群提供"})
    heard = hear(QUIET, (), transcriber, SETTINGS)
    assert (heard.segments, heard.dropped, heard.unheard) == ((), (), ())
    assert transcriber.looks == []


def test_progress_is_told_in_seconds_of_the_recording() -> None:
    told: list[Progress] = []
    hear(
        QUIET,
        (Span(10.0, 12.0), Span(60.0, 62.0)),
        ScriptedTranscriber({10.5: "您好请进来", 60.5: "修好了再见"}),
        SETTINGS,
        told.append,
    )
    assert {report.total_s for report in told} == {120.0}
    assert told[0].done_s == 0.0  # the samples have been read for loudness and pauses: a listener may let them go
    assert all(0.0 < report.done_s <= 120.0 for report in told[1:])


def test_a_pause_starts_a_new_segment() -> None:
    class Pausing(ScriptedTranscriber):
        def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
            for _ in windows:
                if look is not Look.FIRST:
                    yield Decoded("", (), (), (), -0.2, 0.0, 0.0)
                    continue
                yield Decoded(
                    "好的，再见", (0.2, 0.4, 0.6, 1.9, 2.1), (0.4, 0.6, 1.9, 2.1, 2.3), (0.9,) * 5, -0.2, 0.0, 1.0
                )

    heard = hear(QUIET, (Span(10.0, 13.0),), Pausing({}), SETTINGS)
    assert [segment.text for segment in heard.segments] == ["好的，", "再见"]


def test_silent_stretches_are_measured_between_spoken_characters() -> None:
    assert silent_stretches((Span(0.0, 1.0), Span(5.0, 5.4)), (), 0.7) == (Span(0.12, 0.88),)
    assert silent_stretches((), (), 0.7) == ()


def transcript(tmp_path: Path, *entries: dict[str, object]) -> Path:
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"schema": 1, "transcript": list(entries)}, ensure_ascii=False), "utf-8")
    return path


def test_a_stored_transcript_is_replayed_with_its_text_and_times(tmp_path: Path) -> None:
    path = transcript(
        tmp_path,
        {"start_s": 10.0, "end_s": 11.5, "speaker": "1", "role": "technician", "text": "您好请进来", "confidence": 0.8},
        {
            "start_s": 60.0,
            "end_s": 61.0,
            "text": "再见",
            "confidence": 0.7,
            "char_s": [60.1, 60.6],
            "char_confidence": [0.5, 0.6],
        },
    )
    replay = RecordedTranscriber(path)
    for _ in range(2):  # the same process may replay it for another recording
        heard = hear(QUIET.copy(), (Span(10.0, 12.0), Span(59.9, 62.0)), replay, SETTINGS)
        assert [segment.text for segment in heard.segments] == ["您好请进来", "再见"]
        assert heard.segments[1].char_start_s == pytest.approx((60.1, 60.6), abs=0.02)
        assert heard.segments[1].char_confidence[1] == 0.6


@pytest.mark.parametrize(
    "content", ["", "[]x", '{"items": []}', '{"transcript": [{"text": "好"}]}', '{"transcript": 5}']
)
def test_a_file_that_is_no_transcript_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content, "utf-8")
    with pytest.raises(TranscriptError, match=r"bad\.json"):
        RecordedTranscriber(path)


def test_a_decoding_must_give_every_character_its_time() -> None:
    with pytest.raises(ValueError, match="every character"):
        dataclasses.replace(Decoded("好", (0.0,), (0.1,), (0.9,), 0.0, 0.0, 1.0), text="好的")


@pytest.mark.parametrize("level", [0, 19])
def test_nothing_is_decoded_where_nothing_sounds(level: int) -> None:
    engine = ScriptedTranscriber({2.5: "我我"}, again={2.5: "我我"})
    heard = hear(np.full(RATE * 8, level, np.int16), (Span(2.0, 5.0),), engine, SETTINGS)
    assert (heard.segments, len(heard.unheard), engine.looks) == ((), 1, [])
