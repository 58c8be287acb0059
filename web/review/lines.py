"""The verdicts of one recording as the panel shows them: what is in doubt first, and what must be seen before signing.

Pure values; `queries.py` fills them from the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analyzer.domain import How, Kind
from analyzer.domain import Verdict as Word

NEAR_MISS = (
    0.69  # the analyzer's own margin (threshold 0.75 less 0.06): so near, poor sound may have made the difference
)
UNSURE_ROLE = 0.6  # less sure of who the technician is: a miss may be the customer's silence
TROUBLE, GOOD, REST = "trouble", "good", "rest"
REQUIRED_CHOICES = (Word.MET.value, Word.MISSED.value, Word.NOT_APPLICABLE.value, Word.CANNOT_JUDGE.value)
FORBIDDEN_CHOICES = (Word.MET.value, Word.MISSED.value, Word.CANNOT_JUDGE.value)
PERSON_CHOICES = (Word.MET.value, Word.MISSED.value, Word.NOT_APPLICABLE.value)


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that were found, or the nearest that were; seconds from the start."""

    start_s: float
    end_s: float
    role: str
    quote: str
    phrase: str
    similarity: float
    suspicion: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a verdict's history: `action` is confirm | overrule | answer | withdraw | appeal."""

    id: int
    at: datetime
    by: str
    by_id: int
    action: str
    machine: str | None
    before: str | None
    after: str | None
    note: str


@dataclass(frozen=True, slots=True)
class AppealNote:
    """What a technician said against a verdict, and the answer."""

    id: int
    item_id: str
    at: datetime
    by: str
    text: str
    state: str
    resolved_at: datetime | None
    resolved_by: str
    resolution: str


@dataclass(frozen=True, slots=True)
class Line:
    """One clause with everything that the panel tells about it."""

    item_id: str
    position: int
    clause: str
    text: str
    when_text: str
    kind: str
    how: str
    weight: float
    penalty: float
    cap: float | None
    machine: str | None
    human: str | None
    final: str | None
    final_credit: float | None
    suspicion: bool
    reason: str
    hits: tuple[Hit, ...]
    hit_count: int
    nearest: Hit | None
    searched: tuple[tuple[float, float], ...]
    proof_id: int | None
    decision_id: int | None
    analysis_id: int
    unsure_role: bool = False
    history: tuple[Entry, ...] = ()
    appeals: tuple[AppealNote, ...] = ()

    @property
    def seen(self) -> str:
        """What a form about this line says it saw; differs as soon as the verdict or its grounds have changed."""
        return f"{self.analysis_id}.{self.decision_id or 0}.{self.machine or '-'}"

    @property
    def decision(self) -> Entry | None:
        """The decision that holds."""
        return next((e for e in self.history if e.id == self.decision_id), None)

    @property
    def open_suspicion(self) -> bool:
        """Whether words are suspected that nobody has checked."""
        return self.suspicion and self.human is None and self.machine == Word.CANNOT_JUDGE

    @property
    def said(self) -> bool:
        """Whether forbidden words stand as said."""
        return self.kind == Kind.FORBIDDEN and self.final == Word.MISSED

    @property
    def fatal(self) -> bool:
        """Whether the words cap the score of the whole recording."""
        return self.said and self.cap is not None

    @property
    def group(self) -> str:
        """Where the line stands: trouble | good | rest."""
        if self.final in (Word.MISSED, Word.CANNOT_JUDGE) or (self.final is None and self.how == How.PERSON):
            return TROUBLE
        return GOOD if self.final == Word.MET else REST

    @property
    def costs(self) -> bool:
        """Whether the verdict takes something from the score: a technician can contest it."""
        return self.final == Word.MISSED or (self.final_credit is not None and self.final_credit < 1.0)

    @property
    def choices(self) -> tuple[str, ...]:
        """The verdicts that a person may choose."""
        if self.kind == Kind.FORBIDDEN:
            return FORBIDDEN_CHOICES
        return PERSON_CHOICES if self.how == How.PERSON else REQUIRED_CHOICES

    @property
    def asks(self) -> bool:
        """Whether the machine leaves the answer to a person: then there is nothing to confirm or overrule."""
        return self.machine is None or self.open_suspicion

    @property
    def must_see(self) -> str:
        """Why the recording cannot be signed before a person has decided this; "" where it can.

        fatal | forbidden | suspicion | unclear | near | role | person: accusations, and what the machine is unsure of.
        """
        if self.human is not None:
            return ""
        if self.how == How.PERSON:
            return "person"
        if self.how == How.LINK:
            return ""
        if self.kind == Kind.FORBIDDEN and self.final == Word.MISSED:
            return "fatal" if self.cap is not None else "forbidden"
        if self.final == Word.CANNOT_JUDGE:
            return "suspicion" if self.suspicion else "unclear"
        if self.final == Word.MISSED:
            if self.nearest is not None and self.nearest.similarity >= NEAR_MISS:
                return "near"
            return "role" if self.unsure_role else ""
        return ""


@dataclass(frozen=True, slots=True)
class Edition:
    """A signature: its score, and why it was reopened or replaced."""

    number: int
    at: datetime
    by: str
    by_id: int
    score: float | None
    machine_score: float | None
    note: str
    reopened_at: datetime | None
    reopened_by: str
    reopen_reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the standard was covered: clauses by who judges them, and how many nobody has judged."""

    items: int
    rule: int
    link: int
    person: int
    open: int


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that the review panel, the score and the sign-off box show to this viewer."""

    recording_id: int
    revision: int
    analysis_id: int
    standard_version: str
    model: str
    score: float | None
    machine_score: float | None
    signed: bool
    signed_at: datetime | None
    started: bool
    busy: bool
    blind: bool
    may_decide: bool
    may_sign: bool
    appeal_until: datetime | None  # a technician's last moment to contest; None where he cannot
    lines: tuple[Line, ...]
    editions: tuple[Edition, ...] = field(default=())

    @property
    def trouble(self) -> tuple[Line, ...]:
        """What is wrong or in doubt, the gravest first."""
        return tuple(sorted((x for x in self.lines if x.group == TROUBLE), key=_gravity))

    @property
    def good(self) -> tuple[Line, ...]:
        """What was met."""
        return tuple(x for x in self.lines if x.group == GOOD)

    @property
    def rest(self) -> tuple[Line, ...]:
        """What does not apply, and links that are not judged yet."""
        return tuple(x for x in self.lines if x.group == REST)

    @property
    def must_see(self) -> tuple[Line, ...]:
        """What a person must decide before signing, the gravest first."""
        return tuple(sorted((x for x in self.lines if x.must_see), key=_gravity))

    @property
    def reviewed(self) -> int:
        """How many clauses a person has decided."""
        return sum(x.human is not None for x in self.lines)

    @property
    def coverage(self) -> Coverage:
        """How the standard was covered."""
        return coverage(self.lines)

    def line(self, item_id: str) -> Line | None:
        """Return a line by its clause's id."""
        return next((x for x in self.lines if x.item_id == item_id), None)

    def can_appeal(self, line: Line) -> bool:
        """Whether the viewer may contest the line now: once for each time that the recording was signed."""
        if self.appeal_until is None or self.signed_at is None or not line.costs:
            return False
        return not any(a.state == "open" or a.at >= self.signed_at for a in line.appeals)

    def hides(self, line: Line) -> bool:
        """Whether the machine's verdict is kept from the viewer until he has answered."""
        return self.blind and line.human is None and line.how == How.RULE


def coverage(lines: Iterable[Line]) -> Coverage:
    """Count how the standard was covered. 未判: no verdict yet, or one that nobody could give."""
    found = list(lines)
    how = {h: sum(x.how == h for x in found) for h in How}
    unjudged = sum(x.final in (None, Word.CANNOT_JUDGE) for x in found)
    return Coverage(len(found), how[How.RULE], how[How.LINK], how[How.PERSON], unjudged)


def hit_of(found: Mapping[str, Any]) -> Hit:
    """Return a hit of an Analysis JSON."""
    return Hit(
        found["start_s"],
        found["end_s"],
        found.get("role", ""),
        found.get("quote", ""),
        found.get("phrase", ""),
        found.get("similarity", 0.0),
        bool(found.get("suspicion")),
    )


def _gravity(line: Line) -> tuple[int, float, int]:
    if line.said:
        rank = 0 if line.cap is not None else 1
    elif line.open_suspicion:
        rank = 2
    elif line.final == Word.MISSED:
        rank = 3
    else:
        rank = 4 if line.final == Word.CANNOT_JUDGE else 5
    return rank, -line.weight, line.position
