"""A clause cut into single demands, each with the words that it quotes, its condition, and its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.domain import How, Kind
from analyzer.drafting import words
from analyzer.drafting.conditions import condition_of, fact_of
from analyzer.drafting.cutting import COMMA, PAIRS, cut, quotes_of, sentences
from analyzer.drafting.demand import Demand, banned_by_heading
from analyzer.drafting.kinds import LIKELY, UNSURE, Guess, guess
from analyzer.drafting.lines import simplified_line
from analyzer.drafting.markers import FLAT
from analyzer.drafting.outline import Clause
from analyzer.drafting.scripts import script

_UTTERANCE = re.compile(
    r"您|你|我|请|谢|抱歉|对不起|不好意思|再见|慢走|欢迎|麻烦|劳驾|[好早]$|[吗呢吧啊了呀嘛哦]$|[。！？!?]$|不知道|不清楚|没|不"
)
_INTRODUCES = re.compile(r"(?:说|问|答|讲|道|称|语|为|候|别|歉|谢|示|好|如|例如|比如|使用|用|请|复|:)\s*[:：,，]?\s*$")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a clause between commas: where it stands in the clause, and the quotes in it (start, end within)."""

    start: int
    end: int
    quotes: tuple[tuple[int, int], ...] = ()


def demands(clause: Clause, source: str) -> tuple[Demand, ...]:
    """Return what a clause asks for, in order; `source` is the whole text that the clause's places refer to."""
    raw = _as_written(clause, source)
    flat = raw.translate(FLAT)
    spoken = script(clause, raw, flat)
    found = [spoken] if spoken else []
    begin = spoken.end - clause.start if spoken else 0
    for sentence in sentences(flat, begin):
        found += _of_sentence(clause, raw, flat, sentence)
    return tuple(_merged(found, raw, clause.start))


def _as_written(clause: Clause, source: str) -> str:
    """Return the clause with every character of its place in the text, in Simplified: places within it stay true."""
    if clause.end - clause.start == len(clause.text):
        return clause.text
    return simplified_line(source[clause.start : clause.end].replace("\n", " "))


def _of_sentence(clause: Clause, raw: str, flat: str, sentence: tuple[int, int]) -> list[Demand]:
    """Return the demands of one sentence: its pieces between commas, each with the conditions before it."""
    begin, end = sentence
    around = flat[begin:end]
    if words.NO_DEMAND.search(around) and not quotes_of(around):
        none = Guess(
            Kind.REQUIRED,
            How.PERSON,
            LIKELY,
            ("说的是目的、范围或由谁解释，不是对员工的要求，先不列入。",),
            listed=False,
        )
        return [_demand(clause, raw, sentence, none, (), "")]
    heading_bans = banned_by_heading(clause)
    found: list[Demand] = []
    condition, unless, lead, banned = "", "", begin, heading_bans
    pieces = [_piece(flat, a, b) for a, b in cut(flat, begin, end, COMMA)]
    then = next((i for i, p in enumerate(pieces) if flat[p.start : p.end].lstrip().startswith(("则", "就"))), 0)
    for i, piece in enumerate(pieces):
        said = _without_quotes(flat, piece).strip(" ，,。；;！!？?：:")
        if not said and not piece.quotes:
            continue
        if found and not piece.quotes and words.PURPOSE.match(said) and condition == found[-1].condition:
            found[-1] = _longer(found[-1], raw, clause.start, piece.end)
            lead = piece.end
            continue
        if words.UNLESS.fullmatch(said) and i < len(pieces) - 1:
            unless = said  # 未经宾客同意，不得…: the ban stands in the next piece
            continue
        said, unless = unless + said, ""
        when, rest = condition_of(said, bool(piece.quotes), last=i == len(pieces) - 1)
        if i < then and words.IF.match(flat[pieces[0].start :].lstrip()):
            condition = f"{condition}，{said}".strip("，")
            continue
        if when:
            condition = when
        if not rest and not piece.quotes:
            continue  # the piece says only when: it belongs to the next one
        before = flat[lead : piece.quotes[0][0] - 1] if piece.quotes else ""
        quotes = tuple(
            raw[a:b].strip(" ，,、。")
            for a, b in piece.quotes
            if raw[a:b].strip(" ，,、。") and _is_said(clause, before, raw[a:b], banned or bool(words.ban_in(said)))
        )
        judged = guess(rest, quoted=bool(quotes), banned=banned and not _turns(rest), around=around)
        found.append(_demand(clause, raw, (lead, piece.end), judged, quotes, condition))
        lead = piece.end
        banned = heading_bans or (judged.kind is Kind.FORBIDDEN and _carries_on(flat, piece.end, banned, said))
    if lead < end and found and raw[lead:end].strip():
        found[-1] = _longer(found[-1], raw, clause.start, end)
    elif lead < end and not found and raw[lead:end].strip():
        said = flat[lead:end].strip(" ，,。；;")
        found.append(
            _demand(clause, raw, (lead, end), guess(said, quoted=False, banned=heading_bans, around=around), (), "")
        )
    return found


def _longer(demand: Demand, raw: str, offset: int, end: int) -> Demand:
    """Return a demand that goes on to `end` (a place in the clause)."""
    text = raw[demand.start - offset : end].rstrip()
    return replace(demand, text=text, end=demand.start + len(text))


def _turns(rest: str) -> bool:
    """Whether a piece after a ban demands something again."""
    return re.match(r"(?:并|而|且)?(?:应当?|须|必须|要|务必|需)", rest) is not None


def _carries_on(flat: str, at: int, banned: bool, said: str) -> bool:
    """Whether a ban holds for the piece after it: 不准闲聊，或者…; 严禁说“…”，“…”."""
    following = flat[at:].lstrip(" ，,")
    return bool(following) and (following[0] in PAIRS or re.match(r"或|以?及|也不|更不|和", following) is not None)


def _piece(flat: str, start: int, end: int) -> _Piece:
    return _Piece(start, end, tuple((a, b) for a, b in quotes_of(flat) if start <= a and b <= end))


def _without_quotes(flat: str, piece: _Piece) -> str:
    pieces, at = [], piece.start
    for a, b in piece.quotes:
        pieces.append(flat[at : a - 1])
        at = b + 1
    return "".join([*pieces, flat[at : piece.end]])


def _is_said(clause: Clause, before: str, quote: str, banned: bool) -> bool:
    """Whether a quotation is something to be said (or not), and no name, slogan or emphasis."""
    if banned or any(words.SPOKEN_HEADING.search(h) for h in clause.headings[-1:]):
        return True
    introduced = not before.strip() or _INTRODUCES.search(before) is not None or before.strip()[-1] in '”」』"或、和'
    return introduced and _UTTERANCE.search(quote.translate(FLAT).strip(" ，,")) is not None


def _demand(
    clause: Clause, raw: str, place: tuple[int, int], judged: Guess, quotes: tuple[str, ...], condition: str
) -> Demand:
    start, end = place
    start += len(raw[start:end]) - len(raw[start:end].lstrip())
    end -= len(raw[start:end]) - len(raw[start:end].rstrip())
    fact = fact_of(condition) or (fact_of(raw[start:end]) if words.UNLESS.search(raw[start:end]) else "")
    if judged.kind is Kind.FORBIDDEN:
        fact = ""  # when the temptation comes is no condition: nobody may say it at other times either
    return Demand(
        clause.ref,
        raw[start:end],
        clause.start + start,
        clause.start + end,
        clause.headings,
        judged,
        quotes,
        condition.strip("，,"),
        fact,
    )


def _merged(found: list[Demand], raw: str, offset: int) -> Iterator[Demand]:
    """Join neighbours that no one would list apart: what only a person can tell, and quotations of one ban."""
    last: Demand | None = None
    for demand in found:
        if last is not None and _belong_together(last, demand):
            last = replace(
                last,
                text=raw[last.start - offset : demand.end - offset].strip(),
                end=demand.end,
                quotes=last.quotes + demand.quotes,
                condition=last.condition or demand.condition,
                fact=last.fact or demand.fact,
                guess=max(last.guess, demand.guess, key=lambda g: g.confidence),
            )
            continue
        if last is not None:
            yield last
        last = demand
    if last is not None:
        yield last


def _belong_together(one: Demand, other: Demand) -> bool:
    if one.guess.key != other.guess.key or one.guess.link != other.guess.link:
        return False
    if one.guess.how is How.PERSON:
        return True
    if one.guess.how is How.LINK:
        return False
    if one.guess.kind is Kind.FORBIDDEN:
        return bool(one.quotes) == bool(other.quotes)
    acts = not (one.quotes or other.quotes) and max(one.guess.confidence, other.guess.confidence) == UNSURE
    return acts and one.condition == other.condition
