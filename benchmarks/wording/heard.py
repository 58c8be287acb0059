"""Lines as the engine hears them: `python -m benchmarks heard` speaks some lines of each meaning and writes down what came out.

A reader that has only seen perfect text takes 天麻烦 for something new. Some lines of each hand are spoken by the voices of
../shared/tts in a room, over noise and by telephone, heard by the engine of the settings, and kept as the lines of one more
hand, `heard.txt`, each with the label that it was spoken with. Which lines, voices and scenes: by fingerprint, always the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from analyzer.domain import Span
from analyzer.hearing import Transcriber, detect_speech, hear, load_transcriber
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.reading.library import FOLDER
from analyzer.reading.lines import Line
from analyzer.reading.teaching import FORBIDDEN, Lesson, lessons
from analyzer.settings import Settings
from benchmarks.rendering.dialogue import seeded
from benchmarks.rendering.scenes import Scene, apply
from benchmarks.rendering.voices import RATE_HZ, TTS_VOICES, Samples, Voice, speak

HAND = "heard"
SCENES = (
    Scene("reverberant", noise="room", snr_db=12.0),
    Scene("phone"),
    Scene("noise", noise="street", snr_db=8.0),
)
LONGEST = 40  # characters that a voice says in one breath
PAUSE_S = 1.2
SKIPPED = ("dialogues", HAND)  # hands that are not spoken


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks heard")
    parser.add_argument(
        "--each", type=int, default=6, help="lines of each label and meaning (forbidden ones: twice as many)"
    )
    parser.add_argument("--meaning", nargs="*", default=[])
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    transcriber = load_transcriber(settings)
    for lesson in lessons(settings.lexicons / FOLDER):
        path = settings.lexicons / FOLDER / lesson.group / lesson.meaning / f"{HAND}.txt"
        if lesson.meaning not in options.meaning and (options.meaning or path.exists()):
            continue
        each = options.each * (2 if lesson.group == FORBIDDEN else 1)
        spoken = [line for said in (True, False) for line in _chosen(lesson, said)[:each]]
        heard = list(_heard(spoken, lesson.meaning, transcriber, settings))
        _write(path, heard)
        print(f"{lesson.meaning}: {len(heard)} of {len(spoken)} heard", flush=True)
    return 0


def _chosen(lesson: Lesson, said: bool) -> list[Line]:
    """Return the lines with this label, those with the smallest fingerprints first."""
    lines = {
        line.text: line
        for hand, own in lesson.hands.items()
        if hand not in SKIPPED
        for line in own
        if line.said is said and 4 <= len(line.text) <= LONGEST
    }
    return [lines[text] for text in sorted(lines, key=lambda t: sha256(t.encode()).digest())]


def _heard(spoken: Sequence[Line], meaning: str, transcriber: Transcriber, settings: Settings) -> Iterator[Line]:
    """Speak the lines one after the other in each scene's turn, and yield what was heard of each."""
    for at, scene in enumerate(SCENES):
        part = [line for k, line in enumerate(spoken) if k % len(SCENES) == at]
        samples, spans = _spoken(part)
        sound, rate_hz = apply({"technician": samples}, RATE_HZ, scene, seeded("heard", meaning, scene.kind), speak)
        pcm = (resample_poly(sound[0], SAMPLE_RATE_HZ, rate_hz) * 32767).clip(-32768, 32767).astype(np.int16)
        segments = hear(pcm, tuple(detect_speech(pcm)), transcriber, settings).segments
        for line, span in zip(part, spans, strict=True):
            text = "".join(
                char
                for segment in segments
                for char, begins_s in zip(segment.text, segment.char_start_s, strict=True)
                if span.start_s - PAUSE_S / 2 <= begins_s < span.end_s + PAUSE_S / 2
            )
            if text.strip("，。？！ "):
                yield replace(line, text=text.strip(), register=scene.kind, hand=HAND)


def _spoken(lines: Sequence[Line]) -> tuple[Samples, list[Span]]:
    """Return the lines in a row with pauses, and the seconds of each."""
    pause = np.zeros(int(PAUSE_S * RATE_HZ), np.float32)
    pieces, spans = [pause], []
    for line in lines:
        rng = seeded("voice", line.text)
        voice = Voice(str(rng.choice(TTS_VOICES)), float(rng.uniform(0.95, 1.15)), float(rng.integers(-2, 3)))
        said = speak(line.text, voice, 1.0)
        start_s = sum(map(len, pieces)) / RATE_HZ
        spans.append(Span(start_s, start_s + len(said) / RATE_HZ))
        pieces += [said, pause]
    return np.concatenate(pieces), spans


def _write(path: Path, lines: Sequence[Line]) -> None:
    written: list[str] = []
    for register in dict.fromkeys(line.register for line in lines):
        written.append(f"[{register}]")
        for line in lines:
            if line.register == register:
                before = f"客：{line.before}／技：" if line.before else ""
                written.append(f"{'+' if line.said else '-'} {before}{line.text}")
    path.write_text("\n".join([*written, ""]), "utf-8")
