"""Speech time: opening and closing are counted in seconds of speech, because a visit is half silence."""

from __future__ import annotations

from analyzer.domain import Hearing, Span
from analyzer.rubric.model import Where

LARGEST_SHARE = 0.6
DOUBTFUL_SHARE = 0.8  # between the two a short talk leaves open what its opening or closing is


class SpeechClock:
    """Translates recording time to speech time by the detected speech (or, without it, by the utterances)."""

    def __init__(self, hearing: Hearing) -> None:
        spans = hearing.speech or tuple(Span(u.start_s, max(u.start_s, u.end_s)) for u in hearing.transcript)
        self._spans = _union(spans)
        self._duration_s = hearing.duration_s
        self.total_s = sum(s.duration_s for s in self._spans)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The stretches in which anybody speaks, disjoint and in order."""
        return tuple(self._spans)

    def window(self, where: Where, opening_s: float, closing_s: float, share: float = LARGEST_SHARE) -> Span:
        """Return the part of the recording in which an item is looked for.

        The opening reaches to where `opening_s` seconds of speech have been heard, the closing begins where
        `closing_s` are left. In a short talk neither is more than `share` of it: a greeting is no farewell.
        """
        most_s = share * self.total_s
        if where is Where.OPENING:
            return Span(0.0, self._at(min(opening_s, most_s)))
        if where is Where.CLOSING:
            closing_at_s = self._at(self.total_s - min(closing_s, most_s))
            return Span(min(closing_at_s, self._duration_s), self._duration_s)
        return Span(0.0, self._duration_s)

    def _at(self, speech_s: float) -> float:
        """Recording time at which `speech_s` seconds of speech have passed."""
        if speech_s <= 0:
            return 0.0
        passed = 0.0
        for span in self._spans:
            if passed + span.duration_s >= speech_s:
                return span.start_s + (speech_s - passed)
            passed += span.duration_s
        return self._duration_s


def _union(spans: tuple[Span, ...]) -> list[Span]:
    """Merge overlapping spans (two channels speak at once)."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_s <= merged[-1].end_s:
            merged[-1] = Span(merged[-1].start_s, max(merged[-1].end_s, span.end_s))
        else:
            merged.append(span)
    return merged
