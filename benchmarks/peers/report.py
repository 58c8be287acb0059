"""peers.md: ours and theirs in one table, then what each figure is made of."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.kit.report import NOTHING, number, share, table
from benchmarks.peers import measures
from benchmarks.peers.figures import Cost, Counted, Row, cost
from benchmarks.peers.kept import Met, Record
from benchmarks.peers.material import LONG, PEOPLE, SAMPLE, Recording
from benchmarks.peers.registry import OURS, PEERS
from benchmarks.speed.stages import BESIDE, STAGES

_WHAT = (
    "The same base weights, the same audio, the same number of threads, each peer in a process of its own, every recording through "
    "all of them one after the other (whoever began goes last the next time). Language zh is given to all, a prompt to none; ours has "
    f"its own. `{OURS}` is the whole of `analyzer run`: decoding the file, telling speakers apart, hearing twice, judging; the others "
    "get decoded samples and only transcribe."
)
_HOW = (
    f"Costs are medians of the passes, added up over recordings; processor seconds count all threads and children. Memory is the "
    "highest of the process with its children, libraries and model included. **Speech without text**: seconds of the turns further "
    f"than {measures.SLACK_S:g} s from every word (a word counts {measures.WORD_S:g} s at most); peers marked * time segments only, and "
    "there all of a segment counts as text, so that what they skip inside one does not show. **Lost in stretches**: characters without "
    f"counterpart in runs of {measures.STRETCH} and more, by alignment of the texts alone, the same for all. **Invented on noise**: "
    "characters from recordings in which nobody speaks. **Turns**: on the right speaker of all turns of the samples, unheard ones "
    "counted as wrong. CER of two-channel samples is of the words in order of time, for ours too."
)


def lines(
    heads: Sequence[Sequence[str]],
    rows: Sequence[Row],
    met: Sequence[Met],
    recordings: Sequence[Recording],
    records: Sequence[Record],
    notes: Sequence[str] = (),
) -> list[str]:
    """`heads` are the headings of the runs that measured, `notes` say what the figures do not."""
    absent = [m for m in met if m.absent is not None]
    text = ["# Peers", "", *(f"- {note}" for note in notes), *([""] if notes else []), _WHAT, ""]
    text += _table(rows)
    text += _unequal(rows)
    text += [_HOW, "", "![processor seconds against errors](peers.png)", ""]
    if absent:
        text += ["**Left out**", "", *(f"- {m.name}: {m.absent}" for m in absent), ""]
    if any(row.long for row in rows):
        text += ["## The long visit", "", *_long(rows, recordings)]
    text += ["## Costs", "", *_costs(rows)]
    text += ["## Recordings", "", "× real time, median of the passes.", "", *_recordings(rows, recordings, records)]
    text += ["## Our stages", "", *_stages(records)]
    text += ["## Calls", "", *_calls(met)]
    waiting = max(records, key=lambda r: r.waiting_cpu_s)
    share_of = waiting.waiting_cpu_s / waiting.wall_s if waiting.wall_s else 0.0
    text += [
        f"While one was measured, the processes of all others together used at most {waiting.waiting_cpu_s:.2f} s of processor "
        f"({share_of:.1%} of a core, during {waiting.recording}).",
        "",
        "## Where and when",
        "",
    ]
    for head in heads:
        text += [*head, ""]
    return text


def _table(rows: Sequence[Row]) -> list[str]:
    head = ["peer", "× real time", "processor s a second", "peak MiB", "CER samples", "CER people", "speech without text, s",
            "lost in stretches", "invented on noise", "turns on the right speaker"]  # fmt: skip
    return table(head, [_line(row) for row in rows])


def _unequal(rows: Sequence[Row]) -> list[str]:
    """A word of warning where the rows are not of the same recordings."""
    for kind in ("short", "long"):
        counts = {row.peer: spent.recordings for row in rows if (spent := getattr(row, kind)) is not None}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{peer} {count}" for peer, count in counts.items())
            return [
                f"**Not all peers have all recordings**; each row is of those that its peer heard ({kind}): {told}.",
                "",
            ]
    return []


def _line(row: Row) -> list[object]:
    unheard = row.unheard.get(SAMPLE)
    characters, silent = row.invented
    return [
        row.peer,
        *_cost(row.short),
        _share(row.errors.get(SAMPLE)),
        _share(row.errors.get(PEOPLE)),
        f"{unheard[0]:.1f} of {unheard[1]:.0f}{' *' if row.segments_only else ''}" if unheard else NOTHING,
        _of(row.lost.get(SAMPLE)),
        characters if silent else NOTHING,
        _of(row.turns),
    ]


def _long(rows: Sequence[Row], recordings: Sequence[Recording]) -> list[str]:
    text = []
    for recording in recordings:
        if recording.kind == LONG:
            speech_s = sum(end - start for start, end in measures.speech(recording.turns))
            text.append(
                f"{recording.id}: {recording.duration_s / 60:.1f} minutes, {speech_s / 60:.1f} of them speech: the samples' "
                "visits again and again, from the second round on over water, fan or drill 15 dB below, "
                "with 20–80 s of work or quiet between them."
            )
    head = ["peer", "× real time", "processor s a second", "peak MiB", "CER", "speech without text, s", "lost in stretches",
            "invented in the pauses"]  # fmt: skip
    found = []
    for row in rows:
        if row.long is not None:
            unheard = row.unheard.get(LONG, (0.0, 0.0))
            found.append([
                row.peer, *_cost(row.long), _share(row.errors.get(LONG)),
                f"{unheard[0]:.1f} of {unheard[1]:.0f}{' *' if row.segments_only else ''}", _of(row.lost.get(LONG)), row.between,
            ])  # fmt: skip
    return [*text, "", *table(head, found)]


def _costs(rows: Sequence[Row]) -> list[str]:
    ours = next((row.short for row in rows if row.peer == OURS), None)
    head = ["peer", "recordings", "minutes", "passes", "wall s", "fastest–slowest", "processor s", "beside ours: wall", "processor",
            "private MiB"]  # fmt: skip
    found = []
    for row in rows:
        short = row.short
        if short is None:
            continue
        same = ours if ours is not None and ours.recordings == short.recordings else None
        low, high = short.passes
        found.append([
            row.peer, short.recordings, f"{short.audio_s / 60:.1f}", low if low == high else f"{low}–{high}", f"{short.wall_s:.1f}",
            f"{short.fastest_s:.1f}–{short.slowest_s:.1f}", f"{short.cpu_s:.1f}",
            f"{short.wall_s / same.wall_s:.2f} ×" if same else NOTHING, f"{short.cpu_s / same.cpu_s:.2f} ×" if same else NOTHING,
            f"{short.private_mib:.0f}",
        ])  # fmt: skip
    return table(head, found)


def _recordings(rows: Sequence[Row], recordings: Sequence[Recording], records: Sequence[Record]) -> list[str]:
    names = [row.peer for row in rows]
    of: dict[tuple[str, str], list[float]] = {}
    for record in records:
        of.setdefault((record.recording, record.peer), []).append(record.wall_s / record.duration_s)
    found = [
        [r.id, f"{r.duration_s:.0f}", *(number(median(of[r.id, n])) if (r.id, n) in of else NOTHING for n in names)]
        for r in recordings
        if any((r.id, n) in of for n in names)
    ]
    return table(["recording", "s", *names], found)


def _stages(records: Sequence[Record]) -> list[str]:
    """Seconds of ours by kind of recording: medians of passes, added up."""
    kinds = {"short": [r for r in records if not r.recording.startswith(LONG)],
             LONG: [r for r in records if r.recording.startswith(LONG)]}  # fmt: skip
    found = []
    for kind, chosen in kinds.items():
        by: dict[str, list[dict[str, float]]] = {}
        for record in chosen:
            if record.stages:
                by.setdefault(record.recording, []).append(record.stages)
        whole = cost([r for r in chosen if r.stages])
        if whole is None:
            continue
        spent = {stage: sum(median(s[stage] for s in passes) for passes in by.values()) for stage in STAGES}
        own_s = sum(s for stage, s in spent.items() if stage != BESIDE)
        spent["rest"] = whole.wall_s - own_s  # the second hearing, line tones, waiting for the weights' digests
        found.append([kind, *(f"{s:.2f} ({s / whole.wall_s:.0%})" for s in spent.values()), f"{whole.wall_s:.1f}"])
    names = [f"{stage} (beside transcribe)" if stage == BESIDE else stage for stage in STAGES]
    return table(["s (share)", *names, "rest (second hearing, line tones)", "all"], found)


def _calls(met: Sequence[Met]) -> list[str]:
    here = [m for m in met if m.absent is None]
    found = [
        [m.name, f"`{PEERS[m.name].call}`", ", ".join(f"{k} {v}" for k, v in m.versions.items()), f"{m.load_s:.1f}"]
        for m in here
    ]
    return table(["peer", "call", "versions", "load s"], found, left=3)


def _cost(spent: Cost | None) -> list[object]:
    if spent is None:
        return [NOTHING] * 3
    return [f"{spent.wall_s / spent.audio_s:.3f}", f"{spent.cpu_s / spent.audio_s:.3f}", f"{spent.peak_mib:.0f}"]


def _share(counted: Counted | None) -> str:
    return share(*counted) if counted else NOTHING


def _of(counted: Counted | None) -> str:
    return f"{counted[0]} of {counted[1]}" if counted else NOTHING
