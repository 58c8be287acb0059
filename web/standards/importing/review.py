"""What a person made of a proposal, read from the form: rows with his kinds, words, phrases and conditions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.lexicon.written import Proposal, Row, edited, facts, phrase_problem
from web.models.vocabulary import How, Kind
from web.standards.importing.page import BAN, LINK, OR, PERSON_BAN, RULE, kind_of, kind_words, typed

MOST_PHRASES = 60  # of one clause
MOST_CHARS = 300  # of one phrase or text
_OR = re.compile(f"[{OR}/]")


def changed(
    proposal: Proposal, form: Mapping[str, str], folder: Path
) -> tuple[tuple[Row, ...], dict[int, tuple[str, ...]]]:
    """The rows as the form has them, and by number what is wrong with them."""
    known = facts(folder)
    rows: list[Row] = []
    errors: dict[int, tuple[str, ...]] = {}
    for number, row in enumerate(proposal.rows):
        given = {key: form.get(f"r{number}.{key}") for key in ("kind", "text", "parts", "when")}
        if given["kind"] not in kind_words():  # nothing was asked about this one: it stays as proposed
            rows.append(row)
            continue
        made = _row(row, given, f"r{number}.listed" in form, known)
        wrong = _problems(made, folder) if made.listed else ()
        if wrong:
            errors[number] = wrong
        rows.append(made)
    return tuple(rows), errors


def _row(row: Row, given: Mapping[str, str | None], listed: bool, known: Mapping[str, str]) -> Row:
    changes: dict[str, Any] = {}
    kind, text, when = given["kind"] or "", (given["text"] or "").strip(), given["when"] or "always"
    if kind != kind_of(row):
        changes["kind"] = Kind.FORBIDDEN if kind in (BAN, PERSON_BAN) else Kind.REQUIRED
        changes["how"] = How.RULE if kind in (RULE, BAN) else How.LINK if kind == LINK else How.PERSON
        with in_source():  # it is written into the standard
            changes["notes"] = (_("导入时由人定为“%(kind)s”。", kind=kind_words()[kind]),)
        changes["confidence"] = 1.0
    if text and text != row.text:
        changes["text"] = text[:MOST_CHARS]
    if when != row.when and (when == "always" or when.removeprefix("!") in known):
        changes["when"] = when
        changes["condition"] = row.condition if when == "always" else known[when.removeprefix("!")]
    written = "\n".join(line.strip() for line in (given["parts"] or "").splitlines() if line.strip())
    if written != typed(row.parts, kind == BAN):
        changes["parts"] = _parts(written)
        changes["titles"] = ()
    if listed != row.listed:
        changes["listed"] = listed
    return edited(row, **changes) if changes else row


def _parts(written: str) -> tuple[tuple[str, ...], ...]:
    lines = [[phrase.strip() for phrase in _OR.split(line)] for line in written.splitlines()]
    return tuple(tuple(phrase for phrase in line if phrase) for line in lines if any(line))


def _problems(row: Row, folder: Path) -> tuple[str, ...]:
    if row.how is not How.RULE:
        return ()
    phrases = [phrase for part in row.parts for phrase in part]
    if len(phrases) > MOST_PHRASES:
        return (_("这一条有 %(n)s 句短语，最多 %(most)s 句。", n=len(phrases), most=MOST_PHRASES),)
    long = [phrase for phrase in phrases if len(phrase) > MOST_CHARS]
    if long:
        return (_("“%(start)s……”太长，一句最多 %(most)s 个字。", start=long[0][:20], most=MOST_CHARS),)
    found = ((phrase, phrase_problem(phrase, folder)) for phrase in phrases)
    return tuple(_("“%(phrase)s”：%(why)s", phrase=phrase, why=why) for phrase, why in found if why)
