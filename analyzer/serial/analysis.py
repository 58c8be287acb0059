"""A whole stored Analysis, from its JSON back to the typed value that was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from analyzer.domain import (
    Analysis,
    Fact,
    Figures,
    FoundBy,
    Hit,
    How,
    Interruption,
    ItemResult,
    Judgement,
    Keyword,
    Kind,
    Politeness,
    Role,
    Score,
    StandardRef,
    Verdict,
)
from analyzer.serial.hearing import hearing_from_dict
from analyzer.serial.values import (
    OR_LEAVE_OUT,
    choice,
    count,
    each,
    flag,
    mapping,
    number,
    optional,
    ratio,
    refuse,
    role,
    span,
    text,
)

T = TypeVar("T")


def analysis_from_dict(data: object, place: str) -> Analysis:
    """The Analysis of a document that was judged: `items`, `score` and `standard.id` are needed beside a transcript.

    Keys that schema 1 did not always have get defaults: `figures` none, `layout` from `engine.diarizer`, of an item
    `penalty` and `cap` from the site's `terms` ({item id: {"penalty", "cap"}}), else none. Unknown keys are passed over.
    Raises TranscriptError naming `place` and the field, e.g. "recording 12：items[3].hits[0].role".
    """
    return Analysis(hearing_from_dict(data, place), judgement_from_dict(data, place))


def judgement_from_dict(data: object, place: str) -> Judgement:
    """The right half alone: the transcript, long as it is, is not looked at."""
    whole = mapping(data, place, "shape")
    if not isinstance(whole.get("items"), list):
        refuse("items", f"{place}：没有列表 items，还没有判断过", "请先用 score 判断")
    terms = mapping(whole.get("terms") or {}, f"{place}：terms")
    warnings = each(whole.get("warnings"), f"{place}：warnings", text)
    heard_with = each(whole.get("hearing_warnings"), f"{place}：hearing_warnings", text)
    own = len(heard_with)
    return Judgement(
        _standard(mapping(whole.get("standard"), f"{place}：standard"), f"{place}：standard"),
        facts_from_dict(whole.get("facts"), f"{place}：facts"),
        each(whole.get("items"), f"{place}：items", lambda item, at: _item(mapping(item, at), terms, at)),
        _score(mapping(whole.get("score"), f"{place}：score"), f"{place}：score"),
        _figures(mapping(whole.get("figures") or {}, f"{place}：figures"), f"{place}：figures"),
        warnings[own:] if warnings[:own] == heard_with else warnings,
    )


def facts_from_dict(data: object, place: str) -> dict[str, Fact]:
    """A plain true or false is a fact that was given."""
    if not isinstance(data, dict | None):
        refuse("facts", f"{place} 应是对象", OR_LEAVE_OUT)
    return {str(name): _fact(fact, f"{place}.{name}") for name, fact in (data or {}).items()}


def _fact(data: object, place: str) -> Fact:
    stated = {"value": data, "from": "given"} if isinstance(data, bool) else data
    if not isinstance(stated, dict) or not isinstance(stated.get("value"), bool):
        refuse("facts", f"{place} 应是 true、false 或带 value 的对象", OR_LEAVE_OUT)
    source = "given" if stated.get("from") == "given" else "heard"
    return Fact(stated["value"], source, each(stated.get("hits"), f"{place}.hits", hit_from_dict))


def hit_from_dict(data: object, place: str) -> Hit:
    hit = mapping(data, place)
    when = span(hit, place)
    words = {key: text(hit.get(key) or "", f"{place}.{key}") for key in ("quote", "phrase", "element", "note")}
    return Hit(
        when.start_s,
        when.end_s,
        role(hit.get("role"), f"{place}.role"),
        similarity=ratio(hit.get("similarity"), f"{place}.similarity"),
        suspicion=flag(hit.get("suspicion"), f"{place}.suspicion"),
        by=FoundBy.WORDS if hit.get("by") is None else choice(hit["by"], FoundBy, f"{place}.by"),
        **words,
    )


def _item(data: Mapping[str, Any], terms: Mapping[str, Any], place: str) -> ItemResult:
    name = text(data.get("id"), f"{place}.id")
    cost = {**mapping(terms.get(name) or {}, f"{place} 的 terms"), **data}
    return ItemResult(
        name,
        choice(data.get("kind"), Kind, f"{place}.kind"),
        choice(data.get("how"), How, f"{place}.how"),
        text(data.get("clause") or "", f"{place}.clause"),
        text(data.get("text") or "", f"{place}.text"),
        optional(data.get("verdict"), f"{place}.verdict", lambda value, at: choice(value, Verdict, at)),
        optional(data.get("credit"), f"{place}.credit", ratio),
        _or(number, data.get("weight"), 1.0, f"{place}.weight"),
        text(data.get("reason") or "", f"{place}.reason"),
        each(data.get("hits"), f"{place}.hits", hit_from_dict),
        optional(data.get("nearest"), f"{place}.nearest", hit_from_dict),
        each(data.get("searched"), f"{place}.searched", lambda one, at: span(mapping(one, at), at)),
        _or(number, cost.get("penalty"), 0.0, f"{place}.penalty"),
        optional(cost.get("cap"), f"{place}.cap", number),
        flag(data.get("optional"), f"{place}.optional"),
    )


def _standard(data: Mapping[str, Any], place: str) -> StandardRef:
    version = data.get("version", "")
    return StandardRef(
        text(data.get("id"), f"{place}.id"),
        text(str(version) if isinstance(version, int | float) else version, f"{place}.version"),
        text(data.get("digest") or "", f"{place}.digest"),
        text(data.get("title") or "", f"{place}.title"),
    )


def _score(data: Mapping[str, Any], place: str) -> Score:
    coverage = mapping(data.get("coverage") or {}, f"{place}.coverage")
    return Score(
        optional(data.get("value"), f"{place}.value", number),
        optional(data.get("base"), f"{place}.base", number),
        _or(number, data.get("penalty"), 0.0, f"{place}.penalty"),
        optional(data.get("cap"), f"{place}.cap", number),
        _or(count, data.get("judged"), 0, f"{place}.judged"),
        _or(count, data.get("not_judged"), 0, f"{place}.not_judged"),
        _or(count, data.get("suspicions"), 0, f"{place}.suspicions"),
        {str(key): count(value, f"{place}.coverage.{key}") for key, value in coverage.items()},
    )


def _figures(data: Mapping[str, Any], place: str) -> Figures:
    cuts = data.get("interruptions")
    return Figures(
        talk_s=_by_role(data, "talk_s", place, number),
        talk_share=_by_role(data, "talk_share", place, ratio),
        syllables=_by_role(data, "syllables", place, count),
        syllables_per_minute=_by_role(
            data, "syllables_per_minute", place, lambda value, at: optional(value, at, number)
        ),
        interruptions=None
        if cuts is None
        else each(data.get("interruptions"), f"{place}.interruptions", _interruption),
        silence_share=optional(data.get("silence_share"), f"{place}.silence_share", ratio),
        longest_silence=optional(
            data.get("longest_silence"), f"{place}.longest_silence", lambda value, at: span(mapping(value, at), at)
        ),
        first_greeting_s=optional(data.get("first_greeting_s"), f"{place}.first_greeting_s", number),
        first_greeting_after_s=optional(data.get("first_greeting_after_s"), f"{place}.first_greeting_after_s", number),
        politeness=optional(data.get("politeness"), f"{place}.politeness", _politeness),
        keywords=each(data.get("keywords"), f"{place}.keywords", _keyword),
    )


def _interruption(data: object, place: str) -> Interruption:
    cut = mapping(data, place)
    return Interruption(
        number(cut.get("at_s"), f"{place}.at_s"),
        role(cut.get("by"), f"{place}.by"),
        role(cut.get("on"), f"{place}.on"),
        text(cut.get("by_speaker") or "", f"{place}.by_speaker"),
        text(cut.get("on_speaker") or "", f"{place}.on_speaker"),
        _or(number, cut.get("overlap_s"), 0.0, f"{place}.overlap_s"),
    )


def _politeness(data: object, place: str) -> Politeness:
    polite = mapping(data, place)
    phrases = mapping(polite.get("by_phrase") or {}, f"{place}.by_phrase")
    return Politeness(
        _or(count, polite.get("total"), 0, f"{place}.total"),
        optional(polite.get("per_minute"), f"{place}.per_minute", number),
        {text(phrase, f"{place}.by_phrase"): count(n, f"{place}.by_phrase.{phrase}") for phrase, n in phrases.items()},
    )


def _keyword(data: object, place: str) -> Keyword:
    word = mapping(data, place)
    return Keyword(
        text(word.get("word"), f"{place}.word"),
        _or(number, word.get("weight"), 0.0, f"{place}.weight"),
        count(word.get("count"), f"{place}.count"),
        number(word.get("first_s"), f"{place}.first_s"),
    )


def _by_role(data: Mapping[str, Any], name: str, place: str, read: Callable[[object, str], T]) -> dict[Role, T]:
    values = mapping(data.get(name) or {}, f"{place}.{name}")
    return {choice(key, Role, f"{place}.{name}"): read(value, f"{place}.{name}.{key}") for key, value in values.items()}


def _or(read: Callable[[object, str], T], value: object, default: T, place: str) -> T:
    return default if value is None else read(value, place)
