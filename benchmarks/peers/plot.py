"""The plot beside the report: what a second of audio costs against how much is heard wrongly. Labels are English, as elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.figures import Row
from benchmarks.peers.material import PEOPLE, SAMPLE
from benchmarks.peers.registry import OURS

_COLOURS = ("#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#000000")  # Okabe and Ito's
_MARKERS = ("o", "s", "D", "^", "v", "<", ">", "P")
_KINDS = ((SAMPLE, "samples: dialogues of synthetic voices"), (PEOPLE, "real people reading"))


def draw(path: Path, rows: Sequence[Row]) -> None:
    """Processor seconds a second of audio (logarithmic) across, CER up; down and left is better. Nothing where there is nothing."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = [row for row in rows if row.short is not None]
    if not shown:
        return
    figure, panels = plt.subplots(1, 2, figsize=(12, 5), sharex=True, layout="constrained")
    for axes, (kind, title) in zip(panels, _KINDS, strict=True):
        for row, colour, marker in zip(shown, _COLOURS, _MARKERS, strict=False):
            if kind not in row.errors or row.short is None:
                continue
            edits, characters = row.errors[kind]
            axes.plot(
                row.short.cpu_s / row.short.audio_s, edits / characters, marker=marker, color=colour, linestyle="",
                markersize=12 if row.peer == OURS else 8, label=row.peer, markeredgecolor="0.2",
            )  # fmt: skip
        axes.set_xscale("log")
        axes.set_xlabel("processor seconds a second of audio")
        axes.set_ylabel("CER")
        axes.margins(y=0.15)
        axes.set_ylim(bottom=0.0)
        axes.set_title(title)
        axes.grid(alpha=0.3, which="both")
    handles = {text: handle for axes in panels for handle, text in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4, fontsize=9)
    figure.savefig(path, dpi=130, metadata={"Software": None})
    plt.close(figure)
