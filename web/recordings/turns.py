"""A conversation as the page shows it: lines with their runs of characters, and marks in time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise

from web.intake.analysis import ItemResult, Utterance
from web.kit.standards import named

LOW_CONFIDENCE = 0.4  # about one character in twenty on clear speech: what is shaded should be worth a second look
UNSURE_SPEAKER = 0.6
JOIN_S = 3.0  # hits of one clause closer than this are one mark
TONES = ("forbidden", "suspicion", "met", "partial", "open", "overruled")  # what shows where two meet


@dataclass(frozen=True, slots=True)
class Edit:
    """What people made of one line: text or role are None where the machine's stand."""

    text: str | None = None
    role: str | None = None
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClauseStanding:
    """How a clause stands now: its words for labels, and the final verdict with people's decisions."""

    item_id: str
    clause: str
    text: str
    kind: str
    final: str | None
    by_person: bool = False
    credit: float | None = None


@dataclass(frozen=True, slots=True)
class ClauseHit:
    """A hit with its clause and how it is to be shown (`TONES`)."""

    standing: ClauseStanding
    tone: str
    start_s: float
    end_s: float
    role: str
    quote: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters in the same dress; `first` is the index of the first in the line."""

    text: str
    first: int
    low: bool
    tone: str = ""
    items: tuple[ClauseStanding, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """One utterance. `times` are hundredths of a second from `start_s`, one a character."""

    number: int
    start_s: float
    end_s: float
    speaker: str
    role: str
    machine_role: str
    text: str
    machine_text: str
    runs: tuple[Run, ...]
    times: tuple[int, ...]
    unsure_speaker: bool
    edit: Edit = field(default_factory=Edit)

    @property
    def text_edited(self) -> bool:
        """Whether a person corrected the words."""
        return self.text != self.machine_text

    @property
    def is_evidence(self) -> bool:
        """Whether a clause rests on some of its words."""
        return any(run.items for run in self.runs)


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A place on the player's lanes: hits of one clause that belong together."""

    standing: ClauseStanding
    tone: str
    start_s: float
    end_s: float
    role: str
    quote: str
    similarity: float


def standings(
    items: Iterable[ItemResult], final: Mapping[str, tuple[str | None, bool, float | None]]
) -> dict[str, ClauseStanding]:
    """How each clause stands. `final`: the verdict rows' final, whether a person decided, and the credit, by item."""
    return {
        item.id: ClauseStanding(
            item.id, item.clause, named(item.text), item.kind, *final.get(item.id, (item.verdict, False, item.credit))
        )
        for item in items
    }


def evidence(items: Iterable[ItemResult], by_item: Mapping[str, ClauseStanding]) -> list[ClauseHit]:
    hits = [
        ClauseHit(
            standing=by_item[item.id],
            tone=_tone(by_item[item.id], hit.suspicion),
            start_s=hit.start_s,
            end_s=hit.end_s,
            role=hit.role,
            quote=hit.quote,
            similarity=hit.similarity,
        )
        for item in items
        for hit in item.hits
    ]
    return sorted(hits, key=lambda hit: (hit.start_s, hit.end_s, hit.standing.item_id))


def _tone(standing: ClauseStanding, suspicion: bool) -> str:
    if standing.kind == "forbidden":
        if standing.final == "missed":
            return "suspicion" if suspicion and not standing.by_person else "forbidden"
        return "suspicion" if suspicion and not standing.by_person else "overruled"
    if suspicion and not standing.by_person:
        return "suspicion"
    if standing.final == "cannot_judge":
        return "open"
    if standing.final == "met" and standing.credit in (None, 1.0):
        return "met"
    return "partial" if standing.credit else "overruled"


def marks(hits: Sequence[ClauseHit]) -> list[LaneMark]:
    """By time: neighbouring hits of one clause, role and tone are one."""
    made: list[LaneMark] = []
    for _, group in groupby(
        sorted(hits, key=lambda e: (e.standing.item_id, e.tone, e.role, e.start_s)),
        key=lambda e: (e.standing.item_id, e.tone, e.role),
    ):
        chain: list[ClauseHit] = []
        for hit in group:
            if chain and hit.start_s - chain[-1].end_s > JOIN_S:
                made.append(_mark(chain))
                chain = []
            chain.append(hit)
        made.append(_mark(chain))
    return sorted(made, key=lambda m: (m.start_s, m.end_s, m.standing.item_id))


def _mark(chain: Sequence[ClauseHit]) -> LaneMark:
    first = chain[0]
    return LaneMark(
        standing=first.standing,
        tone=first.tone,
        start_s=first.start_s,
        end_s=max(hit.end_s for hit in chain),
        role=first.role,
        quote="……".join(dict.fromkeys(hit.quote for hit in chain)),
        similarity=min(hit.similarity for hit in chain),
    )


def turns(
    original: Sequence[Utterance],
    judged: Sequence[Utterance],
    edits: Mapping[int, Edit],
    roles: Mapping[str, str],
    hits: Sequence[ClauseHit],
) -> list[ShownTurn]:
    """The conversation.

    `original` is the transcript of the machine, `judged` that of the current analysis (with the corrections that were
    known then, and the roles of channels), `roles` what people said of whole speakers; a line's own role wins.
    """
    same = len(original) == len(judged)
    made = []
    for number, said in enumerate(original):
        edit = edits.get(number, Edit())
        text = said.text if edit.text is None else edit.text
        role = edit.role or roles.get(said.speaker) or (judged[number] if same else said).role
        source = said if text == said.text else judged[number] if same and judged[number].text == text else None
        starts = _evenly(said, text) if source is None else source.char_start_s
        # words corrected since the judgement are not those that were judged: nothing in them is evidence
        usable = () if source is None else hits
        here = [hit for hit in usable if hit.start_s < said.end_s and hit.end_s > said.start_s and hit.role == role]
        made.append(
            ShownTurn(
                number=number,
                start_s=said.start_s,
                end_s=said.end_s,
                speaker=said.speaker,
                role=role,
                machine_role=said.role,
                text=text,
                machine_text=said.text,
                runs=_runs(text, starts, _sure(said, text) if source is said else (1.0,) * len(text), here),
                times=tuple(round(100 * (start_s - said.start_s)) for start_s in starts),
                unsure_speaker=said.speaker_confidence < UNSURE_SPEAKER and role == said.role and edit.role is None,
                edit=edit,
            )
        )
    return made


def _evenly(said: Utterance, text: str) -> list[float]:
    """Times for words that nobody timed."""
    step = (said.end_s - said.start_s) / max(1, len(text))
    return [said.start_s + step * i for i in range(len(text))]


def _sure(said: Utterance, text: str) -> Sequence[float]:
    """What the engine tells of its words; where it tells nothing no word is marked: a warning says so of them all."""
    return said.char_confidence or (1.0,) * len(text)


def _runs(text: str, starts: Sequence[float], sure: Sequence[float], here: Sequence[ClauseHit]) -> tuple[Run, ...]:
    dresses = []
    for character, start_s, confidence in zip(text, starts, sure, strict=True):
        worn = [e for e in here if e.start_s - 0.005 <= start_s < e.end_s - 0.005] if here else ()
        items = tuple(dict.fromkeys(e.standing for e in worn)) if worn else ()
        tone = min((e.tone for e in worn), key=TONES.index) if worn else ""
        dresses.append((confidence < LOW_CONFIDENCE and character.isalnum(), tone, items))
    cuts = [0, *(i for i, (a, b) in enumerate(pairwise(dresses), 1) if a != b), len(text)]
    return tuple(Run(text[a:b], a, *dresses[a]) for a, b in pairwise(cuts) if b > a)
