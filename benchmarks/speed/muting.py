"""`python -m benchmarks muting [--minutes N]`: what it costs to make the sound that managers and technicians hear.

Until the worker has looked for private words and silenced them, nobody without the right hears a recording: after an
upgrade that is the whole archive. Here the worker's own function does it on one talk in several formats, short and
`--minutes` long, with three seconds silenced in each minute. Processor time, so that load does not stretch it; the
difference of both lengths is what an hour costs, the rest what each recording costs before its first second.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from analyzer.audio import mute_file
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import ROOT, Settings
from benchmarks.kit.machine import cpu_s, heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.kit.report import table
from tests.web.data import analysis
from web.intake.analysis import hearing_from_dict
from web.intake.private import private_words

TALK = ROOT / "samples" / "demo" / "9001-1-3-1100" / "visit.opus"
SHORT_MINUTES = 1
# name: container, codec, channels
FORMATS = {
    "mp3": ("mp3", "libmp3lame", 1),
    "m4a (AAC)": ("mp4", "aac", 1),
    "opus": ("ogg", "libopus", 1),
    "wav": ("wav", "pcm_s16le", 1),
    "wav, two channels": ("wav", "pcm_s16le", 2),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks muting")
    parser.add_argument("--minutes", type=int, default=20)
    minutes = parser.parse_args(arguments).minutes
    head, talk, settings = heading(["muting", *arguments]), _samples(TALK), Settings()
    rows = []
    with tempfile.TemporaryDirectory(prefix=f"tingjian-bench-{os.getpid()}-") as name:
        for title, kind in FORMATS.items():
            spent = []
            for length in (SHORT_MINUTES, minutes):
                path = Path(name) / "sound"
                _write(path, talk, length, *kind)
                begun = cpu_s()
                spans = [(60.0 * minute + 20, 60.0 * minute + 23) for minute in range(length)]
                mute_file(path, spans, Path(name), settings).unlink()
                spent.append(cpu_s() - begun)
                say(f"{title}, {length} min: {spent[-1]:.2f} s")
            an_hour = (spent[1] - spent[0]) / (minutes - SHORT_MINUTES) * 60
            rows.append((title, f"{spent[0] - an_hour / 60 * SHORT_MINUTES:.2f}", f"{an_hour:.1f}"))
    report = [
        "# Muting an archive", "", *head, "",
        *table(["format", "s of processor a recording", "and for each hour of it"], rows),
        f"Finding the words: {_finding_s():.3f} s of processor an hour of talk (private words of the tests' visit, said again and again).",
    ]  # fmt: skip
    text = "\n".join(report) + "\n"
    (RESULTS / "muting.md").write_text(text, "utf-8")
    print(text)
    return 0


def _finding_s() -> float:
    """Seconds of processor for the private words of an hour of talk."""
    hearing = hearing_from_dict(analysis("visit-03"), "visit-03")
    talked_s = max(said.end_s for said in hearing.transcript)
    begun = time.process_time()
    for _ in range(rounds := 5):
        private_words(hearing, hearing)
    return (time.process_time() - begun) / rounds / talked_s * 3600


def _samples(path: Path) -> NDArray[np.int16]:
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE_HZ)
    with av.open(str(path)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _write(path: Path, talk: NDArray[np.int16], minutes: int, container: str, codec: str, channels: int) -> None:
    """So many minutes of the talk, again and again, in a format as phones and recorders write it."""
    sound = np.resize(talk, minutes * 60 * SAMPLE_RATE_HZ)
    layout = "stereo" if channels == 2 else "mono"
    with av.open(str(path), "w", format=container) as made:
        stream: Any = made.add_stream(codec, rate=SAMPLE_RATE_HZ, layout=layout)
        for start in range(0, sound.size, SAMPLE_RATE_HZ):
            block = np.repeat(sound[start : start + SAMPLE_RATE_HZ], channels)[np.newaxis]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "s16", layout)
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE_HZ, start, Fraction(1, SAMPLE_RATE_HZ)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
