"""The recordings that are measured: script, expected verdicts, audio file, and the turns with their seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer.domain import Engine, Hearing, Role, Span, Speaker, Utterance, quantise_time
from analyzer.judging.examples import conversation
from analyzer.rubric.model import Standard
from analyzer.settings import Settings
from benchmarks.kit.places import ROOT
from benchmarks.rendering import Expected, Script, read_expected, read_script
from benchmarks.rendering.encode import CODECS

SAMPLES = ROOT / "samples"
HELD_OUT = ROOT / "benchmarks" / "held_out"
NEAR = ("clean", "phone", "phone-stereo")  # the other scenes are far-field with noise and have targets of their own


@dataclass(frozen=True, slots=True)
class ReferenceTurn:
    """What was said, by whom and when."""

    role: Role
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sample:
    """One dialogue with its truth. `path` is None where the folder holds no recording (it is rendered then).

    `held_out` samples are only counted: nothing that they say is printed.
    """

    script: Script
    expected: Expected
    path: Path | None
    turns: tuple[ReferenceTurn, ...]
    held_out: bool = False

    @property
    def id(self) -> str:
        return self.script.id

    @property
    def near(self) -> bool:
        """Whether it was recorded near the mouth or over the phone (the stricter targets)."""
        return self.script.scene.kind in NEAR

    @property
    def silent(self) -> bool:
        """Whether nobody speaks."""
        return not self.turns

    @property
    def duration_s(self) -> float:
        """Seconds until the last word (of the file where nobody speaks)."""
        return max((t.span.end_s for t in self.turns), default=self.script.duration_s or 0.0)


def load_samples(folders: Iterable[Path]) -> list[Sample]:
    """Read every `*.script.yaml` below the folders, with the `*.expected.json` beside it, in order of folder and name.

    Raises ScriptError for a faulty file, FileNotFoundError for a folder without any script.
    """
    found: list[Sample] = []
    for folder in folders:
        scripts = sorted(folder.rglob("*.script.yaml"))
        if not scripts:
            raise FileNotFoundError(f"{folder}: no *.script.yaml in it")
        for path in scripts:
            script = read_script(path)
            recording = path.with_name(f"{script.id}{CODECS[script.format].suffix}")
            found.append(
                Sample(
                    script,
                    read_expected(path.with_name(f"{script.id}.expected.json")),
                    recording if recording.is_file() else None,
                    reference_turns(script),
                    held_out=folder.resolve() == HELD_OUT,
                )
            )
    return found


def reference_turns(script: Script, times: Sequence[tuple[float, float]] | None = None) -> tuple[ReferenceTurn, ...]:
    """The turns in order of time; `times` (of a fresh rendering) stand in for those of the script.

    A script that was never rendered gets the unhurried pace of `conversation`.
    """
    if not script.turns:
        return ()
    if times is None:
        written = [(t.start_s, t.end_s) for t in script.turns if t.start_s is not None and t.end_s is not None]
        if len(written) == len(script.turns):
            times = written
        else:
            paced = conversation([(Role(t.role), t.text) for t in script.turns])
            times = [(u.start_s, u.end_s) for u in paced.transcript]
    turns = [
        ReferenceTurn(Role(turn.role), turn.text, Span(start_s, end_s))
        for turn, (start_s, end_s) in zip(script.turns, times, strict=True)
    ]
    return tuple(sorted(turns, key=lambda t: (t.span.start_s, t.span.end_s)))


def select(samples: Iterable[Sample], prefixes: Sequence[str] | None) -> list[Sample]:
    """Those whose id begins with one of `prefixes`; all where none is given."""
    return [s for s in samples if not prefixes or s.id.startswith(tuple(prefixes))]


def given(sample: Sample, standard: Standard) -> dict[str, bool]:
    """The facts that come with the recording, as far as the standard asks for them."""
    return {name: value for name, value in sample.script.facts.items() if name in standard.facts}


@contextmanager
def frozen(settings: Settings) -> Iterator[Settings]:
    """The settings with a copy of the lexicons: a run of an hour measures one state of them, whoever edits meanwhile."""
    with TemporaryDirectory(prefix="tingjian-lexicons-") as folder:
        copy = Path(folder) / settings.lexicons.name
        shutil.copytree(settings.lexicons, copy)
        yield replace(settings, lexicons=copy)


def perfect(sample: Sample) -> Hearing:
    """The hearing of an ideal ear: every word, voice and second of the script, nothing unheard."""
    utterances = tuple(_utterance(turn) for turn in sample.turns)
    seconds: dict[Role, float] = {}
    for turn in sample.turns:
        seconds[turn.role] = seconds.get(turn.role, 0.0) + turn.span.duration_s
    return Hearing(
        sample.id,
        quantise_time(sample.duration_s),
        tuple(turn.span for turn in sample.turns),
        (),
        Engine("script", ""),
        tuple(Speaker(role.value, role, 1.0, quantise_time(s)) for role, s in seconds.items()),
        utterances,
    )


def _utterance(turn: ReferenceTurn) -> Utterance:
    count = len(turn.text)
    starts = tuple(quantise_time(turn.span.start_s + turn.span.duration_s * i / count) for i in range(count))
    return Utterance(
        turn.span.start_s, turn.span.end_s, turn.role.value, turn.role, turn.text, 1.0, starts, (1.0,) * count
    )
