"""The second hearing: is it the phrase that was said there, or what was written?

Passages are heard alone, a few seconds each, so that what a check says depends on nothing but its own sound and words:
not on the windows of the first hearing, nor on what else is checked.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from analyzer.domain import Candidate, Check, Outcome
from analyzer.hearing.detection import speech_gain
from analyzer.hearing.script import to_model_marks
from analyzer.hearing.types import Pcm, Scorer, Window, WindowPiece
from analyzer.physics import SAMPLE_RATE_HZ

# By how much the words as heard may be more probable than the words with the phrase in them, in nats. Source:
# benchmarks/results/sound.md (`python -m benchmarks sound`), phrases and look-alikes in four conditions.
SAID_NATS = 5.0
FUZZY_NATS = 12.0  # over this, words that count without the sound are rejected; in between they count as before
# What would not count without the sound must be surer, for there are thirty look-alikes to one that was said; what would
# accuse must be surer still than what would be credited.
NEAR_BANNED_NATS = 1.0
NEAR_SAID_NATS = 2.0
NEAR_NATS = 6.0


def listen_again(samples: Sequence[Pcm], candidates: Iterable[Candidate], scorer: Scorer) -> tuple[Check, ...]:
    """A check for each candidate, in order of time. `samples` are the channels, int16 at 16 kHz.

    Candidates of one passage are scored together; a passage is encoded once. As many passages are scored beside each
    other as the engine allows. Raises what the first failed passage raised.
    """
    gains: dict[int, float] = {}
    passages: list[tuple[Window, tuple[Candidate, ...]]] = []
    for (channel, start_s, end_s), some in itertools.groupby(sorted(candidates, key=_place), key=_place):
        source = samples[channel]
        if channel not in gains:
            gains[channel] = speech_gain(source)
        first, last = int(start_s * SAMPLE_RATE_HZ), min(len(source), math.ceil(end_s * SAMPLE_RATE_HZ))
        if last > first:
            passages.append((Window(source, (WindowPiece(first, last, 0),), gains[channel]), tuple(some)))
    with ThreadPoolExecutor(scorer.beside(), "passage") as pool:
        each = pool.map(lambda passage: _checks(passage[0], passage[1], scorer), passages)
        return tuple(sorted(itertools.chain(*each), key=lambda c: (c.start_s, c.end_s, c.heard, c.phrase)))


def outcome(nats: float, *, near: bool, banned: bool = False) -> Outcome:
    """What a difference means; `near` and `banned` as `Candidate` has them."""
    near_said = NEAR_BANNED_NATS if banned else NEAR_SAID_NATS
    said, doubtful = (near_said, NEAR_NATS) if near else (SAID_NATS, FUZZY_NATS)
    if nats <= said:
        return Outcome.SAID
    return Outcome.SUSPICION if nats <= doubtful else Outcome.REJECTED


def _place(candidate: Candidate) -> tuple[int, float, float]:
    return candidate.channel, candidate.passage_start_s, candidate.passage_end_s


def _checks(window: Window, candidates: Sequence[Candidate], scorer: Scorer) -> list[Check]:
    texts = list(dict.fromkeys(text for c in candidates for text in (c.text, *c.texts)))
    nats = dict(zip(texts, scorer.score(window, [to_model_marks(text) for text in texts]), strict=True))
    checks = []
    for c in candidates:
        likeliest, phrase = max(zip((nats[text] for text in c.texts), c.phrases, strict=True))
        nats_less = round(nats[c.text] - likeliest, 2)
        what = outcome(nats_less, near=c.near, banned=c.banned)
        checks.append(Check(c.start_s, c.end_s, c.heard, phrase, nats_less, what))
    return checks
