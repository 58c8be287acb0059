"""A clause cut into single demands, each with the words that it quotes, its condition, and its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.domain import How, Kind
from analyzer.drafting import words
from analyzer.drafting.kinds import LIKELY, UNSURE, Guess, guess
from analyzer.drafting.markers import FLAT
from analyzer.drafting.outline import Clause, simplified_line

_PAIRS = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’"}
_LABEL = re.compile(
    r"([^，。:：“「『\"]{0,12}(?:用语|语|话术|问候|应答|答复|开场白|结束语|话))\s*(?::\s*)?(\([^()]{1,40}\))?\s*:\s*(?=[^“「『\"])"
)
_TO_YOU = re.compile(r"您|你|我|请|谢|抱歉|对不起|不好意思|再见|欢迎|麻烦|劳驾|早上好|晚上好")
_UTTERANCE = re.compile(r"您|你|我|请|谢|抱歉|对不起|不好意思|再见|慢走|欢迎|麻烦|劳驾|[好早]$|[吗呢吧啊了呀嘛哦]$|[。！？!?]$|不知道|不清楚|没|不")
_INTRODUCES = re.compile(r"(?:说|问|答|讲|道|称|语|为|候|别|歉|谢|示|好|如|例如|比如|使用|用|请|复|:)\s*[:：,，]?\s*$")
_WHEN_THEN = re.compile(  # 进入用户家时|要…, 如遇用户有不明之处|应…
    r"((?:如|若|遇|一旦).{2,24}?(?=应|则|就|(?<!必)须|必须|(?<!需)要(?!求)|不得|严禁)"
    r"|.{2,30}?(?:的|时|后|前)(?=(?:就|则)?(?:应|须|必须|要|可以?|不得|严禁|方可|一定|立即|主动|先)))"
)
_SENTENCE, _COMMA = "。；;！!？?", "，,"


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that a clause asks for. `text` is the document's own words, Simplified, from `start` to `end`.

    `quotes`: the words to be said or not to be said. `condition`: when it applies, in the document's words, and
    `fact`: the fact of the shared files that this seems to be ("" where none; "!signed" where it must not hold).
    """

    ref: str
    text: str
    start: int
    end: int
    headings: tuple[str, ...]
    guess: Guess
    quotes: tuple[str, ...] = ()
    condition: str = ""
    fact: str = ""
    label: str = ""


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
    script = _script(clause, raw, flat)
    found = [script] if script else []
    begin = script.end - clause.start if script else 0
    for sentence in _sentences(flat, begin):
        found += _of_sentence(clause, raw, flat, sentence)
    return tuple(_merged(found, raw, clause.start))


def _as_written(clause: Clause, source: str) -> str:
    """Return the clause with every character of its place in the text, in Simplified: places within it stay true."""
    if clause.end - clause.start == len(clause.text):
        return clause.text
    return simplified_line(source[clause.start : clause.end].replace("\n", " "))


def quotes_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return where quoted stretches stand (without their marks), the outermost ones; marks that do not close are none."""
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        closer = _PAIRS.get(text[at])
        close = text.find(closer, at + 1) if closer else -1
        if close > at:
            spans.append((at + 1, close))
            at = close
        at += 1
    return tuple(spans)


def _script(clause: Clause, raw: str, flat: str) -> Demand | None:
    """Return 进门语（因故迟到时）：您好…… as one demand: a label, when it applies, and the words without quotation marks.

    Words may also follow a verb of speaking (向用户道别：……), or be all there is below a heading about language.
    """
    label = _LABEL.match(flat)
    spoken_heading = any(words.SPOKEN_HEADING.search(h) for h in clause.headings[-1:])
    banned = _banned_by_heading(clause)
    if label is not None and _is_script(flat[label.end() :]):
        begin, name = label.end(), label.group(1)
        condition = (label.group(2) or "").strip("()")
    else:
        colon = flat.find(":")
        before = flat[:colon] if 0 < colon < 40 else ""
        after = flat[colon + 1 :]
        if before and not quotes_of(flat) and words.SPEECH.search(before) and _TO_YOU.search(after):
            begin, name, condition = colon + 1, "", ""
            if words.ban_in(before):
                banned = True
        elif spoken_heading and not quotes_of(flat) and _bare_words(flat, banned):
            begin, name, condition = 0, "", ""
        else:
            return None
    end = _end_of_script(flat, begin)
    said = raw[begin:end].strip(" “”")
    if not said:
        return None
    kind = Kind.FORBIDDEN if banned else Kind.REQUIRED
    reason = "在忌语下面，写出了不许说的原话。" if banned else f"“{name or '说话'}”后面是要说的原话：听录音判。"
    quoted = tuple(q for q in re.split(r"[；;、/／]|\s{2,}", said) if q.strip()) if banned else (said,)
    return Demand(
        clause.ref,
        raw[:end].strip(),
        clause.start,
        clause.start + end,
        clause.headings,
        Guess(kind, How.RULE, LIKELY, (reason,)),
        quoted,
        condition,
        fact_of(condition),
        name,
    )


def _is_script(rest: str) -> bool:
    """Whether what follows 解释语： is said as it stands: to a 您, or without a word of what the staff must do."""
    demanded = words.CUSTOMER.search(rest) or words.SPEECH.search(rest) or words.MUST.match(rest) or words.ban_in(rest)
    return _TO_YOU.search(rest) is not None or "****" in rest or not demanded


def _banned_by_heading(clause: Clause) -> bool:
    return any(words.BAN_IN_HEADING.search(h) for h in clause.headings[-2:])


def _bare_words(flat: str, banned: bool) -> bool:
    """Whether a line below a heading about language is itself what is said: no word about a customer, no demand."""
    if words.CUSTOMER.search(flat) or words.ban_in(flat) or len(flat) > 80:
        return False
    return banned or _TO_YOU.search(flat) is not None and words.MUST.match(flat) is None


def _end_of_script(flat: str, begin: int) -> int:
    """Return where the words end: at the first sentence that speaks of the customer instead of to him."""
    for start, end in _sentences(flat, begin):
        piece = flat[start:end]
        about = words.CUSTOMER.search(piece) and not re.search(r"[您我]", piece)
        if start > begin and (about or (words.MUST.match(piece) and not re.search(r"[您我]", piece))):
            return start
    return len(flat)


def _sentences(flat: str, begin: int) -> Iterator[tuple[int, int]]:
    yield from _cut(flat, begin, len(flat), _SENTENCE)


def _cut(flat: str, begin: int, end: int, signs: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches between signs that stand outside of quotes and brackets; a sign belongs to what it ends."""
    inside = [(a, b) for a, b in quotes_of(flat)]
    depth, start, quote = 0, begin, 0
    at = begin
    while at < end:
        while quote < len(inside) and inside[quote][1] <= at:
            quote += 1
        if quote < len(inside) and inside[quote][0] <= at:
            at = inside[quote][1]
            closing = flat[at - 1]
            if signs == _SENTENCE and closing in _SENTENCE and at + 1 < end and not _goes_on(flat, at + 1):
                yield start, at + 1  # “……。”其余：the quotation ended its sentence
                start = at + 1
            at += 1
            continue
        char = flat[at]
        depth = max(0, depth + (char == "(") - (char == ")"))
        if char in signs and not depth:
            yield start, at + 1
            start = at + 1
        at += 1
    if flat[start:end].strip():
        yield start, end


def _goes_on(flat: str, at: int) -> bool:
    return flat[at] in "，,。；;、)或和及等" or flat[at] in _PAIRS


def _of_sentence(clause: Clause, raw: str, flat: str, sentence: tuple[int, int]) -> list[Demand]:
    """Return the demands of one sentence: its pieces between commas, each with the conditions before it."""
    begin, end = sentence
    around = flat[begin:end]
    if words.NO_DEMAND.search(around) and not quotes_of(around):
        none = Guess(Kind.REQUIRED, How.PERSON, LIKELY, ("说的是目的、范围或由谁解释，不是对员工的要求，先不列入。",), listed=False)
        return [_demand(clause, raw, sentence, none, (), "")]
    heading_bans = _banned_by_heading(clause)
    found: list[Demand] = []
    condition, unless, lead, banned = "", "", begin, heading_bans
    pieces = [_piece(flat, a, b) for a, b in _cut(flat, begin, end, _COMMA)]
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
        when, rest = _condition(said, bool(piece.quotes), last=i == len(pieces) - 1)
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
        found.append(_demand(clause, raw, (lead, end), guess(said, quoted=False, banned=heading_bans, around=around), (), ""))
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
    return bool(following) and (following[0] in _PAIRS or re.match(r"或|以?及|也不|更不|和", following) is not None)


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
    introduced = not before.strip() or _INTRODUCES.search(before) is not None or before.strip()[-1] in "”」』\"或、和"
    return introduced and _UTTERANCE.search(quote.translate(FLAT).strip(" ，,")) is not None


def _condition(said: str, quoted: bool, last: bool) -> tuple[str, str]:
    """Return (when a piece applies, what it asks for): 因故迟到时要道歉 is (因故迟到时, 要道歉).

    A piece that only says when comes back without a demand; one that says nothing of it, without a condition.
    """
    whole = not last and words.IF.match(said) and not re.search("应|则", said)
    must = None if whole else _WHEN_THEN.match(said)
    if must is not None and (not last or words.MUST.match(said[must.end() :].removeprefix("则"))):
        when = must.group(1)
        return (when if _tells_when(when) else ""), said[must.end() :]
    if words.ban_in(said) and not words.IF.match(said):
        return "", said
    if last and not quoted:
        return "", said
    if words.IF.match(said) or words.CIRCUMSTANCE.search(said) or (words.OF_WHOM.search(said) and not quoted):
        when = said if _tells_when(said) else ""
        if quoted and words.IF.match(said) is None:
            return when, said
        return when, "" if not quoted else said
    return "", said


def _tells_when(said: str) -> bool:
    """Whether this is a condition, and not merely a point of the routine (进门前, 在服务过程中)."""
    begins = words.IF.match(said)
    return (begins is not None and len(said) > begins.end()) or words.EVENT.search(said) is not None or bool(fact_of(said))


def fact_of(condition: str) -> str:
    """Return the fact that a condition seems to mean, "!signed" where it must not hold, "" where none is known."""
    for fact, holds, pattern in words.FACT_WORDS:
        if condition and pattern.search(condition):
            return fact if holds else f"!{fact}"
    return ""


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
