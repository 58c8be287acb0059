"""engines.md: words and verdicts of each engine, and where they differ from the default's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain import Verdict
from analyzer.hearing.catalogue import SOURCES
from analyzer.hearing.sizing import COSTS
from benchmarks.engines.sizes import BEAM, TOKENS, Size
from benchmarks.gpu.measured import Words
from benchmarks.kit.report import NOTHING, share, table

_WHAT = (
    "The whole pipeline over the samples (`samples/`), judged as always, and over the clips of real people reading, by each "
    "engine with the same base weights. Verdicts count as right that are an inspector's; where an engine tells no confidence, a "
    "forbidden word is a suspicion and not judged, which is not right either."
)
_SIZES = (
    "What the larger models cost, without their weights, which are not here: models of the published shapes filled with noise "
    f"(`benchmarks/engines/sizes.py`), CTranslate2 in int8, one thread, one full window of 30 s, beam {BEAM}, {TOKENS} tokens; "
    "without the alignment that dates the characters. **How well they hear was not measured here.** Published figures are of "
    "openai/whisper's README, for its own engine. faster-whisper's README (v1.0) gives 995 MB and 2 min 04 s for 13 minutes "
    "with `small` in int8 on 8 threads of a Xeon Gold 6226R, 4755 MB of a V100S and 54 s with `large-v2` in float16."
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration's run; `head` are the lines of where and when, `cpu_s` of processor time over all recordings.

    `peak_mib` is the most of memory that the process held.
    """

    name: str
    head: list[str]
    engine: str
    numbers: str
    beam: int
    prompt: bool
    cpu_s: float
    threads: int
    peak_mib: int
    words: Words


def lines(trials: Sequence[Trial], sizes: Sequence[Size] = (), notes: Sequence[str] = ()) -> list[str]:
    """`notes` say what the figures do not."""
    text = [
        "# The same weights in each engine",
        "",
        *(f"- {note}" for note in notes),
        *([""] if notes else []),
        _WHAT,
        "",
    ]
    rows = [
        [t.name, t.engine, t.numbers, t.beam, "yes" if t.prompt else "no",
         share(*t.words.people) if t.words.people else NOTHING, share(*t.words.samples),
         f"{t.words.right}/{len(t.words.verdicts)}", sum(v == Verdict.CANNOT_JUDGE for v in t.words.verdicts.values()),
         len(_differing(trials[0], t)), f"{t.words.stages['transcribe'] + t.words.stages['recheck']:.0f}", f"{t.cpu_s:.0f}", t.peak_mib]
        for t in trials
    ]  # fmt: skip
    head = ["configuration", "engine", "numbers", "beam", "prompt", "CER people", "CER samples", "verdicts right",
            "cannot be judged", f"other than {trials[0].name}'s", "transcription s", "processor s", "peak MiB"]  # fmt: skip
    text += table(head, rows, left=3)
    recordings = len({verdict.partition("/")[0] for verdict in trials[0].words.verdicts})
    text += [
        f"Seconds are of {recordings} recordings, {trials[0].words.audio_s / 60:.1f} minutes, under the load that the heads below "
        "tell: other work ran beside, so that only processor seconds compare (of everything, loading and people's clips too). "
        "Memory is of the whole process, speaker model and all.",
        "",
    ]
    text += [f"## Verdicts other than {trials[0].name}'s", "", "Its verdict → theirs.", ""]
    for t in trials[1:]:
        found = _differing(trials[0], t)
        text += [f"**{t.name}**: " + ("; ".join(found) if found else "none") + ".", ""]
    if sizes:
        text += ["## Sizes", "", _SIZES, "", *_costs(sizes)]
    text += ["## Where and when", ""]
    for t in trials:
        text += [f"**{t.name}**", "", *t.head, ""]
    return text


def _costs(sizes: Sequence[Size]) -> list[str]:
    """Measured beside published, each labelled."""
    rows = []
    for size in sizes:
        cost, source = COSTS[size.name], SOURCES[size.name]
        rows.append(
            [size.name, source.megabytes, f"{cost.parameters_m} M", f"~{cost.card_gb} GB", f"{size.encode_s:.2f}",
             f"{size.decode_s:.2f}", f"{size.times_real_time:.3f}", size.resident_mib]
        )  # fmt: skip
    head = ["model", "download MB", "parameters (published)", "memory of a card (published)", "encode, processor s (measured)",
            "decode, processor s (measured)", "× real time on a core (measured)", "resident MiB, int8 (measured)"]  # fmt: skip
    return table(head, rows)


def _differing(reference: Trial, trial: Trial) -> list[str]:
    theirs = trial.words.verdicts
    return [f"{name} {v} → {theirs[name]}" for name, v in reference.words.verdicts.items() if theirs.get(name, v) != v]
