"""Keeps out of the transcript what the engine invented: pure functions from a decoding to a reason.

Whisper writes film credits on noise, repeats itself, and echoes its prompt; it is often sure of it
(RELIABILITY §1.7: confidence alone does not help). So each rule looks at something else. Nothing is lost:
what a rule stops is listed with its reason.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from analyzer.domain import Segment
from analyzer.hearing.script import is_spoken, spoken, to_simplified
from analyzer.hearing.types import IMPROBABLE, REPETITIVE, Decoded
from analyzer.rubric.load import load_shared

MAX_CHARS_PER_S = 12.0  # fast Mandarin is 7-8 syllables a second; no one says 12
NO_SPEECH = 0.6  # Whisper's paper, 4.5; counts only together with IMPROBABLE
UNSURE = 0.3  # mean confidence of a window's characters; medians: speech at 5 dB 0.76, echoes on noise 0.1
ECHO_UNSURE = 0.5  # mean confidence of words of the prompt, when the sound does not say them
_SHORT = 8  # an invention shorter than this must be the whole line: people do say 谢谢大家
_ALIKE = 0.75  # share of an invention's characters that must be found, in order
# A unit said again and again: 对对对 is speech, eight of them or four of a longer unit are a loop.
_MARKS = re.compile(r"[\W_]+")
_LOOP = re.compile(r"(.)\1{7,}|(.{2,12}?)\2{3,}")


def doubtful(decoded: Decoded, speech_s: float) -> str:
    """Why a window should be decoded again, carefully; empty when it need not be."""
    said = spoken(decoded.text)
    if decoded.compression_ratio > REPETITIVE or any(len(m.group()) >= 12 for m in _LOOP.finditer(said)):
        return "文字反复循环"
    if said and _improbable(decoded):
        return "引擎自己没有把握"
    if len(said) > MAX_CHARS_PER_S * (speech_s + 0.5):
        return "字数多得来不及说"
    return ""


def invented_window(decoded: Decoded, speech_s: float, *, alone: bool = False) -> str:
    """Why nothing of a decoding can be believed, in Chinese for the user; empty when its segments may be judged.

    `alone` marks a stretch decoded by itself: without context the engine invents more readily, so
    there an improbable text is not believed either.
    """
    said = spoken(decoded.text)
    if not said:
        return ""
    if decoded.compression_ratio > REPETITIVE:
        return "文字反复循环，不像真人说话"
    if len(said) > MAX_CHARS_PER_S * (speech_s + 0.5):
        return "字数多得来不及说"
    if _improbable(decoded) and (alone or (decoded.no_speech_prob or 0.0) > NO_SPEECH):
        return "引擎认为这里没有人说话"
    if decoded.char_confidence and _mean_confidence(decoded, (0, len(decoded.text))) < UNSURE:
        return "引擎自己没有把握"
    return ""


def _improbable(decoded: Decoded) -> bool:
    return decoded.avg_logprob is not None and decoded.avg_logprob < IMPROBABLE


def invented(segment: Segment, inventions: Sequence[str]) -> str:
    """Why a segment of a credible decoding is not speech, in Chinese for the user; empty when it may stand."""
    said = spoken(segment.text)
    if is_loop(said):
        return "文字反复循环，不像真人说话"
    if len(said) > MAX_CHARS_PER_S * (segment.end_s - segment.start_s + 0.5):
        return "字数多得来不及说"
    invention = matching_invention(said, inventions)
    return f"引擎在噪声里常编造的句子：{invention}" if invention else ""


def scrap(segment: Segment, prompt: str) -> bool:
    """Whether all of a segment is a piece of the prompt that the sound does not say: what is left of an echo.

    An echo whose rest went for another reason is no run of words any more. Someone who names one tap is heard, and so is
    whatever an engine wrote that does not tell how sure it was.
    """
    if not segment.char_confidence:
        return False
    said = spoken(to_simplified(segment.text)).lower()
    sure = [value for char, value in zip(segment.text, segment.char_confidence, strict=True) if is_spoken(char)]
    piece = len(said) > 1 and said in spoken(to_simplified(prompt)).lower()
    return piece and sum(sure) / len(sure) < UNSURE


def is_loop(said: str) -> bool:
    """Whether most of the text is one unit repeated (4 times; a single character 8 times)."""
    return any(len(match.group()) * 2 > len(said) for match in _LOOP.finditer(said))


def matching_invention(said: str, inventions: Sequence[str]) -> str:
    """The known invention that `said` holds (long ones, fuzzily) or is (short ones); empty if none."""
    for invention in inventions:
        if len(invention) < _SHORT:
            if said == invention:
                return invention
        elif _contained(invention, said) >= _ALIKE and len(said) <= 3 * len(invention):
            return invention
    return ""


def echoes(decoded: Decoded, prompt: str) -> list[tuple[int, int]]:
    """Index ranges of `decoded.text` in which the engine gave its prompt back instead of what was said.

    Two or more words of the prompt one after the other, with nothing but marks between them, that the
    sound alone does not support (`char_confidence` comes from an alignment without the prompt); or a
    whole text made of pieces of the prompt. Someone who names one tap is heard. Where nothing tells what the sound
    supports, only a whole text that is longer than any one word of the prompt is taken for an echo.
    """
    words = sorted((spoken(word) for word in _MARKS.split(to_simplified(prompt))), key=len, reverse=True)
    words = [re.escape(word) for word in words if len(word) > 1]
    if not words:
        return []
    text = to_simplified(decoded.text).lower()
    one = "|".join(words)
    run = re.compile(rf"(?:(?:{one})[\W_]*){{2,}}")
    ranges = [match.span() for match in run.finditer(text)]
    whole = spoken(to_simplified(prompt))
    if spoken(text) and _covered(spoken(text), whole) >= _ALIKE and len(spoken(text)) > 1:
        ranges = [(0, len(text))]
    if not decoded.char_confidence:
        longest = max(len(word) for word in _MARKS.split(to_simplified(prompt)))
        return [span for span in ranges if span == (0, len(text)) and len(spoken(text)) > longest]
    return [span for span in ranges if _mean_confidence(decoded, span) < ECHO_UNSURE]


def without(decoded: Decoded, ranges: Sequence[tuple[int, int]]) -> Decoded:
    keep = [i for i in range(len(decoded.text)) if not any(low <= i < high for low, high in ranges)]
    return replace(
        decoded,
        text="".join(decoded.text[i] for i in keep),
        char_start_s=tuple(decoded.char_start_s[i] for i in keep),
        char_end_s=tuple(decoded.char_end_s[i] for i in keep),
        char_confidence=tuple(decoded.char_confidence[i] for i in keep) if decoded.char_confidence else (),
    )


def only_murmur(segments: Sequence[Segment]) -> bool:
    """Whether a whole channel holds nothing but 嗯 and 啊: machines hum so, and no clause turns on it."""
    said = "".join(spoken(segment.text) for segment in segments)
    return bool(said) and not said.strip("嗯啊哦呃唔嘛吗呀")


def _mean_confidence(decoded: Decoded, span: tuple[int, int]) -> float:
    values = [decoded.char_confidence[i] for i in range(*span) if is_spoken(decoded.text[i])]
    return sum(values) / len(values) if values else 0.0


def _covered(part: str, whole: str) -> float:
    """Share of `part` made of stretches of two or more characters of `whole`, in any order."""
    position = covered = 0
    while position < len(part):
        length = 0
        while position + length < len(part) and part[position : position + length + 1] in whole:
            length += 1
        covered += length if length > 1 else 0
        position += max(length, 1)
    return covered / len(part)


def _contained(part: str, whole: str) -> float:
    """Share of `part` found in `whole` in order, in blocks of two characters or more."""
    matcher = SequenceMatcher(None, part, whole, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks() if block.size > 1) / len(part)


def load_inventions(lexicons: Path) -> tuple[str, ...]:
    """Known inventions of the lexicons, Simplified, without punctuation. Raises InvalidLexiconError."""
    return _spoken_lines(load_shared(lexicons).inventions)


@functools.lru_cache(maxsize=4)
def _spoken_lines(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for line in lines if (text := spoken(to_simplified(line)))))
