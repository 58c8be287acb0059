"""Analysis to JSON (schema 1, DESIGN §3) and a stored transcript back.

Reading is generous: of a transcript only `transcript` with start_s, end_s and text is needed, so that other
systems' transcripts can be judged; what is missing gets a stated default. Writing then reading gives an equal
Hearing, so that scoring again gives byte-identical verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from analyzer.domain import (
    SCHEMA,
    Analysis,
    Dropped,
    Engine,
    Fact,
    Hearing,
    Hit,
    ItemResult,
    Role,
    Span,
    Speaker,
    Utterance,
    quantise_ratio,
    quantise_time,
)
from analyzer.errors import TranscriptError


def analysis_to_dict(analysis: Analysis) -> dict[str, Any]:
    """Return the Analysis JSON of schema 1."""
    hearing, judgement = analysis.hearing, analysis.judgement
    ref = judgement.standard
    return {
        "schema": SCHEMA,
        "file": hearing.file,
        "duration_s": hearing.duration_s,
        "speech_s": hearing.speech_s,
        "unheard_s": hearing.unheard_s,
        "standard": {"id": ref.id, "version": ref.version, "digest": ref.digest, "title": ref.title},
        "engine": asdict(hearing.engine),
        "facts": {name: _fact(fact) for name, fact in judgement.facts.items()},
        "speakers": [
            {"id": s.id, "role": s.role.value, "confidence": s.confidence, "speech_s": s.speech_s}
            for s in hearing.speakers
        ],
        "transcript": [_utterance(u) for u in hearing.transcript],
        "dropped": [asdict(d) for d in hearing.dropped],
        "speech": [_span_pair(s) for s in hearing.speech],
        "unheard": [_span_pair(s) for s in hearing.unheard],
        "items": [_item(item) for item in judgement.items],
        "score": asdict(judgement.score),
        "figures": judgement.figures,
        "warnings": [*hearing.warnings, *judgement.warnings],
        "hearing_warnings": list(hearing.warnings),
    }


def dump(data: Mapping[str, Any], *, lines: bool = False) -> str:
    """Return readable JSON in UTF-8 characters; `lines` puts it on one line (JSON lines)."""
    return json.dumps(data, ensure_ascii=False, indent=None if lines else 1, allow_nan=False)


def read_analysis(path: Path) -> tuple[Hearing, dict[str, bool]]:
    """Read a stored transcript or Analysis: what was heard, and the facts that were given with it.

    Raises TranscriptError naming the file, the field and what is expected.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TranscriptError(
            "transcript-unreadable", f"读不到转写文件 {path}：{error.strerror}", "请检查路径"
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise TranscriptError(
            "transcript-json", f"{path} 不是 UTF-8 的 JSON：{error}", "请用 run --json 生成的文件"
        ) from None
    return parse_analysis(data, str(path))


def parse_analysis(data: object, place: str) -> tuple[Hearing, dict[str, bool]]:
    """Like `read_analysis`, from parsed JSON; `place` names it in errors."""
    if not isinstance(data, dict) or not isinstance(data.get("transcript"), list):
        raise TranscriptError(
            "transcript-shape", f"{place}：顶层应是对象，且有列表 transcript", "请用 run --json 生成的文件"
        )
    if data.get("schema", SCHEMA) != SCHEMA:
        raise TranscriptError(
            "transcript-schema", f"{place}：schema 是 {data['schema']!r}，只认识 {SCHEMA}", "请升级程序或重新分析"
        )
    utterances = tuple(_read_utterance(u, f"{place}：transcript[{i}]") for i, u in enumerate(data["transcript"]))
    last_s = max((u.end_s for u in utterances), default=0.0)
    engine = data.get("engine") if isinstance(data.get("engine"), dict) else {}
    known = {name: str(value) for name, value in (engine or {}).items() if name in Engine.__dataclass_fields__}
    facts = data.get("facts") if isinstance(data.get("facts"), dict) else {}
    return (
        Hearing(
            str(data.get("file", place)),
            quantise_time(_number(data.get("duration_s", last_s), f"{place}：duration_s")),
            _read_spans(data.get("speech"), f"{place}：speech"),
            _read_spans(data.get("unheard"), f"{place}：unheard"),
            Engine(**{"name": "recorded", "model": "", **known}),
            _read_speakers(data.get("speakers"), utterances, f"{place}：speakers"),
            utterances,
            tuple(Dropped(**d) for d in data.get("dropped", ())),
            tuple(str(w) for w in data.get("hearing_warnings", ())),
        ),
        {
            name: bool(fact["value"])
            for name, fact in (facts or {}).items()
            if isinstance(fact, dict) and fact.get("from") == "given"
        },
    )


def _fact(fact: Fact) -> dict[str, Any]:
    return {"value": fact.value, "from": fact.source, "hits": [_hit(h) for h in fact.hits]}


def _hit(hit: Hit) -> dict[str, Any]:
    return {**asdict(hit), "role": hit.role.value}


def _span_pair(span: Span) -> list[float]:
    return [span.start_s, span.end_s]


def _utterance(u: Utterance) -> dict[str, Any]:
    return {
        "start_s": u.start_s,
        "end_s": u.end_s,
        "speaker": u.speaker,
        "role": u.role.value,
        "text": u.text,
        "confidence": u.confidence,
        "speaker_confidence": u.speaker_confidence,
        "char_s": list(u.char_start_s),
        "char_confidence": list(u.char_confidence),
    }


def _item(item: ItemResult) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind.value,
        "how": item.how.value,
        "clause": item.clause,
        "text": item.text,
        "verdict": None if item.verdict is None else item.verdict.value,
        "credit": item.credit,
        "weight": item.weight,
        "reason": item.reason,
        "hits": [_hit(h) for h in item.hits],
        "nearest": None if item.nearest is None else _hit(item.nearest),
        "searched": [{"start_s": quantise_time(s.start_s), "end_s": quantise_time(s.end_s)} for s in item.searched],
    }


def _number(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise TranscriptError("transcript-number", f"{place} 应是不小于 0 的数，得到 {value!r}", "请改正后重试")
    return float(value)


def _numbers(value: object, count: int, place: str) -> tuple[float, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != count:
        raise TranscriptError("transcript-numbers", f"{place} 应是 {count} 个数（每字一个）", "请改正或删去这一项")
    return tuple(_number(v, f"{place}[{i}]") for i, v in enumerate(value))


def _read_utterance(data: object, place: str) -> Utterance:
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise TranscriptError("transcript-utterance", f"{place} 应是有 text 的对象", "每段要有 start_s、end_s、text")
    start_s = _number(data.get("start_s"), f"{place}.start_s")
    end_s = _number(data.get("end_s"), f"{place}.end_s")
    if end_s < start_s:
        raise TranscriptError("transcript-times", f"{place}：end_s {end_s} 早于 start_s {start_s}", "请改正后重试")
    text = data["text"]
    role = data.get("role", Role.UNKNOWN.value)
    if role not in {r.value for r in Role}:
        allowed = "、".join(r.value for r in Role)
        raise TranscriptError("transcript-role", f"{place}.role 是 {role!r}", f"可用：{allowed}")
    confidence = min(1.0, _number(data.get("confidence", 1.0), f"{place}.confidence"))
    starts = _numbers(data.get("char_s"), len(text), f"{place}.char_s")
    if starts is None:  # without times of their own the characters share the utterance's evenly
        starts = tuple(start_s + (end_s - start_s) * i / len(text) for i in range(len(text)))
    if any(b < a for a, b in pairwise((*starts, end_s))) or (starts and starts[0] < start_s):
        raise TranscriptError(
            "transcript-times", f"{place}.char_s 要递增并在 start_s 与 end_s 之间", "请改正或删去这一项"
        )
    each = _numbers(data.get("char_confidence"), len(text), f"{place}.char_confidence")
    return quantised(
        Utterance(
            start_s,
            end_s,
            str(data.get("speaker") or role),
            Role(role),
            text,
            confidence,
            starts,
            (confidence,) * len(text) if each is None else each,
            min(1.0, _number(data.get("speaker_confidence", 1.0), f"{place}.speaker_confidence")),
        )
    )


def quantised(u: Utterance) -> Utterance:
    """Return the utterance at the resolution of the JSON: 10 ms, 3 decimals."""
    return Utterance(
        quantise_time(u.start_s),
        quantise_time(u.end_s),
        u.speaker,
        u.role,
        u.text,
        quantise_ratio(u.confidence),
        tuple(quantise_time(t) for t in u.char_start_s),
        tuple(quantise_ratio(c) for c in u.char_confidence),
        quantise_ratio(u.speaker_confidence),
    )


def _read_spans(data: object, place: str) -> tuple[Span, ...]:
    if data is None:
        return ()
    if not isinstance(data, list):
        raise TranscriptError("transcript-spans", f"{place} 应是 [开始, 结束] 的列表", "请改正或删去这一项")
    spans = []
    for i, pair in enumerate(data):
        values = _numbers(pair, 2, f"{place}[{i}]")
        if values is None or values[1] < values[0]:
            raise TranscriptError("transcript-spans", f"{place}[{i}] 应是 [开始, 结束]", "请改正或删去这一项")
        spans.append(Span(quantise_time(values[0]), quantise_time(values[1])))
    return tuple(spans)


def _read_speakers(data: object, utterances: tuple[Utterance, ...], place: str) -> tuple[Speaker, ...]:
    if isinstance(data, list) and data:
        try:
            return tuple(
                Speaker(str(s["id"]), Role(s["role"]), float(s["confidence"]), float(s["speech_s"])) for s in data
            )
        except (KeyError, TypeError, ValueError) as error:
            raise TranscriptError(
                "transcript-speakers", f"{place} 不合格式：{error}", "每人要有 id、role、confidence、speech_s"
            ) from None
    found: dict[str, tuple[Role, float]] = {}
    for u in utterances:
        role, seconds = found.get(u.speaker, (u.role, 0.0))
        found[u.speaker] = (role, seconds + u.end_s - u.start_s)
    return tuple(
        Speaker(name, role, 0.0 if role is Role.UNKNOWN else 1.0, quantise_time(seconds))
        for name, (role, seconds) in found.items()
    )
