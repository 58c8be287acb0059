"""The whole shape of an Analysis JSON, schema 1 (docs/CONTRACTS.md): `faults(document)` lists what differs from it.

Further keys are welcome. Beside types and ranges it knows the laws that no type can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def text(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{place} is no text: {value!r}"


def flag(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{place} is no true or false: {value!r}"


def number(low: float, high: float) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            yield f"{place} is no number in {low} .. {high}: {value!r}"

    return check


def one_of(*allowed: object) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if isinstance(value, bool) or value not in allowed:
            yield f"{place} is none of {allowed}: {value!r}"

    return check


def nullable(inner: Check) -> Check:
    return lambda value, place: iter(()) if value is None else inner(value, place)


def every(inner: Check) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place} is no list: {value!r}"
            return
        for i, entry in enumerate(value):
            yield from inner(entry, f"{place}[{i}]")

    return check


def having(**keys: Check) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} is no object: {value!r}"
            return
        for key, inner in keys.items():
            name = key.rstrip("_")
            if name not in value:
                yield f"{place}.{name} is missing"
            else:
                yield from inner(value[name], f"{place}.{name}")

    return check


def by_name(inner: Check) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place} is no object: {value!r}"
            return
        for name, entry in value.items():
            yield from inner(entry, f"{place}.{name}")

    return check


ROLES = ("technician", "customer", "other", "unknown")
VERDICTS = ("met", "missed", "not_applicable", "cannot_judge")
COUNT = number(0, 10_000)


def _shape(end_s: float) -> Check:
    time, ratio, role = number(0.0, end_s), number(0.0, 1.0), one_of(*ROLES)
    span = having(start_s=time, end_s=time)
    hit = having(
        start_s=time, end_s=time, role=role, quote=text, phrase=text, similarity=ratio, suspicion=flag, note=text,
        by=one_of("words", "sound", "meaning"),
    )  # fmt: skip
    return having(
        schema=one_of(1),
        file=text,
        duration_s=number(0.0, 1e6),
        speech_s=number(0.0, 2 * end_s),
        unheard_s=number(0.0, 2 * end_s),
        standard=having(id=text, version=text, digest=text),
        engine=having(name=text, model=text),
        facts=by_name(having(value=flag, from_=one_of("given", "heard"), hits=every(hit))),
        speakers=every(having(id=text, role=role, confidence=ratio, speech_s=time)),
        transcript=every(
            having(start_s=time, end_s=time, speaker=text, role=role, text=text, confidence=ratio, char_s=every(time))
        ),
        dropped=every(having(start_s=time, end_s=time, text=text, reason=text)),
        checks=every(
            having(
                start_s=time,
                end_s=time,
                heard=text,
                phrase=text,
                nats=number(-1e3, 1e3),
                outcome=one_of("said", "suspicion", "rejected"),
            )
        ),
        sounds=every(
            having(
                start_s=time,
                end_s=time,
                kind=one_of("unreachable", "voicemail", "menu", "ringing", "busy"),
            )
        ),
        items=every(
            having(
                id=text,
                kind=one_of("required", "forbidden"),
                how=one_of("rule", "link", "person"),
                clause=text,
                verdict=nullable(one_of(*VERDICTS)),
                credit=nullable(ratio),
                reason=text,
                hits=every(hit),
                nearest=nullable(hit),
                searched=every(span),
            )
        ),
        score=having(value=nullable(number(0.0, 100.0)), judged=COUNT, not_judged=COUNT, suspicions=COUNT),
        warnings=every(text),
    )


def faults(document: Any) -> list[str]:
    """Everything in which `document` is no Analysis of schema 1; [] for a sound one."""
    duration_s = document.get("duration_s") if isinstance(document, dict) else None
    end_s = float(duration_s) if isinstance(duration_s, int | float) else 0.0
    found = list(_shape(end_s)(document, "analysis"))
    return found or list(_laws(document))


def _laws(document: dict[str, Any]) -> Iterator[str]:
    yield from _backwards(document, "analysis")
    for name in ("duration_s", "speech_s", "unheard_s"):
        if not isinstance(document[name], float):
            yield f"{name} is no float: {document[name]!r}"
    if document["unheard_s"] > document["speech_s"]:
        yield "more is unheard than was said"
    roles = {s["id"]: s["role"] for s in document["speakers"]}
    said = document["transcript"]
    if [u["start_s"] for u in said] != sorted(u["start_s"] for u in said):
        yield "the transcript is not in order of time"
    for u in said:
        if roles.get(u["speaker"]) != u["role"]:
            yield f"{u['text']} is said by {u['speaker']} as {u['role']}, who is {roles.get(u['speaker'])}"
    for item in document["items"]:
        yield from _item_laws(item)
    judged = [item["verdict"] in ("met", "missed") for item in document["items"]]
    if document["score"]["judged"] != sum(judged):
        yield "score.judged is not the number of judged items"
    if document["score"]["value"] is not None and not any(judged):
        yield "a score without a judged item"


def _item_laws(item: dict[str, Any]) -> Iterator[str]:
    name, verdict, credit = item["id"], item["verdict"], item["credit"]
    if (item["how"] == "rule") == (verdict is None):
        yield f"{name}: {item['how']} has the verdict {verdict}"
    if (verdict in ("met", "missed")) == (credit is None):
        yield f"{name}: {verdict} has the credit {credit}"
    if not item["reason"]:
        yield f"{name}: no reason"
    proven = [hit for hit in item["hits"] if not hit["suspicion"]]
    if item["kind"] == "required" and verdict == "met" and not proven:
        yield f"{name}: met without evidence"
    if item["kind"] == "forbidden" and (verdict == "missed") != bool(proven):
        yield f"{name}: {verdict} with {len(proven)} proven hits"
    if verdict == "missed" and not item["searched"]:
        yield f"{name}: missed, but nobody says where it was looked for"


def _backwards(value: Any, place: str) -> Iterator[str]:
    """Every {start_s, end_s}, wherever it stands, runs forwards."""
    if isinstance(value, dict):
        if "start_s" in value and "end_s" in value and value["start_s"] > value["end_s"]:
            yield f"{place} ends before it begins"
        for key, inner in value.items():
            yield from _backwards(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _backwards(inner, f"{place}[{i}]")
