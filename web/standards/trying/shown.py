"""A trial as the page shows it: clause by clause, the standards side by side; for who may not read it without private words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from web.intake.private import hide, secret_words
from web.kit.standards import ItemInfo, StandardInfo
from web.lexicon.trial import MACHINE, Drawing, ItemResult, Standing, Step, StepKind, Trace, Trial
from web.masking import MASK, secrets_in
from web.masking.find import covered
from web.models.vocabulary import How, Role
from web.standards.trying.words import SIGNS, drawing_told, standing_words, why

_FAR = {Standing.NEAREST, Standing.ABSURD}  # places that only come near


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A column of the alignment."""

    kind: str
    sign: str
    asked: str
    asked_sound: str
    said: str
    said_sound: str
    cost: float


@dataclass(frozen=True, slots=True)
class Place:
    """Words that a clause has to do with. `by`: words | sound | meaning; `limit` None: nothing was aligned."""

    title: str
    standing: str
    standing_name: str
    why: str
    role: str
    quote: str
    phrase: str
    source: str
    similarity: float
    by: str
    steps: tuple[ShownStep, ...]
    cost: float
    limit: float | None
    told: str


@dataclass(frozen=True, slots=True)
class Judged:
    """How a clause stands on one side."""

    verdict: str | None
    credit: float | None
    suspicion: bool
    reason: str
    places: tuple[Place, ...]

    @property
    def touched(self) -> bool:
        return any(Standing(place.standing) not in _FAR for place in self.places)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as the trial had it: given, or heard with the words that tell it."""

    title: str
    value: bool
    given: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one standard makes of the words; `lines`: (role, text, whether a machine says it)."""

    title: str
    version: str
    score: float | None
    base: float | None
    penalty: float
    cap: float | None
    warnings: tuple[str, ...]
    facts: tuple[Fact, ...]
    lines: tuple[tuple[str, str, bool], ...]
    judged: dict[str, Judged]
    took_s: float
    silent: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause on each side; None where that side has none such."""

    info: ItemInfo
    judged: tuple[Judged | None, ...]

    @property
    def touched(self) -> bool:
        return any(one is not None and one.touched for one in self.judged)

    @property
    def near(self) -> bool:
        return any(one is not None and one.places for one in self.judged)

    @property
    def differs(self) -> bool:
        """Whether the sides judge it differently."""
        words = {(one.verdict, one.credit, one.suspicion) if one else None for one in self.judged}
        return len(words) > 1


def side(found: Trial, title: str, info: StandardInfo, hidden: bool) -> Side:
    """One side; `hidden`: without private words."""
    lines = found.hearing.transcript
    secret = _Secret(found) if hidden else None
    clean: Callable[[str], str] = secret.clean if secret else str
    texts = secret.lines if secret else [u.text for u in lines]
    score = found.judgement.score
    titles = {fact.name: fact.title for fact in info.facts}
    facts = tuple(
        Fact(titles.get(name, name), fact.value, fact.source == "given", clean(fact.hits[0].quote) if fact.hits else "")
        for name, fact in found.judgement.facts.items()
        if fact.value
    )
    return Side(
        title,
        info.version,
        score.value,
        score.base,
        score.penalty,
        score.cap,
        found.judgement.warnings,
        facts,
        tuple((u.role.value, text, u.speaker == MACHINE) for u, text in zip(lines, texts, strict=True)),
        {
            item.id: _judged(item, found.traces.get(item.id, ()), info, secret)
            for item in found.judgement.items
            if item.how is How.RULE
        },
        found.took_s,
        found.too_short,
    )


def clauses(sides: Sequence[Side], infos: Sequence[StandardInfo], only: str = "") -> tuple[Clause, ...]:
    """The rule clauses of all sides, in the order of the first that has each."""
    listed = {i.id: i for info in infos for i in info.items if i.how == How.RULE and only in ("", i.id)}
    return tuple(Clause(info, tuple(one.judged.get(name) for one in sides)) for name, info in listed.items())


class _Secret:
    """The private words of what was judged."""

    def __init__(self, found: Trial) -> None:
        whole = [(u.text, u.role is Role.TECHNICIAN) for u in found.hearing.transcript]
        places = secrets_in(whole)
        self._words = secret_words([text for text, _ in whole], places)
        self.lines = [covered(text, spots) for (text, _), spots in zip(whole, places, strict=True)]
        traced = secrets_in([(u.text, u.role is Role.TECHNICIAN) for u in found.transcript])
        self._characters = {
            (line, at) for line, spots in enumerate(traced) for spot in spots for at in range(spot.first, spot.last)
        }

    def clean(self, text: str) -> str:
        return hide(text, self._words)

    def step(self, step: Step, trace: Trace) -> Step:
        """A step with what is private of it covered, and how it sounds left out."""
        if step.at is None:
            return step
        said = "".join(
            MASK if trace.characters[step.at + i] in self._characters else char for i, char in enumerate(step.said)
        )
        return step if said == step.said else replace(step, said=said, said_sound="")


def _judged(item: ItemResult, traces: Sequence[Trace], info: StandardInfo, secret: _Secret | None) -> Judged:
    shown = info.item(item.id)
    kind = shown.kind if shown else item.kind.value
    reason = secret.clean(item.reason) if secret else item.reason
    suspicion = any(hit.suspicion for hit in item.hits)
    places = tuple(_place(trace, kind, secret) for trace in traces)
    return Judged(item.verdict.value if item.verdict else None, item.credit, suspicion, reason, places)


def _place(trace: Trace, kind: str, secret: _Secret | None) -> Place:
    clean: Callable[[str], str] = secret.clean if secret else str
    drawing = trace.drawing
    if drawing is not None and secret is not None:
        drawing = Drawing(tuple(secret.step(step, trace) for step in drawing.steps), drawing.cost, drawing.limit)
    hit = trace.hit
    return Place(
        trace.title,
        trace.standing.value,
        standing_words(trace.standing, kind),
        why(trace.standing, clean(trace.because), drawing.limit if drawing else None),
        hit.role.value,
        clean(hit.quote),
        _asked(drawing) if drawing else clean(hit.phrase),
        trace.source,
        hit.similarity,
        hit.by.value,
        tuple(_step(step) for step in drawing.steps) if drawing else (),
        drawing.cost if drawing else 0.0,
        drawing.limit if drawing else None,
        drawing_told(drawing) if drawing else "",
    )


def _asked(drawing: Drawing) -> str:
    """The reading of the phrase that was taken."""
    return "".join("…" if step.kind is StepKind.GAP else step.asked for step in drawing.steps)


def _step(step: Step) -> ShownStep:
    return ShownStep(
        step.kind.value,
        SIGNS[step.kind],
        step.asked,
        step.asked_sound,
        step.said,
        step.said_sound,
        step.cost,
    )
