"""Dialogues with known turns, cut together from single-voice clips: the material of the speaker benchmark.

Voices are the real speakers of ../shared/speech (optional), the same sped up or slowed down (a change of 12 % in speed moves
pitch and formants as another body would; Kaldi counts such copies as further speakers), and the synthetic
voices of ../shared/tts. A dialogue is fully decided by its seed.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from analyzer.domain import Span, SpeakerTurn
from analyzer.physics import SAMPLE_RATE_HZ
from benchmarks.kit.places import SPEECH, TTS, speech_clips

RATE_HZ = SAMPLE_RATE_HZ
SHORTEST_PIECE_S = 0.35
LINES = (
    "您好，我是服务中心的维修人员，请问是您家报修的吗？", "对，你快进来吧，厨房那个水龙头一直在滴水。", "嗯。", "好的。",
    "行。", "可以可以。", "那我先看一下阀门，您稍等。", "这个密封圈老化了，需要换一个新的，材料费是十五块钱。",
    "怎么还要收钱啊，上次来的师傅都没收。", "是的。", "材料是按照公示的价格收取的，人工不收费。", "哦，那就换吧。",
    "已经修好了，您试一下水看看还漏不漏。", "不漏了，谢谢啊师傅。", "不客气，这是我们应该做的，请您在单子上签个字。", "签哪里？",
    "签在右下角就可以了，以后有问题随时打我们的电话。", "好嘞，慢走啊。", "没事。",
    "这个要多长时间能修好啊，我一会儿还要出门接孩子。", "大概二十分钟左右吧，我尽量快一点。", "你刚才说的那个保修期是多长时间？",
    "换的配件保修三个月，您把单子留好。", "知道了。",
)  # fmt: skip

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A mixed recording (float32 in [-1, 1], 16 kHz mono) with who speaks when."""

    name: str
    samples: Samples
    turns: tuple[SpeakerTurn, ...]

    @property
    def voices(self) -> int:
        return len({t.speaker for t in self.turns})

    def pcm(self) -> NDArray[np.int16]:
        return (np.clip(self.samples, -1, 1) * 32767).astype(np.int16)


@functools.cache
def real_voices() -> dict[str, tuple[Samples, ...]]:
    """Clips of each real speaker with at least 20 s, and of everyone else under the clip's own name."""
    voices: dict[str, list[Samples]] = {}
    for clip in speech_clips():
        samples, rate = sf.read(SPEECH / clip["file"], dtype="float32")
        assert rate == RATE_HZ, clip["file"]
        name = clip["speaker"].split(" ")[0] or clip["file"].split(".")[0]
        voices.setdefault(name, []).extend(_pieces(_level(samples)))
    return {name: tuple(clips) for name, clips in voices.items()}


@functools.cache
def synthetic_voices(cache: Path) -> dict[str, tuple[Samples, ...]]:
    """The four synthetic voices saying LINES; rendered once into `cache` (needs the packages named in say.py)."""
    voices: dict[str, list[Samples]] = {}
    cache.mkdir(parents=True, exist_ok=True)
    for voice in ("zf_xiaobei", "zf_xiaoxiao", "zm_yunxi", "zm_yunyang"):
        for number, line in enumerate(LINES):
            path = cache / f"{voice}_{number:02d}.wav"
            if not path.exists():
                _render(line, voice, path)
            voices.setdefault(voice, []).append(_level(sf.read(path, dtype="float32")[0]))
    return {name: tuple(clips) for name, clips in voices.items()}


def _render(line: str, voice: str, path: Path) -> None:
    if str(TTS) not in sys.path:
        sys.path.insert(0, str(TTS))
    from say import say  # type: ignore[import-not-found]  # lives outside the project

    samples = resample_poly(say(line, voice), 2, 3)  # 24 kHz to 16 kHz
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    sf.write(path, samples[max(0, loud[0] - 160) : loud[-1] + 320], RATE_HZ)


def _level(samples: Samples, rms: float = 0.06) -> Samples:
    """The same loudness for every clip, so that loudness does not tell the speakers apart."""
    loud = samples[np.abs(samples) > 0.01]
    return (samples * (rms / max(float(np.sqrt(np.mean(loud**2))), 1e-4))).astype(np.float32)


def _pieces(samples: Samples, longest_s: float = 10.0) -> list[Samples]:
    """A long clip cut at its quietest places, trimmed of leading and trailing silence."""
    frame = RATE_HZ // 50
    level = np.array([np.abs(samples[i : i + frame]).max() for i in range(0, len(samples), frame)])
    voiced = np.flatnonzero(level > 0.02)
    samples = samples[max(0, voiced[0] * frame - 320) : (voiced[-1] + 1) * frame + 320]
    if len(samples) <= longest_s * RATE_HZ:
        return [samples]
    smooth = np.convolve(np.abs(samples), np.ones(3200) / 3200, "same")
    middle = slice(len(samples) // 4, 3 * len(samples) // 4)
    cut = middle.start + int(np.argmin(smooth[middle]))
    return _pieces(samples[:cut]) + _pieces(samples[cut:])


def resped(clips: tuple[Samples, ...], up: int, down: int) -> tuple[Samples, ...]:
    """The voice of a larger (up > down) or smaller body: played slower or faster."""
    return tuple(resample_poly(c, up, down).astype(np.float32) for c in clips)


def _answer(clip: Samples, rng: np.random.Generator) -> Samples:
    """A short answer of 0.4 to 1.0 s: a stretch of the clip between two of its quiet places."""
    want = int(rng.uniform(0.4, 1.0) * RATE_HZ)
    if len(clip) <= want * 1.3:
        return clip
    smooth = np.convolve(np.abs(clip), np.ones(480) / 480, "same")
    start_zone = max(1, len(clip) - int(want * 1.3))
    start = int(rng.integers(start_zone))
    zone = smooth[start : start + 3200]
    start += int(np.argmin(zone))
    tail = smooth[start + want : start + want + 3200]
    end = start + want + (int(np.argmin(tail)) if len(tail) else 0)
    piece = clip[start:end].copy()
    ramp = np.linspace(0, 1, 160, dtype=np.float32)
    piece[:160] *= ramp
    piece[-160:] *= ramp[::-1]
    return piece


def build(
    name: str,
    voices: dict[str, tuple[Samples, ...]],
    seed: int,
    length_s: float = 80.0,
    short_share: float = 0.25,
    pause_s: tuple[float, float] = (0.15, 1.0),
    overlap_share: float = 0.0,
) -> Dialogue:
    """A dialogue in which the voices alternate; no clip is used twice before all of its voice were.

    `overlap_share` of the turns begin 0.2-0.6 s before the last one ends.
    """
    rng = np.random.default_rng(seed)
    decks: dict[str, list[Samples]] = {v: [] for v in voices}
    mixed = np.zeros(int((length_s + 30) * RATE_HZ), np.float32)
    turns: list[SpeakerTurn] = []
    now, previous, names = int(0.5 * RATE_HZ), "", list(voices)
    while now < length_s * RATE_HZ:
        others = [v for v in names if v != previous] or names
        previous = others[int(rng.integers(len(others)))]
        if not decks[previous]:
            decks[previous] = [voices[previous][i] for i in rng.permutation(len(voices[previous]))]
        clip = decks[previous].pop()
        if rng.random() < short_share:
            clip = _answer(clip, rng)
        if turns and rng.random() < overlap_share:
            now -= int(rng.uniform(0.4, 0.8) * RATE_HZ)
        mixed[now : now + len(clip)] += clip[: len(mixed) - now] * 10 ** (rng.uniform(-4, 2) / 20)
        turns.append(SpeakerTurn(Span(now / RATE_HZ, (now + len(clip)) / RATE_HZ), previous))
        now += len(clip) + int(rng.uniform(*pause_s) * RATE_HZ)
    return Dialogue(name, mixed[: now + RATE_HZ // 2], tuple(turns))


def noisy(dialogue: Dialogue, snr_db: float, seed: int = 0) -> Dialogue:
    """With brown-ish room noise at `snr_db` under the speech."""
    rng = np.random.default_rng(seed)
    noise = np.asarray(sosfilt(butter(1, 1000, fs=RATE_HZ, output="sos"), rng.standard_normal(len(dialogue.samples))))
    speech = dialogue.samples[np.abs(dialogue.samples) > 0.01]
    gain = np.sqrt(np.mean(speech**2)) / np.sqrt(np.mean(noise**2)) * 10 ** (-snr_db / 20)
    return Dialogue(
        f"{dialogue.name}+{snr_db:g}dB", (dialogue.samples + noise * gain).astype(np.float32), dialogue.turns
    )


def reverberant(dialogue: Dialogue, rt60_s: float = 0.5, seed: int = 0, under_db: float = 3.1) -> Dialogue:
    """In a room: direct sound and an exponentially decaying tail whose energy is `under_db` below it."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(int(rt60_s * RATE_HZ)) / RATE_HZ
    tail = rng.standard_normal(len(time_s)) * 10 ** (-3 * time_s / rt60_s)
    tail *= 10 ** (-under_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    wet = fftconvolve(dialogue.samples, tail)[: len(dialogue.samples)]
    return Dialogue(f"{dialogue.name}+room", wet.astype(np.float32), dialogue.turns)


def telephone(dialogue: Dialogue) -> Dialogue:
    """Through an 8 kHz telephone band (300-3400 Hz) with 8-bit mu-law."""
    low = sosfilt(butter(4, [300, 3400], "bandpass", fs=RATE_HZ, output="sos"), dialogue.samples)
    narrow = np.clip(resample_poly(low, 1, 2), -1, 1)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    back = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    return Dialogue(f"{dialogue.name}+phone", resample_poly(back, 2, 1).astype(np.float32), dialogue.turns)


def far(
    dialogue: Dialogue, rt60_s: float = 0.8, under_db: float = 0.0, snr_db: float = 15.0, seed: int = 0
) -> Dialogue:
    """Across a bare room: the tail is as loud as the direct sound, and there is the room's noise."""
    return noisy(reverberant(dialogue, rt60_s, seed, under_db), snr_db, seed)
