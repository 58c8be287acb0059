"""A conversation while it is written, and the transcript document of schema 1 that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from web.demo.people import Persona
from web.demo.words import Words

LABEL = "演示数据：由模板生成，没有录音，人物和事情都是虚构的"
SPOKEN_LABEL = "演示数据：由模板生成，合成语音朗读，干活的空白剪短了；人物和事情都是虚构的"
CHARACTERS_PER_S = 4.6  # natural Mandarin, slower on average than an announcer's 5
FORBIDDEN = ("not-our-job", "not-our-concern", "cannot-solve", "do-not-know", "profanity")  # of every standard here
INTERRUPTED = 0.05  # share of turns that begin before the other has finished


@dataclass(slots=True)
class Saying:
    """One utterance; `gap_s` of silence before it. `items` are the clauses it is meant to decide."""

    role: str
    text: str
    gap_s: float
    items: tuple[str, ...] = ()


@dataclass(slots=True)
class Conversation:
    """Who says what in one recording, with the verdicts that the templates intend."""

    words: Words
    who: Persona
    week: int
    prefix: str  # of the lists: visit, appointment or followup
    slots: Mapping[str, str]
    lines: list[Saying] = field(default_factory=list)
    intended: dict[str, str] = field(default_factory=dict)

    @property
    def rng(self) -> Random:
        return self.words.rng

    def does(self, habit: str) -> bool:
        return self.rng.random() < self.who.habit(habit, self.week)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def technician(self, name: str, gap_s: float | None = None, item: str = "") -> None:
        """Let the technician say something of the list `name` that is meant to decide `item`."""
        self._add("technician", self._list(name), gap_s, item, "" if item else self.words.pick("fillers_technician"))

    def customer(self, name: str, gap_s: float | None = None, *, plain: bool = False) -> None:
        """Let the customer say something of the list `name`; `plain` without a filler before it."""
        self._add("customer", self._list(name), gap_s, "", "" if plain else self.words.pick("fillers_customer"))

    def step(self, item: str, habit: str, name: str) -> bool:
        """Let the technician do a required step well or badly, and note the verdict this intends."""
        well = self.does(habit)
        self.technician(f"{name}_yes" if well else f"{name}_no", item=item)
        self.intended[item] = "met" if well else "missed"
        return well

    def forbidden(self, item: str, name: str) -> None:
        self.technician(name, item=item)
        self.intended[item] = "missed"

    def _list(self, name: str) -> str:
        return name if "." in name else f"{self.prefix}.{name}"

    def _add(self, role: str, name: str, gap_s: float | None, item: str, filler: str) -> None:
        text = self.words.say(name, self.slots, filler)
        items = (item,) if item else ()
        if gap_s is None and self.lines and self.lines[-1].role == role:  # in the same breath
            last = self.lines[-1]
            last.text, last.items = last.text + text, last.items + items
            return
        pause_s = self.rng.uniform(0.2, 1.1) if gap_s is None else gap_s
        if gap_s is None and self.lines and self.lines[-1].role != role and self.chance(INTERRUPTED):
            pause_s = -self.rng.uniform(0.1, 0.4)
        self.lines.append(Saying(role, text, pause_s, items))


def document(conversation: Conversation, file: str, facts: Mapping[str, bool], clear: bool) -> dict[str, Any]:
    """The transcript JSON; in an unclear one a stretch is hard to hear and some speech got no text.

    `conversation.intended` is reduced to what can still be said of an unclear recording.
    """
    rng = conversation.rng
    at_s = rng.uniform(0.4, 3.0)  # recorders run a moment before the first word
    noisy = _noisy(conversation, clear)
    pace = CHARACTERS_PER_S * rng.uniform(0.88, 1.12)
    spoken: list[dict[str, Any]] = []
    unheard: list[list[float]] = []
    for index, line in enumerate(conversation.lines):
        text = _misheard(line.text, conversation.words) if index in noisy else line.text
        if index in noisy and len(unheard) < 2 and rng.random() < 0.5:
            length_s = rng.uniform(1.4, 3.2)
            unheard.append([round(at_s + 0.2, 2), round(at_s + 0.2 + length_s, 2)])
            at_s += length_s + 0.4
        start_s = round(max(0.0, at_s + line.gap_s), 2)
        end_s = round(start_s + 0.3 + len(text) / pace, 2)
        confidence = rng.uniform(0.3, 0.43) if index in noisy else rng.uniform(0.8, 0.97)
        spoken.append(
            {
                "start_s": start_s,
                "end_s": end_s,
                "speaker": "S1" if line.role == "technician" else "S2",
                "role": line.role,
                "text": text,
                "confidence": round(confidence, 3),
            }
        )
        at_s = end_s
    if noisy:
        _only_certain(conversation, noisy)
    with_text = [[u["start_s"], u["end_s"]] for u in spoken]
    return {
        "schema": 1,
        "file": file,
        "duration_s": round(at_s + rng.uniform(0.5, 2.0), 2),
        "engine": {"name": "demo", "model": "templates", "version": "1"},
        "facts": dict(facts),
        "speakers": [
            {"id": "S1", "role": "technician", "confidence": round(rng.uniform(0.9, 0.99), 3)},
            {"id": "S2", "role": "customer", "confidence": round(rng.uniform(0.9, 0.99), 3)},
        ],
        "transcript": spoken,
        "speech": sorted(with_text + unheard),
        "unheard": unheard,
        "hearing_warnings": [LABEL],
    }


def _noisy(conversation: Conversation, clear: bool) -> frozenset[int]:
    """The lines of the stretch that is hard to hear: about a third of the recording."""
    if clear:
        return frozenset()
    length = max(3, len(conversation.lines) // 3)
    first = conversation.rng.randrange(0, len(conversation.lines) - length + 1)
    return frozenset(range(first, first + length))


def _misheard(text: str, words: Words) -> str:
    """The text with a few characters as a speech engine writes them in noise."""
    swaps: Mapping[str, str] = words.names["misheard"]
    return "".join(swaps[c] if c in swaps and words.rng.random() < 0.3 else c for c in text)


def _only_certain(conversation: Conversation, noisy: frozenset[int]) -> None:
    """Keep what an inspector could still say: what was heard outside the noise, and doubt about accusations within.

    What he missed may have been said where nothing could be heard.
    """
    inside = {item for index in noisy for item in conversation.lines[index].items}
    for item, verdict in list(conversation.intended.items()):
        if item in FORBIDDEN:
            if item in inside:
                conversation.intended[item] = "cannot_judge"
        elif item in inside or verdict == "missed":
            del conversation.intended[item]
