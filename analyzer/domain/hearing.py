"""The left half's values: times, words and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analyzer.domain.checks import Check
from analyzer.domain.sounds import Sound


class Role(StrEnum):
    """Who a speaker is in the conversation."""

    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    OTHER = "other"
    UNKNOWN = "unknown"


class Layout(StrEnum):
    """What the channels of a recording hold: STEREO only where two different people are on the two channels."""

    MONO = "mono"
    STEREO = "stereo"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time [start_s, end_s)."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.start_s <= self.end_s:
            raise ValueError(f"span must satisfy 0 <= start <= end, got {self.start_s} .. {self.end_s}")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def overlap_s(self, other: Span) -> float:
        """Seconds shared with `other` (0.0 where they do not meet)."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))


def check_characters(text: str, times: tuple[float, ...], confidences: tuple[float, ...]) -> None:
    """Raise ValueError unless every character has a time, and a confidence where any has one."""
    if len(times) != len(text) or len(confidences) not in (0, len(text)):
        raise ValueError(f"{len(text)} characters but {len(times)} times and {len(confidences)} confidences")


@dataclass(frozen=True, slots=True)
class Segment:
    """Text that an engine heard in one stretch, before speakers are known.

    `char_start_s[i]` is when `text[i]` begins; `char_confidence[i]` in [0, 1] is how sure the engine was: empty, and
    `confidence` None, where it does not tell. `channel` is the audio channel it was heard on (0 for a mix).
    """

    start_s: float
    end_s: float
    text: str
    char_start_s: tuple[float, ...]
    char_confidence: tuple[float, ...]
    confidence: float | None
    channel: int = 0

    def __post_init__(self) -> None:
        check_characters(self.text, self.char_start_s, self.char_confidence)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text that a guard kept out of the transcript, with the guard's reason; shown, never judged."""

    start_s: float
    end_s: float
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """A stretch that diarization gives to one speaker; `confidence` in [0, 1] that it is that one."""

    span: Span
    speaker: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice of the recording and the role it plays, with the confidence of that role in [0, 1]."""

    id: str
    role: Role
    confidence: float
    speech_s: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one speaker said without a break: the unit of the transcript.

    `char_start_s` and `char_confidence` have one value a character of `text`. `confidence` is that of the words,
    `speaker_confidence` that of whose words they are: 1 where each speaker has a channel. Where the engine does not tell how
    sure it was, `confidence` is None and `char_confidence` empty.
    """

    start_s: float
    end_s: float
    speaker: str
    role: Role
    text: str
    confidence: float | None
    char_start_s: tuple[float, ...]
    char_confidence: tuple[float, ...]
    speaker_confidence: float = 1.0

    def __post_init__(self) -> None:
        check_characters(self.text, self.char_start_s, self.char_confidence)

    def char_span(self, first: int, last: int) -> Span:
        """Seconds of characters first..last, both included."""
        end_s = self.char_start_s[last + 1] if last + 1 < len(self.text) else self.end_s
        return Span(self.char_start_s[first], max(end_s, self.char_start_s[first]))


@dataclass(frozen=True, slots=True)
class Engine:
    """What made the words: travels with every result."""

    name: str
    model: str
    version: str = ""
    compute_type: str = ""
    device: str = ""
    normaliser: str = ""
    diarizer: str = ""


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that was heard in one recording: the left half of the pipeline hands this to the right.

    `speech` are the stretches in which a voice was detected, `unheard` those of them that got no text.
    `layout` is None where nobody knows: a transcript from another system. `checks` are the stretches that were held
    against the sound a second time, `sounds` what was heard without anybody saying it, both in order of time.
    """

    file: str
    duration_s: float
    speech: tuple[Span, ...]
    unheard: tuple[Span, ...]
    engine: Engine
    speakers: tuple[Speaker, ...]
    transcript: tuple[Utterance, ...]
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
    layout: Layout | None = None
    checks: tuple[Check, ...] = ()
    sounds: tuple[Sound, ...] = ()

    @property
    def speech_s(self) -> float:
        """Seconds of detected speech, both channels counted."""
        return round(sum(s.duration_s for s in self.speech), 2)

    @property
    def unheard_s(self) -> float:
        return round(sum(s.duration_s for s in self.unheard), 2)


def quantise_time(value_s: float) -> float:
    """Round a time to 10 ms, the resolution that a transcript keeps."""
    return round(float(value_s), 2)


def quantise_ratio(value: float) -> float:
    """Round a confidence or similarity to 3 decimals."""
    return round(float(value), 3)
