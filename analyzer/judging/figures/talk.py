"""How much each role talks, how fast, and how long nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from analyzer.domain import Role, Span, Utterance, quantise_ratio, quantise_time
from analyzer.matching import Stream
from analyzer.text.syllables import count_syllables

LEAST_TALK_S = 5.0  # a rate from less talk than this says more about one word than about a person


def talk_seconds(utterances: Iterable[Utterance]) -> dict[Role, float]:
    """Return the seconds that each role talks, by role in the order of `Role`."""
    total_s: dict[Role, float] = {}
    until_s: dict[Role, float] = {}  # up to when a role's talk is counted: two voices of it at once count once
    for u in sorted(utterances, key=lambda u: u.start_s):
        counted_s = until_s.get(u.role, 0.0)
        total_s[u.role] = total_s.get(u.role, 0.0) + max(0.0, u.end_s - max(u.start_s, counted_s))
        until_s[u.role] = max(u.end_s, counted_s)
    return {role: quantise_time(total_s[role]) for role in Role if role in total_s}


def talk_share(talk_s: Mapping[Role, float]) -> dict[Role, float]:
    """Return each role's share of all talk, in [0, 1]; {} where nobody talks."""
    total_s = sum(talk_s.values())
    return {role: quantise_ratio(s / total_s) for role, s in talk_s.items()} if total_s else {}


def syllables(stream: Stream) -> dict[Role, int]:
    """Return how many syllables each role says, by role in the order of `Role`."""
    said: dict[Role, list[str]] = {}
    edges = np.searchsorted(stream.owner, np.arange(len(stream.utterances) + 1)).tolist()
    for u, (begin, end) in zip(stream.utterances, pairwise(edges), strict=True):
        said.setdefault(u.role, []).append(stream.text[begin:end])
    return {role: count_syllables(" ".join(said[role])) for role in Role if role in said}


def per_minute(count: int, talk_s: float) -> float | None:
    """Return `count` a minute of `talk_s` with one decimal; None under LEAST_TALK_S."""
    return None if talk_s < LEAST_TALK_S else round(count * 60.0 / talk_s, 1)


def syllables_per_minute(counts: Mapping[Role, int], talk_s: Mapping[Role, float]) -> dict[Role, float | None]:
    """Return each role's rate; a role whose turns hold no words has the rate of none."""
    return {role: per_minute(counts.get(role, 0), s) for role, s in talk_s.items()}


def silence_share(voices: Sequence[Span]) -> float | None:
    """Return the share of time without a voice between the first and the last of `voices` (disjoint, in order)."""
    if not voices:
        return None
    whole_s = voices[-1].end_s - voices[0].start_s
    silent_s = sum(b.start_s - a.end_s for a, b in pairwise(voices))
    return quantise_ratio(silent_s / whole_s) if whole_s else 0.0


def longest_silence(voices: Sequence[Span]) -> Span | None:
    """Return the longest gap between two of `voices` (disjoint, in order), the earliest of equals."""
    gaps = [(quantise_time(a.end_s), quantise_time(b.start_s)) for a, b in pairwise(voices)]
    if not gaps:
        return None
    return Span(*max(gaps, key=lambda gap: (quantise_time(gap[1] - gap[0]), -gap[0])))
