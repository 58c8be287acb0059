"""Whose JSON a document is, told by its keys, and its pieces. Shapes after each system's own reference:

Whisper and WhisperX (`segments`), FunASR (`sentence_info`, `timestamp`) and its server (`stamp_sents`), Alibaba Model
Studio (`transcripts`), Intelligent Speech Interaction (`Result.Sentences`) and Tingwu (`Paragraphs`), Tencent
(`ResultDetail` or lines of text) and its flash interface (`flash_result`). Times other than Whisper's are milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from statistics import median
from typing import Any

from analyzer.serial.foreign.pieces import Piece, Word, cleaned, named, seconds, transcript
from analyzer.serial.foreign.subtitles import tencent_lines
from analyzer.serial.times import SLOWEST
from analyzer.serial.values import refuse

MS = 0.001


def recognised(data: object, place: str) -> list[tuple[str, object]]:
    """The plain documents in `data`, by place; `data` itself where nobody's form is recognised.

    Some results hold several recordings (a list) or channels (each a speaker). Raises TranscriptError for a result that
    its system says has failed, or whose times are missing or no numbers.
    """
    listed = data if isinstance(data, list) else [data]
    entries: list[dict[str, Any]] = [entry for entry in listed if isinstance(entry, dict)]
    if not entries or len(entries) < len(listed) or "transcript" in entries[0]:
        return [(place, data)]
    known, reader = next(((known, read) for known, read in _READERS if known(entries[0])), (None, None))
    if known is None or reader is None:
        return [(place, data)]
    made: list[tuple[str, object]] = []
    for number, entry in enumerate(entries, 1):
        at = place if len(entries) == 1 else f"{place} 第 {number} 份"
        if not known(entry):
            refuse("shape", f"{at} 和第 1 份不是同一种转写", "请分开导出这些转写")
        engine, pieces = reader(entry, at)
        document = transcript(pieces, engine)
        name = entry.get("key") or entry.get("wav_name")
        if len(entries) > 1 and isinstance(name, str):
            document["file"] = name
        made.append((at, document))
    return made


def _whisper(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    pieces = []
    unit = _unit(entry["segments"])
    for segment, at in _each(entry["segments"], f"{place}：segments"):
        words = tuple(
            Word(seconds(w["start"], at, unit), seconds(w["end"], at, unit), str(w.get("word") or w.get("text") or ""))
            for w, _at in _each(segment.get("words"), f"{at}.words")
            if w.get("start") is not None and w.get("end") is not None  # WhisperX leaves numbers without times
        )
        start_s, end_s = (seconds(segment.get(name), f"{at}.{name}", unit) for name in ("start", "end"))
        speaker = named(segment.get("speaker"))
        pieces.append(Piece(start_s, end_s, str(segment.get("text") or ""), speaker, words))
    return "whisper", pieces


def _funasr(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    if isinstance(entry.get("sentence_info"), list):
        pieces = []
        for sentence, at in _each(entry["sentence_info"], f"{place}：sentence_info"):
            text = str(sentence.get("text") or sentence.get("sentence") or "")
            times = _pairs(sentence.get("timestamp") or sentence.get("ts_list"), at)
            pieces.append(_millis(sentence, at, "start", "end", text, named(sentence.get("spk")), _spread(text, times)))
        return "funasr", pieces
    text = str(entry.get("text") or "")
    times = _pairs(entry.get("timestamp"), place)
    if not times:
        refuse("times", f"{place}：FunASR 的结果里没有时间", "请打开 sentence_timestamp，或加上 vad 和标点模型再识别")
    return "funasr", [Piece(times[0][0], times[-1][1], text, "", _spread(text, times))]


def _funasr_server(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    pieces = []
    for sentence, at in _each(entry["stamp_sents"], f"{place}：stamp_sents"):
        text = f"{sentence.get('text_seg') or ''}".replace(" ", "") + str(sentence.get("punc") or "")
        words = _spread(text, _pairs(sentence.get("ts_list"), at))
        pieces.append(_millis(sentence, at, "start", "end", text, named(sentence.get("spk")), words))
    return "funasr", pieces


def _model_studio(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    pieces = []
    channels = [channel for channel, _at in _each(entry["transcripts"], f"{place}：transcripts")]
    for channel in channels:
        for sentence, at in _each(channel.get("sentences"), f"{place}：sentences"):
            words = tuple(
                Word(seconds(w.get("begin_time"), a, MS), seconds(w.get("end_time"), a, MS), str(w.get("text") or ""))
                for w, a in _each(sentence.get("words"), f"{at}.words")
            )
            speaker = named(sentence.get("speaker_id")) or _channel(channel.get("channel_id"), len(channels))
            text = str(sentence.get("text") or "")
            pieces.append(_millis(sentence, at, "begin_time", "end_time", text, speaker, words))
    return "aliyun", pieces


def _speech_interaction(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    result = _result(entry, place)
    sentences = list(_each(result.get("Sentences"), f"{place}：Sentences"))
    channels = len({sentence.get("ChannelId") for sentence, _at in sentences})
    pieces = [
        _millis(
            sentence,
            at,
            "BeginTime",
            "EndTime",
            str(sentence.get("Text") or ""),
            named(sentence.get("SpeakerId")) or _channel(sentence.get("ChannelId"), channels),
        )
        for sentence, at in sentences
    ]
    return "aliyun", pieces


def _tingwu(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    whole = _inside(entry, "Transcription")
    pieces = []
    for paragraph, at in _each(whole["Paragraphs"], f"{place}：Paragraphs"):
        words = tuple(
            Word(seconds(w.get("Start"), a, MS), seconds(w.get("End"), a, MS), str(w.get("Text") or ""))
            for w, a in _each(paragraph.get("Words"), f"{at}.Words")
        )
        if words:
            text = "".join(cleaned(word.text) for word in words)
            speaker = named(paragraph.get("SpeakerId"))
            pieces.append(Piece(words[0].start_s, words[-1].end_s, text, speaker, words))
    return "aliyun", pieces


def _tencent(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    data = _tencent_data(entry)
    if isinstance(data.get("ResultDetail"), list) and data["ResultDetail"]:
        pieces = []
        for sentence, at in _each(data["ResultDetail"], f"{place}：ResultDetail"):
            begin_s = seconds(sentence.get("StartMs"), f"{at}.StartMs", MS)
            words = tuple(
                Word(
                    begin_s + seconds(w.get("OffsetStartMs"), a, MS),
                    begin_s + seconds(w.get("OffsetEndMs"), a, MS),
                    str(w.get("Word") or ""),
                )
                for w, a in _each(sentence.get("Words"), f"{at}.Words")
            )
            text, speaker = str(sentence.get("FinalSentence") or ""), named(sentence.get("SpeakerId"))
            pieces.append(_millis(sentence, at, "StartMs", "EndMs", text, speaker, words))
        return "tencent", pieces
    found = list(tencent_lines(str(data.get("Result") or "")))
    if not found:
        told = data.get("ErrorMsg") or data.get("StatusStr") or "没有结果"
        refuse("failed", f"{place}：腾讯云没有给出识别结果（{told!s:.100}）", "请等任务完成后重新下载结果")
    return "tencent", found


def _tencent_data(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where a Tencent task keeps its result, with or without the envelope of the interface; {} where it is none."""
    data = _inside(_inside(entry, "Response"), "Data")
    ours = "ResultDetail" in data or {"TaskId", "StatusStr"} <= data.keys()
    return data if ours else {}


def _tencent_flash(entry: Mapping[str, Any], place: str) -> tuple[str, list[Piece]]:
    channels = [channel for channel, _at in _each(entry["flash_result"], f"{place}：flash_result")]
    pieces = [
        _millis(
            sentence,
            at,
            "start_time",
            "end_time",
            str(sentence.get("text") or ""),
            _channel(channel.get("channel_id"), len(channels)) or named(sentence.get("speaker_id")),
        )
        for channel in channels
        for sentence, at in _each(channel.get("sentence_list"), f"{place}：sentence_list")
    ]
    return "tencent", pieces


_READERS: tuple[
    tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any], str], tuple[str, list[Piece]]]], ...
] = (
    (lambda d: isinstance(d.get("segments"), list), _whisper),
    (lambda d: isinstance(d.get("stamp_sents"), list), _funasr_server),
    (lambda d: isinstance(d.get("sentence_info"), list) or ("text" in d and "timestamp" in d), _funasr),
    (lambda d: "key" in d and "text" in d, _funasr),
    (lambda d: isinstance(d.get("transcripts"), list), _model_studio),
    (lambda d: isinstance(d.get("flash_result"), list), _tencent_flash),
    (lambda d: "Paragraphs" in _inside(d, "Transcription"), _tingwu),
    (lambda d: bool(_tencent_data(d)), _tencent),
    (lambda d: "StatusText" in d or "Sentences" in _inside(d, "Result"), _speech_interaction),
)


def _unit(segments: list[Any]) -> float:
    """Whether the times of segments are seconds, as Whisper writes them, or milliseconds, as others fill its form."""
    rates = []
    for segment in segments:
        whole: dict[str, Any] = segment if isinstance(segment, dict) else {}
        first, last, text = whole.get("start"), whole.get("end"), whole.get("text")
        timed = isinstance(first, int | float) and isinstance(last, int | float) and last > first
        if timed and isinstance(text, str) and text.strip():
            rates.append(len(text.strip()) / (float(last or 0) - float(first or 0)))
    return MS if rates and median(rates) < SLOWEST else 1.0


def _inside(data: object, name: str) -> Mapping[str, Any]:
    """What an object holds under a name, where that is an object; else the object itself."""
    whole = data if isinstance(data, dict) else {}
    inner = whole.get(name)
    return inner if isinstance(inner, dict) else whole


def _result(entry: Mapping[str, Any], place: str) -> Mapping[str, Any]:
    result = entry.get("Result")
    if isinstance(result, str):
        try:
            result = json.loads(result)
        except ValueError:
            result = None
    if not isinstance(result, dict):
        told = entry.get("StatusText") or "没有结果"
        refuse("failed", f"{place}：阿里云没有给出识别结果（{told!s:.100}）", "请等任务完成后重新下载结果")
    return result


def _each(listed: object, place: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects of a list with their places; none where there is no list. Raises TranscriptError for anything else."""
    listed = [] if listed is None else listed
    if not isinstance(listed, list):
        refuse("shape", f"{place} 应是列表", "请重新导出这份转写")
    for number, entry in enumerate(listed, 1):
        if not isinstance(entry, dict):
            refuse("shape", f"{place} 第 {number} 项应是对象，得到 {entry!r:.60}", "请重新导出这份转写")
        yield entry, f"{place} 第 {number} 项"


def _millis(
    entry: Mapping[str, Any],
    place: str,
    first: str,
    last: str,
    text: str,
    speaker: str,
    words: tuple[Word, ...] = (),
) -> Piece:
    start_s, end_s = (seconds(entry.get(name), f"{place}.{name}", MS) for name in (first, last))
    return Piece(start_s, end_s, text, speaker, words)


def _channel(number: object, of: int) -> str:
    """A channel as a speaker, where there are several."""
    return f"channel {number}" if of > 1 and number is not None else ""


def _pairs(listed: object, place: str) -> list[tuple[float, float]]:
    """Pairs of milliseconds, as a list or as the text of one, in seconds."""
    if isinstance(listed, str):
        try:
            listed = json.loads(listed)
        except ValueError:
            return []
    found = []
    for pair in listed if isinstance(listed, list) else []:
        if not isinstance(pair, list) or len(pair) < 2:
            return []
        found.append((seconds(pair[0], place, MS), seconds(pair[1], place, MS)))
    return found


def _spread(text: str, times: list[tuple[float, float]]) -> tuple[Word, ...]:
    """A time for each spoken character (a run of letters or digits is one); nothing where they do not match in number."""
    spoken: list[str] = []
    before = ""
    for character in cleaned(text):
        if character.isascii() and character.isalnum() and before.isascii() and before.isalnum() and before and spoken:
            spoken[-1] += character
        elif character.isalnum():
            spoken.append(character)
        before = character
    if len(spoken) != len(times):
        return ()
    return tuple(Word(first, last, said) for said, (first, last) in zip(spoken, times, strict=True))
