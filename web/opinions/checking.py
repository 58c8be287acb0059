"""What of a model's answer is believed: proposals on what was asked, each with words that stand in what was sent. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.intake.analysis import normalise
from web.kit.values import plain_text
from web.models.vocabulary import Role
from web.opinions.asking import MET, MISSED, WITHHELD, Clause, Line, Question

MOST_QUOTES = 3
SHORTEST = 4  # characters of a quotation, unless it is the whole line: 好的 stands everywhere
LONGEST_WHY = 200
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)


class NonsenseError(Exception):
    """The answer is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the transcript; seconds of the line that they stand in."""

    line: int
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A verdict that a model proposes, met | missed, and why it says so."""

    item_id: str
    verdict: str
    why: str
    quotes: tuple[Quote, ...]


def proposals(answer: Mapping[str, Any], asked: Question) -> tuple[Proposal, ...]:
    """Read a server's answer. Raises NonsenseError where it holds no list of opinions; a bad one among them is left out."""
    clauses = {clause.item_id: clause for clause in asked.clauses}
    lines = {line.number: line for line in asked.lines}
    found: dict[str, Proposal] = {}
    for one in _opinions(answer):
        clause = clauses.get(one["item"]) if isinstance(one, dict) and isinstance(one.get("item"), str) else None
        if clause is None or clause.item_id in found:
            continue
        proposal = _proposal(one, clause, lines)
        if proposal is not None:
            found[clause.item_id] = proposal
    return tuple(found.values())


def _opinions(answer: Mapping[str, Any]) -> list[Any]:
    try:
        content = answer["choices"][0]["message"]["content"]
        text = _THOUGHT.sub("", content)
        document = json.loads(text[text.index("{") : text.rindex("}") + 1])
        opinions = document["opinions"]
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise NonsenseError(type(error).__name__) from error
    if not isinstance(opinions, list):
        raise NonsenseError("opinions is no list")
    return opinions


def _proposal(one: Mapping[str, Any], clause: Clause, lines: Mapping[int, Line]) -> Proposal | None:
    """None where it proposes nothing, or where a quotation is not what was said: who invents one is not believed the rest."""
    verdict, why, quoted = one.get("verdict"), one.get("why"), one.get("quotes")
    if verdict not in (MET, MISSED) or (clause.forbidden and verdict == MET):
        return None
    if not isinstance(why, str) or not isinstance(quoted, list) or not quoted:
        return None
    quotes = [_quote(words, lines) for words in quoted[:MOST_QUOTES]]
    kept = tuple(quote for quote in quotes if quote is not None)
    if len(kept) < len(quotes) or not any(lines[quote.line].role == Role.TECHNICIAN for quote in kept):
        return None
    return Proposal(clause.item_id, verdict, plain_text(why).strip()[:LONGEST_WHY], kept)


def _quote(words: Any, lines: Mapping[int, Line]) -> Quote | None:
    if not isinstance(words, dict):
        return None
    number, text = words.get("line"), words.get("text")
    line = lines.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
    if line is None or not isinstance(text, str) or line.text == WITHHELD:
        return None
    said, whole = normalise(text).text, normalise(line.text).text
    if not said or said not in whole or (len(said) < SHORTEST and said != whole):
        return None
    return Quote(line.number, line.start_s, line.end_s, plain_text(text).strip()[: len(line.text)])
