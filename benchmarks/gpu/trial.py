"""One configuration, measured in this process."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from analyzer.hearing import detect_speech, hear, load_transcriber
from analyzer.hearing.packing import pack
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.pipeline import load
from analyzer.settings import Settings
from benchmarks.accuracy import human
from benchmarks.accuracy.runs import Ears
from benchmarks.corpus import Sample
from benchmarks.gpu import card
from benchmarks.gpu.measured import Configuration, Measured, Words
from benchmarks.kit.machine import cpu_s, processor, version
from benchmarks.speed.rival import mono
from benchmarks.speed.stages import timed

PACKAGES = ("torch", "openai-whisper", "ctranslate2", "faster-whisper", "numpy")
_PAUSE_S = 0.5


def measure(
    asked: Configuration, samples: Sequence[Sample], seconds: float, passes: int, settings: Settings, *, words: bool
) -> Measured:
    """Hear the first `seconds` of the samples, joined, `passes` times after one untimed; with `words`, judge all of them.

    `settings` are the configuration's. Nothing is heard where the engine cannot run on the device that was asked for.
    """
    sound = joined(samples, seconds, settings)
    speech = detect_speech(sound)
    with card.Memory() as memory:
        began_s = time.perf_counter()
        transcriber = load_transcriber(settings)
        load_s = time.perf_counter() - began_s
        used = transcriber.engine.device
        wall, spent, text = [], [], ""
        for _ in range(passes + 1 if used == asked.device else 0):
            began_s, cpu_began_s = time.perf_counter(), cpu_s()
            heard = hear(sound, speech, transcriber, settings)
            wall.append(time.perf_counter() - began_s)
            spent.append(cpu_s() - cpu_began_s)
            text = "".join(segment.text for segment in heard.segments)
    return Measured(
        configuration=str(asked),
        machine=machine(),
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        device=used,
        compute_type=transcriber.engine.compute_type,
        warnings=list(transcriber.warnings),
        load_s=load_s,
        audio_s=len(sound) / SAMPLE_RATE_HZ,
        windows=len(pack(sound, speech)),
        wall_s=wall[1:],
        cpu_s=spent[1:],
        gpu_mib=memory.most - memory.before if used != "cpu" else None,
        text=text,
        words=judged(samples, settings) if words and used == asked.device else None,
    )


def machine() -> str:
    """The card, where there is one, and the processor."""
    parts = (card.name(), processor(), f"{len(os.sched_getaffinity(0))} cores", f"Python {platform.python_version()}")
    return ", ".join(part for part in parts if part)


def joined(samples: Sequence[Sample], seconds: float, settings: Settings) -> NDArray[np.int16]:
    """Recordings one after the other, channels mixed, until there are so many seconds."""
    parts: list[NDArray[np.int16]] = []
    wanted = round(seconds * SAMPLE_RATE_HZ)
    for sample in samples:
        if sum(map(len, parts)) >= wanted:
            break
        if sample.path is not None and not sample.silent:
            mixed = np.round(mono(sample.path, settings) * 32767.0).clip(-32768, 32767).astype(np.int16)
            parts += [mixed, np.zeros(round(_PAUSE_S * SAMPLE_RATE_HZ), np.int16)]
    return np.concatenate(parts)[:wanted]


def judged(samples: Sequence[Sample], settings: Settings, *, people: bool = True, warm_up: bool = True) -> Words:
    """The whole pipeline on every sample and on every clip of people; the first sample is heard before, to warm up."""
    ears = Ears(settings, {s.script.standard: load(s.script.standard, settings) for s in samples})
    list(ears.own_scene(samples[: int(warm_up)]))
    with timed() as spent:
        began_s = time.perf_counter()
        evaluations = list(ears.own_scene(samples))
        took_s = time.perf_counter() - began_s
    read = human.measure(ears.hear) if people else None
    talks = [e for e in evaluations if not e.sample.silent]
    pairs = [v for e in evaluations for v in e.verdicts]
    return Words(
        people=read and (sum(c.edits for c in read.corpora), sum(c.characters for c in read.corpora)),
        samples=(sum(e.edits for e in talks), sum(e.characters for e in talks)),
        verdicts={f"{pair.sample.id}/{pair.item}": pair.actual for pair in pairs},
        right=sum(pair.right for pair in pairs),
        seconds=took_s,
        audio_s=sum(e.analysis.hearing.duration_s for e in evaluations),
        stages=dict(spent),
    )
