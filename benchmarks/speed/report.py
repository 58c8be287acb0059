"""speed.md: ratios first, because seconds depend on who else uses the machine."""

from __future__ import annotations

from statistics import median

from benchmarks.kit.report import NOTHING, Target, number, share, table, target_table
from benchmarks.speed.memory import Usage
from benchmarks.speed.passes import Loading, Timing
from benchmarks.speed.rejudging import Rejudging
from benchmarks.speed.rival import CALL
from benchmarks.speed.stages import STAGES

HOUR_LIMIT_S, STORED_LIMIT_S, MEMORY_LIMIT_MIB = 0.2, 120.0, 1536.0
REAL_TIME, FASTER = 0.05, 7.0


def targets(timings: list[Timing], judged: Rejudging, usage: dict[str, tuple[float, Usage]]) -> list[Target]:
    near = [t for t in timings if t.sample.near]
    real_time, ratio = times_real_time(near), faster(timings)
    ours, theirs = errors(timings, rival=False), errors(timings, rival=True)
    peak = max(u.peak_mib for _, u in usage.values())
    thousand_s = judged.stored_cpu_s * 1000 / judged.stored
    return [
        Target(
            "whole pipeline, near-field and phone, × real time", f"≤ {REAL_TIME}", number(real_time),
            None if real_time is None else real_time <= REAL_TIME,
        ),
        Target(
            f"times faster than `{CALL}`", f"≥ {FASTER:g}", number(ratio, 1), None if ratio is None else ratio >= FASTER
        ),
        Target(
            "CER no worse than that", f"≤ {number(theirs)}", number(ours),
            None if ours is None or theirs is None else ours <= theirs,
        ),
        Target(
            "a stored one-hour transcript judged again, processor time", f"≤ {HOUR_LIMIT_S} s", f"{judged.long_cpu_s:.3f} s",
            judged.long_cpu_s <= HOUR_LIMIT_S,
        ),
        Target(
            "1,000 stored transcripts on one core, processor time", "≤ 2 min", f"{thousand_s:.1f} s",
            thousand_s <= STORED_LIMIT_S,
        ),
        Target("peak memory", "≤ 1.5 GB", f"{peak:.0f} MiB", peak <= MEMORY_LIMIT_MIB),
    ]  # fmt: skip


def times_real_time(timings: list[Timing]) -> float | None:
    """Median seconds of all recordings over their length; None without recordings."""
    total_s = sum(t.duration_s for t in timings)
    return sum(median(t.ours_s) for t in timings) / total_s if total_s else None


def faster(timings: list[Timing]) -> float | None:
    """Their median seconds over ours; None where they were not measured."""
    theirs_s = sum(median(t.theirs_s) for t in timings if t.theirs_s)
    return theirs_s / sum(median(t.ours_s) for t in timings) if theirs_s else None


def errors(timings: list[Timing], *, rival: bool) -> float | None:
    """Pooled character error rate of theirs or ours."""
    if rival and not any(t.theirs_s for t in timings):
        return None
    pairs = [t.their_errors if rival else t.our_errors for t in timings]
    characters = sum(n for _, n in pairs)
    return sum(e for e, _ in pairs) / characters if characters else None


def lines(
    head: list[str], timings: list[Timing], loading: Loading, judged: Rejudging, usage: dict[str, tuple[float, Usage]]
) -> list[str]:
    text = ["# Speed", "", *head, "", "## Numbers to reach", ""]
    text += target_table(targets(timings, judged, usage))
    text += [f"Median of {len(timings[0].ours_s)} passes, warm, both in the same run with the same weights.", ""]
    text += ["## Recordings", "", *_recordings(timings)]
    text += ["## Stages", "", *_stages(timings)]
    text += ["## Loading, memory, judging again", ""]
    rows = [["analyzer: engines, speaker model, standards", f"{loading.ours_s:.1f} s"]]
    if loading.theirs_s is not None:
        rows.append(["openai-whisper: import and model", f"{loading.theirs_s:.1f} s"])
    for name, (seconds, used) in usage.items():
        rows.append(
            [f"`analyzer run` on {name} ({seconds / 60:.1f} min) in a fresh process",
             f"peak {used.peak_mib:.0f} MiB, {used.seconds:.1f} s with loading"]
        )  # fmt: skip
    rows.append(
        [f"one hour of {judged.standard} ({judged.long_characters} characters) judged", f"{judged.long_s:.3f} s"]
    )
    rows.append(
        [f"{judged.stored} stored transcripts read and judged, one core",
         f"{judged.stored_cpu_s:.1f} s of a core ({1000 * judged.stored_cpu_s / judged.stored:.1f} ms each), "
         f"{judged.stored_s:.1f} s on the clock"]
    )  # fmt: skip
    return [*text, *table(["what", "measured"], rows)]


def _recordings(timings: list[Timing]) -> list[str]:
    rows, processor = [], []
    for t in timings:
        ours_s, theirs_s = median(t.ours_s), median(t.theirs_s) if t.theirs_s else None
        rows.append(
            [t.sample.id, t.sample.script.scene.kind, f"{t.duration_s:.0f}", f"{t.speech_s:.0f}", f"{ours_s:.2f}",
             number(ours_s / t.duration_s), number(theirs_s, 2), number(theirs_s and theirs_s / t.duration_s),
             number(theirs_s and theirs_s / ours_s, 1), _range(t), share(*t.our_errors),
             share(*t.their_errors) if t.theirs_s else NOTHING]
        )  # fmt: skip
        ours, theirs = median(t.ours_cpu_s), median(t.theirs_cpu_s) if t.theirs_cpu_s else None
        processor.append(
            [t.sample.id, f"{ours:.2f}", number(ours / t.duration_s), number(theirs, 2),
             number(theirs and theirs / t.duration_s), number(theirs and theirs / ours, 1)]
        )  # fmt: skip
    head = ["sample", "scene", "s", "speech s", "ours s", "× real time", "transcribe s", "× real time", "ratio",
            "over the passes", "CER ours", "CER transcribe"]  # fmt: skip
    spent = ["processor time", "ours s", "a second of audio", "transcribe s", "a second of audio", "ratio"]
    return [*table(head, rows, left=2), *table(spent, processor)]


def _range(t: Timing) -> str:
    ratios = [theirs / ours for ours, theirs in zip(t.ours_s, t.theirs_s, strict=False)]
    return f"{min(ratios):.1f}–{max(ratios):.1f}" if ratios else NOTHING


def _stages(timings: list[Timing]) -> list[str]:
    total_s = sum(median(t.ours_s) for t in timings)
    audio_s = sum(t.duration_s for t in timings)
    rows = []
    for stage in STAGES:
        spent_s = sum(t.stage_s(stage) for t in timings)
        each = [f"{t.stage_s(stage):.2f}" for t in timings]
        rows.append([stage, *each, f"{spent_s:.2f}", number(spent_s / audio_s, 4), f"{spent_s / total_s:.0%}"])
    each = [f"{median(t.ours_s):.2f}" for t in timings]
    rows.append(["all", *each, f"{total_s:.2f}", number(total_s / audio_s, 4), "100%"])
    return table(["stage, s", *(t.sample.id for t in timings), "all", "× real time", "share"], rows)
