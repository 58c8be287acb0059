"""Where the points of one recording come from, and what each clause took. Pure.

The rule is the analyzer's alone (`analyzer.judging.score`): it is asked again and again, with one clause more as it was
judged, and each step is the difference of two answers. So the steps always add up to the score, rounding included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from web.intake.analysis import ItemResult, score
from web.models.vocabulary import How, Kind, VerdictWord
from web.review.lines import ClauseLine

GAIN, LOSS, PENALTY, CAP = "gain", "loss", "penalty", "cap"
FULL = 100.0
Results = dict[str, ItemResult]  # by clause


@dataclass(frozen=True, slots=True)
class Step:
    """What a clause adds to the running total (`points`, negative where it takes), which is then `after`.

    `of`: what it could have given or takes by itself; for a cap the score that it leaves at most.
    """

    kind: str
    line: ClauseLine
    verdict: str
    credit: float | None
    points: float
    after: float
    of: float

    @property
    def before(self) -> float:
        return round(self.after - self.points, 1)


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`gains` add up to `base`; 100 and all of `takes` to `score`. Without a score both are empty.

    `unjudged`: how many clauses have no verdict (无法判断, 未见, not filled in), `idle`: how many do not apply: they give
    nothing and take nothing.
    """

    score: float | None
    base: float | None
    gains: tuple[Step, ...]
    takes: tuple[Step, ...]
    unjudged: int
    idle: int

    @property
    def taken(self) -> dict[str, float]:
        """What was taken, by kind of step."""
        return {kind: round(-sum(s.points for s in self.takes if s.kind == kind), 1) for kind in (LOSS, PENALTY, CAP)}


def decided(lines: Iterable[ClauseLine]) -> Waterfall:
    """The score that stands, with what people decided."""
    return _waterfall([(line, _result(line, line.final, line.final_credit)) for line in lines])


def of_machine(lines: Iterable[ClauseLine]) -> Waterfall:
    """The score that the machine alone gave."""
    return _waterfall([(line, _result(line, line.machine, line.machine_credit)) for line in lines])


def _result(line: ClauseLine, word: str | None, credit: float | None) -> ItemResult:
    """What only people say (未见) is in no score: as if nothing had been said."""
    verdict = next((known for known in VerdictWord if known == word), None)
    kind, how = Kind(line.kind), How(line.how)
    known = ItemResult(line.item_id, kind, how, line.clause, line.text, verdict, credit, line.weight, "")
    return replace(known, penalty=line.penalty, cap=line.cap)


def _waterfall(cases: Sequence[tuple[ClauseLine, ItemResult]]) -> Waterfall:
    judged = {result.id: result for _line, result in cases}
    total = score(judged.values())
    verdicts = [result.verdict for result in judged.values()]
    unjudged = sum(verdict in (None, VerdictWord.CANNOT_JUDGE) for verdict in verdicts)
    idle = verdicts.count(VerdictWord.NOT_APPLICABLE)
    if total.value is None:
        return Waterfall(None, None, (), (), unjudged, idle)
    required = {x: r for x, r in judged.items() if _counts(r)}
    said = {x: r for x, r in judged.items() if r.kind is Kind.FORBIDDEN and r.verdict is VerdictWord.MISSED}
    nothing = judged | {x: replace(r, credit=0.0) for x, r in required.items()}
    everything = judged | {x: replace(r, credit=1.0) for x, r in required.items()}
    free = judged | {x: replace(r, penalty=0.0, cap=None) for x, r in said.items()}
    uncapped = {x: replace(r, cap=None) for x, r in said.items()}
    full = {x: _base(nothing | {x: replace(r, credit=1.0)}) for x, r in required.items()}
    short = {x: r for x, r in required.items() if (r.credit or 0.0) < 1.0}
    worst_first = dict(sorted(short.items(), key=lambda pair: -full[pair[0]] * (1.0 - (pair[1].credit or 0.0))))
    earned = {x: r for x, r in required.items() if r.credit}
    lowest_first = dict(sorted(said.items(), key=lambda pair: FULL if pair[1].cap is None else pair[1].cap))
    steps = partial(_steps, {line.item_id: line for line, _result in cases})
    caps = steps(CAP, judged | uncapped, lowest_first, _value, {x: r.cap or 0.0 for x, r in said.items()})
    return Waterfall(
        total.value,
        total.base,
        steps(GAIN, nothing, earned, _base, full),
        (
            *steps(LOSS, everything, worst_first, _base, full),
            *steps(PENALTY, free, uncapped, _value, {x: r.penalty for x, r in said.items()}),
            *(step for step in caps if step.points),
        ),
        unjudged,
        idle,
    )


def _counts(result: ItemResult) -> bool:
    """Whether it is among what the full score is divided by."""
    judged = result.verdict in (VerdictWord.MET, VerdictWord.MISSED)
    return judged and result.kind is Kind.REQUIRED and result.weight > 0.0


def _steps(
    lines: Mapping[str, ClauseLine],
    kind: str,
    start: Results,
    order: Results,
    ask: Callable[[Results], float],
    of: Mapping[str, float],
) -> tuple[Step, ...]:
    """Put the results of `order` into those of `start`, one after another, and ask each time."""
    now, at, steps = dict(start), ask(start), []
    for item_id, result in order.items():
        now[item_id] = result
        after = ask(now)
        word = "" if result.verdict is None else result.verdict.value
        points = round(after - at, 1)
        steps.append(Step(kind, lines[item_id], word, result.credit, points, after, of[item_id]))
        at = after
    return tuple(steps)


def _base(results: Results) -> float:
    return score(results.values()).base or 0.0


def _value(results: Results) -> float:
    return score(results.values()).value or 0.0
