"""What was heard, from a document of ours or of another system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from analyzer.domain import (
    SCHEMA,
    Check,
    Dropped,
    Engine,
    Hearing,
    Layout,
    Outcome,
    Role,
    Sound,
    SoundKind,
    Span,
    Speaker,
    Utterance,
    quantise_time,
)
from analyzer.serial.times import in_time, plausible
from analyzer.serial.values import (
    OR_LEAVE_OUT,
    choice,
    each,
    mapping,
    number,
    numbers,
    printable,
    ratio,
    refuse,
    role,
    signed,
    span,
    spans,
    text,
)
from analyzer.serial.write import quantised

NOBODY = Role.UNKNOWN.value  # the speaker of utterances that name neither speaker nor role
ONE_CHANNEL_EACH = "channels"  # the `engine.diarizer` of a stereo recording: all that told its layout before `layout`


def hearing_from_dict(data: object, place: str) -> Hearing:
    """A bare list is the `transcript`. Utterances come in order of time, with times that talk can have (times.py).

    Defaults: `file` the place, `duration_s` (and at least) the last end, `speech` the utterances, `unheard` and
    `dropped` nothing, `speakers`, `engine` and `layout` what can be told from the rest.
    """
    if data == []:
        refuse("empty", f"{place} 里没有转写", "请重新导出这份转写")
    whole = {"transcript": data} if isinstance(data, list) else data
    if not isinstance(whole, dict) or not isinstance(whole.get("transcript"), list):
        refuse("shape", f"{place}：顶层应是对象，且有列表 transcript", "请用 run --json 生成的文件")
    if whole.get("schema", SCHEMA) != SCHEMA:
        refuse("schema", f"{place}：schema 是 {whole['schema']!r}，只认识 {SCHEMA}", "请升级程序或重新分析")
    known = _roles_by_id(whole.get("speakers"), f"{place}：speakers")
    listed = each(whole.get("transcript"), f"{place}：transcript", lambda entry, at: _utterance(entry, known, at))
    engine = _engine(whole.get("engine"))
    stated_s = quantise_time(number(whole.get("duration_s") or 0.0, f"{place}：duration_s"))
    written_here = "engine" in whole and "speech" in whole  # its times stand as they were heard
    utterances, mended = (
        (in_time(listed), ()) if written_here else plausible(tuple(map(_printable, listed)), stated_s, place)
    )
    last_s = max((u.end_s for u in utterances), default=0.0)
    speech = _optional_spans(whole, "speech", place)
    return Hearing(
        str(whole.get("file") or Path(place).name),
        max(last_s, stated_s),
        tuple(Span(u.start_s, u.end_s) for u in utterances) if speech is None else speech,
        _optional_spans(whole, "unheard", place) or (),
        engine,
        _speakers(whole.get("speakers"), utterances, f"{place}：speakers"),
        utterances,
        each(whole.get("dropped"), f"{place}：dropped", _dropped),
        (*each(whole.get("hearing_warnings"), f"{place}：hearing_warnings", text), *mended),
        _layout(whole.get("layout"), engine, f"{place}：layout"),
        each(whole.get("checks"), f"{place}：checks", _check),
        each(whole.get("sounds"), f"{place}：sounds", _sound),
    )


def _printable(u: Utterance) -> Utterance:
    return replace(u, text=printable(u.text))


def _utterance(data: object, known: Mapping[str, Role], place: str) -> Utterance:
    """One utterance. Without a role it has its speaker's, without times its characters share its time evenly."""
    if not isinstance(data, dict):
        refuse("utterance", f"{place} 应是对象，得到 {data!r:.60}", "每段要有 start_s、end_s、text")
    start_s = number(data.get("start_s"), f"{place}.start_s")
    end_s = number(data.get("end_s"), f"{place}.end_s")
    if end_s < start_s:
        refuse("times", f"{place}：end_s {end_s} 早于 start_s {start_s}")
    words = text(data.get("text"), f"{place}.text")
    named = data.get("speaker")
    speaker = str(named) if named not in (None, "") else ""
    whose = role(data.get("role"), f"{place}.role") if data.get("role") else known.get(speaker, Role.UNKNOWN)
    confidence: float | None = ratio(data.get("confidence"), f"{place}.confidence")
    if data.get("char_s") is None:
        starts = tuple(start_s + (end_s - start_s) * i / len(words) for i in range(len(words)))
    else:
        starts = numbers(data["char_s"], len(words), f"{place}.char_s")
        order = (start_s, *starts, end_s)
        if order != tuple(sorted(order)):
            refuse("times", f"{place}.char_s 要递增并在 start_s 与 end_s 之间", OR_LEAVE_OUT)
    sure = data.get("char_confidence")
    each_sure: tuple[float, ...] = ()
    if sure == [] and data.get("confidence") is None:  # said to be unknown, which is not left out
        confidence = None
    elif sure is None:
        each_sure = (ratio(confidence, place),) * len(words)
    else:
        each_sure = numbers(sure, len(words), f"{place}.char_confidence")
    if max(each_sure, default=0.0) > 1.0:
        refuse("ratio", f"{place}.char_confidence 应在 0 到 1 之间", OR_LEAVE_OUT)
    speaker_sure = ratio(data.get("speaker_confidence"), f"{place}.speaker_confidence")
    return quantised(
        Utterance(start_s, end_s, speaker or whose.value, whose, words, confidence, starts, each_sure, speaker_sure)
    )


def _optional_spans(whole: Mapping[str, Any], name: str, place: str) -> tuple[Span, ...] | None:
    return None if whole.get(name) is None else spans(whole[name], f"{place}：{name}")


def _engine(data: object) -> Engine:
    given = data if isinstance(data, dict) else {}
    known = {f.name: str(given[f.name]) for f in fields(Engine) if f.name in given}
    return Engine(**{"name": "recorded", "model": "", **known})


def _layout(stated: object, engine: Engine, place: str) -> Layout | None:
    if stated is not None:
        return choice(stated, Layout, place)
    if not engine.diarizer:
        return None
    return Layout.STEREO if engine.diarizer == ONE_CHANNEL_EACH else Layout.MONO


def _dropped(data: object, place: str) -> Dropped:
    stretch = mapping(data, place, "dropped")
    start_s, end_s = (number(stretch.get(name), f"{place}.{name}") for name in ("start_s", "end_s"))
    words, reason = (text(stretch.get(name, ""), f"{place}.{name}") for name in ("text", "reason"))
    return Dropped(start_s, end_s, words, reason)


def _check(data: object, place: str) -> Check:
    check = mapping(data, place, "check")
    when = span(check, place)
    return Check(
        when.start_s,
        when.end_s,
        text(check.get("heard"), f"{place}.heard"),
        text(check.get("phrase"), f"{place}.phrase"),
        signed(check.get("nats"), f"{place}.nats"),
        choice(check.get("outcome"), Outcome, f"{place}.outcome"),
    )


def _sound(data: object, place: str) -> Sound:
    sound = mapping(data, place)
    when = span(sound, place)
    kind = choice(sound.get("kind"), SoundKind, f"{place}.kind")
    return Sound(quantise_time(when.start_s), quantise_time(when.end_s), kind)


def _roles_by_id(data: object, place: str) -> dict[str, Role]:
    if data is None:
        return {}
    if not isinstance(data, list) or not all(isinstance(s, dict) and "id" in s for s in data):
        refuse("speakers", f"{place} 应是列表，每人至少要有 id", OR_LEAVE_OUT)
    return {str(s["id"]): role(s.get("role"), f"{place}[{i}].role") for i, s in enumerate(data)}


def _speakers(data: list[dict[str, Any]] | None, utterances: tuple[Utterance, ...], place: str) -> tuple[Speaker, ...]:
    """The speakers as they stand (checked by `_roles_by_id`); without any, those of the utterances."""
    spoken: dict[str, tuple[Role, float]] = {}
    for u in utterances:
        whose, seconds = spoken.get(u.speaker, (u.role, 0.0))
        spoken[u.speaker] = (whose, seconds + u.end_s - u.start_s)
    if not data:
        return tuple(
            Speaker(name, whose, 0.0 if whose is Role.UNKNOWN else 1.0, quantise_time(seconds))
            for name, (whose, seconds) in spoken.items()
        )
    return tuple(_speaker(s, spoken, f"{place}[{i}]") for i, s in enumerate(data))


def _speaker(data: Mapping[str, Any], spoken: Mapping[str, tuple[Role, float]], place: str) -> Speaker:
    name, stated_s = str(data["id"]), data.get("speech_s")
    speech_s = spoken.get(name, (Role.UNKNOWN, 0.0))[1] if stated_s is None else number(stated_s, f"{place}.speech_s")
    return Speaker(
        name,
        role(data.get("role"), f"{place}.role"),
        ratio(data.get("confidence"), f"{place}.confidence"),
        quantise_time(speech_s),
    )
