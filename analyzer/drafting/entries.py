"""A clause on its way into a file: what a row became after review, with the sentences that may be its examples."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from analyzer.domain import How, Kind
from analyzer.drafting import phrasing
from analyzer.drafting.library import Known, Library
from analyzer.drafting.propose import Row
from analyzer.rubric.model import Choice, Gap, Literal, Sequence
from analyzer.rubric.notation import ListBook, NotationError, parse

LEAST_FORBIDDEN = MOST = 5  # examples of a kind
# Sentences about nothing in particular: what a clause must not take for itself.
NEUTRAL = (
    "今天外面风挺大的。",
    "这边走廊有点窄。",
    "昨天是星期三。",
    "门口停了一辆车。",
    "窗台上有一盆花。",
    "楼下新开了一家店。",
    "电视机在客厅里。",
    "那本书是蓝色的。",
    "树叶都黄了。",
    "桌上放着两个杯子。",
    "早上下了一点雨。",
    "这条路通到河边。",
)
# Frames in which nothing changes the sense of what stands in them.
_FRAMES = (
    "{}。",
    "这个{}。",
    "{}啊。",
    "行了，{}。",
    "哎，{}。",
    "您听着，{}。",
    "反正{}。",
    "嗯，{}。",
    "{}，就这样。",
    "那个，{}。",
)
_ASKED = ("跟您说一下，{}。", "我跟您确认一下{}。")  # for topics, which alone are too short to be anything said
_DEFAULT_PENALTY = 10


@dataclass
class Entry:
    """One item of the file: its keys in order, comments above it, and pools of examples, the better ones first."""

    row: Row
    keys: dict[str, Any]
    comments: list[str]
    match: list[str] = field(default_factory=list)
    no_match: list[str] = field(default_factory=list)
    most: int = MOST
    trusted: bool = False  # phrases and examples are those of a known clause: its own file has proven them

    @property
    def is_rule(self) -> bool:
        return bool(self.keys["how"] == How.RULE.value)

    @property
    def least(self) -> int:
        return LEAST_FORBIDDEN if self.keys["kind"] == Kind.FORBIDDEN.value else 1

    def examples(self) -> dict[str, list[str]]:
        """The examples that go into the file."""
        return {"match": self.match[: self.most], "no_match": self.no_match[: max(2, self.most)]}

    def enough(self) -> bool:
        return not self.is_rule or min(len(self.match), len(self.no_match)) >= self.least

    def give_up(self, why: str) -> None:
        """Make the clause one for a person, and say so."""
        self.comments.append(f"本来应当听录音判，可是{why}，所以先由人填；补好以后把 how 改成 rule。")
        kept = ("id", "kind", "clause", "text", "when", "when_text")
        self.keys = {key: value for key, value in self.keys.items() if key in kept}
        self.keys = _ordered({**self.keys, "how": How.PERSON.value, "optional": True})
        self.match, self.no_match = [], []


def entry(row: Row, library: Library, book: ListBook) -> Entry:
    """Return a row as an item of a file; one that cannot be heard after all is a person's."""
    made = Entry(row, _head(row, library), _comments(row))
    if row.how is How.PERSON:
        made.keys["optional"] = True
    if row.how is not How.RULE:
        return made
    parts = [tuple(p for p in part if phrasing.sound_line(p, frozenset(library.lists))) for part in row.parts]
    parts = [part for part in parts if part]
    if not parts:
        made.give_up("还没有可以比对的话")
        return made
    known = next((k for k in library.known if k.name == row.like), None)
    if row.kind is Kind.REQUIRED:
        _require(made, row, parts, known, book)
    else:
        _forbid(made, row, tuple(dict.fromkeys(p for part in parts for p in part)), known, book)
    return made


def _head(row: Row, library: Library) -> dict[str, Any]:
    fact = row.when.removeprefix("!")
    known = fact in library.facts
    when: Any = ({"not": fact} if row.when.startswith("!") else fact) if known else "always"
    when_text = phrasing_line(row.condition) or (library.facts[fact] if known else "总是")
    return {
        "id": row.id,
        "kind": row.kind.value,
        "how": row.how.value,
        "clause": phrasing_line(row.ref) or "正文",
        "text": phrasing_line(row.text) or "（空）",
        "when": when,
        "when_text": when_text,
    }


def _ordered(keys: dict[str, Any]) -> dict[str, Any]:
    order = ("id", "kind", "how", "optional", "clause", "text", "when", "when_text")
    return {key: keys[key] for key in order if key in keys}


def _comments(row: Row) -> list[str]:
    sure = "很有把握" if row.confidence >= 0.85 else "有些把握" if row.confidence >= 0.6 else "没有把握"
    return [f"猜测（{sure}）：{note}" if i == 0 else f"猜测：{note}" for i, note in enumerate(row.notes)]


def _require(made: Entry, row: Row, parts: list[tuple[str, ...]], known: Known | None, book: ListBook) -> None:
    elements: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for at, part in enumerate(parts):
        patterns = _distinct(part, book)
        if not patterns or patterns in seen:
            continue
        seen.add(patterns)
        title = row.titles[at] if at < len(row.titles) and row.titles[at].strip() else "、".join(patterns)
        name = patterns[0].strip("<> ") if len(patterns) == 1 and patterns[0].startswith("<") else f"part-{at + 1}"
        elements.append({"id": name, "title": phrasing_line(title)[:60] or name, "phrases": list(patterns)})
    if not elements:
        made.give_up("没有可以比对的话")
        return
    if len({e["id"] for e in elements}) < len(elements):
        for at, element in enumerate(elements):
            element["id"] = f"part-{at + 1}"
    made.keys["weight"] = 1
    if len(elements) > 2:
        made.keys["pass"] = 0.6
        made.comments.append("猜测：原话有好几截，说到六成就算达标（pass: 0.6），可以改。")
    made.keys["elements"] = elements
    said = [phrasing.said(quote) for quote in row.said]
    spoken = "，".join(s for s in (_spoken(e["phrases"][0], book) for e in elements) if s)
    made.trusted = known is not None and tuple(parts) == known.parts
    made.most = 3 if known else 1
    made.match = _pool(
        [
            *said,
            "，".join(said),
            *(known.match if known else ()),
            *(frame.format(spoken) for frame in _ASKED if spoken),
            spoken,
        ]
    )
    made.no_match = _pool([*(known.no_match if known else ()), *NEUTRAL])


def _forbid(made: Entry, row: Row, phrases: tuple[str, ...], known: Known | None, book: ListBook) -> None:
    patterns = _distinct(phrases, book)
    if not patterns:
        made.give_up("没有可以比对的话")
        return
    as_known = made.trusted = known is not None and set(phrases) == {p for part in known.parts for p in part}
    extras = known.extras if known is not None and as_known else {}
    made.keys["severity"] = extras.get("severity", "major")
    made.keys["penalty"] = extras.get("penalty", _DEFAULT_PENALTY)
    made.comments.append(f"猜测：扣 {made.keys['penalty']} 分是暂定的，请公司自己定。")
    made.keys |= {"who": "technician", "phrases": list(patterns)}
    made.keys |= {key: value for key, value in extras.items() if key not in ("severity", "penalty", "phrases")}
    said = [phrasing.said(quote) for quote in row.said] or [_spoken(p, book) for p in patterns]
    framed = [frame.format(s.strip("。！？!?")) for frame in _FRAMES for s in said if s]
    made.match = _pool([*(known.match if known and as_known else ()), *framed])
    made.no_match = _pool([*(known.no_match if known and as_known else ()), *NEUTRAL])


def _pool(sentences: list[str]) -> list[str]:
    return list(dict.fromkeys(s for s in map(phrasing_line, sentences) if s and any(c.isalnum() for c in s)))


def phrasing_line(text: str) -> str:
    """Return a text on one line, without signs that no file should hold."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _distinct(phrases: tuple[str, ...], book: ListBook) -> tuple[str, ...]:
    """Return the phrases that say different things, each once."""
    kept: dict[Sequence, str] = {}
    for phrase in phrases:
        try:
            kept.setdefault(parse(phrase, book).pattern, phrase)
        except NotationError:
            continue
    return tuple(kept.values())


def _spoken(phrase: str, book: ListBook) -> str:
    """Return one way to say a phrase: of choices the first, gaps empty."""
    try:
        return _say(parse(phrase, book).pattern)
    except NotationError:
        return ""


def _say(pattern: Sequence) -> str:
    said = ""
    for part in pattern.parts:
        if isinstance(part, Literal):
            said += part.text
        elif isinstance(part, Choice):
            said += _say(next((o for o in part.options if o.parts), part.options[0]))
        elif isinstance(part, Gap):
            continue
    return said


def edited(row: Row, **changes: Any) -> Row:
    """Return a row as a person left it; phrases of his own are not those of the known clause any more."""
    return replace(row, **changes)
