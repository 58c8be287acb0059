"""A written standard as its page shows it: clauses in the document's order, phrases without the signs of the notation. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from web.kit.standards import clauses as in_a_row
from web.kit.standards import named
from web.kit.written import Piece, WrittenGroup, WrittenItem, WrittenList, WrittenStandard, readable
from web.models.vocabulary import How, Kind
from web.standards.reading.order import place

NOT_JUDGED = "none"  # beside rule, link, person: the checklist has it and the standard does not
_WHOLE = re.compile(r"\s*[<＜]\s*([^<>＜＞]+?)\s*[>＞]\s*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase in pieces. `list`: the shared list that it stands for as a whole, with `size` phrases; else ""."""

    pieces: tuple[Piece, ...]
    list: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A part of a clause. `weight`: of the clause's parts; `penalty`: what its words cost where that is less than the clause's.

    `who` is technician | customer | "" (whoever); `by_meaning`: a reader knows other words for it.
    """

    title: str
    weight: float
    penalty: float | None
    who: str
    by_meaning: bool
    phrases: tuple[Phrase, ...]
    alone: tuple[Phrase, ...]
    exceptions: tuple[Phrase, ...]
    remedies: tuple[Phrase, ...]
    questions: tuple[Phrase, ...]
    topics: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause. `how`: rule | link | person | none; `edge_s`: the seconds of speech of `where` (None: anywhere).

    `after`: the words of the clause that must be heard before it; `part`: the share that is enough, None where all is
    asked for; `why`: the note of who wrote the rule.
    """

    id: str
    kind: str
    how: str
    number: str
    text: str
    when: str
    weight: float
    penalty: float
    cap: float | None
    severity: str
    where: str = ""
    edge_s: float | None = None
    after: str = ""
    part: float | None = None
    optional: bool = False
    added: bool = False
    why: str = ""
    groups: tuple[Group, ...] = ()
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


def clauses(read: WrittenStandard) -> tuple[Clause, ...]:
    """Return all clauses of a standard, and those of the checklist that it leaves out; what the company added comes last."""
    titles = {name: one.title for name, one in read.lists.items()}
    texts = {one.item.id: named(one.item.text) for one in read.items}
    edges = {"opening": read.standard.opening_s, "closing": read.standard.closing_s}
    found = [_clause(one, read.lists, titles, texts, edges) for one in read.items]
    found += [
        Clause(
            one.id, one.kind or Kind.REQUIRED.value, NOT_JUDGED, in_a_row(one.clause), named(one.text), "", 0.0, 0.0, None, ""
        )
        for one in read.left_out
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda clause: (clause.added, place(clause.number))))


def phrases(one: WrittenList, lists: Mapping[str, WrittenList]) -> tuple[tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return the phrases of a shared list and its exceptions."""
    titles = {name: other.title for name, other in lists.items()}
    return _phrases(one.phrases, lists, titles), _phrases(one.exceptions, lists, titles)


def _clause(
    one: WrittenItem,
    lists: Mapping[str, WrittenList],
    titles: Mapping[str, str],
    texts: Mapping[str, str],
    edges: Mapping[str, float],
) -> Clause:
    item = one.item
    return Clause(
        id=item.id,
        kind=item.kind.value,
        how=item.how.value,
        number=in_a_row(item.clause),
        text=named(item.text),
        when="" if item.when.op == "always" else item.when_text,
        weight=item.weight,
        penalty=item.penalty,
        cap=item.cap,
        severity=item.severity.value if item.severity else "",
        where=item.where.value if item.where.value in edges else "",
        edge_s=edges.get(item.where.value),
        after=texts.get(item.after, ""),
        part=item.pass_credit if item.how == How.RULE and item.pass_credit < 1.0 else None,
        optional=item.optional,
        added=one.added,
        why=one.why,
        groups=tuple(_group(group, lists, titles) for group in one.groups),
        match=item.examples_match,
        no_match=item.examples_no_match,
    )


def _group(one: WrittenGroup, lists: Mapping[str, WrittenList], titles: Mapping[str, str]) -> Group:
    element = one.element
    return Group(
        element.title,
        element.weight,
        element.penalty,
        element.who.value if element.who else "",
        bool(element.meaning),
        *(
            _phrases(sources, lists, titles)
            for sources in (one.phrases, one.alone, one.exceptions, one.remedies, one.questions, one.topics)
        ),
    )


def _phrases(
    sources: tuple[str, ...], lists: Mapping[str, WrittenList], titles: Mapping[str, str]
) -> tuple[Phrase, ...]:
    return tuple(_phrase(source, lists, titles) for source in sources)


def _phrase(source: str, lists: Mapping[str, WrittenList], titles: Mapping[str, str]) -> Phrase:
    whole = _WHOLE.fullmatch(source)
    name = whole[1] if whole and whole[1] in lists else ""
    return Phrase(readable(source, titles), name, len(lists[name].phrases) if name else 0)
