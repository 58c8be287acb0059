"""What the lexicons already know to hear: the rule items of the standards of a folder, and which of them a sentence fits."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analyzer.domain import How, Kind, Role, Verdict
from analyzer.drafting.words import CUSTOMER
from analyzer.judging.case import open_case
from analyzer.judging.ear import words_for
from analyzer.judging.examples import CHARACTER_S, conversation
from analyzer.judging.forbidden import judge_forbidden
from analyzer.judging.required import judge_required
from analyzer.rubric.digest import digest_of
from analyzer.rubric.load import shared_reading, standard_files, standard_reading
from analyzer.rubric.model import Item, Standard, Where
from analyzer.rubric.standard import StandardReading
from analyzer.rubric.yamlfile import Node
from analyzer.settings import Settings

LIKE_AGAIN = 0.6
LIKE = 0.38  # the least likeness of a demand to a clause whose phrases are offered for it
_COVERED = 0.5  # the least share of a sentence that a shared list must hear to stand for it
_LIST = re.compile(r"<[a-z0-9_-]+>")
_HAN = re.compile(r"[一-龥]")
_EMPTY = frozenset("的了并应要须在将对向给为与和及其或如若时后前就也且请")
# Words of one meaning: what stands behind is added to what is compared.
_SYNONYMS = (
    (re.compile(r"污言秽语|粗话|粗口|骂|不文明|脏字|语言[^，]{0,4}文明|文明[用言]语"), "讲脏话语言文明"),
    (re.compile(r"索要|讨要|收受|索取"), "索取"),
    (re.compile(r"闲聊|聊天|谈笑|闲谈"), "闲坐聊天"),
    (re.compile(r"致歉|赔礼|道歉|对不起|不好意思|抱歉"), "抱歉道歉"),
    (re.compile(r"谢谢|感谢|多谢"), "感谢"),
    (re.compile(r"[早晚]上好|[上下中]午好"), "您好问好"),
)
_NO_TOPIC = re.compile("是否|询问|一下|主动|必须|及时|严禁|不得|禁止|任何形式")
_COPIED = ("severity", "penalty", "cap", "who", "except", "alone", "remedy", "asked", "topics", "also", "meaning")


@dataclass(frozen=True)
class Known:
    """A rule item of the folder, in the words of its file: `body` holds elements or phrases as plain values.

    `parts`: for each element (of a forbidden item: once) its phrases, all of them shared lists.
    """

    standard: str
    recording: str
    item: Item
    parts: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    extras: dict[str, Any]
    match: tuple[str, ...]
    no_match: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.standard}/{self.item.id}"

    @functools.cached_property
    def grams(self) -> frozenset[str]:
        return _grams([self.item.text, *self.titles])


@dataclass
class Library:
    """The known items of a folder; `facts` are names and titles of its facts, `lists` the names of its shared lists.

    `guard` is entered for every single judging: a process that judges elsewhere too must do one at a time.
    """

    folder: Path
    known: list[Known]
    facts: dict[str, str]
    lists: tuple[str, ...]
    settings: Settings
    guard: AbstractContextManager[object] = field(default_factory=nullcontext)
    _elements: list[tuple[Known, int, frozenset[str]]] = field(default_factory=list)
    _standard: Standard | None = None

    @functools.cached_property
    def words(self) -> Any:
        """The jieba tokenizer with the folder's words."""
        return words_for(self.folder, self.settings.cache_dir)

    def like(self, text: str, kind: Kind, recording: str, used: Collection[str] = ()) -> Known | None:
        """Return the known item whose words are most like those of a demand; None where none is like it.

        One that is `used` already must be the more like it. Of several parts those come back that the demand names.
        """
        grams = _grams([text])
        best = max(
            (
                (_likeness(grams, known.grams), known.recording == recording, -i)
                for i, known in enumerate(self.known)
                if known.item.kind is kind
            ),
            default=(0.0, False, 0),
        )
        known = self.known[-best[2]] if best[0] >= LIKE else None
        if known is None or (known.name in used and best[0] < LIKE_AGAIN):
            return None
        named = [i for i, title in enumerate(known.titles) if len(grams & _grams([title])) >= 2]
        if known.item.kind is Kind.FORBIDDEN or not named:
            return known
        return replace(known, parts=tuple(known.parts[i] for i in named), titles=tuple(known.titles[i] for i in named))

    def named(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return title and lists of the known elements whose short titles stand in a demand: 向用户道歉 names 道歉."""
        found: dict[str, tuple[str, ...]] = {}
        for known, at, _ in self._each_element():
            title = known.titles[at]
            if 2 <= len(title) <= 4 and title in text:
                found.setdefault(title, known.parts[at])
        return tuple(found.items())

    def banned(self, quotes: Iterable[str]) -> Known | None:
        """Return the known forbidden item that hears every one of these sentences."""
        said = list(quotes)
        for known in self.known:
            if known.item.kind is Kind.FORBIDDEN and all(self._says(known.item, quote) for quote in said):
                return known
        return None

    def part(self, sentence: str, recording: str) -> tuple[str, tuple[str, ...]] | None:
        """Return title and lists of the known element that hears a sentence and is about it; None where none does.

        Courtesies are heard generously, so that hearing alone is not enough: element or clause must share words.
        """
        best: tuple[float, str, tuple[str, ...]] | None = None
        grams = _grams([sentence])
        for known, at, about in self._each_element():
            own = len(grams & _grams([known.titles[at]]))
            shared = len(grams & about)
            heard = self._heard(known.item, at, sentence) if shared else 0.0
            score = heard + own + 0.5 * shared + 0.25 * (known.recording == recording)
            if heard >= _COVERED and (best is None or score > best[0]):
                best = (score, known.titles[at], known.parts[at])
        return best[1:] if best else None

    def _each_element(self) -> list[tuple[Known, int, frozenset[str]]]:
        """Each element once, with the words of all clauses that ask for it."""
        if not self._elements:
            first: dict[tuple[str, ...], tuple[Known, int]] = {}
            about: dict[tuple[str, ...], frozenset[str]] = {}
            for known in self.known:
                for at, part in enumerate(known.parts if known.item.kind is Kind.REQUIRED else ()):
                    first.setdefault(part, (known, at))
                    about[part] = about.get(part, frozenset()) | known.grams
            self._elements = [(*first[part], about[part]) for part in first]
        return self._elements

    def _says(self, item: Item, sentence: str) -> bool:
        question = [(Role.CUSTOMER, "怎么样？")] if _asked(item) else []
        with self.guard:
            case = self._case([*question, (Role.TECHNICIAN, sentence)])
            return judge_forbidden(item, case).verdict is Verdict.MISSED

    def _heard(self, item: Item, at: int, sentence: str) -> float:
        """Return which share of the sentence one element hears."""
        alone = replace(item, elements=(item.elements[at],), where=Where.ANYWHERE, after="", pass_credit=1.0)
        with self.guard:
            result = judge_required(alone, self._case([(Role.TECHNICIAN, sentence)]), {})
        if result.verdict is not Verdict.MET or not result.hits:
            return 0.0
        return max(hit.end_s - hit.start_s for hit in result.hits) / (CHARACTER_S * max(1, len(sentence)))

    def _case(self, turns: list[tuple[Role, str]]) -> Any:
        if self._standard is None:
            raise AssertionError("a library with items has a standard")
        return open_case(conversation(turns), self._standard, self.words)


def _asked(item: Item) -> bool:
    return any(element.questions or element.any_question for element in item.elements)


@functools.lru_cache(maxsize=4)
def library_of(folder: Path, settings: Settings, guard: AbstractContextManager[object] | None = None) -> Library:
    """Return what a folder knows; folders in effect do not change, so that what was read is kept."""
    shared = shared_reading(folder)
    known: list[Known] = []
    standard: Standard | None = None
    for path in standard_files(folder):
        reading = standard_reading(path, folder)
        if reading.standard is None or any(p.severity == "error" for p in reading.findings.problems):
            continue
        standard = standard or reading.standard
        known += _known(reading)
    facts = {name: rule.title for name, rule in shared.shared.facts.items()}
    if standard is not None:  # one table of sounds for all phrases: any item may be judged in a case of this standard
        ref = replace(standard.ref, id="library", title="")  # tables are kept by id and digest: this one has its own
        whole = replace(standard, ref=ref, items=tuple(k.item for k in known))
        standard = digest_of(whole, shared.shared.words)
    lists = tuple(shared.shared.lists)
    return Library(folder, known, facts, lists, settings, guard or nullcontext(), _standard=standard)


def _known(reading: StandardReading) -> Iterator[Known]:
    if reading.standard is None:
        return
    for item in reading.standard.items:
        if item.how is not How.RULE or item.id not in reading.items:
            continue
        fields = reading.items[item.id].node.fields
        nodes = [element.fields for element in fields["elements"].items] if "elements" in fields else [fields]
        parts = tuple(tuple(p.text for p in node["phrases"].items) if "phrases" in node else () for node in nodes)
        extras = {key: _plain(fields[key]) for key in _COPIED if key in fields and item.kind is Kind.FORBIDDEN}
        simple = all(set(node) <= {"id", "title", "weight", "phrases"} for node in nodes) or item.kind is Kind.FORBIDDEN
        if simple and all(parts) and all(_LIST.fullmatch(phrase) for part in parts for phrase in part):
            titles = tuple(e.title for e in item.elements[: len(parts)])
            yield Known(
                reading.standard.ref.id,
                reading.standard.recording,
                item,
                parts,
                titles,
                extras,
                item.examples_match,
                item.examples_no_match,
            )


def _plain(node: Node) -> Any:
    if node.tag == "map":
        return {key: _plain(value) for key, value in node.fields.items()}
    if node.tag == "seq":
        return [_plain(value) for value in node.items]
    if node.tag in ("int", "float"):
        return float(node.text) if "." in node.text else int(node.text)
    return node.text


def _grams(texts: Iterable[str]) -> frozenset[str]:
    grams: set[str] = set()
    for text in texts:
        text += "".join(meant for pattern, meant in _SYNONYMS if pattern.search(text))
        text = _NO_TOPIC.sub("", CUSTOMER.sub("", text))
        han = "".join(c for c in text if _HAN.match(c) and c not in _EMPTY)
        grams |= {han[i : i + 2] for i in range(len(han) - 1)}
    return frozenset(grams)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of the shorter one's pairs of characters the other has; few pairs alone prove little."""
    if not one or not other:
        return 0.0
    shared = len(one & other)
    return shared / min(len(one), len(other)) if shared >= 2 else 0.0
