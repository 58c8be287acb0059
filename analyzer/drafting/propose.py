"""The proposal that a person reviews: every demand of a document with its guess, what to listen for, and when it applies."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from analyzer.domain import How, Kind
from analyzer.drafting import phrasing
from analyzer.drafting.demand import Demand
from analyzer.drafting.files import checked
from analyzer.drafting.kinds import LIKELY, SURE
from analyzer.drafting.library import Known, Library
from analyzer.drafting.limits import MAX_DEMANDS, refuse
from analyzer.drafting.outline import WrittenDocument, outline
from analyzer.drafting.slugs import Slugs
from analyzer.drafting.statements import demands

MAX_TEXT = 300  # characters of a clause's own text
_PHONE = re.compile(r"来电|接听|话务|电话(?:回访|预约|用语|礼仪|服务)|总机|铃响|通话")
_POLITE = re.compile(r"礼貌用语|敬语|文明用语")
_WIDE = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}
_HAN_SIGN = re.compile(r"(?<=[一-龥”」』）)*])[,:;?!(]|[,:;?!)(](?=[一-龥“「『（(])|\)(?=[，。；：、,:;]|$)")


@dataclass(frozen=True, slots=True)
class Row:
    """One demand as it is reviewed. `source` is the text's own words from `start` to `end` (as written, Traditional too).

    `parts`: what to listen for: all of these parts, each by any of its phrases (a forbidden clause: any of all).
    `when`: "always", a fact, or "!fact"; `condition`: the document's words for it. `like`: the known clause whose
    lists are used, as standard/item. `notes`: why, in Chinese; `confidence` 0 to 1, of the kind.
    """

    id: str
    ref: str
    source: str
    start: int
    end: int
    heading: str
    kind: Kind
    how: How
    listed: bool
    confidence: float
    text: str
    parts: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    when: str
    condition: str
    like: str
    said: tuple[str, ...]  # the quoted sentences, for examples
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One document of a text as a standard might have it. `numbered`: how many of its clauses had a number."""

    title: str
    recording: str  # visit | call
    rows: tuple[Row, ...]
    numbered: int


def read_documents(text: str) -> tuple[tuple[str, WrittenDocument, tuple[Demand, ...]], ...]:
    """Return (the text as it was read, its documents, their demands). Needs no lexicons. Raises DocumentError."""
    text = checked(text)
    read = []
    for document in outline(text):
        asked = tuple(demand for clause in document.clauses for demand in demands(clause, text))
        if len(asked) > MAX_DEMANDS:
            raise refuse("too-many-clauses", count=len(asked), most=MAX_DEMANDS)
        read.append((text, document, asked))
    return tuple(read)


def propose(text: str, library: Library, document: int = 0) -> Proposal:
    """Return the proposal for one document of a text (from 0; the last where there are fewer). Raises DocumentError."""
    documents = read_documents(text)
    whole, written, asked = documents[min(document, len(documents) - 1)]
    recording = _recording(asked)
    slugs, rows = Slugs(), list[Row]()
    for demand in (part for each in asked for part in _parted(each, library)):
        used = {row.like for row in rows}
        rows.append(_row(demand, whole, library, recording, slugs, used))
    return Proposal(written.title, recording, tuple(rows), written.numbered)


def _parted(demand: Demand, library: Library) -> tuple[Demand, ...]:
    """Part a ban of several quotations by the known clauses that hear them: each has pardons of its own."""
    if demand.guess.kind is not Kind.FORBIDDEN or len(demand.quotes) < 2:
        return (demand,)
    groups: dict[str, list[str]] = {}
    for quote in demand.quotes:
        known = library.banned([phrasing.said(quote)])
        groups.setdefault(known.item.id if known else "", []).append(quote)
    return tuple(replace(demand, quotes=tuple(quotes)) for quotes in groups.values())


def _recording(asked: tuple[Demand, ...]) -> str:
    """Calls where more than a third of what can be heard speaks of the telephone."""
    heard = [d for d in asked if d.guess.how is How.RULE]
    phones = sum(bool(_PHONE.search(d.text + "".join(d.headings))) for d in heard)
    return "call" if heard and phones * 3 > len(heard) else "visit"


def _row(demand: Demand, whole: str, library: Library, recording: str, slugs: Slugs, used: set[str]) -> Row:
    guess, notes = demand.guess, list(demand.guess.reasons)
    kind, how, like = guess.kind, guess.how, ""
    parts: tuple[tuple[str, ...], ...] = ()
    titles: tuple[str, ...] = ()
    if how is How.RULE:
        known = _known(demand, library, recording, used)
        if known is not None:
            like, parts, titles = known.name, known.parts, known.titles
            notes.append(f"说法沿用已有的条目“{known.item.text}”，请核对是不是一回事。")
        elif demand.quotes:
            titles, parts = _from_quotes(demand, library, recording)
        else:
            titles, parts, note = _from_topics(demand, library)
            notes.append(note)
    when, condition = _when(demand, library, notes)
    text = wide((demand.quotes and "；".join(demand.quotes)) or demand.text)
    own_id = guess.link or (like.split("/")[-1] if like else "")
    return Row(
        id=slugs.take(own_id, demand.label or (demand.quotes[0] if demand.quotes else demand.text)),
        ref=demand.ref or "正文",
        source=whole[demand.start : demand.end],
        start=demand.start,
        end=demand.end,
        heading=" › ".join(wide(h).rstrip("：") for h in demand.headings),
        kind=kind,
        how=how,
        listed=guess.listed,
        confidence=guess.confidence,
        text=text,
        parts=parts,
        titles=titles,
        when=when,
        condition=condition,
        like=like,
        said=demand.quotes,
        notes=tuple(notes),
    )


def _from_topics(demand: Demand, library: Library) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], str]:
    """Return titles, phrases and a note for a demand that quotes nothing: lists that it names, else its topics."""
    asked = demand.text.replace(demand.condition, "") if demand.condition else demand.text
    named = library.named(asked) if demand.guess.kind is Kind.REQUIRED else ()
    if named:
        lists = "、".join(f"{title} {' '.join(part)}" for title, part in named)
        return (
            tuple(t for t, _ in named),
            tuple(p for _, p in named),
            f"原文没有给原话：说法沿用已有的短语表（{lists}）。",
        )
    if _POLITE.search(asked) and "politeness" in library.lists and demand.guess.kind is Kind.REQUIRED:
        return (
            (_title(asked),),
            (("<politeness>",),),
            "原文只说要用礼貌用语：有一句您好、请、谢谢就算，请看是不是太宽。",
        )
    if demand.guess.kind is Kind.FORBIDDEN:
        return (), (), "原文没有给原话：不许说的是哪些话，请写上；没有写以前不判，由人填。"
    with library.guard:
        topics = phrasing.topics(asked, library.words)
    if topics:
        return (_title(asked),), (topics,), "原文没有给原话：短语只取了话题里的词，太宽，请换成员工平时的说法。"
    return (), (), "原文没有给原话，也看不出话题：请写上员工平时的说法。"


def _known(demand: Demand, library: Library, recording: str, used: set[str]) -> Known | None:
    """Return the known item that a demand seems to be: by hearing what is quoted and banned, else by its words."""
    if demand.guess.kind is Kind.FORBIDDEN and demand.quotes:
        return library.banned(map(phrasing.said, demand.quotes))
    if demand.quotes:
        return None
    return library.like(demand.text, demand.guess.kind, recording, used)


def _from_quotes(
    demand: Demand, library: Library, recording: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return titles and phrases for what is quoted: of a banned one each, of a required one a part for each sentence.

    Several quotations in one demand are so many ways to say it: their sentences at the same place are one part.
    """
    if demand.guess.kind is Kind.FORBIDDEN:
        whole = [phrasing.phrase(re.sub(r"[，,。！!？?；;：:]", "", quote)) for quote in demand.quotes]
        phrases = tuple(dict.fromkeys(p for p in whole if p))
        return ((_title(demand.quotes[0]),), (phrases,)) if phrases else ((), ())
    ways = [phrasing.sentences(quote) for quote in demand.quotes]
    columns: list[tuple[str, tuple[str, ...]]] = []
    for at in range(max(map(len, ways), default=0)):
        said = tuple(dict.fromkeys(way[at] for way in ways if at < len(way)))
        found = [library.part(phrasing.said(sentence), recording) for sentence in said]
        phrases = tuple(
            dict.fromkeys(
                phrase
                for sentence, known in zip(said, found, strict=True)
                for phrase in (known[1] if known else (phrasing.phrase(sentence),))
                if phrase
            )
        )
        title = next((known[0] for known in found if known), _title(said[0]))
        if phrases and phrases not in [p for _, p in columns]:
            columns.append((title, phrases))
    return tuple(t for t, _ in columns), tuple(p for _, p in columns)


def _title(text: str) -> str:
    flat = re.sub(r"\s+", "", wide(text)).strip("，。；：！？、")
    return flat if len(flat) <= 24 else f"{flat[:23]}…"


def _when(demand: Demand, library: Library, notes: list[str]) -> tuple[str, str]:
    """Return the fact and the document's words for when a demand applies; a fact that the folder lacks is only noted."""
    condition = wide(demand.condition)
    fact = demand.fact.removeprefix("!")
    if demand.guess.kind is Kind.FORBIDDEN and condition:
        notes.append(f"原文说的是“{condition}”；不许说的话不管什么时候都不许说，所以总是适用。")
        return "always", condition
    if fact in library.facts:
        notes.append(f"什么时候适用：看着像事实“{library.facts[fact]}”{'不成立' if demand.fact[0] == '!' else ''}。")
        return demand.fact, condition or library.facts[fact]
    if condition:
        notes.append(
            f"原文有条件“{condition}”，系统听不出这个条件，暂按总是适用；没有这种情况的录音会被判未达标，请留意。"
        )
    return "always", condition


def wide(text: str) -> str:
    """Return a text of a document as a standard has it: one line, full-width signs beside Chinese, not endless."""
    flat = re.sub(r"\s+", " ", text).strip().rstrip("，,；;：:")
    flat = _HAN_SIGN.sub(lambda m: _WIDE.get(m.group(), m.group()), flat)
    return flat if len(flat) <= MAX_TEXT else f"{flat[: MAX_TEXT - 1]}…"


def summary(rows: tuple[Row, ...]) -> Counter[str]:
    """Count rows by what they became: rule, forbidden, link, person, out; `unsure` are those to look at first."""
    counted: Counter[str] = Counter()
    for row in rows:
        name = row.how.value if row.kind is Kind.REQUIRED or row.how is not How.RULE else "forbidden"
        counted[name if row.listed else "out"] += 1
        counted["unsure"] += row.listed and row.confidence < LIKELY
        counted["sure"] += row.listed and row.confidence >= SURE
    return counted
