"""The real engines: the default one, the reference one on the same weights, and a tiny random checkpoint."""

from __future__ import annotations

import csv
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analyzer.domain import Span
from analyzer.errors import ModelError
from analyzer.hearing import detect_speech, hear, load_transcriber, provision
from analyzer.hearing.features import log_mel
from analyzer.hearing.packing import pack
from analyzer.hearing.script import spoken, to_simplified
from analyzer.hearing.types import Look
from analyzer.settings import Settings
from benchmarks.kit.places import SPEECH

RATE = 16_000


def edits(a: str, b: str) -> int:
    """Levenshtein distance in characters."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
    return row[-1]


@pytest.fixture(scope="session")
def people() -> tuple[np.ndarray, str]:
    """About 25 s of people reading, 0.8 s apart, and their words."""
    with (SPEECH / "manifest.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["file"].startswith("aishell1")][:5]
    gap = np.zeros(int(0.8 * RATE), np.int16)
    parts = [part for row in rows for part in (soundfile.read(SPEECH / row["file"], dtype="int16")[0], gap)]
    return np.concatenate([gap, *parts]), spoken(to_simplified("".join(row["text"] for row in rows)))


@pytest.mark.voices
def test_people_are_detected_where_they_speak_and_not_between(people: tuple[np.ndarray, str]) -> None:
    samples, _ = people
    spans = detect_speech(samples)
    assert len(spans) >= 5
    assert spans[0].start_s > 0.5
    assert 0.6 < sum(span.duration_s for span in spans) / (len(samples) / RATE) < 0.95


def test_our_features_are_those_of_openai_whisper() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import whisper
    audio = (np.random.default_rng(4).normal(size=RATE * 7) * 0.1).astype(np.float32)
    filters = whisper.audio.mel_filters("cpu", 80).numpy()
    theirs = whisper.log_mel_spectrogram(whisper.pad_or_trim(audio), 80).numpy()
    assert np.allclose(log_mel(audio, filters), theirs, atol=1e-3)


@pytest.mark.parametrize("look", [Look.FIRST, Look.CAREFUL])
def test_the_reference_adapter_runs_a_tiny_random_checkpoint(tiny_checkpoint: Path, look: Look) -> None:
    settings = Settings(
        engine="openai-whisper", model=str(tiny_checkpoint), beam=2, device="cpu", prompt="维修", threads=1
    )
    transcriber = load_transcriber(settings)
    samples = (np.random.default_rng(5).normal(size=RATE * 6) * 3000).astype(np.int16)
    windows = pack(samples, (Span(1.0, 2.0), Span(4.0, 5.0)))
    (decoded,) = transcriber.transcribe(windows, look)
    assert transcriber.engine.name == "openai-whisper"
    assert decoded.avg_logprob < 0.0
    assert all(
        0.0 <= a < b <= windows[0].duration_s for a, b in zip(decoded.char_start_s, decoded.char_end_s, strict=True)
    )
    assert all(a < b for a, b in pairwise(decoded.char_start_s))


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(ModelError, match="加载失败"):
        load_transcriber(Settings(engine="openai-whisper", model=str(path), device="cpu"))


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ModelError, match="加载失败"):
        load_transcriber(Settings(model=str(tmp_path), device="cpu"))


@pytest.mark.weights
def test_the_engine_is_loaded_once_for_the_same_settings() -> None:
    assert load_transcriber(Settings()) is load_transcriber(Settings())


@pytest.mark.voices
@pytest.mark.weights
def test_people_are_understood_and_every_character_has_its_time(people: tuple[np.ndarray, str]) -> None:
    samples, reference = people
    speech = detect_speech(samples)
    heard = hear(samples, speech, load_transcriber(Settings()), Settings())
    text = "".join(spoken(segment.text) for segment in heard.segments).replace("10", "十").replace("20", "二十")
    assert edits(reference, text) / len(reference) <= 0.2
    assert heard.unheard == ()
    times = [time for segment in heard.segments for time in segment.char_start_s]
    assert times == sorted(times)
    inside = [any(s.start_s - 0.3 <= time <= s.end_s + 0.3 for s in speech) for time in times]
    assert all(inside)


@pytest.mark.voices
@pytest.mark.weights
def test_a_window_comes_out_the_same_alone_and_beside_others(people: tuple[np.ndarray, str]) -> None:
    samples, _ = people
    windows = pack(samples, detect_speech(samples), limit_s=8.0)
    assert len(windows) > 2
    engine = load_transcriber(Settings())
    together = list(engine.transcribe(windows))
    assert together == [decoded for window in windows for decoded in engine.transcribe([window])]


@pytest.mark.weights
@pytest.mark.parametrize("level", [0.0, 0.0005, 0.1])
def test_noise_gives_no_words_even_where_detection_was_wrong(level: float) -> None:
    noise = np.random.default_rng(6).normal(size=RATE * 8) * level * 32767
    samples = noise.clip(-32768, 32767).astype(np.int16)
    assert detect_speech(samples) == ()
    heard = hear(samples, (Span(2.0, 5.0),), load_transcriber(Settings()), Settings())
    assert heard.segments == ()


@pytest.mark.voices
@pytest.mark.weights
def test_both_engines_write_the_same_text_at_the_same_times(people: tuple[np.ndarray, str]) -> None:
    samples = people[0][: 11 * RATE]
    speech = detect_speech(samples)
    # float32 on both sides: what may differ is the converted weights and the two decoders.
    default = hear(samples, speech, load_transcriber(Settings(compute_type="float32")), Settings())
    settings = Settings(engine="openai-whisper", threads=1)  # two threads wait for each other on a busy machine
    reference = hear(samples, speech, load_transcriber(settings), settings)
    ours, theirs = ("".join(spoken(s.text) for s in heard.segments) for heard in (default, reference))
    assert edits(theirs, ours) <= max(1, 0.03 * len(theirs))  # one character of these few is 4 % already
    starts = [segment.start_s for segment in default.segments]
    others = np.array([segment.start_s for segment in reference.segments])
    assert np.median([np.abs(others - start).min() for start in starts]) <= 0.1


@pytest.mark.weights
def test_the_converted_weights_compute_the_same_as_the_original() -> None:
    import ctranslate2
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import whisper
    audio = (np.random.default_rng(8).normal(size=RATE * 5) * 0.1).astype(np.float32)
    mel = log_mel(audio, whisper.audio.mel_filters("cpu", 80).numpy())[None]
    original = ctranslate2.models.Whisper(str(provision(Settings())), compute_type="float32", intra_threads=1)
    theirs = np.array(original.encode(ctranslate2.StorageView.from_array(mel), to_cpu=True))
    model = whisper.load_model(str(provision(Settings(), checkpoint=True)), device="cpu")
    with torch.no_grad():
        ours = model.encoder(torch.from_numpy(mel)).numpy()
    assert np.abs(theirs - ours).mean() < 1e-4


@pytest.mark.weights
def test_the_converted_checkpoint_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    path = provision(Settings(), checkpoint=True)
    before = path.stat().st_mtime_ns
    assert provision(Settings(), checkpoint=True) == path
    assert path.stat().st_mtime_ns == before
