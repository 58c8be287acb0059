"""One clause as the panel shows it: where it stands, and whether a person must decide it before signing. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from web.intake.analysis import Hit, Span
from web.models.vocabulary import NOT_SEEN, How, Kind, VerdictWord
from web.opinions.standing import Suggestion
from web.summaries.confirmed import Confirmed

COUNTS = 0.75  # the analyzer's threshold: from this similarity on words count as said
NEAR_MISS = COUNTS - 0.06  # the analyzer's own margin: so near, poor sound may have made the difference
UNSURE_ROLE = 0.6  # less sure of who the technician is: a miss may be the customer's silence
ALWAYS = "总是"  # the condition of a clause that has none
TROUBLE, GOOD, REST = "trouble", "good", "rest"
LEFT_TO_MACHINE = ("unclear", "near", "role")  # of `ClauseLine.must_see`: what accuses nobody of forbidden words
REQUIRED_CHOICES = (
    VerdictWord.MET.value,
    VerdictWord.MISSED.value,
    VerdictWord.NOT_APPLICABLE.value,
    VerdictWord.CANNOT_JUDGE.value,
)
FORBIDDEN_CHOICES = (VerdictWord.MET.value, VerdictWord.MISSED.value, VerdictWord.CANNOT_JUDGE.value)
PERSON_CHOICES = (VerdictWord.MET.value, VerdictWord.MISSED.value, NOT_SEEN)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a verdict's history: `action` is confirm | bulk | overrule | answer | withdraw | appeal."""

    id: int
    item_id: str
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
class ClauseLine:
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
    machine_credit: float | None
    suspicion: bool
    reason: str
    hits: tuple[Hit, ...]
    hit_count: int
    nearest: Hit | None
    searched: tuple[Span, ...]
    proof_id: int | None
    decision_id: int | None
    analysis_id: int
    unsure_role: bool = False
    optional: bool = False  # nobody has to answer it
    confirmed: Confirmed | None = None  # how often people confirmed the machine on this clause
    suggestion: Suggestion | None = None  # of a local language model; no verdict
    history: tuple[Entry, ...] = ()
    appeals: tuple[AppealNote, ...] = ()

    @property
    def is_nearest_said(self) -> bool:
        """Whether the nearest words are the very ones that are asked for: only when, or whether, they were said is in doubt."""
        unsure = self.machine == VerdictWord.CANNOT_JUDGE
        return unsure and self.nearest is not None and self.nearest.similarity >= COUNTS

    @property
    def seen(self) -> str:
        """What a form about this line says it saw; differs as soon as the verdict or its grounds have changed."""
        return f"{self.analysis_id}.{self.decision_id or 0}.{self.machine or '-'}"

    @property
    def decision(self) -> Entry | None:
        return next((e for e in self.history if e.id == self.decision_id), None)

    @property
    def open_suspicion(self) -> bool:
        """Whether words are suspected that nobody has checked."""
        return self.suspicion and self.human is None and self.machine == VerdictWord.CANNOT_JUDGE

    @property
    def partly(self) -> bool:
        """Whether it stands as met in part: for readers neither 达标 nor 未达标, whichever side of the bar it fell."""
        return self.final_credit is not None and 0.0 < self.final_credit < 1.0

    @property
    def said(self) -> bool:
        """Whether forbidden words stand as said."""
        return self.kind == Kind.FORBIDDEN and self.final == VerdictWord.MISSED

    @property
    def group(self) -> str:
        """Where the line stands: trouble | good | rest."""
        if self.partly or self.unanswered or self.final in (VerdictWord.MISSED, VerdictWord.CANNOT_JUDGE):
            return TROUBLE
        return GOOD if self.final == VerdictWord.MET else REST

    @property
    def costs(self) -> bool:
        """Whether the verdict takes something from the score: a technician can contest it."""
        return self.final == VerdictWord.MISSED or (self.final_credit is not None and self.final_credit < 1.0)

    @property
    def choices(self) -> tuple[str, ...]:
        """The verdicts that a person may choose. What no ear can check may stay unseen; a condition may not have come up."""
        if self.how == How.PERSON:
            conditional = self.kind == Kind.REQUIRED and self.when_text not in ("", ALWAYS)
            return (*PERSON_CHOICES, VerdictWord.NOT_APPLICABLE.value) if conditional else PERSON_CHOICES
        return FORBIDDEN_CHOICES if self.kind == Kind.FORBIDDEN else REQUIRED_CHOICES

    @property
    def unanswered(self) -> bool:
        """Whether a person still has to say how it was, as no ear can check it."""
        return self.how == How.PERSON and self.final is None and not self.optional

    @property
    def asks(self) -> bool:
        """Whether the machine leaves the answer to a person: then there is nothing to confirm or overrule."""
        return self.machine is None or self.open_suspicion

    @property
    def gravity(self) -> tuple[int, float, int]:
        """Sorts the gravest first: forbidden words that cap, other forbidden words, suspicions, misses, doubts."""
        if self.said:
            rank = 0 if self.cap is not None else 1
        elif self.open_suspicion:
            rank = 2
        elif self.final == VerdictWord.MISSED or self.partly:
            rank = 3
        else:
            rank = 4 if self.final == VerdictWord.CANNOT_JUDGE else 5
        return rank, -self.weight, self.position

    @property
    def leaves_to_machine(self) -> bool:
        """Whether a person may leave it to the machine unheard: never what accuses of forbidden words (R12)."""
        return self.must_see in LEFT_TO_MACHINE and self.machine is not None

    @property
    def must_see(self) -> str:
        """Why the recording cannot be signed before a person has decided this; "" where it can.

        fatal | forbidden | suspicion | unclear | near | role | person: accusations, and what the machine is unsure of.
        """
        if self.human is not None:
            return ""
        if self.how == How.PERSON:
            return "" if self.optional else "person"
        if self.how == How.LINK:
            return ""
        if self.kind == Kind.FORBIDDEN and self.final == VerdictWord.MISSED:
            return "fatal" if self.cap is not None else "forbidden"
        if self.final == VerdictWord.CANNOT_JUDGE:
            return "suspicion" if self.suspicion else "unclear"
        if self.final == VerdictWord.MISSED:
            if self.nearest is not None and self.nearest.similarity >= NEAR_MISS:
                return "near"
            return "role" if self.unsure_role else ""
        return ""
