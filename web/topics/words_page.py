"""What customers talk about: words of a period with their change, and the turns in which one was said.

Counted in recordings: a customer who says 漏水 thirty times is one customer. Whether a recording was reviewed plays no
part: nobody is judged by what customers say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from web.figures.frames import Reviewed
from web.figures.intervals import Estimate, rate
from web.figures.words import changed_counts
from web.intake.private import hide, line_without_private_words
from web.kit.access import visible
from web.kit.calendar import Span
from web.kit.login import Viewer
from web.kit.sound import silence
from web.models import (
    ALL_KINDS,
    AnalysisDocument,
    CustomerWord,
    Recording,
    ScorePeriod,
    Technician,
    WordPeriod,
    WorkOrder,
)
from web.summaries import frames
from web.summaries.judged import asked_for
from web.summaries.query import ScorecardQuery

MOST_WORDS = 80
MOST_MOVED = 12
TURNS = 20  # a page
RARE = 3_000  # recordings with a word up to which it is quicker to begin with the word than with the period


@dataclass(frozen=True, slots=True)
class WordLine:
    """A word: in how many recordings of the period and of the one before, and whether that is beyond chance."""

    word: str
    share: Estimate  # of all recordings of the period, 0..1
    recordings: int
    said: int
    before: Estimate
    change: float | None  # shares, 0..1; None: nothing to compare with
    moved: str  # up | down | ""


@dataclass(frozen=True, slots=True)
class WordsPage:
    recordings: int
    recordings_before: int
    words: tuple[WordLine, ...]  # most frequent first
    rising: tuple[WordLine, ...]
    falling: tuple[WordLine, ...]
    distinct: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A recording in which the customer said the word; `quote` is split around it. The rest is what `hear` asks for."""

    recording_id: int
    recorded_at: dt.datetime
    technician: str
    job_kind: str
    start_s: float
    quote: tuple[str, str, str]
    count: int
    silence: str | None
    end_s: float | None = None
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class TurnsPage:
    """A page of the recordings with one word, newest first."""

    word: str
    turns: tuple[Turn, ...]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // TURNS))


def words_page(session: Session, viewer: Viewer, query: ScorecardQuery, minimum: int) -> WordsPage:
    """Five queries, all of summaries."""
    members = frames.members(frames.technicians(session), frames.team_shown(viewer, query))
    span, before = query.span, query.span.before
    now, then = _words(session, viewer, span, query), _words(session, viewer, before, query)
    n, m = _recordings(session, span, query, members), _recordings(session, before, query, members)
    moved = {row.word: row for row in changed_counts(now, then, minimum)}

    def line(word: str, recordings: int, said: int) -> WordLine:
        past = int(then["recordings"].get(word, 0))
        change = recordings / n - past / m if n and m else None
        row = moved.get(word)
        # the direction is the share's, as it is read beside it; where both disagree nothing is claimed
        sure = row is not None and row.beyond_chance and change is not None and (row.z > 0) == (change > 0)
        return WordLine(
            word=word,
            share=rate(min(recordings, n), n),
            recordings=recordings,
            said=said,
            before=rate(min(past, m), m),
            change=change,
            moved="" if not sure or change is None else "up" if change > 0 else "down",
        )

    lines = [
        line(str(word), int(row["recordings"]), int(row["said"]))
        for word, row in now.to_dict("index").items()
        if hide(str(word)) == word
    ]
    gone = [line(row.word, 0, 0) for row in moved.values() if row.recordings == 0]
    lines.sort(key=lambda x: (-x.recordings, x.word))
    changed = sorted((x for x in [*lines, *gone] if x.moved), key=lambda x: moved[x.word].z)
    return WordsPage(
        recordings=n,
        recordings_before=m,
        words=tuple(lines[:MOST_WORDS]),
        rising=tuple([x for x in reversed(changed) if x.moved == "up"][:MOST_MOVED]),
        falling=tuple([x for x in changed if x.moved == "down"][:MOST_MOVED]),
        distinct=len(lines),
    )


def turns_page(session: Session, viewer: Viewer, query: ScorecardQuery, word: str, number: int) -> TurnsPage:
    """A page of the recordings in which the customer said the word; their documents are read for these only."""
    counted = _words(session, viewer, query.span, query, word)
    total = int(counted["recordings"].iloc[0]) if len(counted) else 0
    number = min(max(number, 1), max(1, -(-total // TURNS)))
    wanted = _with_word(viewer, query, word, rare=total <= RARE)
    ids = list(session.scalars(wanted.limit(TURNS).offset(TURNS * (number - 1))))
    rows = session.execute(
        select(
            Recording.id,
            Recording.recorded_at,
            Technician.name,
            WorkOrder.job_kind,
            CustomerWord.first_s,
            CustomerWord.count,
            AnalysisDocument.body,
            silence(viewer),
        )
        .join(CustomerWord, (CustomerWord.recording_id == Recording.id) & (CustomerWord.word == word))
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(AnalysisDocument, AnalysisDocument.analysis_id == Recording.analysis_id)
        .where(Recording.id.in_(ids))
    ).all()
    turns = {
        i: Turn(
            recording_id=i,
            recorded_at=at,
            technician=name or "",
            job_kind=kind or "",
            start_s=first_s,
            quote=sentence(body or {}, word, first_s),
            count=count,
            silence=silent,
        )
        for i, at, name, kind, first_s, count, body, silent in rows
    }
    return TurnsPage(word, tuple(turns[i] for i in ids), number, total)


def sentence(document: dict[str, Any], word: str, second: float) -> tuple[str, str, str]:
    """The customer's line at the second, split around the word; ("", word, "") where it cannot be found.

    Nobody's number stands in it: whoever asks, the page is about words of many. The word may be cut by a line's end or
    written otherwise there (traditional characters): then the line stands whole.
    """
    lines = [u for u in document.get("transcript") or [] if u["role"] == "customer"]
    near = [u for u in lines if u["start_s"] - 0.5 <= second <= u["end_s"] + 0.5]
    exact = [u for u in near if word in u["text"]]
    if not near:
        return "", word, ""
    line = min(exact or near, key=lambda u: abs(u["start_s"] - second))
    shown = line_without_private_words(document, line)
    if word not in line["text"]:
        return shown, "", ""
    first = line["text"].index(word)
    return shown[:first], shown[first : first + len(word)], shown[first + len(word) :]


def _with_word(viewer: Viewer, query: ScorecardQuery, word: str, *, rare: bool) -> Select[int]:
    """The ids of the recordings with the word, newest first. `rare` asks the same, quicker for few."""
    said = (
        Recording.id.in_(select(CustomerWord.recording_id).where(CustomerWord.word == word))
        if rare
        else exists().where(CustomerWord.recording_id == Recording.id, CustomerWord.word == word).correlate(Recording)
    )
    wanted = (
        select(Recording.id)
        .join(Technician, Technician.id == Recording.technician_id)
        .where(asked_for(replace(query, reviewed=Reviewed.ALL)), said)
        .order_by(Recording.recorded_at.desc(), Recording.id.desc())
    )
    team = frames.team_shown(viewer, query)
    if team is not None:
        wanted = wanted.where(Technician.team_id == team)
    return visible(wanted, viewer)


def _words(session: Session, viewer: Viewer, span: Span, query: ScorecardQuery, word: str = "") -> pd.DataFrame:
    """Recordings and times by word."""
    wanted = (
        select(WordPeriod.word, func.sum(WordPeriod.recordings), func.sum(WordPeriod.said))
        .where(WordPeriod.period.in_(span.names), WordPeriod.job_kind == (query.job_kind or ALL_KINDS))
        .group_by(WordPeriod.word)
    )
    team = frames.team_shown(viewer, query)
    if team is not None:
        wanted = wanted.where(WordPeriod.team_id == team)
    if query.standard_id:
        wanted = wanted.where(WordPeriod.standard_id == query.standard_id)
    if word:
        wanted = wanted.where(WordPeriod.word == word)
    rows = [tuple(row) for row in session.execute(wanted)]
    return pd.DataFrame(rows, columns=["word", "recordings", "said"]).set_index("word")


def _recordings(session: Session, span: Span, query: ScorecardQuery, members: Collection[int]) -> int:
    """How many recordings the words are counted in."""
    wanted = select(ScorePeriod.technician_id, func.sum(ScorePeriod.recordings)).where(
        ScorePeriod.period.in_(span.names), ScorePeriod.job_kind == (query.job_kind or ALL_KINDS)
    )
    if query.standard_id:
        wanted = wanted.where(ScorePeriod.standard_id == query.standard_id)
    return sum(int(n) for i, n in session.execute(wanted.group_by(ScorePeriod.technician_id)) if i in members)
