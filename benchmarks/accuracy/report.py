"""accuracy.md: what was asked, what was measured, and every mistake with the second at which it can be heard."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analyzer.domain import Kind, Verdict
from analyzer.judging.reasons import clock
from benchmarks.accuracy import plot
from benchmarks.accuracy.evaluation import NONE, Evaluation, VerdictPair, summarise, tally, verdicts
from benchmarks.accuracy.runs import Runs
from benchmarks.accuracy.targets import targets
from benchmarks.kit.report import NOTHING, confusion, interval, number, precision, recall, share, table, target_table

_VERDICTS = (*(v.value for v in Verdict), NONE)


def write(folder: Path, head: list[str], runs: Runs) -> None:
    plot.accuracy(folder / "accuracy.png", runs.part(held_out=False).columns)
    (folder / "accuracy.md").write_text("\n".join(lines(head, runs)) + "\n", "utf-8")


def lines(head: list[str], runs: Runs) -> list[str]:
    own, apart = runs.part(held_out=False), runs.part(held_out=True)
    every = own.every_swept
    text = ["# Accuracy", "", *head, *_engine(own), "", "## Numbers to reach", ""]
    text += target_table(targets(own.heard, own.scripted, own.human, every), "measured [95 %]")
    text += ["![Precision and recall, words and speakers by condition](accuracy.png)", ""]
    text += ["## Every condition", "", f"Noise sweep: {own.skipped}" if own.skipped else _SWEEP, ""]
    text += _conditions(own.columns)
    if apart.scripted:
        text += ["## Dialogues kept apart", "", _APART, ""]
        text += _conditions(apart.columns)
    text += ["## Recordings", "", *_recordings(own)]
    if own.human:
        rows = [[c.name, c.clips, f"{c.seconds:.0f}", share(c.edits, c.characters)] for c in own.human.corpora]
        text += ["## Real people reading", "", *table(["source", "clips", "s", "CER"], rows)]
    for title, evaluations in (
        ("the samples' recordings", own.heard),
        ("the scripts", own.scripted),
        ("the sweep", every),
    ):
        if evaluations:
            text += [f"## The four verdicts, from {title}", ""]
            for kind in Kind:
                text += [
                    f"{kind.value.capitalize()} items:",
                    "",
                    *confusion(tally(verdicts(evaluations, kind)), _VERDICTS),
                ]
    text += ["## False accusations", "", *_accusations(own.columns)]
    text += ["## Other wrong verdicts", "", *_wrong({"scripts": own.scripted, "samples": own.heard})]
    text += ["## Item by item", "", *_items(own.scripted, own.heard, every)]
    return text


_SWEEP = (
    "The samples' scripts rendered anew in each condition: the scene's own noise, or a fan where it names none, "
    "at the stated signal-to-noise ratio; a phone line (300–3400 Hz, µ-law); a room with 0.5 s reverberation."
)

_APART = "Other topics, words and voices; the lexicons were written without them: figures only."


def _engine(runs: Runs) -> list[str]:
    for e in runs.heard:
        engine = e.analysis.hearing.engine
        return [f"- engine {engine.name}, model {engine.model}, {engine.compute_type} on {engine.device}"]
    return []


def _conditions(columns: dict[str, list[Evaluation]]) -> list[str]:
    rows, words = [], []
    for name, evaluations in columns.items():
        s = summarise(evaluations)
        rows.append(
            [name, s.recordings, precision(s.required), recall(s.required), number(s.required.f1),
             precision(s.forbidden), recall(s.forbidden), s.suspected, s.foreign]
        )  # fmt: skip
        if name != "scripts":
            words.append(
                [name, number(s.cer), number(s.sound), share(s.turns_right, s.turns_heard), s.turns_unheard,
                 share(s.characters_right, s.characters_placed), share(s.speakers_right, s.talks),
                 share(s.roles_right, s.role_talks)]
            )  # fmt: skip
    return [
        *table(
            ["items", "recordings", "required: precision", "recall", "F1", "forbidden: precision", "recall",
             "suspicions", "hits on others' words"], rows,
        ),
        *table(
            ["words and speakers", "CER", "by sound", "turns on the right speaker", "turns without words",
             "characters on the right speaker", "number of speakers right", "all roles right (≥ 4 turns)"], words,
        ),
    ]  # fmt: skip


def _recordings(runs: Runs) -> list[str]:
    wrong = {e.sample.id: len(e.wrong) for e in runs.scripted}
    rows = []
    for e in runs.heard:
        roles = [f"{s.id} {s.role.value} {s.confidence:.2f}" for s in e.analysis.hearing.speakers]
        right = NOTHING if e.sample.silent else "yes" if e.roles_right else "**no**"
        rows.append(
            [e.sample.id, e.sample.script.scene.kind, f"{e.analysis.hearing.duration_s:.0f}", number(e.cer),
             share(e.turns.right, e.turns.heard), f"{len(e.analysis.hearing.speakers)}/{e.sample.expected.speakers}",
             right, ", ".join(roles), f"{len(e.wrong)}/{len(e.verdicts)}", wrong.get(e.sample.id)]
        )  # fmt: skip
    return table(
        ["sample", "scene", "s", "CER", "turns right", "speakers found/true", "roles right", "roles",
         "verdicts wrong", "from the script"], rows, left=2,
    )  # fmt: skip


def _accusations(columns: dict[str, list[Evaluation]]) -> list[str]:
    rows = [
        [name, v.sample.id, v.item, clock(h.start_s), f"「{h.quote}」", h.phrase, number(h.similarity, 2)]
        for name, evaluations in columns.items()
        for v in verdicts(evaluations)
        if v.accused and v.result
        for h in v.result.hits
        if not h.suspicion
    ]
    head = ["condition", "sample", "item", "at", "heard", "phrase", "similarity"]
    return table(head, rows, left=3) if rows else ["None.", ""]


def _wrong(columns: dict[str, list[Evaluation]]) -> list[str]:
    rows = [
        [name, v.sample.id, v.item, v.expected, v.actual, v.sample.expected.items[v.item].quote, _reason(v)]
        for name, evaluations in columns.items()
        for v in verdicts(evaluations)
        if not v.right and not v.accused
    ]
    head = ["from", "sample", "item", "expected", "given", "an inspector points to", "reason given"]
    return table(head, rows, left=7) if rows else ["None.", ""]


def _reason(pair: VerdictPair) -> str:
    return pair.result.reason if pair.result else "the lexicon has no such item"


def _items(scripted: list[Evaluation], heard: list[Evaluation], swept: list[Evaluation]) -> list[str]:
    names = sorted({(v.sample.script.standard, v.kind.value, v.item) for v in verdicts(scripted)})
    columns = {"scripts": scripted, "samples": heard, "sweep": swept}
    last = "sweep" if swept else "samples" if heard else "scripts"
    before = [name for name in columns if columns[name] and name != last]
    rows = []
    for standard, kind, item in names:
        tallies = {name: tally(_of(columns[name], standard, item)) for name in columns}
        counted = tallies[last]
        rows.append(
            [standard, item, kind, *(share(tallies[name].right, tallies[name].n) for name in before),
             interval(counted.right, counted.n), precision(counted), recall(counted), number(counted.f1)]
        )  # fmt: skip
    return table(
        ["standard", "item", "kind", *(f"right: {name}" for name in (*before, last)), "precision", "recall", "F1"],
        rows, left=3,
    )  # fmt: skip


def _of(evaluations: Iterable[Evaluation], standard: str, item: str) -> list[VerdictPair]:
    return [v for e in evaluations if e.sample.script.standard == standard for v in e.verdicts if v.item == item]
