"""The pages: the list of standards, and one standard with its clauses and, for staff, their figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from web.figures.rules import Standing, standing
from web.kit.standards import StandardInfo, standard, standards
from web.kit.written import written_standard
from web.standards.reading.clauses import Clause, Phrase, clauses, phrases
from web.standards.reading.figures import StandardFigures
from web.summaries import frames, rules
from web.summaries.query import ScorecardQuery

UNDER_LINE = (Standing.UNDER, Standing.DOUBTFUL)


@dataclass(frozen=True, slots=True)
class StandardPage:
    """A standard to read. `figures` None: for somebody who reads it without figures of others."""

    standard: StandardInfo
    source: str
    clauses: tuple[Clause, ...]
    figures: StandardFigures | None

    @property
    def by_how(self) -> Mapping[str, int]:
        """How many clauses are judged by rule, link, person, and by nobody (none)."""
        return Counter(clause.how for clause in self.clauses)

    @property
    def texts(self) -> dict[str, str]:
        return {clause.id: clause.text for clause in self.clauses}


@dataclass(frozen=True, slots=True)
class StandardLine:
    """A standard in the list. `recordings` in the period and `flagged` rules: None for somebody who sees no figures."""

    standard: StandardInfo
    by_how: Mapping[str, int]
    recordings: int | None = None
    flagged: int | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A shared list of a standard's folder."""

    id: str
    title: str
    phrases: tuple[Phrase, ...]
    exceptions: tuple[Phrase, ...]
    names: bool


def standard_page(folder: Path, standard_id: str, figures: StandardFigures | None = None) -> StandardPage | None:
    """Return a standard to read; None where there is none such that can be read. No query."""
    info, read = standard(folder, standard_id), written_standard(folder, standard_id)
    if info is None or read is None:
        return None
    return StandardPage(info, read.standard.source, clauses(read), figures)


def standard_lines(
    folder: Path, session: Session | None, query: ScorecardQuery, line: float
) -> tuple[StandardLine, ...]:
    """Return all standards; with a session also how much they are used and how many of their rules are under the line."""
    known = standards(folder)
    heard = frames.standards_heard(session, query.span) if session is not None else {}
    trusted = rules.rules_of(session, [info.id for info in known]) if session is not None else {}
    made = []
    for info in known:
        how = Counter(item.how for item in info.items)
        if session is None:
            made.append(StandardLine(info, how))
            continue
        own = {item.id for item in info.items}
        flagged = sum(standing(r, line) in UNDER_LINE for name, r in trusted[info.id].by_item.items() if name in own)
        made.append(StandardLine(info, how, heard.get(info.id, 0), flagged))
    return tuple(sorted(made, key=lambda one: (-(one.recordings or 0), one.standard.id)))


def list_page(folder: Path, standard_id: str, name: str) -> ListPage | None:
    """Return a shared list by its id; None where there is none such."""
    read = written_standard(folder, standard_id)
    one = read.lists.get(name) if read is not None else None
    if read is None or one is None:
        return None
    return ListPage(one.id, one.title, *phrases(one, read.lists), one.names)
