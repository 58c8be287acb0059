"""What the decoding child tells its parent: one small JSON object. Standard library only."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass

from analyzer.physics import SAMPLE_RATE_HZ

FRAME_SAMPLES = 320  # 20 ms at 16 kHz: levels and correlations are measured on frames of this length
PEAKS_FILE, PLAY_FILE = "peaks", "play"  # in the folder for what a page needs
BLOCK_SAMPLES = 10 * SAMPLE_RATE_HZ  # what is held of a recording at a time


@dataclass(frozen=True, slots=True)
class Request:
    """What the child is asked: absolute paths without the user's name, and its limits.

    `playback` is a folder that gets what a page needs (playback.py) on the way; with `cut_s`, only that stretch is
    decoded, and `target` becomes a file that browsers play instead of samples. `mute_s` are stretches of the recording that
    are silent in it; alone, they ask for such a file of the whole recording. `plain`: one channel of samples as they are in
    the file, neither lifted nor gated: somebody else has prepared them.
    """

    source: str
    target: str
    folder: str
    max_duration_s: float
    max_cpu_s: float
    max_temp_bytes: int
    parent: int
    playback: str | None = None
    cut_s: tuple[float, float] | None = None
    mute_s: tuple[tuple[float, float], ...] | None = None
    plain: bool = False

    @property
    def encodes(self) -> bool:
        """Whether the whole recording is encoded as well: it takes its time once more."""
        return self.playback is not None or (self.mute_s is not None and self.cut_s is None)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one file. Times in seconds, levels in dB of full scale.

    `container_s` is the length that the file's header states (None: none, or only guessed from the bit rate),
    `decoded_s` the length that came out of the decoder, `filled_s` the silence put where packets were lost.
    `media_type` is that of what a page plays: the file itself or, where `copied`, the copy made; None: none was made.
    `planes` are the channels of the waveform. `delay_s` parts two channels with the same talk, `echoes` are (channel that
    repeats the other one, seconds later). `tracks` were heard, `left_out_tracks` not; `joined` files stood end to end;
    `mended`: there was sound behind the end that a header states; `unread_bytes` stand behind the last that was read;
    `cut`: it stops in the middle, and nothing tells how much is missing.
    `legs` are those of a call that came as two files (`legs.py`): the seconds of each, and how much later the second began.
    `choice` says how the channels were used: only | mixdown | same | left | right | silent | two.
    """

    container: str
    codec: str
    source_rate_hz: int
    source_channels: int
    container_s: float | None
    decoded_s: float
    filled_s: float
    bad_packets: int
    non_finite: int
    clipped_share: float
    dc_offset: float
    level_db: float
    gain_db: float
    leak_db: float | None
    choice: str
    channels: int
    samples: int
    correlation: float
    media_type: str | None = None
    copied: bool = False
    planes: int = 1
    delay_s: float | None = None
    echoes: tuple[tuple[int, float], ...] = ()
    tracks: int = 1
    left_out_tracks: int = 0
    joined: int = 1
    mended: bool = False
    unread_bytes: int = 0
    cut: bool = False
    legs: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """A stretch was cut out as asked."""

    clip_s: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing came out: `code` is one of the keys of `messages.ERRORS`, `detail` is technical."""

    code: str
    detail: str = ""


class DecodeError(Exception):
    """Raised inside the child: carries the code that becomes a `Failure`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def to_json(value: Request | Report | ClipSpan | Failure) -> str:
    """One line of ASCII JSON."""
    return json.dumps(dataclasses.asdict(value))


def request_from_json(text: str) -> Request:
    """The request that the parent wrote. Raises ValueError or TypeError for anything else."""
    return Request(**json.loads(text))


def result_from_json(text: str) -> Report | ClipSpan | Failure:
    """The child's answer. Raises ValueError, TypeError or KeyError for anything else."""
    values = json.loads(text)
    if not isinstance(values, dict):
        raise TypeError(f"not an object: {text[:50]!r}")
    if "clip_s" in values:
        return ClipSpan(**values)
    if "code" in values:
        return Failure(**values)
    echoes = tuple((channel, delay_s) for channel, delay_s in values.get("echoes", ()))
    legs = values.get("legs")
    return Report(**{**values, "echoes": echoes, "legs": None if legs is None else (legs[0], legs[1], legs[2])})


def legs_comment(first_s: float, second_s: float, later_s: float) -> str:
    """What a file that was joined from two legs says of itself; `later_s`: how much later the second one began."""
    return f"tingjian legs {first_s:.2f} {second_s:.2f} {later_s:.2f}"


def legs_of(comment: str) -> tuple[float, float, float] | None:
    """What `legs_comment` wrote, None for any other comment."""
    found = re.fullmatch(r"tingjian legs (\d{1,6}\.\d\d) (\d{1,6}\.\d\d) (-?\d{1,6}\.\d\d)", comment.strip("\0 "))
    return (float(found[1]), float(found[2]), float(found[3])) if found else None
