"""Two judgements of one recording: which clauses read otherwise, in which way, and where to hear it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from web.intake.analysis import Hit, ItemResult, Judgement, score
from web.intake.standing import credit_of
from web.models.vocabulary import NOT_SEEN, How, VerdictWord

MOST_QUOTE = 200


class Way(StrEnum):
    """How a clause reads otherwise."""

    LOST = "lost"  # met, then missed
    GAINED = "gained"  # missed, then met
    SUSPECTED = "suspected"  # a suspicion that was not there waits for a person
    LEFT_OPEN = "left_open"  # had a verdict, has none
    DECIDED = "decided"  # had none, has one now: met, missed or not applicable
    APPLIES = "applies"  # did not apply, is met or missed
    DROPPED = "dropped"  # applied, does not
    ADDED = "added"  # the clause is new
    REMOVED = "removed"  # the clause is gone


@dataclass(frozen=True, slots=True)
class Said:
    """What stands on a clause whatever rules say: a person's verdict and credit, or that of links between recordings."""

    human: str | None = None
    credit: float | None = None  # as the person stated it; None: follows from the verdict
    linked: str | None = None
    linked_credit: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A clause that reads otherwise. `before` and `after`: the machine's words; `decided`: a person's stands anyway.

    `start_s`, `end_s`, `quote`: what to listen to; None and "" where no words prove it.
    """

    item_id: str
    position: int  # in the newer standard; of a clause that is gone in the older
    kind: str
    way: Way
    before: str | None
    after: str | None
    decided: bool
    start_s: float | None
    end_s: float | None
    quote: str


def changes(before: Judgement, after: Judgement, said: Mapping[str, Said]) -> tuple[Change, ...]:
    """The clauses that differ, in the order of the newer standard; those that are gone at the end."""
    older, newer = {i.id: i for i in before.items}, {i.id: i for i in after.items}
    found = []
    for position, item in enumerate(after.items):
        old = older.get(item.id)
        way = Way.ADDED if old is None else way_of(old, item)
        if way is not None:
            found.append(_change(position, way, old, item, said))
    for position, item in enumerate(before.items):
        if item.id not in newer:
            found.append(_change(position, Way.REMOVED, item, item, said))
    return tuple(found)


def way_of(old: ItemResult, new: ItemResult) -> Way | None:
    """How one clause came to read otherwise; None where nobody would see it (only its credit or its weight moved)."""
    was, now = old.verdict, new.verdict
    if was is now:
        return Way.SUSPECTED if suspected(new) and not suspected(old) else None
    if now is VerdictWord.CANNOT_JUDGE or now is None:
        return Way.SUSPECTED if suspected(new) and not suspected(old) else Way.LEFT_OPEN
    if was is VerdictWord.CANNOT_JUDGE or was is None:
        return Way.DECIDED
    if now is VerdictWord.NOT_APPLICABLE:
        return Way.DROPPED
    if was is VerdictWord.NOT_APPLICABLE:
        return Way.APPLIES
    return Way.LOST if now is VerdictWord.MISSED else Way.GAINED


def suspected(item: ItemResult) -> bool:
    """Whether a suspicion waits for a person, as the recording's page counts them."""
    return item.verdict is VerdictWord.CANNOT_JUDGE and any(hit.suspicion for hit in item.hits)


def points(judgement: Judgement, said: Mapping[str, Said]) -> float | None:
    """The score as it would stand: people's verdicts and links in place of the machine's (`intake/standing.py`)."""
    return score([_as_it_stands(item, said.get(item.id)) for item in judgement.items]).value


def agreed(before: Judgement, after: Judgement, said: Mapping[str, Said]) -> tuple[int, int, int]:
    """Clauses that people judged met or missed and both standards have: how many, as before, as after."""
    older, newer = {i.id: i.verdict for i in before.items}, {i.id: i.verdict for i in after.items}
    words = {VerdictWord.MET.value, VerdictWord.MISSED.value}
    people = {k: s.human for k, s in said.items() if s.human in words and older.get(k) and newer.get(k)}
    return (
        len(people),
        sum(older[k] == word for k, word in people.items()),
        sum(newer[k] == word for k, word in people.items()),
    )


def _as_it_stands(item: ItemResult, said: Said | None) -> ItemResult:
    if said is None:
        return item
    word = None if item.verdict is None else item.verdict.value
    credit = item.credit
    if item.how is How.LINK and said.linked is not None:
        word, credit = said.linked, said.linked_credit
    if said.human is not None:
        credit = credit_of(said.human, said.credit, word, credit)
        word = said.human
    return replace(item, verdict=None if word in (None, NOT_SEEN) else VerdictWord(word), credit=credit)


def _change(position: int, way: Way, old: ItemResult | None, item: ItemResult, said: Mapping[str, Said]) -> Change:
    """`item`: as it is now; of a clause that is gone (`Way.REMOVED`) as it was."""
    new = None if way is Way.REMOVED else item
    hit = _place(old, new)
    return Change(
        item.id,
        position,
        item.kind.value,
        way,
        _word(old),
        _word(new),
        item.id in said and said[item.id].human is not None,
        None if hit is None else hit.start_s,
        None if hit is None else hit.end_s,
        "" if hit is None else hit.quote[:MOST_QUOTE],
    )


def _word(item: ItemResult | None) -> str | None:
    return None if item is None or item.verdict is None else item.verdict.value


def _place(old: ItemResult | None, new: ItemResult | None) -> Hit | None:
    """The words to listen to: what counts now, else what counted before, else what comes nearest."""
    for item in (new, old):
        if item is not None and item.hits:
            return min(item.hits, key=lambda hit: hit.start_s)
    for item in (new, old):
        if item is not None and item.nearest is not None:
            return item.nearest
    return None
