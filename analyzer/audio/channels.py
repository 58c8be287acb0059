"""Decides from the measurements how the channels are used and how loud they are made. Pure.

Two people on two channels are told from one sound on both by the level difference D = left - right of the
frames with speech. With a person on each channel D has two modes, apart by the sum of both leaks (20 dB even
when phones leak at -10 dB); copies, two microphones in a room and panned mixes have one mode, or two close ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.alignment import Alignment, Delay
from analyzer.audio.measure import BINS, FLOOR_DB, Measurements
from analyzer.audio.report import FRAME_SAMPLES
from analyzer.physics import SAMPLE_RATE_HZ

SPEECH_SHARE = 0.98  # speech level: 2 % of the frames are louder, so two seconds of talk in 100 are seen
BACKGROUND_SHARE = 0.10
SILENT_DB = -72.0  # below: digital noise, nothing that could be gained into speech
QUIET_DB = -42.0  # below: too weak for speech detection, gained to TARGET_DB
TARGET_DB = -24.0
MAX_GAIN_DB = 36.0
MIN_DYNAMIC_DB = 6.0  # speech rises and falls; steady noise is not gained
ACTIVE_RANGE_DB = 20.0  # frames this close to the speech level count as speech
MIN_SEPARATION_DB = 14.0  # between -10 dB leaks on both sides (20 dB) and panning by 6 dB (12 dB)
MIN_SIDE_SHARE = 0.02  # of the active frames
MIN_SIDE_FRAMES = int(0.4 * SAMPLE_RATE_HZ / FRAME_SAMPLES)  # 0.4 s: a "喂，你好"
ONE_SIDED_DB = 10.0  # a copy this much weaker adds only noise to a mix
LEAK_MARGIN_DB = 4.0  # a leak's level varies from frame to frame
OWN_RANGE_DB = 30.0  # a voice's quietest frames that matter, below its speech level
ECHO_MARGIN_DB = 5.0  # an echo's level varies more: rooms, codecs, steps of 20 ms that do not fall together
SAME_SOUND = 0.7  # mean correlation of frames on both channels; of two microphones in a room it is lower
AUDIBLE_LEAK_DB = 35.0  # a leak weaker than this is not heard by speech detection


@dataclass(frozen=True, slots=True)
class Gate:
    """Keeps the other person's voice out of `channel`, for one direction of leaking.

    A frame is the channel's own voice if it is above `own_db` and less than `difference_db` below what the other
    channel was `delay_s` ago.
    """

    channel: int
    difference_db: float
    own_db: float
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How output channels are made: `weights` (out, in) after `dc` (in) is taken off; gates work before that.

    `delay_s` is that between two channels with the same talk.
    """

    choice: str
    weights: NDArray[np.float32]
    dc: NDArray[np.float64]
    gain_db: float
    level_db: float
    leak_db: float | None
    gates: tuple[Gate, ...]
    correlation: float
    delay_s: float | None = None


def plan(m: Measurements, alignment: Alignment | None = None) -> Plan:
    level = [m.level_db(c, SPEECH_SHARE) for c in range(m.channels)]
    if m.channels == 1:
        gain_db = _gain_db(m, [0])
        return Plan("only", _weights([[1.0]], [gain_db]), m.dc, gain_db, level[0], None, (), 1.0)
    silent = [db < SILENT_DB or _only_noise(m, c, max(level)) for c, db in enumerate(level)]
    if any(silent):
        keep = int(np.argmax(level))
        choice = "silent" if max(level) < SILENT_DB else ("left", "right")[keep]
        row = [1.0 if c == keep else 0.0 for c in range(2)]
        gain_db = _gain_db(m, [keep])
        return Plan(choice, _weights([row], [gain_db]), m.dc, gain_db, level[keep], None, (), 0.0)
    active = _active(m, level)
    correlation = _correlation(m, active)
    delays = alignment.delays() if alignment is not None else ()
    if alignment is not None and delays and _sides(np.where(active, alignment.joint(delays[0]), 0)) is None:
        keep = int(level[1] > level[0])  # added up they would be an echo
        gain_db = _gain_db(m, [keep])
        row = [1.0 - keep, float(keep)]
        weights = _weights([row], [gain_db])
        return Plan("same", weights, m.dc, gain_db, max(level), None, (), correlation, delays[0].seconds)
    sides = _sides(np.where(active, m.joint, 0))
    if sides is not None:
        gains = [_gain_db(m, [0]), _gain_db(m, [1])]
        echoes = () if alignment is None else _echo_gates(alignment, delays, active, level)
        gates = (*_gates(sides, level, m), *echoes)
        plain = [gate for gate in gates if not gate.delay_s]
        leak_db = -min(gate.difference_db + LEAK_MARGIN_DB for gate in plain) if plain else None
        weights = _weights([[1.0, 0.0], [0.0, 1.0]], gains)
        return Plan("two", weights, m.dc, max(gains), max(level), leak_db, gates, correlation)
    gain_db = _gain_db(m, [0, 1])
    if abs(level[0] - level[1]) > ONE_SIDED_DB:
        row = [1.0, 0.0] if level[0] > level[1] else [0.0, 1.0]
    else:  # opposite phases would cancel each other in a plain mean
        row = [0.5, -0.5 if correlation < -0.3 else 0.5]
    return Plan("same", _weights([row], [gain_db]), m.dc, gain_db, max(level), None, (), correlation)


def as_it_is(m: Measurements) -> Plan:
    """All channels' mean, and nothing else: 16 bits at 16 kHz come out as they went in."""
    row = np.full((1, m.channels), 32768.0 / 32767.0 / m.channels, np.float32)
    level_db = max(m.level_db(c, SPEECH_SHARE) for c in range(m.channels))
    return Plan("only", row, np.zeros_like(m.dc), 0.0, level_db, None, (), 1.0)


def _weights(rows: list[list[float]], gains_db: list[float]) -> NDArray[np.float32]:
    scale = 10.0 ** (np.asarray(gains_db) / 20.0)
    return (np.asarray(rows) * scale[:, None]).astype(np.float32)


def _only_noise(m: Measurements, channel: int, loudest_db: float) -> bool:
    """A channel with nothing but steady background, far weaker than the other."""
    level = m.level_db(channel, SPEECH_SHARE)
    return level - m.level_db(channel, BACKGROUND_SHARE) < MIN_DYNAMIC_DB and loudest_db - level > ONE_SIDED_DB


def _gain_db(m: Measurements, channels: list[int]) -> float:
    """Gain for very quiet speech, loss for floating-point audio beyond full scale, else 0."""
    level = max(m.level_db(c, SPEECH_SHARE) for c in channels)
    background = max(m.level_db(c, BACKGROUND_SHARE) for c in channels)
    peak = max(m.peak_db(c, 0.995) for c in channels)  # a few clicks may clip
    if peak > 0.5:
        return -peak
    if level >= QUIET_DB or level < SILENT_DB or level - background < MIN_DYNAMIC_DB:
        return 0.0
    return float(max(0.0, min(TARGET_DB - level, MAX_GAIN_DB, -1.0 - peak)))


def _active(m: Measurements, level: list[float]) -> NDArray[np.bool_]:
    """Cells of the joint histogram in which somebody speaks on either channel, shape (BINS, BINS)."""
    db = np.arange(BINS) + FLOOR_DB
    left, right = (
        db >= max(level[c] - ACTIVE_RANGE_DB, min(m.level_db(c, BACKGROUND_SHARE) + 3.0, level[c] - 6.0))
        for c in (0, 1)
    )
    cells: NDArray[np.bool_] = left[:, None] | right[None, :]
    return cells


def _correlation(m: Measurements, active: NDArray[np.bool_]) -> float:
    """Mean signed correlation coefficient of both channels over the active frames, in [-1, 1]."""
    frames = int(m.joint[active].sum())
    return float(m.joint_correlation[active].sum() / frames) if frames else 0.0


def _sides(joint: NDArray[np.int64]) -> tuple[float, float] | None:
    """Usual level difference of right-channel frames (low) and left-channel frames (high), if there are both.

    Otsu's threshold (IEEE SMC 9, 1979) over the histogram of D; None where the modes are not far apart
    or one of them is nearly empty.
    """
    rows, columns = np.nonzero(joint)
    if rows.size == 0:
        return None
    counts = np.bincount(rows - columns + BINS, weights=joint[rows, columns], minlength=2 * BINS)
    difference = np.arange(counts.size) - BINS
    below = np.cumsum(counts)
    above = below[-1] - below
    first = np.cumsum(counts * difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = first / below
        high = (first[-1] - first) / above
        between = np.where((below > 0) & (above > 0), below * above * (high - low) ** 2, 0.0)
    cut = int(np.argmax(between))
    smaller = min(below[cut], above[cut])
    if smaller < max(MIN_SIDE_FRAMES, MIN_SIDE_SHARE * below[-1]) or high[cut] - low[cut] < MIN_SEPARATION_DB:
        return None
    # double talk and background pull the means together; what leaks, leaks at the most frequent difference
    smooth = np.convolve(counts, (1.0, 2.0, 3.0, 2.0, 1.0), mode="same")
    return float(difference[np.argmax(smooth[: cut + 1])]), float(difference[cut + 1 + np.argmax(smooth[cut + 1 :])])


def _gates(sides: tuple[float, float], level: list[float], m: Measurements) -> tuple[Gate, ...]:
    """Gates for the directions in which the leak can be heard; as loud as the voice itself it must be the same sound."""
    return tuple(
        Gate(channel, leak_db - LEAK_MARGIN_DB, level[channel] - OWN_RANGE_DB)
        for channel, leak_db, at_db in ((1, sides[1], sides[1]), (0, -sides[0], sides[0]))
        if LEAK_MARGIN_DB < leak_db < AUDIBLE_LEAK_DB
        or (abs(leak_db) <= LEAK_MARGIN_DB and abs(_correlation(m, _cells_at(at_db, level))) >= SAME_SOUND)
    )


def _cells_at(difference_db: float, level: list[float]) -> NDArray[np.bool_]:
    """Cells of the joint histogram with speech on both channels and about this level difference."""
    db = np.arange(BINS) + FLOOR_DB
    near: NDArray[np.bool_] = np.abs(db[:, None] - db[None, :] - difference_db) <= LEAK_MARGIN_DB
    loud = [db >= level[c] - ACTIVE_RANGE_DB for c in (0, 1)]
    return near & loud[0][:, None] & loud[1][None, :]


def _echo_gates(
    alignment: Alignment, delays: tuple[Delay, ...], active: NDArray[np.bool_], level: list[float]
) -> tuple[Gate, ...]:
    """Gates for what comes again later on the other channel, however loud it comes."""
    gates = []
    for delay in delays:
        sides = _sides(np.where(active, alignment.joint(delay), 0))
        if sides is not None:
            channel = 1 - delay.source
            echo_db = sides[1] if delay.source == 0 else -sides[0]
            gates.append(Gate(channel, echo_db - ECHO_MARGIN_DB, level[channel] - OWN_RANGE_DB, delay.seconds))
    return tuple(gates)
