"""The transcript as it sounds: where the second hearing says that a phrase was said, the phrase stands in place of the words.

All rules then read it as if it had been written so: exceptions, help, questions and word edges apply as ever. The words
as they were heard stay what is quoted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.domain import Check, Hearing, Outcome, Utterance
from analyzer.matching import Stream

CONFIDENCE = 0.6  # of characters that the sound put in place: the engine wrote others


@dataclass(frozen=True, slots=True)
class _Put:
    """A check whose phrase stands at characters begin..end (half-open) of an utterance, for `heard` of the original's."""

    begin: int
    end: int
    first: int
    last: int
    check: Check


@dataclass(frozen=True, slots=True)
class _Sounding:
    """An utterance with phrases put in place, in order, and the one that was heard."""

    utterance: Utterance
    heard: Utterance
    put: tuple[_Put, ...]

    def original(self, begin: int, end: int) -> str:
        """The words as heard of characters begin..end (half-open); a phrase that was put in place stands whole."""
        return self.heard.text[self._heard(begin) : self._heard(end - 1, last=True)]

    def _heard(self, at: int, *, last: bool = False) -> int:
        shift = 0
        for one in self.put:
            if one.begin <= at < one.end:
                return one.last if last else one.first
            if one.end <= at:
                shift = one.last - one.end
        return at + shift + last


class Sounding:
    """The utterances of a recording with every phrase of the given outcomes in its place."""

    def __init__(self, hearing: Hearing, outcomes: Sequence[Outcome] = (Outcome.SAID,)) -> None:
        checks = _chosen([c for c in hearing.checks if c.outcome in outcomes])
        transcript = [_sounding(u, checks) for u in hearing.transcript] if checks else []
        self._changed = {id(s.utterance): s for s in transcript if s.put}
        self.hearing = replace(hearing, transcript=tuple(s.utterance for s in transcript)) if self._changed else hearing

    def quote(self, stream: Stream, first: int, last: int) -> str:
        """The words as they were heard of characters first..last (both included)."""
        if not any(id(stream.utterances[owner]) in self._changed for owner in _owners(stream, first, last)):
            return stream.quote(first, last)
        parts = []
        for owner in _owners(stream, first, last):
            utterance = stream.utterances[owner]
            begin = int(stream.origin[first]) if owner == stream.owner[first] else 0
            end = int(stream.origin[last]) + 1 if owner == stream.owner[last] else len(utterance.text)
            changed = self._changed.get(id(utterance))
            parts.append(utterance.text[begin:end] if changed is None else changed.original(begin, end))
        return "…".join(part for part in parts if part)

    def checks(self, stream: Stream, first: int, last: int) -> Iterator[Check]:
        """The checks whose phrases characters first..last (both included) touch, in order."""
        for owner in _owners(stream, first, last):
            changed = self._changed.get(id(stream.utterances[owner]))
            begin = int(stream.origin[first]) if owner == stream.owner[first] else 0
            end = int(stream.origin[last]) if owner == stream.owner[last] else len(stream.utterances[owner].text)
            for one in changed.put if changed else ():
                if one.begin <= end and begin < one.end:
                    yield one.check


def _owners(stream: Stream, first: int, last: int) -> range:
    return range(int(stream.owner[first]), int(stream.owner[last]) + 1)


def _chosen(checks: Sequence[Check]) -> list[Check]:
    """Of checks that share a moment, the one that fits best; in order of time."""
    chosen: list[Check] = []
    for check in sorted(checks, key=lambda c: (c.nats, c.start_s - c.end_s, c.start_s, c.phrase)):
        if all(check.end_s <= other.start_s or other.end_s <= check.start_s for other in chosen):
            chosen.append(check)
    return sorted(chosen, key=lambda c: c.start_s)


def _sounding(utterance: Utterance, checks: Sequence[Check]) -> _Sounding:
    """The utterance with each phrase in place whose words still stand at its second."""
    text, starts, sure = "", list[float](), list[float]()
    put: list[_Put] = []
    done = 0
    for check in checks:
        first = _place(utterance, check, done)
        if first is None:
            continue
        last = first + len(check.heard)
        text += utterance.text[done:first]
        starts += [*utterance.char_start_s[done:first]]
        sure += utterance.char_confidence[done:first]
        put.append(_Put(len(text), len(text) + len(check.phrase), first, last, check))
        text += check.phrase
        share = len(check.heard) / len(check.phrase)
        starts += [utterance.char_start_s[first + int(i * share)] for i in range(len(check.phrase))]
        sure += [CONFIDENCE] * len(check.phrase)
        done = last
    if not put:
        return _Sounding(utterance, utterance, ())
    text += utterance.text[done:]
    starts += utterance.char_start_s[done:]
    sure += utterance.char_confidence[done:]
    known = tuple(sure) if utterance.char_confidence else ()
    changed = replace(utterance, text=text, char_start_s=tuple(starts), char_confidence=known)
    return _Sounding(changed, utterance, tuple(put))


def _place(utterance: Utterance, check: Check, done: int) -> int | None:
    """Where the words of a check begin in an utterance, from character `done` on; None where they do not stand there."""
    if not check.phrase or not utterance.start_s - 0.01 <= check.start_s <= utterance.end_s:
        return None
    for first in range(done, len(utterance.text)):
        same_s = abs(utterance.char_start_s[first] - check.start_s) < 0.006
        if same_s and utterance.text.startswith(check.heard, first):
            return first
    return None
