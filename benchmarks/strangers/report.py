"""benchmarks/results/strangers-SPLIT.md, and on the screen what went wrong in a dialogue that may be looked at."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from analyzer.domain import Kind, Verdict
from analyzer.judging.required import HEARD_POORLY
from benchmarks.accuracy.evaluation import Evaluation, VerdictPair, tally
from benchmarks.kit.machine import say
from benchmarks.kit.report import precision, recall, share, table
from benchmarks.sound.dialogues import CONDITIONS

BANDS = (0.0, 0.6, 0.66, 0.7, HEARD_POORLY, 0.74, 0.78, 0.82, 1.01)
_WAITS = Verdict.CANNOT_JUDGE.value
_CLARITY = ("clearness", "truly missed", "had been done", "of them in")
_HEAD = (
    "condition", "means", "required: precision", "recall", "misses that are true", "forbidden: precision", "recall", "accused or suspected",
    "false suspicions", "n/a right", "turns in the right role", "CER", "by sound",
)  # fmt: skip


class Judged(Protocol):
    @property
    def condition(self) -> str: ...
    @property
    def means(self) -> str: ...
    @property
    def evaluation(self) -> Evaluation: ...
    @property
    def unfound(self) -> Sequence[tuple[float, str]]: ...


def write(path: Path, head: Sequence[str], judged: Sequence[Judged], means: Sequence[str]) -> None:
    """Write the table of conditions and means, and print it."""
    rows = []
    for condition in (*CONDITIONS, "all"):
        for mean in means:
            some = [j.evaluation for j in judged if j.means == mean and condition in ("all", j.condition)]
            rows.append([condition, mean, *_figures(some)])
    heard = Counter(
        (e.name, e.model, j.condition)
        for j in judged
        if j.means == means[-1]
        for e in (j.evaluation.analysis.hearing.engine,)
    )
    lines = [
        "# Strangers' words, from audio",
        "",
        *head,
        *(
            f"- {condition}: {count} recordings by {name}, model {model}"
            for (name, model, condition), count in heard.items()
        ),
        "",
        "The dialogues of benchmarks/wording/paraphrase, each spoken in two conditions. Brackets are 95 % Wilson intervals; a false",
        "suspicion is a forbidden item left to a person where nothing of it was said; a miss is true where the item",
        "applied and was not done.",
        "",
        *table(_HEAD, rows, left=2),
        "",
        "Required clauses that were not found (with all means), by how clearly those were heard who should have said them;",
        f"under {HEARD_POORLY} a person is asked instead of a miss counting. That line was drawn on the dev half.",
        "",
        *table(_CLARITY, _bands([j for j in judged if j.means == means[-1]]), left=1),
    ]
    text = "\n".join(lines)
    path.write_text(text, "utf-8")
    say(text)


def _figures(evaluations: Sequence[Evaluation]) -> list[str]:
    pairs = [pair for e in evaluations for pair in e.verdicts]
    required = [p for p in pairs if p.kind is Kind.REQUIRED]
    forbidden = [p for p in pairs if p.kind is Kind.FORBIDDEN]
    blamed = [p for p in required if p.actual == Verdict.MISSED.value]
    said = [p for p in forbidden if p.expected == Verdict.MISSED.value]
    idle = [p for p in required if p.expected == Verdict.NOT_APPLICABLE.value]
    turns = sum(len(e.sample.turns) for e in evaluations)
    return [
        precision(tally(required)),
        recall(tally(required)),
        share(sum(p.expected == Verdict.MISSED.value for p in blamed), len(blamed)),
        precision(tally(forbidden)),
        recall(tally(forbidden)),
        share(sum(p.actual in (Verdict.MISSED.value, _WAITS) for p in said), len(said)),
        f"{sum(_falsely(p) for p in forbidden)} in {len(evaluations)}",
        share(sum(p.right for p in idle), len(idle)),
        share(sum(e.turn_roles for e in evaluations), turns),
        _rate(sum(e.edits for e in evaluations), sum(e.characters for e in evaluations)),
        _rate(sum(e.sound_edits for e in evaluations), sum(e.syllables for e in evaluations)),
    ]


def _rate(edits: int, characters: int) -> str:
    return f"{edits / characters:.3f}" if characters else "–"


def _bands(judged: Sequence[Judged]) -> list[list[str]]:
    """Rows of what is true of clauses that were not found, from the least clear to the clearest."""
    rows = []
    for low, high in itertools.pairwise(BANDS):
        here = [(j.condition, truth) for j in judged for clearness, truth in j.unfound if low <= clearness < high]
        true = sum(truth == Verdict.MISSED.value for _, truth in here)
        where = ", ".join(f"{n} {condition}" for condition, n in Counter(condition for condition, _ in here).items())
        done = sum(truth == Verdict.MET.value for _, truth in here)
        rows.append([f"{low:.2f}–{min(high, 1.0):.2f}", share(true, len(here)), str(done), where or "–"])
    return rows


def _falsely(pair: VerdictPair) -> bool:
    return pair.actual == _WAITS and pair.expected == Verdict.MET.value


def show(condition: str, evaluation: Evaluation) -> None:
    """Print every wrong verdict with its reason, and what was heard beside what was said."""
    if not evaluation.wrong:
        return
    say(f"== {condition} {evaluation.sample.id}")
    for pair in evaluation.wrong:
        say(f"  {pair.item}: expected {pair.expected}, got {pair.actual}: {pair.result.reason if pair.result else ''}")
    say("  said:  " + " / ".join(f"{t.role.value[0]}:{t.text}" for t in evaluation.sample.turns))
    roles = {speaker.id: speaker.role.value[0] for speaker in evaluation.analysis.hearing.speakers}
    heard = evaluation.analysis.hearing.transcript
    say("  heard: " + " / ".join(f"{roles.get(u.speaker, '?')}:{u.text}" for u in heard))
