"""Subtitles as transcripts: SRT and WebVTT, and Tencent's `[0:0.020,0:2.380,0]  您好。` lines."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from analyzer.serial.foreign.pieces import Piece, role_named, transcript
from analyzer.serial.values import refuse

_TIMING = re.compile(r"^\s*(\d+:)?\d{1,2}:\d{1,2}[,.]\d+\s*-->", re.M)
_TENCENT = re.compile(r"^\[(\d+):(\d+(?:\.\d+)?),(\d+):(\d+(?:\.\d+)?)(?:,(\w+))?\]\s*(.*)$")
# 技师：您好 / [SPEAKER_01]: 您好 / Speaker 1: 您好
_LABEL = re.compile(
    r"^\s*(?:\[([^\]\n]{1,30})\]\s*[:：]?|([^\s:：，。？！,.?!]{1,12}|[Ss]peaker[ _]?\w{1,6})\s*[:：])\s*"
)
_SPEAKER = re.compile(r"(?:speaker|spk|说话人|讲话人|发言人)[ _]?\w{0,6}|[A-Za-z]\d?", re.I)
OFTEN = 0.1  # of all lines begin with a word and a colon: then it is a name, else 注意：… is just talk


def is_subtitles(content: str) -> bool:
    """Whether a text is one of these (and no JSON)."""
    return content.lstrip("\ufeff").startswith("WEBVTT") or bool(_TIMING.search(content)) or _is_tencent(content)


def from_subtitles(content: str, place: str) -> dict[str, Any]:
    """The plain document of a subtitle file. Raises TranscriptError."""
    if _is_tencent(content):
        return transcript(tencent_lines(content), "tencent")
    return transcript(_cues(content, place), "subtitles")


def tencent_lines(content: str) -> Iterator[Piece]:
    """The pieces of Tencent's text result: minutes, seconds and the speaker in brackets."""
    for line in content.splitlines():
        found = _TENCENT.match(line.strip())
        if found:
            first, last = (60 * float(found[i]) + float(found[i + 1]) for i in (1, 3))
            yield Piece(first, last, found[6], found[5] or "")


def _is_tencent(content: str) -> bool:
    first = next((line for line in content.splitlines() if line.strip()), "")
    return _TENCENT.match(first.strip().lstrip("\ufeff")) is not None


class _Caption(NamedTuple):
    start_s: float
    end_s: float
    text: str
    voice: str


def _cues(content: str, place: str) -> Iterator[Piece]:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    vtt = content.lstrip("\ufeff").startswith("WEBVTT")
    try:
        read = webvtt.WebVTT.from_buffer(io.StringIO(content.lstrip("\ufeff")), format="vtt" if vtt else "srt")
        captions = [
            _Caption(c.start_time.in_milliseconds() / 1000, c.end_time.in_milliseconds() / 1000, c.text, c.voice or "")
            for c in read.captions
        ]
    except (MalformedFileError, MalformedCaptionError, ValueError) as error:
        refuse("subtitles", f"{place} 不是完整的字幕文件：{error}", "请重新导出 .srt 或 .vtt")
    lost = content.count("-->") - len(captions)
    if lost or not captions:
        refuse("subtitles", f"{place} 有 {lost} 段字幕读不懂时间", "请检查“-->”两边的时间，要写成 00:00:01,000")
    yield from _spoken(captions)


def _spoken(captions: Sequence[_Caption]) -> Iterator[Piece]:
    """The pieces of the captions; one without a name goes on with the speaker before it."""
    lines = [[_labelled(said) for said in c.text.splitlines() if said.strip()] for c in captions]
    counts = Counter(label for of_one in lines for label, _said in of_one if label)
    many = OFTEN * sum(map(len, lines))
    names = {n for n, k in counts.items() if role_named(n) or _SPEAKER.fullmatch(n) or (k > 1 and k >= many)}
    speaker = ""
    for caption, of_one in zip(captions, lines, strict=True):
        total = sum(len(said) for _label, said in of_one) or 1
        at_s, length_s = caption.start_s, caption.end_s - caption.start_s
        for label, said in of_one:
            if label and label not in names:
                said = f"{label}：{said}"
            speaker = caption.voice or (label if label in names else speaker)
            end_s = at_s + length_s * len(said) / max(total, len(said))
            yield Piece(at_s, min(end_s, caption.end_s), said, speaker)
            at_s = min(end_s, caption.end_s)


def _labelled(said: str) -> tuple[str, str]:
    """A line's label ("": none) and its words."""
    mark = _LABEL.match(said)
    return (mark[1] or mark[2], said[mark.end() :]) if mark else ("", said)
