"""Characters to speakers, one by one by time, and characters to utterances.

Character times of the engines jitter by about 0.2 s, so a change of speaker does not fall where the clock says but at
the best place near it: after punctuation, or in the widest pause between characters.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzer.domain import Role, Segment, Span, SpeakerTurn, Utterance, quantise_ratio, quantise_time
from analyzer.speakers.certainty import SURE

NEAR_S = 0.4  # how far a change may be moved to a better place
BREAK_S = 1.0  # a silence this long ends an utterance
LONGEST_CHARACTER_S = 0.6
USUAL_CHARACTER_S = 0.22
SPOKEN_CHARACTER_S = 0.3  # where a pause follows, a character is over long before the next begins
AWAY_S = 0.05  # pause that one character of moving must gain
PUNCTUATION_BONUS_S = 0.5  # a mark before a character is worth a pause this much longer
EDGE_BONUS_S = 0.5  # so is the edge of the segment: engines begin segments after pauses
PART_S = 0.12  # characters parted by less than this (beyond their usual length) belong together
LONGEST_JOINED_S = 30.0


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose a character is, and whether that is sure: doubtful words are kept apart from sure ones of the same voice."""

    speaker: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class _Timeline:
    """Turns of one channel in time order, for looking up who speaks at a time."""

    starts_s: tuple[float, ...]
    turns: tuple[SpeakerTurn, ...]

    def at(self, time_s: float) -> _Owner:
        """The owner of the turn that holds `time_s`, else of the nearest; of two that hold it, the later begun."""
        near = self._near(time_s)
        return _owner(min(near, key=lambda t: (_distance_s(t.span, time_s), -t.span.start_s))) if near else ALONE

    def confidence(self, owner: _Owner, time_s: float) -> float:
        """How sure the turn of `owner` next to `time_s` is; 1.0 where there are no turns."""
        near = self._near(time_s)
        turns = [t for t in near if _owner(t) == owner] or near
        return min(turns, key=lambda t: _distance_s(t.span, time_s)).confidence if turns else 1.0

    def _near(self, time_s: float) -> tuple[SpeakerTurn, ...]:
        place = bisect.bisect_right(self.starts_s, time_s)
        return self.turns[max(0, place - 3) : place + 2]


ALONE = _Owner("S1")


def _owner(turn: SpeakerTurn) -> _Owner:
    return _Owner(turn.speaker, turn.confidence >= SURE)


def _distance_s(span: Span, time_s: float) -> float:
    return max(span.start_s - time_s, time_s - span.end_s, 0.0)


def attribute(segments: Sequence[Segment], turns: Sequence[SpeakerTurn]) -> tuple[Utterance, ...]:
    """Utterances in time order, each of one speaker, role still unknown. No character is lost.

    Segments are split where the speaker changes and at silences of a second, and joined where one speaker goes on.
    Words of a doubtful turn are an utterance of their own with its confidence, so that a long utterance hides no doubt.
    Without turns everything is said by "S1", surely.
    """
    ordered = sorted(turns, key=lambda t: t.span)
    timeline = _Timeline(tuple(t.span.start_s for t in ordered), tuple(ordered))
    parts = [
        utterance
        for segment in sorted(segments, key=lambda s: (s.start_s, s.end_s))
        for utterance in _utterances(segment, _owners(segment, timeline), timeline)
    ]
    return tuple(_joined(sorted(parts, key=lambda u: (u.start_s, u.end_s))))


def attribute_channels(segments: Sequence[Segment]) -> tuple[Utterance, ...]:
    """The same for one speaker a channel: "S1" on channel 0, "S2" on channel 1; overlapping talk stays overlapping."""
    channels: dict[int, list[Utterance]] = {}
    for segment in sorted(segments, key=lambda s: (s.start_s, s.end_s)):
        owners = [_Owner(f"S{segment.channel + 1}")] * len(segment.text)
        channels.setdefault(segment.channel, []).extend(_utterances(segment, owners, _Timeline((), ())))
    joined = [utterance for parts in channels.values() for utterance in _joined(parts)]
    return tuple(sorted(joined, key=lambda u: (u.start_s, u.end_s, u.speaker)))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZ"


def _owners(segment: Segment, timeline: _Timeline) -> list[_Owner]:
    """The owner of each character of the segment."""
    spoken = [i for i, character in enumerate(segment.text) if not _is_mark(character)]
    if not spoken:
        return [timeline.at(segment.start_s)] * len(segment.text)
    starts = [segment.char_start_s[i] for i in spoken]
    after = [*starts[1:], segment.end_s]
    middles = [a + max(min(b - a, SPOKEN_CHARACTER_S), 0.0) / 2 for a, b in zip(starts, after, strict=True)]
    raw = [timeline.at(middle) for middle in middles]
    worth = [_worth_s(spoken, starts, place) for place in range(len(spoken) + 1)]
    moved = _settled(_moved(raw, starts, middles, worth), worth)
    owners = [moved[0]] * len(segment.text)
    for order, index in enumerate(spoken):
        until = spoken[order + 1] if order + 1 < len(spoken) else len(segment.text)
        owners[index:until] = [moved[order]] * (until - index)  # marks go with the character before them
    return owners


def _worth_s(spoken: list[int], starts: list[float], place: int) -> float:
    """How good it is to change speakers before spoken character `place`, in seconds of pause."""
    if place in (0, len(spoken)):
        return EDGE_BONUS_S
    pause = min(max(starts[place] - starts[place - 1] - USUAL_CHARACTER_S, 0.0), BREAK_S)
    return pause + (PUNCTUATION_BONUS_S if spoken[place] - spoken[place - 1] > 1 else 0.0)


def _moved(raw: list[_Owner], starts: list[float], middles: list[float], worth: list[float]) -> list[_Owner]:
    """Every change put to the best place within NEAR_S; the edge of the segment may swallow a scrap."""
    moved = list(raw)
    pauses = [(middles[p - 1] if p else starts[0], starts[p]) for p in range(len(raw))]
    pauses.append((middles[-1], middles[-1] + SPOKEN_CHARACTER_S))
    changes = [i for i in range(1, len(raw)) if raw[i] != raw[i - 1]]
    last = 0
    for place, following in zip(changes, [*changes, len(raw)][1:], strict=True):
        time_s = (middles[place - 1] + middles[place]) / 2
        # Between its neighbours, so that no turn is swallowed but a single character at the segment's edge.
        low = 0 if place == 1 else last + 1
        high = len(raw) if place == len(raw) - 1 else following - 1
        near = [p for p in range(low, high + 1) if pauses[p][0] - NEAR_S <= time_s <= pauses[p][1] + NEAR_S]
        near = near or [place]
        best = max(near, key=lambda p: (worth[p] - abs(p - place) * AWAY_S, -abs(p - place)))
        if best < place:
            moved[best:place] = [raw[place]] * (place - best)
        elif best > place:
            moved[place:best] = [raw[place - 1]] * (best - place)
        last = best
    return moved


def _settled(owners: list[_Owner], worth: list[float]) -> list[_Owner]:
    """Single characters that no pause and no mark parts from a neighbour are given to that neighbour."""
    settled = list(owners)
    for i in range(len(settled)):
        before = settled[i - 1] if i > 0 else None
        after = settled[i + 1] if i + 1 < len(settled) else None
        if settled[i] in (before, after) or before is after is None:
            continue
        sides = [(worth[i], before)] * (before is not None) + [(worth[i + 1], after)] * (after is not None)
        nearest, owner = min(sides, key=lambda side: side[0])
        if nearest < PART_S and owner is not None:
            settled[i] = owner
    return settled


def _utterances(segment: Segment, owners: list[_Owner], timeline: _Timeline) -> Iterable[Utterance]:
    """The segment split at changes of owner and at long silences."""
    starts = segment.char_start_s
    first = 0
    for i in range(1, len(owners) + 1):
        ends_here = i == len(owners) or (
            owners[i] != owners[i - 1]
            or (starts[i] - starts[i - 1] >= BREAK_S + USUAL_CHARACTER_S and not _is_mark(segment.text[i]))
        )
        if ends_here and i > first:
            sure = [timeline.confidence(owners[first], time_s) for time_s in starts[first:i]]
            yield _utterance(segment, first, i, owners[first].speaker, sum(sure) / len(sure))
            first = i


def _utterance(segment: Segment, first: int, until: int, speaker: str, sure: float) -> Utterance:
    starts = tuple(quantise_time(s) for s in segment.char_start_s[first:until])
    begin = quantise_time(segment.start_s) if first == 0 else starts[0]
    end = segment.char_start_s[until] if until < len(segment.text) else segment.end_s
    end = min(end, segment.char_start_s[until - 1] + LONGEST_CHARACTER_S) if until < len(segment.text) else end
    confidences = tuple(quantise_ratio(c) for c in segment.char_confidence[first:until])
    return Utterance(
        start_s=min(begin, starts[0]),
        end_s=max(quantise_time(end), starts[-1]),
        speaker=speaker,
        role=Role.UNKNOWN,
        text=segment.text[first:until],
        confidence=quantise_ratio(sum(confidences) / len(confidences)) if confidences else None,
        char_start_s=starts,
        char_confidence=confidences,
        speaker_confidence=quantise_ratio(sure),
    )


def _joined(parts: Sequence[Utterance]) -> Iterable[Utterance]:
    """Neighbours of one speaker put together, where the silence between them is under a second."""
    current: Utterance | None = None
    for part in parts:
        if (
            current is not None
            and part.speaker == current.speaker
            and (part.speaker_confidence >= SURE) == (current.speaker_confidence >= SURE)
            and (part.confidence is None) == (current.confidence is None)
            and part.start_s - current.end_s < BREAK_S
            and part.end_s - current.start_s <= LONGEST_JOINED_S
            and part.char_start_s[0] >= current.char_start_s[-1]
        ):
            current = _together(current, part)
            continue
        if current is not None:
            yield current
        current = part
    if current is not None:
        yield current


def _together(first: Utterance, second: Utterance) -> Utterance:
    confidences = first.char_confidence + second.char_confidence
    sure = first.speaker_confidence * len(first.text) + second.speaker_confidence * len(second.text)
    return Utterance(
        start_s=first.start_s,
        end_s=max(first.end_s, second.end_s),
        speaker=first.speaker,
        role=Role.UNKNOWN,
        text=first.text + second.text,
        confidence=quantise_ratio(sum(confidences) / len(confidences)) if confidences else None,
        char_start_s=first.char_start_s + second.char_start_s,
        char_confidence=confidences,
        speaker_confidence=quantise_ratio(sure / (len(first.text) + len(second.text))),
    )
