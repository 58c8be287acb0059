"""What all peers hear: the samples, people reading, sounds without a word, a long visit. Kept beside the results.

`ID.npy` is what the peers get (float32, mono, 16 kHz), `ID.json` the truth, so that a report can be made again anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Role, Span
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.pipeline import load
from analyzer.settings import Settings
from benchmarks.corpus import SAMPLES, ReferenceTurn, Sample, given, load_samples, select
from benchmarks.kit.places import SPEECH, speech_clips
from benchmarks.peers.assembly import Talk, assemble, grouped, joined
from benchmarks.peers.heard import Task
from benchmarks.rendering.noises import noise
from benchmarks.speed.rival import mono

STANDARD = "property-visit"  # what everything but the samples is judged by
SAMPLE, PEOPLE, NOISE, LONG = "sample", "people", "noise", "long"
_GROUP_S = 35.0
_WARM_UP_S = 10.0
# Sounds, seconds of each, RMS of full scale
_NOISES = {
    "noise-water": (("water", 60, 0.05),),
    "noise-works": (("drill", 30, 0.1), ("fan", 30, 0.03)),
    "noise-quiet": (("room", 30, 0.0005),),
}


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording with its truth. `turns` are empty where nobody speaks, and of people reading; `digest` is of its sound."""

    id: str
    kind: str
    task: Task
    duration_s: float
    text: str
    turns: tuple[ReferenceTurn, ...]
    digest: str

    @property
    def silent(self) -> bool:
        return not self.text

    def keep(self, folder: Path) -> None:
        entry = {**asdict(self), "turns": [[t.role.value, t.text, t.span.start_s, t.span.end_s] for t in self.turns]}
        (folder / f"{self.id}.json").write_text(json.dumps(entry, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, path: Path) -> Recording:
        entry: dict[str, Any] = json.loads(path.read_text("utf-8"))
        turns = tuple(ReferenceTurn(Role(role), text, Span(start, end)) for role, text, start, end in entry["turns"])
        return cls(**{**entry, "task": Task(**entry["task"]), "turns": turns})


def chosen(
    folder: Path, settings: Settings, only: Sequence[str] | None, *, people: bool, noises: bool, minutes: float
) -> Iterator[Recording]:
    """What is asked for, in order of kind; people are left out where their clips are missing.

    `only` are ids of samples, or how they begin: all where None, none where empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    every = load_samples([SAMPLES])
    for sample in [] if only == [] else select(every, only):
        if sample.path is not None:
            yield _sample(sample, folder, settings)
    if people:
        yield from _people(folder, settings)
    if noises:
        yield from _noises(folder)
    if minutes:
        yield _long(every, minutes, folder, settings)


def kept(folder: Path) -> list[Recording]:
    """All that was ever made there, kinds in order."""
    order = (SAMPLE, PEOPLE, NOISE, LONG)
    found = [Recording.read(path) for path in sorted(folder.glob("*.json"))]
    return sorted(found, key=lambda r: (order.index(r.kind), r.id))


def warm_up(recording: Recording, folder: Path) -> Task:
    """The first seconds of a recording, which everybody hears once before the clock runs."""
    sound = np.load(recording.task.samples, mmap_mode="r")[: round(_WARM_UP_S * SAMPLE_RATE_HZ)]
    return _written("warm-up", np.asarray(sound), folder)


def _sample(sample: Sample, folder: Path, settings: Settings) -> Recording:
    assert sample.path is not None
    sound = mono(sample.path, settings)
    facts = given(sample, load(sample.script.standard, settings))
    task = Task(_saved(sample.id, sound, folder), str(sample.path), sample.script.standard, facts)
    return _kept(Recording(sample.id, SAMPLE, task, *_facts(sound, sample.turns)), folder)


def _people(folder: Path, settings: Settings) -> Iterator[Recording]:
    def source(clip: dict[str, str]) -> str:
        return clip["file"].partition("-")[0]

    for name, group in groupby(sorted(speech_clips(), key=lambda c: (source(c), c["speaker"], c["file"])), key=source):
        clips = list(group)
        for number, indices in enumerate(grouped([float(c["seconds"]) for c in clips], _GROUP_S), start=1):
            read = [(mono(SPEECH / clips[i]["file"], settings), clips[i]["text"]) for i in indices]
            sound, text = joined(read)
            task = _written(identity := f"people-{name}-{number}", sound, folder)
            length, _, _, digest = _facts(sound, ())
            yield _kept(Recording(identity, PEOPLE, task, length, text, (), digest), folder)


def _noises(folder: Path) -> Iterator[Recording]:
    for identity, parts in _NOISES.items():
        rng = np.random.default_rng(14)
        sound = np.concatenate([noise(kind, s * SAMPLE_RATE_HZ, SAMPLE_RATE_HZ, rng) * rms for kind, s, rms in parts])
        yield _kept(Recording(identity, NOISE, _written(identity, sound, folder), *_facts(sound, ())), folder)


def _long(every: Iterable[Sample], minutes: float, folder: Path, settings: Settings) -> Recording:
    """Read from its JSON where its sound is there: an hour takes half a minute to make."""
    identity = f"long-{minutes:g}"
    if (folder / f"{identity}.json").is_file() and (folder / f"{identity}.npy").is_file():
        return Recording.read(folder / f"{identity}.json")
    visits = [s for s in every if s.path and not s.silent and s.script.standard == STANDARD]
    visit = assemble([Talk(mono(s.path, settings), s.turns) for s in visits if s.path], minutes * 60)
    task = _written(identity, visit.samples, folder)
    return _kept(Recording(identity, LONG, task, *_facts(visit.samples, visit.turns)), folder)


def _facts(sound: NDArray[Any], turns: tuple[ReferenceTurn, ...]) -> tuple[float, str, tuple[ReferenceTurn, ...], str]:
    digest = hashlib.sha256(np.ascontiguousarray(sound, np.float32).tobytes()).hexdigest()[:16]
    return len(sound) / SAMPLE_RATE_HZ, "".join(t.text for t in turns), turns, digest


def _written(identity: str, sound: NDArray[Any], folder: Path) -> Task:
    """A sound that is made here, as a file of 16 bits too; the peers' samples are those of the file."""
    import soundfile

    path = folder / f"{identity}.wav"
    whole = np.round(sound * 32767.0).clip(-32768, 32767).astype(np.int16)
    soundfile.write(str(path), whole, SAMPLE_RATE_HZ, subtype="PCM_16")
    return Task(_saved(identity, whole.astype(np.float32) / np.float32(32768.0), folder), str(path), STANDARD, {})


def _saved(identity: str, sound: NDArray[Any], folder: Path) -> str:
    path = folder / f"{identity}.npy"
    np.save(path, np.ascontiguousarray(sound, np.float32))
    return str(path)


def _kept(recording: Recording, folder: Path) -> Recording:
    recording.keep(folder)
    return recording
