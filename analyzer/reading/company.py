"""What a company's reviewers decided as one more hand, `<group>/<meaning>/company.txt`, and the readers taught with it.

Before a reader is taken over it is held against decisions that it has not learnt from: each fifth, by the fingerprint of
its text. Both readers of that comparison, with the company's other lines and without any, are taught anew.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analyzer.domain import Role
from analyzer.errors import AnalyzerError
from analyzer.reading.features import page_of_turn
from analyzer.reading.lines import Line
from analyzer.reading.network import network_of
from analyzer.reading.reader import Reader
from analyzer.reading.teaching import Lesson, School, lessons

HAND = "company"
EACH = 5  # one of so many lines is held back
LEAST = 2  # lines of one meaning: one to learn from, one to compare by
_HEAD = "# 由复核决定生成，每次学习都会重写，请不要手改（flask --app web learn）\n[公司]\n"
_SPOKEN = {Role.CUSTOMER: "客", Role.TECHNICIAN: "技"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a meaning's reader did on `held` lines of the company that it had not learnt from: right before and after.

    `lines`: how many there are; `taken`: whether the reader that has learnt from all of them is read by from now on.
    """

    meaning: str
    lines: int
    held: int
    before: int
    after: int
    taken: bool


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A lesson without the company's lines, with those that its file holds and those that it is to hold."""

    plain: Lesson
    old: tuple[Line, ...]
    new: tuple[Line, ...]

    def with_lines(self, lines: Sequence[Line]) -> Lesson:
        hands = {**self.plain.hands, HAND: tuple(lines)} if lines else self.plain.hands
        return replace(self.plain, hands=hands)


def company_line(text: str, before: str, said: bool, role: Role) -> Line | None:
    """Return what a person decided about a turn as a line; None for one without words."""
    words, who = _flat(text), role if role in _SPOKEN else Role.TECHNICIAN
    return Line(words, _flat(before), said, HAND, "公司", who) if fingerprint_text(words) else None


def fingerprint_text(text: str) -> str:
    """What is the same text though it is punctuated otherwise."""
    return "".join(char for char in text if char.isalnum())


def learn(folder: Path, said: Mapping[str, Sequence[Line]], *, write: bool) -> list[Outcome]:
    """Teach the readers of the meanings that have lines; with `write` put lines and readers in their places at the end.

    Lines of meanings that nobody teaches are left out. A file whose decisions are all gone is removed, and its reader
    taught without it. Raises AnalyzerError ("reader-write").
    """
    known = [_split(lesson, said.get(lesson.meaning, ())) for lesson in lessons(folder)]
    school = School(folder, [one.plain for one in known], network_of(folder))
    outcomes: list[Outcome] = []
    made: list[tuple[_Lesson, Sequence[Line], Reader | None]] = []
    for one in known:
        if len(one.new) >= LEAST:
            outcomes.append(_compared(one, school))
            if outcomes[-1].taken:
                made.append((one, one.new, school.teach(one.with_lines(one.new))[0]))
            else:
                made.append((one, _still_there(one), None))
            continue
        if one.new:
            outcomes.append(Outcome(one.plain.meaning, len(one.new), 0, 0, 0, False))
        if one.old:
            made.append((one, (), school.teach(one.plain)[0]))
    if write:
        for one, lines, reader in made:
            _put(folder, one.plain, lines, reader)
    return outcomes


def _split(lesson: Lesson, new: Sequence[Line]) -> _Lesson:
    hands = {hand: lines for hand, lines in lesson.hands.items() if hand != HAND}
    return _Lesson(replace(lesson, hands=hands), lesson.hands.get(HAND, ()), tuple(new))


def _still_there(one: _Lesson) -> list[Line]:
    """The lines of the reader that is kept, without those whose decision is gone."""
    there = {(line.text, line.said) for line in one.new}
    return [line for line in one.old if (line.text, line.said) in there]


def _compared(one: _Lesson, school: School) -> Outcome:
    held = held_back(one.new)
    rest = [line for line in one.new if line not in held]
    before = _right(school.teach(one.plain)[0], held, school)
    after = _right(school.teach(one.with_lines(rest))[0], held, school)
    return Outcome(one.plain.meaning, len(one.new), len(held), before, after, after >= before)


def held_back(lines: Sequence[Line]) -> list[Line]:
    """Return each fifth line by the fingerprint of its text; where that is none, the one with the smallest."""
    prints = {line: int(hashlib.sha256(fingerprint_text(line.text).encode()).hexdigest(), 16) for line in lines}
    return [line for line in lines if prints[line] % EACH == 0] or [min(lines, key=lambda line: prints[line])]


def _right(reader: Reader, lines: Iterable[Line], school: School) -> int:
    """How many lines are read as a person decided: what says it is noticed, what does not is not."""
    right = 0
    for line in lines:
        page = page_of_turn(line.text, line.before)
        every, network = np.arange(len(page.spans)), school.network if reader.network else None
        probability = reader.probability(page, every, school.encoder, network).max()
        right += bool(probability >= reader.bounds.maybe) is line.said
    return right


def _put(folder: Path, lesson: Lesson, lines: Sequence[Line], reader: Reader | None) -> None:
    text = folder / lesson.group / lesson.meaning / f"{HAND}.txt"
    try:
        if lines:
            made = text.with_suffix(".new")
            made.write_text(_HEAD + "".join(f"{row}\n" for row in _rows(lines)), "utf-8")
            made.replace(text)
        else:
            text.unlink(missing_ok=True)
        if reader is not None:
            path = folder / f"{lesson.meaning}.npz"
            fresh = path.with_suffix(".new")
            reader.save(fresh)
            fresh.replace(path)
    except OSError as error:
        raise AnalyzerError("reader-write", f"读者写不到磁盘：{error}", "请检查磁盘空间和权限后重试") from error


def _rows(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        asked = f"{_SPOKEN[_other(line.role)]}：{line.before}／" if line.before else ""
        yield f"{'+' if line.said else '-'} {asked}{_SPOKEN[line.role]}：{line.text}"


def _other(role: Role) -> Role:
    return Role.TECHNICIAN if role is Role.CUSTOMER else Role.CUSTOMER


def _flat(text: str) -> str:
    """Return words on one line without the slash that parts turns."""
    return re.sub(r"\s*[／/]\s*", "，", " ".join(text.split())).strip()
