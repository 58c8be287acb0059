"""The numbers to reach, each held against what was measured."""

from __future__ import annotations

from analyzer.domain import Kind
from benchmarks.accuracy.evaluation import Evaluation, summarise, tally, verdicts
from benchmarks.accuracy.human import Human
from benchmarks.kit.measures import Tally
from benchmarks.kit.report import Target, number, precision, recall, share


def targets(
    heard: list[Evaluation],
    scripted: list[Evaluation],
    human: Human | None = None,
    sweep: list[Evaluation] | None = None,
) -> list[Target]:
    """`heard` are the samples' own recordings, `sweep` the noise sweep with all its conditions."""
    near = [e for e in heard if e.near and not e.sample.silent]
    far = [e for e in heard if not e.near and not e.sample.silent]
    counted = summarise(heard)
    reached = [
        *_quality("required met, samples near-field and phone", near, Kind.REQUIRED, 0.97, 0.95),
        *_quality("required met, samples far-field with noise", far, Kind.REQUIRED, 0.93, 0.90),
        *_quality("forbidden by the technician, samples", heard, Kind.FORBIDDEN, 0.98, 0.90),
        _none("forbidden hits on others' words", [str(h.quote) for e in heard for h in e.foreign], bool(heard)),
        _none(
            "claims about samples without speech",
            [f"{e.sample.id}: {claim}" for e in heard for claim in e.invented],
            any(e.sample.silent for e in heard),
        ),
        _at_most("CER of the samples", 0.12, counted.cer),
        _clean_turns(heard),
        _all("roles right, samples with ≥ 4 turns", counted.roles_right, counted.role_talks),
        _scripts(scripted),
        _at_most("CER of real human read speech", 0.18, human.cer if human else None),
    ]
    for name, near_side, levels in (("near", True, (0.97, 0.95)), ("far", False, (0.93, 0.90))):
        part = [e for e in sweep or [] if e.near is near_side and not e.sample.silent]
        if part:
            reached += _quality(f"required met, sweep {name}", part, Kind.REQUIRED, *levels)
    if sweep:
        reached += _quality("forbidden by the technician, sweep", sweep, Kind.FORBIDDEN, 0.98, 0.90)
        reached.append(
            _none("forbidden hits on others' words, sweep", [h.quote for e in sweep for h in e.foreign], True)
        )
        silent = [f"{e.sample.id}: {claim}" for e in sweep for claim in e.invented]
        reached.append(_none("claims about recordings without speech, sweep", silent, True))
    return reached


def _quality(what: str, evaluations: list[Evaluation], kind: Kind, low_p: float, low_r: float) -> list[Target]:
    counted: Tally = tally(verdicts(evaluations, kind))
    return [
        Target(f"{what}: precision", f"≥ {low_p}", precision(counted), _at_least(counted.precision, low_p)),
        Target(f"{what}: recall", f"≥ {low_r}", recall(counted), _at_least(counted.recall, low_r)),
    ]


def _at_least(value: float | None, low: float) -> bool | None:
    return None if value is None else value >= low


def _at_most(what: str, high: float, value: float | None) -> Target:
    return Target(what, f"≤ {high}", number(value), None if value is None else value <= high)


def _all(what: str, right: int, n: int) -> Target:
    return Target(what, "all", share(right, n), right == n if n else None)


def _none(what: str, claims: list[str], measured: bool) -> Target:
    return Target(what, "none", "; ".join(claims[:5]) or "none", not claims if measured else None)


def _clean_turns(heard: list[Evaluation]) -> Target:
    clean = [e for e in heard if e.near and e.sample.expected.speakers == 2]
    counted = summarise(clean)
    return _all("turns on the right speaker, clean two-speaker samples", counted.turns_right, counted.turns_heard)


def _scripts(scripted: list[Evaluation]) -> Target:
    pairs = verdicts(scripted)
    return _all("verdicts from the scripts (perfect text)", sum(p.right for p in pairs), len(pairs))
