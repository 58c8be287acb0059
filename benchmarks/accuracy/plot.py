"""The plot beside the accuracy report. Labels are English: the machine may have no Chinese font."""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy.evaluation import Evaluation, summarise
from benchmarks.kit.measures import wilson

_SERIES = (
    ("required: precision", "o", "#0072B2", -0.18),
    ("required: recall", "s", "#56B4E9", -0.06),
    ("forbidden: precision", "^", "#D55E00", 0.06),
    ("forbidden: recall", "v", "#E69F00", 0.18),
)  # Okabe and Ito's colours, told apart by the colour-blind; markers differ as well


def accuracy(path: Path, columns: dict[str, list[Evaluation]]) -> None:
    """Draw precision and recall with 95 % Wilson intervals, and words and speakers, by condition."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    names = list(columns)
    counted = {name: summarise(evaluations) for name, evaluations in columns.items()}
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(12, 8), sharex=True, layout="constrained")
    for label, marker, colour, shift in _SERIES:
        group, rate = label.split(": ")
        places, values, below, above = [], [], [], []
        for n, name in enumerate(names):
            tally = getattr(counted[name], group)
            hits = tally.true_positive
            total = hits + (tally.false_positive if rate == "precision" else tally.false_negative)
            if not total:
                continue
            low, high = wilson(hits, total)
            places.append(n + shift)
            values.append(hits / total)
            below.append(max(0.0, hits / total - low))
            above.append(max(0.0, high - hits / total))
        bars = top.errorbar(places, values, yerr=[below, above], fmt=marker, color=colour, label=label, capsize=3)
        bars.lines[0].set_markersize(7)
    top.axhline(0.95, color="0.6", linewidth=0.8, linestyle="--")
    top.set_ylim(min(0.5, top.get_ylim()[0]), 1.02)
    top.set_ylabel("share of verdicts, with 95 % interval")
    top.set_title("Verdicts against an inspector's (dashed: 0.95)")
    top.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=9)

    heard = [n for n, name in enumerate(names) if name != "scripts"]
    for label, marker, colour in (("CER", "o", "#CC79A7"), ("turns on a wrong speaker", "s", "#009E73")):
        values = []
        for n in heard:
            s = counted[names[n]]
            wrong = 1 - s.turns_right / s.turns_heard if s.turns_heard else 0.0
            values.append((s.cer or 0.0) if label == "CER" else wrong)
        bottom.plot(heard, values, marker=marker, color=colour, label=label, linestyle=":")
    bottom.axhline(0.12, color="0.6", linewidth=0.8, linestyle="--")
    bottom.set_ylim(bottom=0.0)
    bottom.set_ylabel("share of characters / turns")
    bottom.set_title("Hearing: characters wrong (dashed: 0.12) and turns on a wrong speaker")
    if heard:
        bottom.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=9)
    bottom.set_xticks(range(len(names)), [f"{name}\n{counted[name].recordings} rec." for name in names])
    for axes in (top, bottom):
        axes.grid(axis="y", alpha=0.3)
    figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)
