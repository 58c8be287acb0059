"""The right half's values: what was decided, with the words that prove it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.domain.figures import Figures
from analyzer.domain.hearing import Hearing, Role, Span

SCHEMA = 1


class Kind(StrEnum):
    """Whether a clause asks for words or bans them."""

    REQUIRED = "required"
    FORBIDDEN = "forbidden"


class How(StrEnum):
    """What can check a clause: rules over the words, links between recordings, or a person."""

    RULE = "rule"
    LINK = "link"
    PERSON = "person"


class Verdict(StrEnum):
    """The four verdicts. For a forbidden item `MET` means "not said"."""

    MET = "met"
    MISSED = "missed"
    NOT_APPLICABLE = "not_applicable"
    CANNOT_JUDGE = "cannot_judge"


class FoundBy(StrEnum):
    """What made words evidence: the characters as heard, their sound held against the audio, or their meaning."""

    WORDS = "words"
    SOUND = "sound"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about the job: given with the recording, or heard in it (then `hits` prove it)."""

    value: bool
    source: str  # "given" | "heard"
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that count as evidence: where, who, what was said and which phrase it answers.

    `similarity` in [0, 1]; a `suspicion` waits for a person and decides nothing.
    """

    start_s: float
    end_s: float
    role: Role
    quote: str
    phrase: str
    similarity: float
    suspicion: bool = False
    element: str = ""
    note: str = ""
    by: FoundBy = FoundBy.WORDS


@dataclass(frozen=True, slots=True)
class ItemResult:
    """The verdict on one clause, with its evidence. `credit` in [0, 1]; None where not judged.

    `weight`, `penalty` (points off where a forbidden item was said) and `cap` (the most points then left, of a fatal
    one) are those of the standard that judged: a standard edited later changes no score. `optional`: of a person item,
    nobody has to answer it.
    """

    id: str
    kind: Kind
    how: How
    clause: str
    text: str
    verdict: Verdict | None
    credit: float | None
    weight: float
    reason: str
    hits: tuple[Hit, ...] = ()
    nearest: Hit | None = None
    searched: tuple[Span, ...] = ()
    penalty: float = 0.0
    cap: float | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class StandardRef:
    """Which text judged: id, version and the digest of everything that can change a verdict."""

    id: str
    version: str
    digest: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The number with what it was made of; `value` is None where no item was judged."""

    value: float | None
    base: float | None
    penalty: float
    cap: float | None
    judged: int
    not_judged: int
    suspicions: int
    coverage: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The right half's result: verdicts, score and figures of one recording under one standard."""

    standard: StandardRef
    facts: dict[str, Fact]
    items: tuple[ItemResult, ...]
    score: Score
    figures: Figures = field(default_factory=Figures)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What `python -m analyzer run` gives for one file."""

    hearing: Hearing
    judgement: Judgement
