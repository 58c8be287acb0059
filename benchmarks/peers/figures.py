"""From records to a peer's row: medians over passes, sums over recordings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.kit.measures import cer
from benchmarks.peers import measures
from benchmarks.peers.kept import Record
from benchmarks.peers.material import LONG, NOISE, PEOPLE, SAMPLE, Recording
from benchmarks.peers.registry import PEERS

Counted = tuple[int, int]  # of how many


@dataclass(frozen=True, slots=True)
class Cost:
    """Of `audio_s` in `recordings`: medians of the passes, added up. The spread is of all recordings' slowest and fastest pass."""

    recordings: int
    audio_s: float
    wall_s: float
    cpu_s: float
    fastest_s: float
    slowest_s: float
    passes: Counted
    peak_mib: float
    private_mib: float


@dataclass(frozen=True, slots=True)
class Row:
    """One peer. Errors are (edits, characters) by kind of recording; the rest counts over samples with speech and long visits.

    `unheard` is (seconds without text, seconds of speech) and `segments_only` whether it was counted by segments; `lost`
    (characters in stretches, characters); `invented` characters in recordings without speech, `between` those in the
    pauses of the long visit; `turns` (right, turns), None where the peer tells no speakers apart.
    """

    peer: str
    short: Cost | None
    long: Cost | None
    errors: dict[str, Counted]
    unheard: dict[str, tuple[float, float]]
    lost: dict[str, Counted]
    segments_only: bool
    invented: Counted
    between: int | None
    turns: Counted | None


def rows(records: Sequence[Record], recordings: Sequence[Recording]) -> list[Row]:
    """In the order of the registry; peers without a record have none. Texts are those of a recording's first pass."""
    of = {r.id: r for r in recordings}
    present = [name for name in PEERS if any(r.peer == name for r in records)]
    return [_row(name, [r for r in records if r.peer == name], of) for name in present]


def _row(name: str, records: list[Record], of: dict[str, Recording]) -> Row:
    first = {r.recording: r for r in sorted(records, key=lambda r: -r.number)}
    errors: dict[str, Counted] = {}
    unheard: dict[str, tuple[float, float]] = {}
    lost: dict[str, Counted] = {}
    invented = silent = right = turns = 0
    between: int | None = None
    for identity, record in first.items():
        recording, heard = of[identity], record.heard
        if recording.silent:
            invented += measures.invented((), heard)
            silent += 1
            continue
        errors[recording.kind] = _add(errors.get(recording.kind), cer(recording.text, heard.text))
        gone = (measures.lost(recording.text, heard.text), cer(recording.text, "")[1])
        lost[recording.kind] = _add(lost.get(recording.kind), gone)
        if not recording.turns:
            continue
        seconds, of_s = unheard.get(recording.kind, (0.0, 0.0))
        speech_s = sum(end - start for start, end in measures.speech(recording.turns))
        unheard[recording.kind] = (seconds + measures.without_text(recording.turns, heard), of_s + speech_s)
        if recording.kind == LONG:
            between = (between or 0) + measures.invented(recording.turns, heard)
        elif PEERS[name].turns:
            score = measures.turn_score(recording.turns, heard)
            right, turns = right + score.right, turns + len(recording.turns)
    return Row(
        name,
        cost([r for r in records if of[r.recording].kind in (SAMPLE, PEOPLE, NOISE)]),
        cost([r for r in records if of[r.recording].kind == LONG]),
        errors, unheard, lost,
        not any(said.words for record in first.values() for said in record.heard.said),
        (invented, silent), between,
        (right, turns) if PEERS[name].turns and turns else None,
    )  # fmt: skip


def cost(records: Sequence[Record]) -> Cost | None:
    """None without records."""
    if not records:
        return None
    by: dict[str, list[Record]] = {}
    for record in records:
        by.setdefault(record.recording, []).append(record)
    walls = [[r.wall_s for r in passes] for passes in by.values()]
    return Cost(
        recordings=len(by),
        audio_s=sum(passes[0].duration_s for passes in by.values()),
        wall_s=sum(map(median, walls)),
        cpu_s=sum(median(r.cpu_s for r in passes) for passes in by.values()),
        fastest_s=sum(map(min, walls)),
        slowest_s=sum(map(max, walls)),
        passes=(min(map(len, walls)), max(map(len, walls))),
        peak_mib=max(r.peak_mib for r in records),
        private_mib=max(r.private_mib for r in records),
    )


def _add(before: Counted | None, more: Counted) -> Counted:
    return more if before is None else (before[0] + more[0], before[1] + more[1])
