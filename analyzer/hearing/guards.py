"""Keeps out of the transcript what the engine invented: pure functions from a decoding to a reason.

Whisper writes film credits on noise, repeats itself, and echoes its prompt; it is often sure of it
(RELIABILITY 1.7: confidence alone does not help). So each rule looks at something else. Nothing is lost:
what a rule stops is listed with its reason.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

import yaml

from analyzer.domain import Segment
from analyzer.errors import LexiconError
from analyzer.hearing.script import spoken, to_simplified
from analyzer.hearing.types import IMPROBABLE, REPETITIVE, Decoded

MAX_CHARS_PER_S = 12.0  # fast Mandarin is 7-8 syllables a second; no one says 12
NO_SPEECH = 0.6  # Whisper's paper, 4.5; counts only together with IMPROBABLE
_SHORT = 8  # an invention shorter than this must be the whole line: people do say 谢谢大家
_ALIKE = 0.75  # share of an invention's characters that must be found, in order
# A unit said again and again: 对对对 is speech, eight of them or four of a longer unit are a loop.
_LOOP = re.compile(r"(.)\1{7,}|(.{2,12}?)\2{3,}")


def doubtful(decoded: Decoded, speech_s: float) -> str:
    """Why a window should be decoded again, carefully; empty when it need not be."""
    said = spoken(decoded.text)
    if decoded.compression_ratio > REPETITIVE or is_loop(said):
        return "文字反复循环"
    if said and decoded.avg_logprob < IMPROBABLE:
        return "引擎自己没有把握"
    if len(said) > MAX_CHARS_PER_S * (speech_s + 0.5):
        return "字数多得来不及说"
    return ""


def invented(segment: Segment, decoded: Decoded, inventions: Sequence[str], prompt: str, *, alone: bool = False) -> str:
    """Why a segment of a decoding is not speech, in Chinese for the user; empty when it may stand.

    `alone` marks a stretch decoded by itself, without context: there the engine invents more readily.
    """
    said = spoken(segment.text)
    if not said:
        return "没有文字"
    if is_loop(said) or decoded.compression_ratio > REPETITIVE:
        return "文字反复循环，不像真人说话"
    if len(said) > MAX_CHARS_PER_S * (segment.end_s - segment.start_s + 0.5):
        return "字数多得来不及说"
    if decoded.no_speech_prob > NO_SPEECH and decoded.avg_logprob < IMPROBABLE:
        return "引擎认为这里没有人说话"
    if alone and decoded.avg_logprob < IMPROBABLE:
        return "引擎自己没有把握"
    found = matching_invention(said, inventions)
    if found:
        return f"引擎在噪声里常编造的句子：{found}"
    if is_echo(said, prompt):
        return "引擎把提示词当成了语音"
    return ""


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


def is_echo(said: str, prompt: str) -> bool:
    """Whether the text is the prompt given back: eight characters in a row, or three of its words alone."""
    if not prompt or len(said) < 6:
        return False
    whole = spoken(to_simplified(prompt))
    run = SequenceMatcher(None, said, whole, autojunk=False).find_longest_match().size
    words = [word for word in re.split(r"[\W_]+", to_simplified(prompt).lower()) if word]
    echoed = [word for word in words if word in said]
    return (run >= 8 and run * 2 > len(said)) or (len(echoed) >= 3 and sum(map(len, echoed)) >= 0.7 * len(said))


def _contained(part: str, whole: str) -> float:
    """Share of `part` found in `whole` in order, in blocks of two characters or more."""
    matcher = SequenceMatcher(None, part, whole, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks() if block.size > 1) / len(part)


def load_inventions(lexicons: Path) -> tuple[str, ...]:
    """Known inventions from `lexicons`/shared/inventions.yaml, Simplified, without punctuation; none if absent.

    Raises LexiconError when the file is not `inventions: [text, …]`.
    """
    path = lexicons / "shared" / "inventions.yaml"
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ()


@functools.lru_cache(maxsize=4)
def _read(path: Path, _version: int) -> tuple[str, ...]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        lines = content["inventions"]
        if not all(isinstance(line, str) for line in lines):
            raise TypeError("every entry must be a text")
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise LexiconError("inventions-format", f"{path} 读不懂：{error}", "应写成 inventions: [句子, 句子]") from error
    return tuple(dict.fromkeys(text for line in lines if (text := spoken(to_simplified(line)))))
