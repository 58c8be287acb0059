"""A stored transcript, ours or another system's, back to a Hearing. Raises TranscriptError naming the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from analyzer.domain import SCHEMA, Dropped, Engine, Hearing, Role, Span, Speaker, Utterance, quantise_time
from analyzer.errors import TranscriptError
from analyzer.serial.write import quantised

NOBODY = Role.UNKNOWN.value  # the speaker of utterances that name neither speaker nor role
_AGAIN = "请改正后重试"
_OR_LEAVE_OUT = "请改正或删去这一项"


def documents(path: Path) -> list[tuple[str, object]]:
    """Return the JSON documents of a file with their places: one, or one a line (JSON lines).

    Raises TranscriptError for a file that cannot be read or is not UTF-8 JSON.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        _refuse("unreadable", f"读不到转写文件 {path}：{error.strerror}", "请检查路径")
    except UnicodeDecodeError as error:
        _refuse("json", f"{path} 不是 UTF-8 的 JSON：{error}", "请用 run --json 生成的文件")
    lines = [(f"{path} 第 {i} 行", line) for i, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and _is_document(lines[0][1]):
        return [(place, _parse(line, place)) for place, line in lines]
    return [(str(path), _parse(text, str(path)))]


def read_analysis(path: Path) -> tuple[Hearing, dict[str, bool]]:
    """Read one stored transcript or Analysis: what was heard, and the facts that were given with it.

    Raises TranscriptError naming the file, the field and what is expected.
    """
    found = documents(path)
    if len(found) > 1:
        _refuse("several", f"{path} 里有 {len(found)} 份转写", "请一份一个文件")
    place, data = found[0]
    return parse_analysis(data, place)


def parse_analysis(data: object, place: str) -> tuple[Hearing, dict[str, bool]]:
    """Like `read_analysis`, from parsed JSON; `place` names it in errors. A bare list is the `transcript`.

    Defaults: `file` the place, `duration_s` (and at least) the last end, `speech` the utterances, `unheard` and
    `dropped` nothing, `speakers` and `engine` what can be told from the rest.
    """
    whole = {"transcript": data} if isinstance(data, list) else data
    if not isinstance(whole, dict) or not isinstance(whole.get("transcript"), list):
        _refuse("shape", f"{place}：顶层应是对象，且有列表 transcript", "请用 run --json 生成的文件")
    if whole.get("schema", SCHEMA) != SCHEMA:
        _refuse("schema", f"{place}：schema 是 {whole['schema']!r}，只认识 {SCHEMA}", "请升级程序或重新分析")
    known = _roles_by_id(whole.get("speakers"), f"{place}：speakers")
    read = (_utterance(u, known, f"{place}：transcript[{i}]") for i, u in enumerate(whole["transcript"]))
    utterances = tuple(sorted(read, key=lambda u: (u.start_s, u.end_s, u.speaker)))
    last_s = max((u.end_s for u in utterances), default=0.0)
    speech = _spans(whole["speech"], f"{place}：speech") if whole.get("speech") is not None else None
    hearing = Hearing(
        str(whole.get("file") or Path(place).name),
        max(last_s, quantise_time(_number(whole.get("duration_s") or 0.0, f"{place}：duration_s"))),
        tuple(Span(u.start_s, u.end_s) for u in utterances) if speech is None else speech,
        _spans(whole.get("unheard") or [], f"{place}：unheard"),
        _engine(whole.get("engine")),
        _speakers(whole.get("speakers"), utterances, f"{place}：speakers"),
        utterances,
        tuple(_dropped(d, f"{place}：dropped[{i}]") for i, d in enumerate(_list(whole, "dropped", place))),
        tuple(
            _text(w, f"{place}：hearing_warnings[{i}]") for i, w in enumerate(_list(whole, "hearing_warnings", place))
        ),
    )
    return hearing, _given(whole.get("facts") or {}, f"{place}：facts")


def _refuse(code: str, message: str, advice: str = _AGAIN) -> NoReturn:
    raise TranscriptError(f"transcript-{code}", message, advice) from None


def _is_document(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parse(text: str, place: str) -> object:
    try:
        return json.loads(text)
    except RecursionError:
        _refuse("json", f"{place} 嵌套太深", "请用 run --json 生成的文件")
    except ValueError as error:
        _refuse("json", f"{place} 不是 JSON：{error}", "请用 run --json 生成的文件")


def _list(data: Mapping[str, Any], name: str, place: str) -> list[object]:
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        _refuse("list", f"{place}：{name} 应是列表，得到 {value!r}", _OR_LEAVE_OUT)
    return value or []


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        _refuse("text", f"{place} 应是文字，得到 {value!r}")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # half of a character: nothing behind us could write it
        _refuse("text", f"{place} 里有不完整的字符")
    return value


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
        _refuse("number", f"{place} 应是不小于 0 的数，得到 {value!r:.60}")
    return float(value)


def _ratio(value: object, place: str) -> float:
    number = 1.0 if value is None else _number(value, place)
    if number > 1.0:
        _refuse("ratio", f"{place} 应在 0 到 1 之间，得到 {number:g}")
    return number


def _numbers(value: object, count: int, place: str) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        _refuse("numbers", f"{place} 应是 {count} 个数（每字一个）", _OR_LEAVE_OUT)
    return tuple(_number(v, f"{place}[{i}]") for i, v in enumerate(value))


def _role(value: object, place: str) -> Role:
    if value is None:
        return Role.UNKNOWN
    if not isinstance(value, str) or value not in {r.value for r in Role}:
        _refuse("role", f"{place} 是 {value!r}", f"可用：{'、'.join(r.value for r in Role)}")
    return Role(value)


def _utterance(data: object, known: Mapping[str, Role], place: str) -> Utterance:
    """One utterance. Without a role it has its speaker's, without times its characters share its time evenly."""
    if not isinstance(data, dict):
        _refuse("utterance", f"{place} 应是对象，得到 {data!r:.60}", "每段要有 start_s、end_s、text")
    start_s = _number(data.get("start_s"), f"{place}.start_s")
    end_s = _number(data.get("end_s"), f"{place}.end_s")
    if end_s < start_s:
        _refuse("times", f"{place}：end_s {end_s} 早于 start_s {start_s}")
    text = _text(data.get("text"), f"{place}.text")
    named = data.get("speaker")
    speaker = str(named) if named not in (None, "") else ""
    role = _role(data.get("role"), f"{place}.role") if data.get("role") else known.get(speaker, Role.UNKNOWN)
    confidence = _ratio(data.get("confidence"), f"{place}.confidence")
    if data.get("char_s") is None:
        starts = tuple(start_s + (end_s - start_s) * i / len(text) for i in range(len(text)))
    else:
        starts = _numbers(data["char_s"], len(text), f"{place}.char_s")
        if any(b < a for a, b in pairwise((start_s, *starts, end_s))):
            _refuse("times", f"{place}.char_s 要递增并在 start_s 与 end_s 之间", _OR_LEAVE_OUT)
    each = data.get("char_confidence")
    sure = (confidence,) * len(text) if each is None else _numbers(each, len(text), f"{place}.char_confidence")
    if any(c > 1.0 for c in sure):
        _refuse("ratio", f"{place}.char_confidence 应在 0 到 1 之间", _OR_LEAVE_OUT)
    whose = _ratio(data.get("speaker_confidence"), f"{place}.speaker_confidence")
    return quantised(Utterance(start_s, end_s, speaker or role.value, role, text, confidence, starts, sure, whose))


def _spans(data: object, place: str) -> tuple[Span, ...]:
    if not isinstance(data, list):
        _refuse("spans", f"{place} 应是 [开始, 结束] 的列表", _OR_LEAVE_OUT)
    spans = []
    for i, pair in enumerate(data):
        if not isinstance(pair, list) or len(pair) != 2:
            _refuse("spans", f"{place}[{i}] 应是 [开始, 结束]", _OR_LEAVE_OUT)
        start_s, end_s = (_number(value, f"{place}[{i}]") for value in pair)
        if end_s < start_s:
            _refuse("spans", f"{place}[{i}]：结束 {end_s} 早于开始 {start_s}", _OR_LEAVE_OUT)
        spans.append(Span(quantise_time(start_s), quantise_time(end_s)))
    return tuple(spans)


def _engine(data: object) -> Engine:
    given = data if isinstance(data, dict) else {}
    known = {f.name: str(given[f.name]) for f in fields(Engine) if f.name in given}
    return Engine(**{"name": "recorded", "model": "", **known})


def _dropped(data: object, place: str) -> Dropped:
    if not isinstance(data, dict):
        _refuse("dropped", f"{place} 应是对象，得到 {data!r:.60}", _OR_LEAVE_OUT)
    start_s, end_s = (_number(data.get(name), f"{place}.{name}") for name in ("start_s", "end_s"))
    text, reason = (_text(data.get(name, ""), f"{place}.{name}") for name in ("text", "reason"))
    return Dropped(start_s, end_s, text, reason)


def _given(data: object, place: str) -> dict[str, bool]:
    """Facts that came with the recording; those that were heard are heard again."""
    if not isinstance(data, dict):
        _refuse("facts", f"{place} 应是对象", _OR_LEAVE_OUT)
    found = {}
    for name, fact in data.items():
        stated = {"value": fact, "from": "given"} if isinstance(fact, bool) else fact
        if not isinstance(stated, dict) or not isinstance(stated.get("value"), bool):
            _refuse("facts", f"{place}.{name} 应是 true、false 或带 value 的对象", _OR_LEAVE_OUT)
        if stated.get("from") == "given":
            found[str(name)] = stated["value"]
    return found


def _roles_by_id(data: object, place: str) -> dict[str, Role]:
    if data is None:
        return {}
    if not isinstance(data, list) or not all(isinstance(s, dict) and "id" in s for s in data):
        _refuse("speakers", f"{place} 应是列表，每人至少要有 id", _OR_LEAVE_OUT)
    return {str(s["id"]): _role(s.get("role"), f"{place}[{i}].role") for i, s in enumerate(data)}


def _speakers(data: list[dict[str, Any]] | None, utterances: tuple[Utterance, ...], place: str) -> tuple[Speaker, ...]:
    """The speakers as they stand (checked by `_roles_by_id`); without any, those of the utterances."""
    spoken: dict[str, tuple[Role, float]] = {}
    for u in utterances:
        role, seconds = spoken.get(u.speaker, (u.role, 0.0))
        spoken[u.speaker] = (role, seconds + u.end_s - u.start_s)
    if not data:
        return tuple(
            Speaker(name, role, 0.0 if role is Role.UNKNOWN else 1.0, quantise_time(seconds))
            for name, (role, seconds) in spoken.items()
        )
    found = []
    for i, s in enumerate(data):
        name = str(s["id"])
        seconds = spoken.get(name, (Role.UNKNOWN, 0.0))[1]
        given_s = s.get("speech_s")
        found.append(
            Speaker(
                name,
                _role(s.get("role"), f"{place}[{i}].role"),
                _ratio(s.get("confidence"), f"{place}[{i}].confidence"),
                quantise_time(seconds if given_s is None else _number(given_s, f"{place}[{i}].speech_s")),
            )
        )
    return tuple(found)
