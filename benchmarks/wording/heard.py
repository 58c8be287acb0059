"""Lines as the engine hears them: `python -m benchmarks heard` speaks some lines of each hand and writes down what came out.

A reader that has only seen perfect text takes 天麻烦 for something new. Some lines of each hand are spoken by the voices of
../shared/tts in a room, over noise and by telephone, heard by the engine of the settings, and kept beside the hand's own as
`<hand>.heard.txt`, each with the label that it was spoken with: where a reader is held against hands that it has not learnt
from, it has not heard them either. What sounds like another sentence altogether is left out, for its label would be a lie.
Which lines, voices and scenes: by fingerprint, always the same.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path

import numpy as np
from pypinyin import lazy_pinyin
from scipy.signal import resample_poly

from analyzer.domain import Role, Span
from analyzer.hearing import Transcriber, detect_speech, hear, load_transcriber
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.reading.library import FOLDER
from analyzer.reading.lines import HEARD, Line
from analyzer.reading.teaching import FORBIDDEN, lessons
from analyzer.settings import Settings
from analyzer.text import normalise
from benchmarks.rendering.dialogue import seeded
from benchmarks.rendering.scenes import Scene, apply
from benchmarks.rendering.voices import RATE_HZ, TTS_VOICES, Samples, Voice, speak

SCENES = (
    Scene("reverberant", noise="room", snr_db=12.0),
    Scene("phone"),
    Scene("noise", noise="street", snr_db=8.0),
)
LONGEST = 40  # characters that a voice says in one breath
PAUSE_S = 1.2
SKIPPED = ("dialogues",)  # hands that are not spoken
LEAST_ALIKE = 0.6  # share of the syllables of a line that must come out for its label to be kept


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks heard")
    parser.add_argument(
        "--each", type=int, default=3, help="lines of each label, hand and meaning (forbidden ones: twice as many)"
    )
    parser.add_argument("--meaning", nargs="*", default=[])
    parser.add_argument("--part", default="0/1", metavar="K/N", help="only every N-th meaning, from the K-th")
    options = parser.parse_args(arguments)
    first, every = map(int, options.part.split("/"))
    settings = Settings.from_environment()
    transcriber = load_transcriber(settings)
    known = [
        one for one in lessons(settings.lexicons / FOLDER) if not options.meaning or one.meaning in options.meaning
    ]
    for lesson in known[first::every]:
        folder = settings.lexicons / FOLDER / lesson.group / lesson.meaning
        each = options.each * (2 if lesson.group == FORBIDDEN else 1)
        hands = [hand for hand in lesson.hands if hand not in SKIPPED and not (folder / f"{hand}{HEARD}").exists()]
        spoken = [line for hand in hands for said in (True, False) for line in _chosen(lesson.hands[hand], said)[:each]]
        heard = list(_heard(spoken, lesson.meaning, transcriber, settings))
        for hand in hands:
            if own := [line for line in heard if line.hand == hand]:
                _write(folder / f"{hand}{HEARD}", own)
        print(f"{lesson.meaning}: {len(heard)} of {len(spoken)} heard", flush=True)
    return 0


def _chosen(own: Sequence[Line], said: bool) -> list[Line]:
    """Return the lines with this label, those with the smallest fingerprints first."""
    lines = {line.text: line for line in own if line.said is said and 4 <= len(line.text) <= LONGEST}
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
            if alike(line.text, text) >= LEAST_ALIKE:
                yield replace(line, text=text.strip(), register=scene.kind)


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
                written.append(f"{'+' if line.said else '-'} {_as_line(line)}")
    path.write_text("\n".join([*written, ""]), "utf-8")


def _as_line(line: Line) -> str:
    """The turn with the words it answers, as `analyzer.rubric.example` reads it: staff's unless it says otherwise."""
    own, other = ("技：", "客：") if line.role is Role.TECHNICIAN else ("客：", "技：")
    if line.before:
        return f"{other}{line.before}／{own}{line.text}"
    return line.text if line.role is Role.TECHNICIAN else f"{own}{line.text}"


def alike(spoken: str, heard: str) -> float:
    """Share of the syllables (without tones) of `spoken` that stand in `heard`, in order; in [0, 1]."""
    said, came = (lazy_pinyin(normalise(text).text) for text in (spoken, heard))
    same = sum(block.size for block in SequenceMatcher(None, said, came, autojunk=False).get_matching_blocks())
    return same / max(1, len(said))
