"""What one analysis got right and wrong, with the evidence kept beside every count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.domain import Analysis, Hit, ItemResult, Kind, Layout, Role, Verdict
from benchmarks.accuracy.alignment import (
    TurnScore,
    conversation_errors,
    roles_right,
    score_turns,
    speaker_of,
    turn_roles,
)
from benchmarks.corpus import ReferenceTurn, Sample
from benchmarks.kit.measures import Tally, sound_errors

NONE = "none"  # the item is missing from the lexicon, or is not judged by rule


@dataclass(frozen=True, slots=True)
class VerdictPair:
    """The verdict on one item beside the one that an inspector would give."""

    sample: Sample
    item: str
    kind: Kind
    expected: str
    result: ItemResult | None

    @property
    def actual(self) -> str:
        return self.result.verdict.value if self.result and self.result.verdict else NONE

    @property
    def right(self) -> bool:
        return self.actual == self.expected

    @property
    def positive(self) -> str:
        """The verdict whose precision and recall matter: courtesies met, forbidden words said."""
        return Verdict.MET.value if self.kind is Kind.REQUIRED else Verdict.MISSED.value

    @property
    def accused(self) -> bool:
        """Whether forbidden words are charged that were not said."""
        return self.kind is Kind.FORBIDDEN and self.actual == Verdict.MISSED.value != self.expected

    @property
    def suspected(self) -> bool:
        """Whether the item waits for a person instead of being decided."""
        return self.result is not None and any(hit.suspicion for hit in self.result.hits)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One recording, measured. `edits` of `characters` are wrong; `foreign` are forbidden hits on others' words.

    `sound_edits` of `syllables` are wrong where a character counts as its sound.
    `near`: whether the near-field targets hold for it.
    """

    sample: Sample
    near: bool
    analysis: Analysis
    verdicts: tuple[VerdictPair, ...]
    edits: int
    characters: int
    sound_edits: int
    syllables: int
    turns: TurnScore
    roles_right: bool
    turn_roles: int
    foreign: tuple[Hit, ...]

    @property
    def cer(self) -> float | None:
        return self.edits / self.characters if self.characters else None

    @property
    def wrong(self) -> tuple[VerdictPair, ...]:
        return tuple(v for v in self.verdicts if not v.right)

    @property
    def invented(self) -> tuple[str, ...]:
        """What was claimed of a recording in which nobody speaks; empty is right."""
        if not self.sample.silent:
            return ()
        claims = [f"text: {u.text}" for u in self.analysis.hearing.transcript]
        for item in self.analysis.judgement.items:
            if item.verdict in (Verdict.MET, Verdict.MISSED) or item.hits:
                claims.append(f"{item.id}: {item.verdict.value if item.verdict else NONE}")
        if self.analysis.judgement.score.value is not None:
            claims.append(f"score: {self.analysis.judgement.score.value}")
        return tuple(claims)


def evaluate(
    sample: Sample,
    analysis: Analysis,
    kinds: dict[str, Kind],
    turns: tuple[ReferenceTurn, ...] | None = None,
    *,
    near: bool | None = None,
) -> Evaluation:
    """Measure one analysis.

    `kinds` are those of the standard's items; `turns` and `near` are of the rendering where it is not the sample's own.
    """
    turns = sample.turns if turns is None else turns
    hearing = analysis.hearing
    score = score_turns(turns, hearing.transcript)
    roles = {s.id: s.role for s in hearing.speakers}
    channels = hearing.layout is Layout.STEREO
    errors = conversation_errors(turns, hearing.transcript, score.mapping, channels=channels)
    sound = conversation_errors(turns, hearing.transcript, score.mapping, channels=channels, measure=sound_errors)
    results = {item.id: item for item in analysis.judgement.items}
    pairs = tuple(
        VerdictPair(sample, name, kinds.get(name, Kind.REQUIRED), item.verdict, results.get(name))
        for name, item in sample.expected.items.items()
    )
    accusing = [item for item in analysis.judgement.items if item.kind is Kind.FORBIDDEN]
    proven = [hit for item in accusing for hit in item.hits if not hit.suspicion]
    foreign = tuple(h for h in proven if speaker_of(h.quote, h.start_s, h.end_s, turns) not in (Role.TECHNICIAN, None))
    near = sample.near if near is None else near
    right, turns_right = roles_right(score.mapping, roles, turns), turn_roles(score.mapping, roles, turns)
    return Evaluation(sample, near, analysis, pairs, *errors, *sound, score, right, turns_right, foreign)


def tally(pairs: Iterable[VerdictPair]) -> Tally:
    """Of one kind (the positive verdict is that of each pair's kind)."""
    counted = Tally()
    for pair in pairs:
        counted.add(pair.expected, pair.actual, pair.positive)
    return counted


def verdicts(evaluations: Iterable[Evaluation], kind: Kind | None = None) -> list[VerdictPair]:
    """Of a kind (None: of both)."""
    return [v for e in evaluations for v in e.verdicts if kind in (None, v.kind)]


@dataclass(frozen=True, slots=True)
class Summary:
    """One run over some recordings, counted. Rates are of recordings in which somebody speaks."""

    recordings: int
    edits: int
    characters: int
    sound_edits: int
    syllables: int
    turns_right: int
    turns_heard: int
    turns_unheard: int
    characters_right: int
    characters_placed: int
    speakers_right: int
    talks: int
    roles_right: int
    role_talks: int
    turn_roles: int
    required: Tally
    forbidden: Tally
    foreign: int
    suspected: int

    @property
    def sound(self) -> float | None:
        """Error rate of syllables without tone."""
        return self.sound_edits / self.syllables if self.syllables else None

    @property
    def cer(self) -> float | None:
        return self.edits / self.characters if self.characters else None


ROLE_TURNS = 4  # fewer turns are too few to tell who is who


def summarise(evaluations: list[Evaluation]) -> Summary:
    talks = [e for e in evaluations if not e.sample.silent]
    long = [e for e in talks if len(e.sample.turns) >= ROLE_TURNS]
    return Summary(
        recordings=len(evaluations),
        edits=sum(e.edits for e in talks),
        characters=sum(e.characters for e in talks),
        sound_edits=sum(e.sound_edits for e in talks),
        syllables=sum(e.syllables for e in talks),
        turns_right=sum(e.turns.right for e in talks),
        turns_heard=sum(e.turns.heard for e in talks),
        turns_unheard=sum(e.turns.unheard for e in talks),
        characters_right=sum(e.turns.characters_right for e in talks),
        characters_placed=sum(e.turns.characters for e in talks),
        speakers_right=sum(len(e.analysis.hearing.speakers) == e.sample.expected.speakers for e in talks),
        talks=len(talks),
        roles_right=sum(e.roles_right for e in long),
        role_talks=len(long),
        turn_roles=sum(e.turn_roles for e in talks),
        required=tally(verdicts(evaluations, Kind.REQUIRED)),
        forbidden=tally(verdicts(evaluations, Kind.FORBIDDEN)),
        foreign=sum(len(e.foreign) for e in evaluations),
        suspected=sum(v.suspected for v in verdicts(evaluations, Kind.FORBIDDEN)),
    )
