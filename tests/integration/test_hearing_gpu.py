"""The engines on a GPU, where one is found; and what they say where one was asked for and none can be used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ctranslate2
import numpy as np
import pytest
import torch

from analyzer.audio import open_audio
from analyzer.hearing import Scorer, Transcriber, Window, WindowPiece, detect_speech, load_transcriber, provision
from analyzer.hearing.faster import FasterWhisper
from analyzer.hearing.packing import pack
from analyzer.hearing.reference import OpenAIWhisper
from analyzer.hearing.rescoring import FUZZY_NATS
from analyzer.hearing.types import Decoded, Look
from analyzer.settings import Settings
from benchmarks.kit.measures import cer
from tests.samples import sample

FAST, REFERENCE = "faster-whisper", "openai-whisper"


def processor(engine: str) -> Settings:
    return Settings(engine=engine, device="cpu", compute_type="float32", threads=1)


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    """Half a minute of a visit in windows of at most 8 s."""
    with open_audio(sample("visit-01-faucet.ogg"), Settings()) as audio:
        samples = np.array(audio.samples[0][: 30 * 16_000])
    return list(pack(samples, detect_speech(samples), limit_s=8.0))


@pytest.fixture(params=[FAST, REFERENCE])
def on_gpu(request: pytest.FixtureRequest) -> Transcriber:
    there = ctranslate2.get_cuda_device_count() > 0 if request.param == FAST else torch.cuda.is_available()
    if not there:
        pytest.skip("needs a GPU")
    transcriber = load_transcriber(Settings(engine=request.param, device="cuda"))
    if request.param == FAST and "libcublas" in "".join(transcriber.warnings):
        pytest.skip(f"needs cuBLAS 12: {transcriber.warnings[0]}")
    return transcriber


def words(decoded: list[Decoded]) -> str:
    return "".join(d.text for d in decoded)


def apart(first: str, second: str) -> float:
    edits, characters = cer(first, second)
    return edits / characters


@pytest.mark.weights
def test_a_gpu_computes_in_float16_and_says_so(on_gpu: Transcriber) -> None:
    assert (on_gpu.engine.device, on_gpu.engine.compute_type, on_gpu.warnings) == ("cuda", "float16", ())


@pytest.mark.weights
def test_a_gpu_writes_what_a_processor_writes_at_the_same_times(on_gpu: Transcriber, windows: list[Window]) -> None:
    here = list(load_transcriber(processor(on_gpu.engine.name)).transcribe(windows))
    there = list(on_gpu.transcribe(windows))
    assert apart(words(here), words(there)) <= 0.03
    alike = [(a, b) for a, b in zip(here, there, strict=True) if a.text == b.text]
    assert alike
    shifts = [abs(x - y) for a, b in alike for x, y in zip(a.char_start_s, b.char_start_s, strict=True)]
    assert np.median(shifts) <= 0.04  # two frames of the encoder


@pytest.mark.weights
def test_windows_decoded_together_read_as_each_alone(on_gpu: Transcriber, windows: list[Window]) -> None:
    alone = [decoded for window in windows for decoded in on_gpu.transcribe([window])]
    assert apart(words(alone), words(list(on_gpu.transcribe(windows)))) <= 0.02


@pytest.mark.weights
def test_a_careful_look_works_on_a_gpu(on_gpu: Transcriber, windows: list[Window]) -> None:
    (first,) = on_gpu.transcribe(windows[:1])
    (careful,) = on_gpu.transcribe(windows[:1], Look.CAREFUL)
    assert apart(first.text, careful.text) <= 0.1


@pytest.mark.weights
def test_a_gpu_scores_texts_as_a_processor_does(on_gpu: Transcriber, windows: list[Window]) -> None:
    there, here = on_gpu, load_transcriber(processor(on_gpu.engine.name))
    assert isinstance(there, Scorer)
    assert isinstance(here, Scorer)
    (decoded,) = here.transcribe(windows[:1])
    texts = (decoded.text, "服务中心不管这件事情")
    (heard, other), (heard_here, other_here) = there.score(windows[0], texts), here.score(windows[0], texts)
    assert heard == pytest.approx(heard_here, abs=0.5)
    assert max(other - heard, other_here - heard_here) < -FUZZY_NATS


@pytest.mark.weights
def test_a_token_that_float16_rounds_to_nothing_is_no_less_probable_than_float16_can_tell(
    monkeypatch: pytest.MonkeyPatch, windows: list[Window]
) -> None:
    """RELIABILITY §1.15."""
    settings = Settings(device="cpu", threads=1)
    transcriber = FasterWhisper(provision(settings), settings)
    rounded = SimpleNamespace(
        encode=transcriber._model.encode,
        align=lambda *_: [SimpleNamespace(text_token_probs=[1.0, 0.0])],
    )
    monkeypatch.setattr(transcriber, "_model", rounded)
    assert transcriber.score(windows[0], ["您好"]) == pytest.approx((np.log(1e-10),))
    monkeypatch.setattr(transcriber, "engine", replace(transcriber.engine, compute_type="float16"))
    assert transcriber.score(windows[0], ["您好"]) == pytest.approx((np.log(6e-8),))


def tiny(path: Path, **settings: Any) -> OpenAIWhisper:
    return OpenAIWhisper(path, Settings(engine=REFERENCE, model=str(path), threads=1, **settings))


def without_gpu(monkeypatch: pytest.MonkeyPatch, built_for: str | None) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", built_for)
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)


@pytest.mark.parametrize(("built_for", "reason"), [(None, "只支持处理器"), ("13.0", "没有找到可用的显卡")])
def test_the_reference_engine_says_why_it_is_on_the_processor_though_a_gpu_was_asked_for(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch, built_for: str | None, reason: str
) -> None:
    without_gpu(monkeypatch, built_for)
    transcriber = tiny(tiny_checkpoint, device="cuda")
    (warning,) = transcriber.warnings
    assert "TINGJIAN_DEVICE=cuda" in warning
    assert reason in warning
    assert (transcriber.engine.device, transcriber.engine.compute_type) == ("cpu", "float32")


@pytest.mark.weights
def test_the_default_engine_says_why_it_is_on_the_processor_though_a_gpu_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_gpu(monkeypatch, None)
    settings = Settings(device="cuda", threads=1)
    transcriber = FasterWhisper(provision(settings), settings)
    (warning,) = transcriber.warnings
    assert "没有找到可用的显卡" in warning
    assert "TINGJIAN_DEVICE=cpu" in warning
    assert transcriber.engine.device == "cpu"


@pytest.mark.weights
@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_a_card_that_is_there_and_does_not_compute_is_named_with_its_fault(
    monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    """RELIABILITY §1.14."""

    def broken(*_: Any, device: str, **named: Any) -> Any:
        if device == "cuda":
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded\nat line 7")
        return whole(*_, device=device, **named)

    import faster_whisper

    whole = faster_whisper.WhisperModel
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(faster_whisper, "WhisperModel", broken)
    settings = Settings(device=device, threads=1)
    transcriber = FasterWhisper(provision(settings), settings)
    (warning,) = transcriber.warnings
    assert "libcublas.so.12 is not found" in warning
    assert "LD_LIBRARY_PATH" in warning
    assert "\n" not in warning
    assert transcriber.engine.device == "cpu"


def test_nothing_is_said_of_gpus_where_none_was_asked_for(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_gpu(monkeypatch, None)
    assert [tiny(tiny_checkpoint, device=device).warnings for device in ("auto", "cpu")] == [(), ()]


def test_beams_of_several_windows_each_hear_their_own_window(tiny_checkpoint: Path) -> None:
    """openai-whisper's own `decode` fails on two windows with a beam (RELIABILITY §2)."""
    noise = (np.random.default_rng(5).normal(size=16_000 * 9) * 3000).astype(np.int16)
    windows = [Window(noise, (WindowPiece(at * 16_000, (at + 3) * 16_000, 0),)) for at in (0, 3, 6)]
    transcriber = tiny(tiny_checkpoint, device="cpu", beam=3, prompt="维修")
    together = transcriber._decode(windows, careful=False)
    alone = list(transcriber.transcribe(windows))
    assert len({d.avg_logprob for d in alone}) == 3
    assert [d.text for d in together] == [d.text for d in alone]
    assert [d.avg_logprob for d in together] == pytest.approx([d.avg_logprob for d in alone], abs=1e-4)
