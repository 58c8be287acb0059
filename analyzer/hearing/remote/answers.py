"""What a server answered about a window, as a Decoded. Pure.

Servers leave out much: words (then a segment's characters share its time, and that is said), probabilities (then confidence is
unknown), segments (then the text shares the whole window). What is there must be what the protocol says: a time that is no
time is refused with its place, for a wrong time is evidence at the wrong second.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from analyzer.errors import ModelError
from analyzer.hearing.remote.wire import FIELD
from analyzer.hearing.script import is_spoken
from analyzer.hearing.timing import repaired
from analyzer.hearing.types import Decoded, Window, compression_ratio

MOST_TEXT = 5_000  # characters of a window of at most 30 s; the fastest speech has 250
LATE_S = 5.0  # by how much a time may lie behind the sound: servers fill up to whole frames, or to 30 s
WINDOW_END_S = 30.0
_LOOK_AHEAD = 40  # characters of the text in which the next word is looked for
_FOUND = 0.7  # share of the words that must stand in the text, or they are the text themselves
_TAGS = re.compile(r"<\|[^|>]{1,40}\|>")  # SenseVoice writes language, mood and kind of sound before its text


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start_s: float
    end_s: float
    probability: float | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment: its text, times, and the mean log-probability and doubt that it may come with."""

    text: str
    start_s: float
    end_s: float
    words: tuple[_Word, ...]
    avg_logprob: float | None
    no_speech_prob: float | None
    temperature: float


def decoded(answer: object, window: Window, server: str) -> Decoded:
    """Raises ModelError, with the place, for what is not the protocol's."""
    whole = _mapping(answer, "答复", server)
    own = whole.get(FIELD)
    reader = _Reader(server, max(window.duration_s + LATE_S, WINDOW_END_S + 1.0))
    parts = reader.parts(whole)
    words = [word for part in parts for word in part.words] or reader.words(whole.get("words"), "words")
    text = reader.text(whole.get("text", "" if parts else None), "text")
    segments_text = "".join(part.text for part in parts)
    if _bare(segments_text) and _bare(text) != _bare(segments_text):
        text = segments_text  # what has times is what counts
    if not _bare(text):
        return Decoded("", (), (), (), _mean(parts, "avg_logprob"), _mean(parts, "no_speech_prob"), 0.0)
    sure: tuple[float, ...] = ()
    if words:
        text, starts, ends, sure = _by_words(text, words)
    else:
        text = segments_text or text
        starts, ends = _by_parts(text, parts, window)
    start_s, end_s = repaired(starts, ends, window.duration_s)
    return Decoded(
        text,
        start_s,
        end_s,
        sure,
        _mean(parts, "avg_logprob"),
        _mean(parts, "no_speech_prob"),
        compression_ratio(text),
        max((part.temperature for part in parts), default=0.0),
        coarse=not words or (isinstance(own, dict) and own.get("coarse") is True),
    )


class _Reader:
    """Values of one answer; `latest_s` is the last second that a time may name."""

    def __init__(self, server: str, latest_s: float) -> None:
        self._server, self._latest_s = server, latest_s

    def parts(self, whole: dict[str, Any]) -> list[_Part]:
        given = whole.get("segments")
        if given is None:
            return []
        return [self._part(each, f"segments[{i}]") for i, each in enumerate(self._list(given, "segments"))]

    def _part(self, given: object, place: str) -> _Part:
        part = _mapping(given, place, self._server)
        start_s, end_s = self._times(part, place)
        return _Part(
            self.text(part.get("text"), f"{place}.text"),
            start_s,
            end_s,
            tuple(self.words(part.get("words"), f"{place}.words")),
            self._optional(part.get("avg_logprob"), f"{place}.avg_logprob", -1e4, 0.0),
            self._optional(part.get("no_speech_prob"), f"{place}.no_speech_prob", 0.0, 1.0),
            self._optional(part.get("temperature"), f"{place}.temperature", 0.0, 10.0) or 0.0,
        )

    def words(self, given: object, place: str) -> list[_Word]:
        if given is None:
            return []
        return [self._word(each, f"{place}[{i}]") for i, each in enumerate(self._list(given, place))]

    def _word(self, given: object, place: str) -> _Word:
        word = _mapping(given, place, self._server)
        start_s, end_s = self._times(word, place)
        probability = self._optional(word.get("probability"), f"{place}.probability", 0.0, 1.0)
        return _Word(self.text(word.get("word", word.get("text")), f"{place}.word"), start_s, end_s, probability)

    def text(self, given: object, place: str) -> str:
        if not isinstance(given, str):
            _refuse(self._server, place, "应是文字", given)
        if len(given) > MOST_TEXT:
            _refuse(self._server, place, f"长达 {len(given)} 个字，三十秒里说不了这么多", given)
        whole = _TAGS.sub("", given).encode("utf-8", "ignore").decode("utf-8")  # halves of characters go
        return "".join(" " if char in "\n\r\t" else char for char in whole if char.isprintable() or char in "\n\r\t")

    def _times(self, given: dict[str, Any], place: str) -> tuple[float, float]:
        start_s, end_s = (self._time(given.get(name), f"{place}.{name}") for name in ("start", "end"))
        if end_s < start_s - 0.05:
            _refuse(self._server, f"{place}.end", f"早于 start {start_s:g}", end_s)
        return start_s, max(start_s, end_s)

    def _time(self, given: object, place: str) -> float:
        if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
            _refuse(self._server, place, "应是秒数", given)
        if not -0.5 <= given <= self._latest_s:
            _refuse(self._server, place, f"不在送去的声音里（最晚 {self._latest_s:.1f} 秒）", given)
        return max(0.0, float(given))

    def _optional(self, given: object, place: str, low: float, high: float) -> float | None:
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high + 1e-6:
            _refuse(self._server, place, f"应在 {low:g} 到 {high:g} 之间", given)
        return min(float(given), high)

    def _list(self, given: object, place: str) -> list[Any]:
        if not isinstance(given, list) or len(given) > MOST_TEXT:
            _refuse(self._server, place, f"应是不超过 {MOST_TEXT} 项的列表", given)
        return given


def _mapping(given: object, place: str, server: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        _refuse(server, place, "应是对象", given)
    return given


def _refuse(server: str, place: str, expected: str, given: object) -> NoReturn:
    raise ModelError(
        "speech-protocol",
        f"语音服务器 {server} 的答复不合协议：{place} {expected}，得到 {given!r:.60}",
        "它应答 /v1/audio/transcriptions 的 verbose_json，时间以秒计；请换服务器的版本或设置",
    )


def _bare(text: str) -> str:
    return "".join(char for char in text if is_spoken(char))


def _mean(parts: Sequence[_Part], name: str) -> float | None:
    """A figure of the segments, weighted by their characters; None where one lacks it, or where all state a bare 0 for it."""
    values = [getattr(part, name) for part in parts if part.text]
    if not values or any(value is None for value in values):
        return None
    if name == "avg_logprob" and not any(values):  # some servers fill the field with zeros: certainty that nobody has
        return None
    if len(values) == 1:
        return float(values[0])
    return float(np.average(values, weights=[len(part.text) for part in parts if part.text]))


def _by_words(text: str, words: Sequence[_Word]) -> tuple[str, list[float], list[float], tuple[float, ...]]:
    """The text with a start, an end and (or none at all) a probability a character.

    Words usually lack the marks that the text has: what stands between two words gets the time between them.
    """
    places = _places(text, words)
    if places is None:
        text = "".join(word.text for word in words)
        places = _places(text, words) or []
    count = len(text)
    starts, ends, sure = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.nan)
    for word, first in places:
        last = first + len(word.text)
        bounds = np.linspace(word.start_s, word.end_s, len(word.text) + 1)
        starts[first:last], ends[first:last] = bounds[:-1], bounds[1:]
        if word.probability is not None:
            sure[first:last] = word.probability
    timed = np.flatnonzero(~np.isnan(starts))
    for index in map(int, np.flatnonzero(np.isnan(starts))):
        before, after = timed[timed < index], timed[timed > index]
        low = float(ends[before[-1]]) if len(before) else float(starts[timed[0]])
        high = float(starts[after[0]]) if len(after) else low
        left = int(before[-1]) if len(before) else -1
        right = int(after[0]) if len(after) else count
        width = max(0.0, high - low) / (right - left - 1)
        starts[index] = low + width * (index - left - 1)
        ends[index] = starts[index] + width
    spoken = np.array([is_spoken(char) for char in text])
    known: tuple[float, ...] = ()
    if not np.isnan(sure[spoken]).any():
        told = float(sure[spoken][0])
        filled = [told := told if math.isnan(value) else float(value) for value in sure]
        known = tuple(filled)  # a mark is as sure as what it stands behind
    return text, [float(value) for value in starts], [float(value) for value in ends], known


def _places(text: str, words: Sequence[_Word]) -> list[tuple[_Word, int]] | None:
    """Where each word stands in the text, in order; None where too many do not."""
    if "".join(word.text for word in words) == text:
        firsts = np.cumsum([0, *(len(word.text) for word in words)])[:-1]
        return [(word, int(first)) for word, first in zip(words, firsts, strict=True) if word.text]
    found: list[tuple[_Word, int]] = []
    at = 0
    lower = text.lower()
    told = [_Word(word.text.strip(), word.start_s, word.end_s, word.probability) for word in words]
    told = [word for word in told if _bare(word.text)]
    for word in told:
        first = lower.find(word.text.lower(), at, at + _LOOK_AHEAD + len(word.text))
        if first >= 0 and len(word.text.lower()) == len(word.text):
            found.append((word, first))
            at = first + len(word.text)
    return found if found and len(found) >= _FOUND * len(told) and len(lower) == len(text) else None


def _by_parts(text: str, parts: Sequence[_Part], window: Window) -> tuple[list[float], list[float]]:
    """Times of a text without words: each segment's characters share its time, as far as there is sound in it."""
    stretches = parts if _bare("".join(part.text for part in parts)) else ()
    starts: list[float] = []
    ends: list[float] = []
    for words, start_s, end_s in [(p.text, p.start_s, p.end_s) for p in stretches] or [(text, 0.0, window.duration_s)]:
        sound = [
            (max(piece.window_start_s, start_s), min(piece.window_end_s, end_s))
            for piece in window.pieces
            if min(piece.window_end_s, end_s) > max(piece.window_start_s, start_s)
        ] or [(start_s, max(end_s, start_s))]
        weights = [1.0 if is_spoken(char) else 0.0 for char in words]
        total = sum(weights) or 1.0
        passed = np.concatenate([[0.0], np.cumsum(weights)]) / total
        lengths = np.array([high - low for low, high in sound])
        marks = np.concatenate([[0.0], np.cumsum(lengths)])
        seconds = passed * marks[-1]
        begins = [_at(value, marks, sound, before=False) for value in seconds[:-1]]
        finishes = [_at(value, marks, sound, before=True) for value in seconds[1:]]
        starts += begins
        ends += [max(a, b) for a, b in zip(begins, finishes, strict=True)]
    return starts, ends


def _at(passed_s: float, marks: Any, sound: Sequence[tuple[float, float]], *, before: bool) -> float:
    """The second of the window at which so much of the sound has passed; `before`: where it ends, else where the next begins."""
    index = int(np.searchsorted(marks, passed_s, side="left" if before else "right")) - 1
    index = min(max(index, 0), len(sound) - 1)
    return float(min(sound[index][0] + passed_s - marks[index], sound[index][1]))
