"""What is private in a recording: where it is heard, and the document without it. Pure but for `mark` and `spoken`."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake import findable
from web.intake.analysis import Hearing, Utterance, hearing_from_dict
from web.intake.doom import doom
from web.intake.effective import effective, heard_document, inputs
from web.masking import MASK, Secret, mask, phone_numbers, secrets, secrets_in
from web.masking.find import covered
from web.models import Clip, PrivateWords, Recording, SpokenNumber
from web.models.vocabulary import Role

AROUND_S = 0.3  # times of words are anchors: what is muted begins earlier and ends later
CORRECTED_S = 1.0  # and corrected words have no times of their own
JOIN_S = 0.6  # what is left between two muted places is no word
AROUND_LINES = 4
SHORTEST = 2  # a surname alone is too short to be looked for elsewhere


@dataclass(frozen=True, slots=True)
class Heard:
    """The private words of a recording as they stand: where they are heard, and the mobile numbers said."""

    spans: tuple[tuple[float, float], ...] = ()
    numbers: frozenset[str] = frozenset()


def mark(session: Session, recording_id: int) -> None:
    """The words are new or another: until the worker has looked, nobody without the right hears it, nor its clips."""
    findable.forget(session, recording_id)
    row = session.get(PrivateWords, recording_id)
    if row is None:
        session.add(
            PrivateWords(recording_id=recording_id, state="waiting", stamp=uuid.uuid4().hex, spans=[], stored_key="")
        )
        return
    doom(session, row.stored_key)
    row.state, row.stamp, row.stored_key = "waiting", uuid.uuid4().hex, ""
    for clip in session.scalars(select(Clip).where(Clip.recording_id == recording_id, Clip.stored_key != "")):
        doom(session, clip.stored_key)
        clip.stored_key = ""


def muted_key(session: Session, recording_id: int) -> str | None:
    """The stored key of the sound without private words, "" where there are none in it; None: nobody knows yet, or it failed."""
    row = session.get(PrivateWords, recording_id)
    return row.stored_key if row is not None and row.state == "ready" else None


def spoken(session: Session, recording: Recording) -> Heard:
    """What is private in the words as the machine heard them and in the words as people corrected them: both are heard."""
    body = heard_document(session, recording.id)
    if body is None:
        return Heard()
    hearing = hearing_from_dict(body, f"recording {recording.id}")
    return private_words(hearing, effective(hearing, inputs(session, recording)))


def private_words(heard: Hearing, corrected: Hearing) -> Heard:
    spans: list[tuple[float, float]] = []
    numbers: set[str] = set()
    for hearing in (heard, corrected) if corrected.transcript != heard.transcript else (heard,):
        for line, (said, places) in enumerate(
            zip(hearing.transcript, secrets_in(_lines(hearing.transcript)), strict=True)
        ):
            around = AROUND_S if said.text == heard.transcript[line].text else CORRECTED_S
            for place in places:
                span = said.char_span(place.first, place.last - 1)
                spans.append((max(0.0, span.start_s - around), span.end_s + around))
            numbers |= phone_numbers(places)
    return Heard(joined(spans), frozenset(numbers))


def joined(spans: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Spans in order, those that touch or nearly do as one."""
    made: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if made and start_s - made[-1][1] < JOIN_S:
            made[-1] = (made[-1][0], max(made[-1][1], end_s))
        else:
            made.append((start_s, end_s))
    return tuple((round(start_s, 2), round(end_s, 2)) for start_s, end_s in made)


def digest_of_number(number: str) -> str:
    """What is kept of a mobile number, to find it by."""
    return hashlib.sha256(f"tingjian mobile {number}".encode()).hexdigest()


def tell_number(session: Session, recording_id: int, phone: str) -> None:
    """Keep the digest of the mobile number that a list or a telephone system names, to find the recording by."""
    for number in phone_numbers(secrets(re.sub(r"[\s-]", "", phone).removeprefix("+86"))):
        told = SpokenNumber(recording_id=recording_id, digest=digest_of_number(number), told=True)
        session.merge(told)


def discreet(document: Mapping[str, Any]) -> dict[str, Any]:
    """An Analysis document without private words: masked in every text, in the transcript by the whole talk."""
    lines = document.get("transcript") or []
    found = secrets_in([(str(u.get("text", "")), u.get("role") == Role.TECHNICIAN) for u in lines])
    words = secret_words([str(u.get("text", "")) for u in lines], found)
    transcript = [
        {**u, "text": covered(str(u.get("text", "")), places)} for u, places in zip(lines, found, strict=True)
    ]
    rest = {
        key: value if key in ("standard", "engine", "terms") else _hidden(value, words)
        for key, value in document.items()
        if key != "transcript"
    }
    figures = rest.get("figures")
    if isinstance(figures, dict) and isinstance(figures.get("keywords"), list):
        rest["figures"] = {**figures, "keywords": [k for k in figures["keywords"] if MASK not in str(k)]}
    return {**rest, "transcript": transcript}


def line_without_private_words(document: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """One line of a document, masked among those around it; as long as before. Quicker than the whole document."""
    lines = document.get("transcript") or []
    place = next(i for i, one in enumerate(lines) if one is line)
    around = lines[max(0, place - AROUND_LINES) : place + AROUND_LINES + 1]
    found = secrets_in([(str(u.get("text", "")), u.get("role") == Role.TECHNICIAN) for u in around])
    return covered(str(line.get("text", "")), found[min(place, AROUND_LINES)])


def hide(text: str, words: Sequence[str] = ()) -> str:
    """A text without private words, and without `words` that are known to be private where they come from."""
    hidden = mask(text)
    for word in words:
        hidden = hidden.replace(word, MASK * len(word))
    return hidden


def secret_words(texts: Sequence[str], found: Sequence[Sequence[Secret]]) -> list[str]:
    """The private words of a talk, the longest first: quotations of it are cut out of their context."""
    words = {
        text[p.first : p.last].strip(" ，,。、") for text, places in zip(texts, found, strict=True) for p in places
    }
    return sorted((word for word in words if len(word) >= SHORTEST), key=lambda word: (-len(word), word))


def _lines(transcript: Iterable[Utterance]) -> list[tuple[str, bool]]:
    return [(u.text, u.role is Role.TECHNICIAN) for u in transcript]


def _hidden(value: Any, words: Sequence[str]) -> Any:
    if isinstance(value, str):
        return hide(value, words)
    if isinstance(value, list):
        return [_hidden(one, words) for one in value]
    if isinstance(value, dict):
        return {key: _hidden(one, words) for key, one in value.items()}
    return value
