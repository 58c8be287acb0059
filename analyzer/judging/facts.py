"""Facts about the job, and whether an item applies.

A given fact wins. Else the fact is heard from its cues; else it is false where its opposite is true; else its
stated default holds. Of two opposites that are both heard, what the staff said last holds: 这个要收费 after
保修期内免费 is what the customer is left with. A customer who only asks for the price makes the job one that is charged,
until the staff says otherwise. What is taken back afterwards (我来晚了吧？没有没有，正好) is left open: nobody is blamed on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analyzer.domain import Fact, FoundBy, Hit, How, Role
from analyzer.judging.ear import Ear
from analyzer.judging.meaning import Understanding
from analyzer.judging.searching import EXACT
from analyzer.rubric.model import Condition, FactRule, Standard
from analyzer.rubric.terms import facts_of

_NO_WORD = (False, -1.0, 0.0)


def establish(
    rules: Mapping[str, FactRule], given: Mapping[str, bool], ear: Ear, understanding: Understanding
) -> dict[str, Fact]:
    """Return the facts of `rules` with where they come from and the words that prove them."""
    facts = {name: Fact(value, "given") for name, value in sorted(given.items())}
    heard_hits: dict[str, tuple[Hit, ...]] = {}
    for name, rule in sorted(rules.items()):
        if name not in facts:
            heard_hits[name] = tuple(ear.cue_hits(rule.cues)) or understanding.sure_hits(rule)
    for name, hits in heard_hits.items():
        opposite = rules[name].opposite
        known = facts.get(opposite)
        if known is not None and known.source == "given" and known.value:
            facts[name] = Fact(False, "heard")
            continue
        against = heard_hits.get(opposite, ())
        value = True if hits else rules[name].default
        if against and not _outlasts(hits, against):
            value, hits = False, ()
        if hits and any(h.start_s >= hits[-1].start_s for h in ear.cue_hits(rules[name].taken_back)):
            hits = tuple(replace(h, suspicion=True) for h in hits)
        facts[name] = Fact(value, "heard", hits)
    return dict(sorted(facts.items()))


def _outlasts(hits: Sequence[Hit], against: Sequence[Hit]) -> bool:
    """Return whether the staff's last word is among `hits`; of two at once the more similar one, else neither is true."""
    return max(map(_weight, hits), default=_NO_WORD) > max(map(_weight, against), default=_NO_WORD)


def _weight(hit: Hit) -> tuple[bool, float, float]:
    return (hit.role is not Role.CUSTOMER, hit.start_s, hit.similarity)


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


def doubtful(condition: Condition, facts: Mapping[str, Fact], standard: Standard) -> tuple[str, Hit] | None:
    """The title of a fact without which the condition would not hold and that nobody clearly stated, and its likeliest words.

    What is only alike, only its sound or only its meaning tells is enough to ask whether something was done; who did not
    do it cannot be blamed on it (等着给 sounds like 等着急了, and no apology was due). None: no such fact.
    """
    unsure = {name: fact for name in facts_of(condition) if (fact := facts.get(name)) and _unsure(fact, standard, name)}
    denied = {name: replace(fact, value=False) for name, fact in unsure.items()}
    if not unsure or holds(condition, {**facts, **denied}):
        return None
    name, fact = next(iter(unsure.items()))
    return standard.facts[name].title, max(fact.hits, key=lambda hit: hit.similarity)


def _unsure(fact: Fact, standard: Standard, name: str) -> bool:
    told = fact.value and fact.hits and not standard.facts[name].default
    return bool(told) and not any(
        hit.by is FoundBy.WORDS and hit.similarity >= EXACT and not hit.suspicion for hit in fact.hits
    )
