"""The second hearing's values: a stretch whose wording was held against its sound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What the sound says of a phrase: that it was said, that it may have been, that something else was."""

    SAID = "said"
    SUSPICION = "suspicion"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Check:
    """`phrase` was scored against the same sound as the text `heard`, the characters of the transcript in [start_s, end_s).

    `nats`: by how much the text as it was heard is more probable than the text with `phrase` in its place, in natural
    logarithms; negative where the phrase fits better. What is long is not made comparable here: `outcome` is.
    """

    start_s: float
    end_s: float
    heard: str
    phrase: str
    nats: float
    outcome: Outcome

    def __post_init__(self) -> None:
        if not 0.0 <= self.start_s <= self.end_s:
            raise ValueError(f"check must satisfy 0 <= start <= end, got {self.start_s} .. {self.end_s}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A phrase that decides something and was not written as it is asked for, ready to be held against the sound.

    `passage` is the stretch of `channel` to be listened to; `text` is what was heard in it, `texts` the same with each
    of `phrases`, readings of the phrase, in place of the words `heard`. `near`: without the sound, the words would not count.
    `banned`: it would accuse.
    """

    start_s: float
    end_s: float
    heard: str
    phrases: tuple[str, ...]
    near: bool
    channel: int
    passage_start_s: float
    passage_end_s: float
    text: str
    texts: tuple[str, ...]
    banned: bool = False
