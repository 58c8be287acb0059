"""Facts about the job, and whether an item applies.

A given fact wins. Else the fact is heard from its cues; else it is false where its opposite is true; else its
stated default holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.domain import Fact, Hit, How
from analyzer.judging.ear import Ear
from analyzer.judging.meaning import Understanding
from analyzer.rubric.model import Condition, FactRule, Standard
from analyzer.rubric.terms import facts_of


def establish(
    rules: Mapping[str, FactRule], given: Mapping[str, bool], ear: Ear, understanding: Understanding
) -> dict[str, Fact]:
    """Return the facts of `rules` with where they come from and the words that prove them."""
    facts = {name: Fact(value, "given") for name, value in sorted(given.items())}
    heard_hits: dict[str, tuple[Hit, ...]] = {}
    for name, rule in sorted(rules.items()):
        if name not in facts:
            heard_hits[name] = tuple(ear.cue_hits(rule.cues)) or understanding.sure_hits(rule.meaning, rule.title)
    for name, hits in heard_hits.items():
        opposite = rules[name].opposite
        known = facts.get(opposite)
        if known is not None and known.source == "given" and known.value:
            facts[name] = Fact(False, "heard")
            continue
        value = True if hits else rules[name].default
        if not hits and heard_hits.get(opposite):
            value = False
        facts[name] = Fact(value, "heard", hits)
    return dict(sorted(facts.items()))


def deciding_rules(standard: Standard) -> dict[str, FactRule]:
    """The rules of the facts that decide whether an item of the standard applies, and of their opposites."""
    wanted = {name for item in standard.items if item.how is How.RULE for name in facts_of(item.when)}
    wanted |= {standard.facts[name].opposite for name in wanted if name in standard.facts}
    return {name: rule for name, rule in standard.facts.items() if name in wanted}


def holds(condition: Condition, facts: Mapping[str, Fact]) -> bool:
    """A fact nobody knows of is false."""
    if condition.op == "always":
        return True
    if condition.op == "fact":
        return condition.fact in facts and facts[condition.fact].value
    if condition.op == "not":
        return not holds(condition.parts[0], facts)
    combine = any if condition.op == "any" else all
    return combine(holds(part, facts) for part in condition.parts)
