"""Sentences from the templates in samples/archive: `(a|b|)` chooses one, `{slot}` is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "samples" / "archive"
TRIES = 12  # how often another wording is drawn for a sentence that the archive has already

_GROUP = re.compile(r"\(([^()]*)\)")
_FULL_STOPS = "。？！，"


class Words:
    """The templates, with a memory of what was said, so that conversations do not repeat each other."""

    def __init__(self, rng: Random, folder: Path = FOLDER) -> None:
        self.rng = rng
        self.names: dict[str, Any] = _read(folder / "names.yaml")
        self.jobs: dict[str, dict[str, Any]] = _read(folder / "jobs.yaml")
        calls = _read(folder / "calls.yaml")
        self._lists: dict[str, list[str]] = {
            f"visit.{name}": list(v) for name, v in _read(folder / "visit.yaml").items()
        }
        for standard, moves in calls.items():
            self._lists |= {f"{standard}.{name}": list(v) for name, v in moves.items()}
        for kind, job in self.jobs.items():
            for number, problem in enumerate(job["problems"]):
                self._lists |= {f"{kind}.{number}.{part}": list(lines) for part, lines in problem.items()}
        self._said: set[str] = set()
        self._decks: dict[str, list[str]] = {}

    def lists(self) -> Mapping[str, list[str]]:
        """All templates by their name, `visit.greeting_yes` or `暖气.0.complaint`."""
        return self._lists

    def say(self, name: str, slots: Mapping[str, str], filler: str = "") -> str:
        """A sentence from the list `name` that was not said before, if one is found in a few draws."""
        text = ""
        for _ in range(TRIES):
            template = self.rng.choice(self._lists[name])
            text = _ended(filler + self.fill(template, slots))
            if text not in self._said:
                break
        self._said.add(text)
        return text

    def piece(self, name: str, slots: Mapping[str, str]) -> str:
        """Part of a sentence from the list `name`; it may have been said before."""
        return self.fill(self.rng.choice(self._lists[name]), slots)

    def fill(self, template: str, slots: Mapping[str, str]) -> str:
        """Choose in all groups, the innermost first, and fill the slots in."""
        while "(" in template:
            template = _GROUP.sub(lambda group: self.rng.choice(group[1].split("|")), template)
        return template.format_map(slots)

    def draw(self, deck: str, cards: Sequence[str]) -> str:
        """The next card of a shuffled deck, so that what is rare still comes once in a while."""
        if not self._decks.get(deck):
            self._decks[deck] = self.rng.sample(cards, len(cards))
        return self._decks[deck].pop()

    def pick(self, name: str) -> str:
        """One of the names (org, plain, prices …)."""
        return str(self.rng.choice(self.names[name]))


def _ended(text: str) -> str:
    """The sentence with one mark at its end and none doubled."""
    for mark in "，。？":
        text = text.replace(mark * 2, mark)
    text = text.replace("，。", "。").replace("，？", "？").replace("。？", "？").strip("，")
    return text if text[-1] in _FULL_STOPS else f"{text}。"


def _read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path}: a mapping is expected at the top")
    return data
