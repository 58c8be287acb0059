"""The verdicts of one recording as the panel shows them: what is in doubt first, and what must be seen before signing.

Pure values; `queries.py` fills them from the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from web.models import APPEAL_WAITS
from web.models.vocabulary import How, VerdictWord
from web.opinions.standing import Suggestion
from web.review import waterfall
from web.review.lines import GOOD, REST, TROUBLE, ClauseLine
from web.review.waterfall import Waterfall


@dataclass(frozen=True, slots=True)
class SignedEdition:
    """A signature: its score, and why it was reopened or replaced."""

    at: datetime
    by: str
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
    tells_machine: bool  # whether the viewer is told what the machine said before people decided
    may_decide: bool
    may_sign: bool
    appeal_until: datetime | None  # a technician's last moment to contest; None where he cannot
    lines: tuple[ClauseLine, ...]
    editions: tuple[SignedEdition, ...] = field(default=())
    sealed: bool = False  # the viewer still is to judge it blind in a calibration
    drawn: bool = False  # of the random sample, by which the local model is measured

    @property
    def trouble(self) -> tuple[ClauseLine, ...]:
        """What is wrong or in doubt, the gravest first."""
        return tuple(sorted((x for x in self.lines if x.group == TROUBLE), key=lambda x: x.gravity))

    @property
    def good(self) -> tuple[ClauseLine, ...]:
        """What was met."""
        return tuple(x for x in self.lines if x.group == GOOD)

    @property
    def rest(self) -> tuple[ClauseLine, ...]:
        """What does not apply, and links that are not judged yet."""
        return tuple(x for x in self.lines if x.group == REST)

    @property
    def must_see(self) -> tuple[ClauseLine, ...]:
        """What a person must decide before signing, the gravest first."""
        return tuple(sorted((x for x in self.lines if x.must_see), key=lambda x: x.gravity))

    def is_open(self, line: ClauseLine) -> bool:
        """Whether the line still waits for this viewer; one who judges blind answers every clause of the machine's."""
        return self.may_decide and line.human is None and (self.hides(line) or bool(line.must_see))

    @property
    def left_to_machine(self) -> tuple[ClauseLine, ...]:
        """What may be closed in one step as the machine judged it (其余按机器判定): nothing for one who judges blind."""
        return () if self.blind else tuple(x for x in self.lines if x.leaves_to_machine)

    @property
    def reviewed(self) -> int:
        """How many clauses a person has decided."""
        return sum(x.human is not None for x in self.lines)

    @property
    def waterfall(self) -> Waterfall | None:
        """Where the score comes from; None for one who judges blind."""
        return None if self.blind else waterfall.decided(self.lines)

    @property
    def machine_waterfall(self) -> Waterfall | None:
        """Where the machine's own score comes from, for those who are told of it, where people decided otherwise."""
        differs = any((x.machine, x.machine_credit) != (x.final, x.final_credit) for x in self.lines)
        return waterfall.of_machine(self.lines) if differs and self.tells_machine and not self.blind else None

    @property
    def coverage(self) -> Coverage:
        """How the standard was covered."""
        return coverage(self.lines)

    def line(self, item_id: str) -> ClauseLine | None:
        return next((x for x in self.lines if x.item_id == item_id), None)

    def can_appeal(self, line: ClauseLine) -> bool:
        """Whether the viewer may contest the line now: once for each time that the recording was signed."""
        if self.appeal_until is None or self.signed_at is None or not line.costs:
            return False
        return not any(a.state in APPEAL_WAITS or a.at >= self.signed_at for a in line.appeals)

    def suggestion(self, line: ClauseLine) -> Suggestion | None:
        """What a local model proposes, for those who may decide: on the random sample, and blind, after they have."""
        waits = line.human is None and (self.blind or self.sealed or self.drawn)
        return None if waits or not self.tells_machine else line.suggestion

    def hides(self, line: ClauseLine) -> bool:
        """Whether the machine's verdict is kept from the viewer until he has answered."""
        return self.blind and line.human is None and line.how == How.RULE


def coverage(lines: Iterable[ClauseLine]) -> Coverage:
    """Count how the standard was covered. 未判: no verdict yet though one is due, or one that nobody could give."""
    found = list(lines)
    how = {h: sum(x.how == h for x in found) for h in How}
    unjudged = sum(x.final == VerdictWord.CANNOT_JUDGE or (x.final is None and not x.optional) for x in found)
    return Coverage(len(found), how[How.RULE], how[How.LINK], how[How.PERSON], unjudged)
