"""A written standard in memory: what the lexicon loader hands to matching and judging.

Values only (frozen, standard library); `load.py` makes them, `check.py` explains what is wrong with a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.domain import How, Kind, Role, StandardRef
from analyzer.rubric.policy import STANDING, Policy


@dataclass(frozen=True, slots=True)
class Literal:
    """Words to be said, in normalised Simplified characters without punctuation."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """`****`: anything, up to `max_chars` characters (`****` alone: the default)."""

    max_chars: int


@dataclass(frozen=True, slots=True)
class Choice:
    """`{A|B}` one of the options; `[A]` is a choice of A and nothing (an empty Sequence)."""

    options: tuple[Sequence, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other. An empty sequence matches nothing at no cost."""

    parts: tuple[Literal | Gap | Choice, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a lexicon: as written, parsed, and the fewest and most characters it asks for."""

    source: str
    pattern: Sequence
    notes: tuple[str, ...]
    min_chars: int
    max_chars: int


class Where(StrEnum):
    """The part of the talk in which an item is looked for, measured in speech time."""

    OPENING = "opening"
    CLOSING = "closing"
    ANYWHERE = "anywhere"


class Severity(StrEnum):
    """How grave a forbidden item is; a fatal one caps the score."""

    MINOR = "minor"
    MAJOR = "major"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Element:
    """A part of an item: any of its phrases fulfils it (forbidden: violates it). Credit is shared out by `weight`.

    Of forbidden items alone: `remedies`, help that pardons the words when it is promised along with them, and
    `refusals`, which sound like such help and are none; `questions` of the customer that the words must answer, and
    `any_question`, whether the question mark that the engine wrote is enough of one;
    `topics`, words that begin a talk and are only banned where it goes on; `alone`, phrases that count only where they
    are all that is said between two breaks (with `questions` and without `phrases`: a whole reply); `penalty`, what the
    words cost where that is less than the item's penalty and cap (None: the item's own); `grave`, whether the item caps
    the score, so that only words that are written so accuse.
    `meaning`: whose reader (`analyzer.reading`) knows other words for it; "" where nobody reads.
    `surnames`: a name that the speaker gives as his own fulfils it too, with any of these (`analyzer.judging.names`).
    """

    id: str
    title: str
    weight: float
    phrases: tuple[Phrase, ...]
    exceptions: tuple[Phrase, ...]
    who: Role | None  # None: whoever says it
    remedies: tuple[Phrase, ...] = ()
    refusals: tuple[Phrase, ...] = ()
    questions: tuple[Phrase, ...] = ()
    meaning: str = ""
    topics: tuple[Phrase, ...] = ()
    alone: tuple[Phrase, ...] = ()
    penalty: float | None = None
    grave: bool = False
    surnames: tuple[str, ...] = ()
    any_question: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """When an item applies: a tree over facts. `op`: always | fact | not | any | all."""

    op: str
    fact: str = ""
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that let a fact be heard (or a role be guessed), said by `who` (None: whoever)."""

    who: Role | None
    phrases: tuple[Phrase, ...]
    exceptions: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class FactRule:
    """How a fact that was not given is heard; `default` where nothing tells; `opposite`: the contrary fact.

    `taken_back`: words that leave it open again when they come after its own (后来就不响了).
    """

    name: str
    title: str
    default: bool
    cues: tuple[Cue, ...]
    opposite: str = ""
    meaning: str = ""
    taken_back: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One clause. Rule items have elements; a forbidden one's first are its own phrases, others those of `also`."""

    id: str
    kind: Kind
    how: How
    clause: str
    text: str
    when: Condition
    when_text: str
    elements: tuple[Element, ...]
    where: Where = Where.ANYWHERE
    after: str = ""  # id of an item that must be heard before this one
    pass_credit: float = 1.0
    weight: float = 1.0
    penalty: float = 0.0
    cap: float | None = None  # fatal: the score's ceiling when the item is violated
    examples_match: tuple[str, ...] = ()
    examples_no_match: tuple[str, ...] = ()
    severity: Severity | None = None  # forbidden items only
    optional: bool = False  # person items only: nobody has to answer it


class FrameWords(StrEnum):
    """The lists of `frames:`, words around a phrase that say whose words it is and whether it is meant."""

    SELF = "self"
    OTHERS = "others"
    HOUSE = "house"
    SAYING = "saying"
    TO_WHOM = "to-whom"
    BETWEEN = "between"
    DENYING = "denying"
    IMPOSSIBLE = "impossible"
    JOKING = "joking"
    SUPPOSING = "supposing"
    WHENEVER = "whenever"
    WONDERING = "wondering"
    KNOWING = "knowing"
    OWN_BUSINESS = "own-business"
    LATELY = "lately"
    PROTESTING = "protesting"
    UNDONE = "undone"
    UNDOABLE = "undoable"
    TRADE = "trade"
    NAME_TITLE = "name-title"
    NAME_PLACE = "name-place"
    NO_NAME = "no-name"
    NO_CALL = "no-call"
    TURNING_AWAY = "turning-away"
    WRONG_NUMBER = "wrong-number"
    IN_PERSON = "in-person"
    PICKS_UP = "picks-up"
    TAKES_OVER = "takes-over"


@dataclass(frozen=True, slots=True)
class Standard:
    """A whole checklist with the facts it may ask about, and the words that tell in what frame a phrase stands."""

    ref: StandardRef
    source: str
    recording: str  # "visit" | "call"
    items: tuple[Item, ...]
    facts: dict[str, FactRule]
    opening_s: float  # seconds of speech that count as the opening
    closing_s: float  # seconds of speech that count as the closing
    frames: dict[FrameWords, PhraseList] = field(default_factory=dict)
    readers: dict[str, str] = field(default_factory=dict)  # meanings that are read → fingerprint of each one's reader
    policy: Policy = STANDING  # what the company decided beside the words


@dataclass(frozen=True, slots=True)
class PhraseList:
    """A shared list with the lists it takes in written out; `exceptions` come along where it stands alone."""

    name: str
    title: str
    phrases: tuple[Phrase, ...]
    exceptions: tuple[Phrase, ...] = ()
    meaning: str = ""
    surnames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleCue:
    """Words that speak for a role, in the opening only or anywhere; `weight` 0.5 (weak) to 4 (sure)."""

    phrases: tuple[Phrase, ...]
    weight: float
    where: Where = Where.ANYWHERE
    exceptions: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """What all standards of a folder share: `lexicons/shared/`."""

    lists: dict[str, PhraseList]
    facts: dict[str, FactRule]
    roles: dict[Role, tuple[RoleCue, ...]]
    inventions: tuple[str, ...]  # lines that the speech engine invents on noise
    stopwords: tuple[str, ...]
    words: tuple[str, ...]  # jieba user words, one "word freq tag" line each
    frames: dict[FrameWords, PhraseList] = field(default_factory=dict)
