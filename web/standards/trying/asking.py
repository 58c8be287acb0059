"""What is asked of a trial, and the answer in the words of the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import g
from werkzeug.datastructures import MultiDict

from web.kit.access import reads_private
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import reader, site
from web.kit.standards import FactInfo, StandardInfo, standard
from web.kit.values import whole
from web.lexicon import trial
from web.lexicon.checking import breaks, problems
from web.lexicon.dialogue import Dialogue, read
from web.lexicon.drafts import draft_of, folder_of
from web.standards.trying.picked import Picked, picked
from web.standards.trying.shown import Clause, Side, clauses, side


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial as the form or the address has it. `facts`: what is ticked; `item_id`: the one clause that is looked at.

    `anywhere`: a single sentence is judged without regard to opening, closing and order.
    """

    text: str = ""
    recording_id: int | None = None
    standard_id: str = ""
    item_id: str = ""
    draft_id: int | None = None
    facts: frozenset[str] = frozenset()
    anywhere: bool = True

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> Asked:
        """From a form or an address; what makes no sense is as if left out."""
        return cls(
            sent.get("text", ""),
            whole(sent.get("recording", "")),
            sent.get("standard", "")[:64],
            sent.get("item", "")[:64],
            whole(sent.get("draft", "")),
            frozenset(sent.getlist("fact")),
            "anywhere" in sent or "placed" not in sent,
        )

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The fields of the form that asks the same again."""
        numbers = (("recording", self.recording_id), ("draft", self.draft_id))
        return [
            ("text", self.text),
            ("standard", self.standard_id),
            ("item", self.item_id),
            *((name, str(value)) for name, value in numbers if value is not None),
            *(("fact", name) for name in sorted(self.facts)),
            ("anywhere" if self.anywhere else "placed", "1"),
        ]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no result. `waiting`: ask again by itself, the words are being loaded; `idle`: nothing was asked."""

    words: str
    waiting: bool = False
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The result: the lines as they were read, each standard's side of it, and clause by clause what they say.

    `sentence`: a single sentence was judged without regard to its place.
    """

    sides: tuple[Side, ...]
    clauses: tuple[Clause, ...]
    strangers: tuple[tuple[int, str], ...]
    sentence: bool
    masked: bool
    took_s: float

    @property
    def touched(self) -> tuple[Clause, ...]:
        """The clauses that the words have to do with."""
        return tuple(clause for clause in self.clauses if clause.touched)

    @property
    def near(self) -> tuple[Clause, ...]:
        """Of the others those that come near."""
        return tuple(clause for clause in self.clauses if clause.near and not clause.touched)

    @property
    def others(self) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if not clause.touched and not clause.near)

    @property
    def too_short(self) -> bool:
        """Whether so little was said that nothing is judged."""
        return all(side.silent for side in self.sides)


def answer(asked: Asked) -> Answer | Refusal:
    """Judge what was asked; every reason why that cannot be is told in a sentence."""
    try:
        return _answered(asked)
    except InvalidError as error:
        return Refusal(error.words)
    except trial.WarmingError:
        return Refusal(_("正在准备比对程序，好了会自动显示（第一次要几秒到半分钟）。"), waiting=True)
    except trial.CrowdedError:
        return Refusal(_("同时在试的人太多，请过几秒再试。"))
    except trial.BrokenError as error:
        return Refusal(_("这份标准现在有错，读不进来：%(what)s", what=str(error)))


def _answered(asked: Asked) -> Answer | Refusal:
    tried_on = _standards(asked)
    if asked.item_id and all(info.item(asked.item_id) is None for _, _, info in tried_on):
        raise InvalidError(_("这份标准里没有这一条了。请刷新页面。"))
    said: Picked | None = None
    lines = Dialogue(())
    if asked.recording_id is not None:
        said = picked(reader(), viewer(), asked.recording_id)
    else:
        lines = read(asked.text)
        if not lines.turns:
            return Refusal(_("打一句话，或贴一段对话，结果会显示在这里。"), idle=True)
    hearing = said.hearing if said else trial.heard(lines.turns)
    given = {**(said.facts if said else {}), **dict.fromkeys(asked.facts, True)}
    sentence = said is None and lines.is_sentence and asked.anywhere
    hidden = said is not None and not reads_private(viewer())
    settings, sides = site().settings, []
    for title, folder, info in tried_on:
        only = asked.item_id if info.item(asked.item_id) else ""
        found = trial.tried(hearing, info.id, given, folder, settings, anywhere=sentence, only=only)
        sides.append(side(found, title, info, hidden))
    infos = [info for _, _, info in tried_on]
    listed = clauses(sides, infos, asked.item_id)
    return Answer(tuple(sides), listed, lines.strangers, sentence, hidden, sum(s.took_s for s in sides))


def _standards(asked: Asked) -> list[tuple[str, Path, StandardInfo]]:
    """What is tried on, with its title and folder: the standard in effect; of a draft, the draft and that beside it."""
    named = [(_("现行标准"), site().lexicons)]
    draft = folder_for(asked.draft_id)
    if asked.draft_id is not None:
        if draft is None:
            raise InvalidError(_("没有这份草稿了：它可能已经发布，或被放弃。请刷新页面。"))
        named.insert(0, (_("草稿"), draft))
    found = [(title, folder, standard(folder, asked.standard_id)) for title, folder in named]
    known = [(title, folder, info) for title, folder, info in found if info is not None]
    if not known or (asked.draft_id is not None and known[0][0] != named[0][0]):
        what = _broken(named[0][1], asked.standard_id)
        raise InvalidError(_("这份标准现在读不进来：%(what)s", what=what))
    return known


def _broken(folder: Path, standard_id: str) -> str:
    """What is wrong with a standard, the first of it."""
    found = breaks(problems(site().settings, folder, standard_id, judge_examples=False)) if standard_id else ()
    if not found or found[0].code == "unreadable-file":
        return _("没有这份标准，请换一份再试。")
    first = found[0]
    return _(
        "%(file)s 第 %(line)s 行：%(what)s。%(advice)s",
        file=first.file, line=first.line, what=first.message, advice=first.advice,
    )  # fmt: skip


def folder_for(draft_id: int | None) -> Path | None:
    """The folder of a draft; None where there is none. Looked up once a request: a page may have forty boxes."""
    if draft_id is None:
        return None
    known: dict[int, Path | None] = g.setdefault("trial_folders", {})
    if draft_id not in known:
        session = reader()
        try:
            known[draft_id] = folder_of(session, site(), draft_of(session, draft_id))
        except GoneError:
            known[draft_id] = None
    return known[draft_id]


def standard_of(draft_id: int | None) -> str:
    """The id of the standard that a draft is of; "" where there is none."""
    try:
        return "" if draft_id is None else draft_of(reader(), draft_id).standard_id
    except GoneError:
        return ""


def facts_of(standard_id: str, item_id: str = "", draft_id: int | None = None) -> tuple[FactInfo, ...]:
    """The facts that can be ticked: those of the clause, or all that decide whether some clause applies."""
    facts, by_item = _asked_about(standard_id, folder_for(draft_id) or site().lexicons)
    names = by_item.get(item_id, ()) if item_id else {name for several in by_item.values() for name in several}
    return tuple(fact for fact in facts if fact.name in names)


def _asked_about(standard_id: str, folder: Path) -> tuple[tuple[FactInfo, ...], dict[str, tuple[str, ...]]]:
    known: dict[tuple[str, Path], Any] = g.setdefault("trial_facts", {})
    if (standard_id, folder) not in known:
        info = standard(folder, standard_id)
        names = trial.asked_facts(info.id, folder, site().settings) if info else {}
        known[standard_id, folder] = (info.facts if info else ()), names
    found: tuple[tuple[FactInfo, ...], dict[str, tuple[str, ...]]] = known[standard_id, folder]
    return found
