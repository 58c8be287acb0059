"""How a verdict came about: what was found of each element, why each place counts or does not, drawn syllable by syllable.

The verdicts are `judge`'s; this goes over the same case again with the same functions and keeps what they throw away. It is
for showing a few sentences to a person: nothing that judges asks it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from analyzer.domain import How, ItemResult, Judgement, Kind, Role, Span
from analyzer.judging.accusing import as_written
from analyzer.judging.case import Case
from analyzer.judging.charging import accusations_of
from analyzer.judging.searching import NEAREST_SIMILARITY, makes_sense, meant_hit
from analyzer.judging.trace import Found, Standing, Trace, Tracer
from analyzer.matching import (
    ACCUSATION,
    COURTESY,
    EXCUSE,
    NEAR,
    PARDON,
    SUSPICION,
    THRESHOLD,
    Strictness,
)
from analyzer.rubric.model import Element, Item

MOST = 3  # places shown of an element
LOOKED_AT = 40  # of its matches, the most alike first: an hour's talk has hundreds of 您好


_PARDONED = {
    "helped": Standing.HELPED,
    "framed": Standing.FRAMED,
    "unasked": Standing.UNASKED,
    "other-sense": Standing.ABSURD,
}


def traces(case: Case, judged: Judgement, only: str = "") -> dict[str, tuple[Trace, ...]]:
    """Return the traces of each rule item of a case that was judged so, or of the one with the id `only`."""
    results = {result.id: result for result in judged.items}
    wanted = [i for i in case.standard.items if i.how is How.RULE and only in ("", i.id)]
    return {item.id: tuple(_of_item(item, case, results[item.id])) for item in wanted}


def _of_item(item: Item, case: Case, result: ItemResult) -> Iterator[Trace]:
    places = _forbidden(item, case, result) if item.kind is Kind.FORBIDDEN else _required(item, case, result)
    by_element: dict[str, list[Found]] = {element.id: [] for element in item.elements}
    for found in places:
        by_element[found.tracer.element.id].append(found)
    for listed in by_element.values():
        yield from (found.made() for found in _apart(listed))
    if item.kind is Kind.FORBIDDEN:
        yield from _by_others(item, result, by_element)


def _apart(listed: list[Found]) -> list[Found]:
    """The first MOST places of an element that are not about the same words."""
    kept: list[Found] = []
    for found in listed:
        if len(kept) < MOST and not any(found.overlaps(other) for other in kept):
            kept.append(found)
    return kept


def _required(item: Item, case: Case, result: ItemResult) -> Iterator[Found]:
    window = result.searched[0] if result.searched else case.window(item.where)
    for element in item.elements:
        found = sorted(_said(element, case, window), key=lambda one: one.standing is not Standing.COUNTS)
        if not any(one.standing is Standing.COUNTS for one in found):
            found = [*_by_meaning(element, case, window, result), *found]
        if not any(one.standing in (Standing.COUNTS, Standing.SUSPECTED) for one in found):
            found += _by_another(element, case, COURTESY, word_edges=False)
        yield from found
        if not found:
            yield from _nearest(element, case, COURTESY)


def _said(element: Element, case: Case, window: Span) -> Iterator[Found]:
    ear, who = case.ear, element.who
    tracer = Tracer(element, case, who)
    found = ear.finder(who, COURTESY).matches(element.phrases, resolve=False)
    unexcused = ear.unexcused(who, found, element.exceptions)
    heard = ear.unrejected(who, unexcused)
    names = ear.own_names(who, element.surnames)
    inside = {id(m): window.start_s <= ear.span(who, m).start_s <= window.end_s for m in (*heard, *names)}
    best = sorted((*heard, *names), key=lambda m: (not inside[id(m)], -m.similarity, m.first))[:LOOKED_AT]
    undone = [m for m in best if ear.is_undone(who, m)]
    meant = {id(m) for m in ear.meant(who, best)}
    for match in best:
        if id(match) not in meant:
            overlaps = any(u.first <= match.last and match.first <= u.last for u in undone)
            standing = Standing.UNDONE if overlaps else Standing.OTHERWISE
        elif not makes_sense(match, inside[id(match)], element, case):
            standing = Standing.ABSURD
        else:
            standing = Standing.COUNTS if inside[id(match)] else Standing.ELSEWHERE
        yield Found(tracer, match, standing, (COURTESY,))
    kept = set(map(id, unexcused))
    excused = [m for m in found if id(m) not in kept]
    for match in sorted(excused, key=lambda m: (-m.similarity, m.first))[:LOOKED_AT]:
        why = functools.partial(tracer.excuse, match, element.exceptions, EXCUSE)
        yield Found(tracer, match, Standing.EXCUSED, (COURTESY,), why)
    sounding = set(map(id, heard))
    for match in [m for m in unexcused if id(m) not in sounding][:LOOKED_AT]:
        yield Found(tracer, match, Standing.REJECTED, (COURTESY,))


def _by_meaning(element: Element, case: Case, window: Span, result: ItemResult) -> Iterator[Found]:
    """Other words that mean the element, as far as the verdict made anything of them."""
    match = case.understanding.best(element.meaning, element.who, window)
    hit = None if match is None else meant_hit(element, case, match)
    if match is None or hit is None or not (hit in result.hits or hit.suspicion):
        return
    standing = Standing.COUNTS if hit in result.hits else Standing.SUSPECTED
    yield Found(Tracer(element, case, element.who), match, standing, hit=hit)


def _forbidden(item: Item, case: Case, result: ItemResult) -> Iterator[Found]:
    tracers = {element.id: Tracer(element, case, element.who) for element in item.elements}
    found: list[Found] = []
    for one in accusations_of(item, case):
        if one.pardon:
            standing = _PARDONED[one.code]
        elif result.searched and one.hit not in result.hits:
            continue  # another clause has the better claim
        else:
            standing = Standing.SUSPECTED if one.hit.suspicion else Standing.COUNTS
        because, strict = one.pardon or one.hit.note, (ACCUSATION, NEAR, SUSPICION)
        found.append(Found(tracers[one.hit.element], one.match, standing, strict, because, one.hit))
    for element in item.elements:
        own = [one for one in found if one.tracer.element is element]
        own += _excused(tracers[element.id])
        if not own:
            own += _by_another(element, case, ACCUSATION, word_edges=True)
        yield from own
        if not own:
            yield from _nearest(element, case, ACCUSATION)


def _by_others(item: Item, result: ItemResult, found: dict[str, list[Found]]) -> Iterator[Trace]:
    """What only the sound tells of, for which the words as heard have no place, and what words and meaning prove together."""
    traced = {one.hit for listed in found.values() for one in listed}
    titles = {element.id: element.title for element in item.elements}
    for hit in result.hits:
        if hit not in traced:
            standing = Standing.SUSPECTED if hit.suspicion else Standing.COUNTS
            yield Trace(hit.element, titles[hit.element], standing, hit, because=hit.note)


def _excused(tracer: Tracer) -> Iterator[Found]:
    """What was said of a forbidden element and accuses nobody, whatever stands around it."""
    element, ear, who = tracer.element, tracer.case.ear, tracer.who
    finder = ear.finder(who, ACCUSATION)
    listed = (*element.phrases, *element.topics)
    whole = finder.matches(listed, word_edges=True)
    for match in whole[:LOOKED_AT]:
        if not as_written(ear.stream(who), match, element.grave):
            yield Found(tracer, match, Standing.HOMOPHONE, (ACCUSATION,))
        elif because := tracer.excuse(match, element.exceptions, PARDON):
            yield Found(tracer, match, Standing.EXCUSED, (ACCUSATION,), because)
    for match in finder.matches(listed)[:LOOKED_AT]:
        if not any(m.first <= match.last and match.first <= m.last for m in whole):
            yield Found(tracer, match, Standing.IN_A_WORD, (ACCUSATION,))


def _by_another(element: Element, case: Case, strictness: Strictness, *, word_edges: bool) -> Iterator[Found]:
    """The same words from somebody whom the element does not ask."""
    other = {Role.TECHNICIAN: Role.CUSTOMER, Role.CUSTOMER: Role.TECHNICIAN}.get(element.who or Role.OTHER)
    if other is None or not case.ear.roles_known:
        return
    found = case.ear.finder(other, strictness).matches(element.phrases, word_edges=word_edges)
    for match in sorted(found, key=lambda m: -m.similarity)[:1]:
        yield Found(Tracer(element, case, other), match, Standing.OTHER_SPEAKER, (strictness,))


def _nearest(element: Element, case: Case, strictness: Strictness) -> Iterator[Found]:
    match = case.ear.finder(element.who, strictness).nearest(element.phrases, (NEAREST_SIMILARITY,))
    if match is not None and NEAREST_SIMILARITY <= match.similarity < THRESHOLD:
        yield Found(Tracer(element, case, element.who), match, Standing.NEAREST, (strictness,))
