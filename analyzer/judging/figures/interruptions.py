"""Who cut in on whom: overlapping turns in which the first speaker gives way.

After E. A. Schegloff, "Overlapping talk and the organization of turn-taking for conversation", Language in Society
29 (2000): simultaneous starts, back-channels and a start at the very end of a turn are no interruption.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analyzer.domain import Hearing, Interruption, Layout, Utterance, quantise_time
from analyzer.matching import Stream

LEAST_OVERLAP_S = 0.3  # less is the slack of character times, or a start at the very end of a turn
LEAST_AFTER_S = 0.5  # who stops sooner has not taken the floor
PAUSE_S = 0.6  # between characters further apart than this the speaker is pausing: to begin there is no cutting in

# Reactive tokens: Clancy et al., "The conversational use of reactive tokens in English, Japanese, and Mandarin",
# J. Pragmatics 26 (1996), with the assents of service calls.
_BACK_CHANNEL = re.compile(
    "(?:知道|明白|没错|真的|这样|可以|没事|没问题|谢谢|[嗯恩唔哦噢喔啊呀呃诶欸哎唉哟哇嘿哈对好是行成嘛呢吧吗了的嘞啦])*"
)


@dataclass(frozen=True, slots=True)
class _Turn:
    """An utterance with when its words begin that are no back-channel; `spoken` are its characters that sound."""

    said: Utterance
    begins_s: float
    spoken: list[int]

    def speaking_at(self, time_s: float) -> bool:
        """Whether the speaker is within a run of words at `time_s`, not pausing."""
        starts_s = [self.said.char_start_s[i] for i in self.spoken]
        place = bisect.bisect_right(starts_s, time_s)
        if place == 0 or time_s - starts_s[place - 1] > PAUSE_S:
            return False
        return place == len(starts_s) or starts_s[place] - time_s <= PAUSE_S


def interruptions(hearing: Hearing, stream: Stream) -> tuple[Interruption, ...] | None:
    """The interruptions among the utterances of `stream` (everybody's), in order of time.

    None where overlapping talk could not have been heard.
    """
    if not _overlaps_heard(hearing):
        return None
    cuts: list[Interruption] = []
    open_turns: list[_Turn] = []
    for turn in sorted(_turns(stream), key=lambda t: (t.begins_s, t.said.end_s, t.said.speaker)):
        open_turns = [t for t in open_turns if t.said.end_s > turn.begins_s]
        cuts += [_interruption(turn, other) for other in open_turns if _cuts_in(turn, other)]
        open_turns.append(turn)
    return tuple(cuts)


def _overlaps_heard(hearing: Hearing) -> bool:
    """Whether there was a channel for each person, or the transcript of another system has turns that overlap.

    Turns that overlap in our own transcript of one microphone are slack of the times, not talk.
    """
    if hearing.layout is not None:
        return hearing.layout is Layout.STEREO
    ends_s: dict[str, float] = {}
    for u in sorted(hearing.transcript, key=lambda u: u.start_s):
        if any(end_s - u.start_s >= LEAST_OVERLAP_S for who, end_s in ends_s.items() if who != u.speaker):
            return True
        ends_s[u.speaker] = max(u.end_s, ends_s.get(u.speaker, 0.0))
    return False


def _turns(stream: Stream) -> Iterable[_Turn]:
    """The utterances that hold more than back-channels."""
    edges = np.searchsorted(stream.owner, np.arange(len(stream.utterances) + 1)).tolist()
    origin = stream.origin.tolist()
    for said, (begin, end) in zip(stream.utterances, pairwise(edges), strict=True):
        token = _BACK_CHANNEL.match(stream.text, begin, end)
        first = token.end() if token else begin
        if first < end:
            yield _Turn(said, said.char_start_s[origin[first]], origin[begin:end])


def _cuts_in(turn: _Turn, other: _Turn) -> bool:
    """Whether `turn` takes the floor from `other`, which began before it."""
    return (
        turn.said.speaker != other.said.speaker
        and quantise_time(turn.begins_s - other.begins_s) >= LEAST_OVERLAP_S  # else both began at once
        and quantise_time(other.said.end_s - turn.begins_s) >= LEAST_OVERLAP_S
        and quantise_time(turn.said.end_s - other.said.end_s) >= LEAST_AFTER_S
        and other.speaking_at(turn.begins_s)
    )


def _interruption(turn: _Turn, other: _Turn) -> Interruption:
    return Interruption(
        at_s=quantise_time(turn.begins_s),
        by=turn.said.role,
        on=other.said.role,
        by_speaker=turn.said.speaker,
        on_speaker=other.said.speaker,
        overlap_s=quantise_time(other.said.end_s - turn.begins_s),
    )
