"""gpu.md: times beside the processor's, then words and verdicts beside float32's."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.gpu.measured import Measured, Words
from benchmarks.kit.measures import cer
from benchmarks.kit.report import NOTHING, number, share, table

_HEARD = (
    "`hear` on the first minutes of the samples, joined: windows, decoding, guards, second looks; median of the passes after "
    "one untimed. GPU MiB is what nvidia-smi shows more than before loading. On a processor the reference engine takes one "
    "window at a time, whatever the batch."
)


def lines(measured: Sequence[Measured], notes: Sequence[str] = ()) -> list[str]:
    """`notes` say what the figures do not: how libraries were provided, what could not be tried."""
    ran = [m for m in measured if m.as_asked]
    machines = list(dict.fromkeys(m.machine for m in measured))
    text = [
        "# On a GPU",
        "",
        "`python -m benchmarks gpu` (a JSON file for each configuration; the report joins those of several machines)",
        "",
    ]
    for name, label in zip(machines, _labels(machines), strict=True):
        here = [m for m in measured if m.machine == name]
        text.append(
            f"- **{label}**: {name}; {here[0].versions}; {min(m.when for m in here)} to {max(m.when for m in here)}"
        )
    text += ["", *notes, *([""] if notes else []), "## Transcription", "", _HEARD, "", *_times(ran, machines)]
    text += ["## Words and verdicts", "", *_words(ran, machines)]
    left_out = [
        f"- `{m.configuration}` on {_label(m, machines)}: {' '.join(m.warnings)}" for m in measured if not m.as_asked
    ]
    if left_out:
        text += ["## Not measured", "", *left_out, ""]
    return text


def _labels(machines: Sequence[str]) -> list[str]:
    return [f"machine {chr(ord('A') + n)}" for n in range(len(machines))]


def _label(m: Measured, machines: Sequence[str]) -> str:
    return _labels(machines)[machines.index(m.machine)]


def _times(ran: Sequence[Measured], machines: Sequence[str]) -> list[str]:
    rows = []
    for m in ran:
        processor = [o for o in ran if (o.machine, o.device, o.asked.engine) == (m.machine, "cpu", m.asked.engine)]
        alike = next((o for o in processor if o.asked.compute_type == "auto"), None)
        plain = sorted(
            (o for o in ran if _plain(o) and o.audio_s == m.audio_s), key=lambda o: o.asked.engine != m.asked.engine
        )
        edits = cer(plain[0].text, m.text) if plain and plain[0] is not m else None
        rows.append(
            [_label(m, machines), m.asked.engine, m.device, m.compute_type, m.asked.batch,
             f"{m.audio_s / 60:.0f} min, {m.windows}", len(m.wall_s), f"{m.times_real_time:.4f}",
             f"{min(m.wall_s) / m.audio_s:.4f}–{max(m.wall_s) / m.audio_s:.4f}", f"{m.processor_a_second:.4f}",
             number(alike and alike.times_real_time / m.times_real_time, 1), m.gpu_mib, f"{m.load_s:.1f}",
             share(*edits) if edits else NOTHING]
        )  # fmt: skip
    head = ["machine", "engine", "device", "numbers", "batch", "audio, windows", "passes", "× real time",
            "over the passes", "processor s a second", "times faster than its processor", "GPU MiB", "loading s",
            "characters other than float32's"]  # fmt: skip
    return table(head, rows, left=4)


def _words(ran: Sequence[Measured], machines: Sequence[str]) -> list[str]:
    judged = [(m, m.words) for m in ran if m.words]
    if not judged:
        return ["Nothing was judged.", ""]
    plain, reference = next(((m, words) for m, words in judged if _plain(m)), (None, None))
    rows, others = [], []
    for m, words in judged:
        differ = _differing(reference, words)
        rows.append(
            [_label(m, machines), m.asked.engine, m.device, m.compute_type, share(*words.people) if words.people else NOTHING,
             share(*words.samples), f"{words.right}/{len(words.verdicts)}", None if differ is None else len(differ),
             f"{words.seconds / words.audio_s:.3f}",
             f"{(words.stages['transcribe'] + words.stages['recheck']) / words.audio_s:.3f}"]
        )  # fmt: skip
        others += [f"- {m.asked.engine} {m.device} {m.compute_type}: {line}" for line in differ or ()]
    head = ["machine", "engine", "device", "numbers", "CER people", "CER samples", "verdicts right",
            "verdicts other than float32's", "whole pipeline × real time", "of it transcription"]  # fmt: skip
    text = table(head, rows, left=4)
    if plain:
        text += [f"Float32 is {plain.asked.engine} on the processor of {_label(plain, machines)}.", ""]
    if others:
        text += ["Verdicts other than its own (its → theirs):", "", *others, ""]
    return text


def _differing(reference: Words | None, words: Words) -> list[str] | None:
    if reference is None:
        return None
    return [
        f"{name} {verdict} → {words.verdicts.get(name, NOTHING)}"
        for name, verdict in reference.verdicts.items()
        if words.verdicts.get(name) != verdict
    ]


def _plain(m: Measured) -> bool:
    """Float32 on a processor: what every other is held against."""
    return (m.device, m.compute_type) == ("cpu", "float32")
