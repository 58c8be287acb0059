"""Analysis to the JSON of schema 1. Times at 10 ms, ratios at 3 decimals, so that reading gives back the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from analyzer.domain import (
    SCHEMA,
    Analysis,
    Check,
    Fact,
    Figures,
    Hit,
    ItemResult,
    Role,
    Score,
    Span,
    Utterance,
    quantise_ratio,
    quantise_time,
)


def analysis_to_dict(analysis: Analysis) -> dict[str, Any]:
    """Return the Analysis JSON of schema 1."""
    hearing, judgement = analysis.hearing, analysis.judgement
    ref = judgement.standard
    return {
        "schema": SCHEMA,
        "file": hearing.file,
        "duration_s": hearing.duration_s,
        "speech_s": float(hearing.speech_s),
        "unheard_s": float(hearing.unheard_s),
        "layout": None if hearing.layout is None else hearing.layout.value,
        "standard": {"id": ref.id, "version": ref.version, "digest": ref.digest, "title": ref.title},
        "engine": asdict(hearing.engine),
        "facts": {name: _fact(fact) for name, fact in judgement.facts.items()},
        "speakers": [
            {"id": s.id, "role": s.role.value, "confidence": s.confidence, "speech_s": s.speech_s}
            for s in hearing.speakers
        ],
        "transcript": [_utterance(u) for u in hearing.transcript],
        "dropped": [asdict(d) for d in hearing.dropped],
        "checks": [_check(c) for c in hearing.checks],
        "sounds": [asdict(s) for s in hearing.sounds],
        "speech": [_span_pair(s) for s in hearing.speech],
        "unheard": [_span_pair(s) for s in hearing.unheard],
        "items": [_item(item) for item in judgement.items],
        "score": _score(judgement.score),
        "figures": _figures(judgement.figures),
        "warnings": [*hearing.warnings, *judgement.warnings],
        "hearing_warnings": list(hearing.warnings),
    }


def dump(data: Mapping[str, Any], *, lines: bool = False) -> str:
    """Return readable JSON in UTF-8 characters; `lines` puts it on one line (JSON lines)."""
    return json.dumps(data, ensure_ascii=False, indent=None if lines else 1, allow_nan=False)


def quantised(u: Utterance) -> Utterance:
    """Return the utterance at the resolution of the JSON: 10 ms, 3 decimals."""
    return Utterance(
        quantise_time(u.start_s),
        quantise_time(u.end_s),
        u.speaker,
        u.role,
        u.text,
        None if u.confidence is None else quantise_ratio(u.confidence),
        tuple([round(float(t), 2) for t in u.char_start_s]),  # three hours have 50,000: no call for each
        tuple([round(float(c), 3) for c in u.char_confidence]),
        quantise_ratio(u.speaker_confidence),
    )


def _fact(fact: Fact) -> dict[str, Any]:
    return {"value": fact.value, "from": fact.source, "hits": [_hit(h) for h in fact.hits]}


def _hit(hit: Hit) -> dict[str, Any]:
    return {**asdict(hit), "role": hit.role.value, "by": hit.by.value}


def _check(check: Check) -> dict[str, Any]:
    return {**asdict(check), "outcome": check.outcome.value}


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
        "penalty": item.penalty,
        "cap": item.cap,
        **({"optional": True} if item.optional else {}),
        "reason": item.reason,
        "hits": [_hit(h) for h in item.hits],
        "nearest": None if item.nearest is None else _hit(item.nearest),
        "searched": [{"start_s": quantise_time(s.start_s), "end_s": quantise_time(s.end_s)} for s in item.searched],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    gap, cuts, polite = figures.longest_silence, figures.interruptions, figures.politeness
    return {
        "talk_s": _by_role(figures.talk_s),
        "talk_share": _by_role(figures.talk_share),
        "syllables": _by_role(figures.syllables),
        "syllables_per_minute": _by_role(figures.syllables_per_minute),
        "interruptions": None
        if cuts is None
        else [{**asdict(cut), "by": cut.by.value, "on": cut.on.value} for cut in cuts],
        "silence_share": figures.silence_share,
        "longest_silence": None if gap is None else {**asdict(gap), "duration_s": quantise_time(gap.duration_s)},
        "first_greeting_s": figures.first_greeting_s,
        "first_greeting_after_s": figures.first_greeting_after_s,
        "politeness": None if polite is None else asdict(polite),
        "keywords": [asdict(word) for word in figures.keywords],
        "keywords_documents": 0,  # schema 1 has the key: an idf of jieba's bundled table, not of an archive
    }


def _by_role(values: Mapping[Role, Any]) -> dict[str, Any]:
    return {role.value: value for role, value in values.items()}


def _score(score: Score) -> dict[str, Any]:
    return {**asdict(score), "penalty": float(score.penalty)}
