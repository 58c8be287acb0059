"""The score: 100 × weighted credit of the judged required items, less penalties, under the cap of a fatal item.

Worked example (property-visit): greeting (weight 2) met with credit 1.0, inquiry (1) met with 1.0, farewell (1) missed
with credit 0.5, late-apology not applicable: base = 100 × (2 + 1 + 0.5) / 4 = 87.5. One forbidden item with penalty
15 was said: 72.5. Had that item been fatal with cap 59: 59.0.

Decisions: an item enters once it is judged, whatever judged it — rules here, links and people later on the site, so
`run` and `score`, where those have no verdict, count rules only; 不适用 and 无法判断 leave the denominator; where no
less than three quarters of the required weight that applies was judged from the words there is no score (None, not zero: a telephone
call that was found does not make an unheard visit 100, nor does the one courtesy that was understood in the din); a
forbidden item costs its penalty once however often it was said; the floor is 0.
Adding a forbidden hit never raises a score, because it can only add a penalty or lower the cap.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.domain import How, ItemResult, Kind, Score, Verdict

# What is found in bad sound counts, what is not found does not: of less, scores were 3 to 45 points too high.
LEAST_JUDGED = 0.75


def score(results: Iterable[ItemResult]) -> Score:
    """Add up the results of all items of one recording."""
    everything = list(results)
    rules = [r for r in everything if r.how is How.RULE]
    judged = [r for r in everything if r.verdict in (Verdict.MET, Verdict.MISSED)]
    required = [r for r in judged if r.kind is Kind.REQUIRED]
    violated = [r for r in judged if r.kind is Kind.FORBIDDEN and r.verdict is Verdict.MISSED]
    weight = sum(r.weight for r in required)
    base = 100.0 * sum(r.weight * (r.credit or 0.0) for r in required) / weight if _enough(rules) else None
    penalty = sum(r.penalty for r in violated)
    caps = [r.cap for r in violated if r.cap is not None]
    value = None
    if base is not None:
        value = round(max(0.0, min([base - penalty, *caps])), 1)
    return Score(
        value,
        None if base is None else round(base, 1),
        penalty,
        min(caps, default=None),
        len(judged),
        sum(r.verdict is Verdict.CANNOT_JUDGE for r in rules),
        sum(hit.suspicion for r in rules for hit in r.hits),
        _coverage(everything),
    )


def _enough(rules: list[ItemResult]) -> bool:
    """Whether the words decided enough of what they should have decided."""
    applying = [r for r in rules if r.kind is Kind.REQUIRED and r.verdict not in (None, Verdict.NOT_APPLICABLE)]
    judged = sum(r.weight for r in applying if r.verdict is not Verdict.CANNOT_JUDGE)
    return judged > 0 and judged >= LEAST_JUDGED * sum(r.weight for r in applying)


def _coverage(results: list[ItemResult]) -> dict[str, int]:
    """How the standard was covered: how many items each way of checking took, and what nobody could judge."""
    by_how = {how.value: sum(r.how is how for r in results) for how in How}
    verdicts = {v.value: sum(r.verdict is v for r in results if r.how is How.RULE) for v in Verdict}
    return {"items": len(results), **by_how, **verdicts}
