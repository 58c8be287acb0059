"""Who was taken for whom: reference turns against the transcript, by words and by seconds.

A turn belongs to the speaker who, around its seconds, has most of its words in order (longest common subsequence);
words of other speakers that fall into an overlap are told apart by what they are, not by when they were said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from analyzer.domain import Role, Utterance
from analyzer.text import normalise
from benchmarks.corpus import ReferenceTurn
from benchmarks.kit.measures import cer

SLACK_S = 1.0  # an engine's character times are good to a few tenths; pauses between turns are longer


@dataclass(frozen=True, slots=True)
class HeardCharacter:
    """One heard character: when it begins and who is said to have said it."""

    text: str
    start_s: float
    speaker: str


@dataclass(frozen=True, slots=True)
class TurnScore:
    """`right` of `heard` turns are on the right speaker; `unheard` got no words at all.

    `characters_right` of `characters` recognised characters are on the right speaker (a turn may be cut in two).
    `mapping` gives the heard speaker of each role under the best mapping; `wrong` the turns on another one.
    """

    right: int
    heard: int
    unheard: int
    characters_right: int
    characters: int
    mapping: dict[Role, str]
    wrong: tuple[ReferenceTurn, ...]


def common(first: str, second: str) -> int:
    """Length of the longest common subsequence.

    >>> common("您好打扰了", "你好打扰")
    3
    """
    row = [0] * (len(second) + 1)
    for a in first:
        diagonal = 0
        for j, b in enumerate(second, start=1):
            diagonal, row[j] = row[j], diagonal + 1 if a == b else max(row[j], row[j - 1])
    return row[-1]


def characters(transcript: Sequence[Utterance]) -> list[HeardCharacter]:
    """The normalised characters of a transcript in order of time."""
    heard = []
    for u in transcript:
        text = normalise(u.text)
        for char, origin in zip(text.text, text.origin, strict=True):
            heard.append(HeardCharacter(char, u.char_start_s[origin], u.speaker))
    return sorted(heard, key=lambda c: c.start_s)


def score_turns(turns: Sequence[ReferenceTurn], transcript: Sequence[Utterance]) -> TurnScore:
    """Compare who speaks, under the one-to-one mapping of roles to speakers that explains most words."""
    heard = characters(transcript)
    speakers = sorted({c.speaker for c in heard})
    roles = sorted({t.role for t in turns})
    evidence = [_evidence(turn, heard, speakers) for turn in turns]
    weights = np.zeros((len(roles), len(speakers)))
    for turn, found in zip(turns, evidence, strict=True):
        for n, speaker in enumerate(speakers):
            weights[roles.index(turn.role), n] += sum(found[speaker])
    rows, columns = linear_sum_assignment(weights, maximize=True)
    mapping = {roles[r]: speakers[c] for r, c in zip(rows, columns, strict=True) if weights[r, c] > 0}

    right = unheard = characters_right = total = 0
    wrong = []
    for turn, found in zip(turns, evidence, strict=True):
        if not any(any(pair) for pair in found.values()):
            unheard += 1
            continue
        mine = found.get(mapping.get(turn.role, ""), (0, 0))
        if mine > max((pair for name, pair in found.items() if name != mapping.get(turn.role)), default=(0, 0)):
            right += 1
        else:
            wrong.append(turn)
        characters_right += mine[0]
        total += max(mine[0], common(normalise(turn.text).text, _words(turn, heard)))
    return TurnScore(right, len(turns) - unheard, unheard, characters_right, total, mapping, tuple(wrong))


def roles_right(mapping: Mapping[Role, str], roles: Mapping[str, Role], turns: Sequence[ReferenceTurn]) -> bool:
    """Whether every person of the script was found and given the right role."""
    return all(roles.get(mapping.get(role, "")) is role for role in {t.role for t in turns})


def turn_roles(mapping: Mapping[Role, str], roles: Mapping[str, Role], turns: Sequence[ReferenceTurn]) -> int:
    """How many turns were said by somebody whose role is right."""
    return sum(roles.get(mapping.get(t.role, "")) is t.role for t in turns)


def speaker_of(quote: str, start_s: float, end_s: float, turns: Sequence[ReferenceTurn]) -> Role | None:
    """Who really said the words that were heard as `quote` at these seconds; None where nobody spoke."""
    near = [t for t in turns if t.span.start_s <= end_s + SLACK_S and t.span.end_s >= start_s - SLACK_S]
    words = normalise(quote).text

    def likeness(turn: ReferenceTurn) -> tuple[int, float]:
        return common(words, normalise(turn.text).text), min(end_s, turn.span.end_s) - max(start_s, turn.span.start_s)

    return max(near, key=likeness).role if near else None


def conversation_errors(
    turns: Sequence[ReferenceTurn],
    transcript: Sequence[Utterance],
    mapping: Mapping[Role, str],
    *,
    channels: bool,
    measure: Callable[[str, str], tuple[int, int]] = cer,
) -> tuple[int, int]:
    """(edits, reference characters) of a whole conversation, as `measure` compares two texts.

    One channel: all turns in order of time. Two channels (`channels`): each by itself, added up, because where both
    speak at once there is no one order of the words.
    """
    if not channels:
        return measure("".join(t.text for t in turns), "".join(u.text for u in transcript))
    speakers = {u.speaker for u in transcript} | set(mapping.values())
    edits = count = 0
    for role in sorted({t.role for t in turns}):
        said = "".join(t.text for t in turns if t.role is role)
        found = "".join(u.text for u in transcript if u.speaker == mapping.get(role))
        more, n = measure(said, found)
        edits, count = edits + more, count + n
    for speaker in sorted(speakers - set(mapping.values())):  # words of a channel on which nobody spoke
        edits += measure("", "".join(u.text for u in transcript if u.speaker == speaker))[0]
    return edits, count


def _inside(turn: ReferenceTurn, heard: Sequence[HeardCharacter], slack_s: float) -> list[HeardCharacter]:
    return [c for c in heard if turn.span.start_s - slack_s <= c.start_s < turn.span.end_s + slack_s]


def _words(turn: ReferenceTurn, heard: Sequence[HeardCharacter]) -> str:
    return "".join(c.text for c in _inside(turn, heard, SLACK_S))


def _evidence(
    turn: ReferenceTurn, heard: Sequence[HeardCharacter], speakers: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """For each speaker: words of the turn in order, and (deciding ties) characters within its seconds."""
    said = normalise(turn.text).text
    around, within = _inside(turn, heard, SLACK_S), _inside(turn, heard, 0.0)
    return {
        speaker: (
            common(said, "".join(c.text for c in around if c.speaker == speaker)),
            sum(c.speaker == speaker for c in within),
        )
        for speaker in speakers
    }
