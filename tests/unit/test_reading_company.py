"""The company's lines beside the other hands: taken over where they do no harm, written so that they are read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from analyzer.domain import Role
from analyzer.reading import company
from analyzer.reading.company import company_line, held_back, learn
from analyzer.reading.lines import Line, read_lines
from analyzer.reading.reader import load_reader

T, C = Role.TECHNICIAN, Role.CUSTOMER
THINGS = ["水", "电", "灯", "门", "窗", "管子", "开关", "插座", "龙头", "马桶", "地板", "空调"]
OWN = [f"{thing}好了，您过过手" for thing in THINGS]


def line(text: str, said: bool = True, before: str = "", role: Role = T) -> Line:
    made = company_line(text, before, said, role)
    assert made is not None
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lines of two hands for one meaning, and of another group that never means it."""
    hands = {
        "visit/demonstrate/a": [f"+ {t}您试一下" for t in THINGS] + [f"- {t}我来拆" for t in THINGS],
        "visit/demonstrate/b": [f"+ 您开一下{t}看看" for t in THINGS] + [f"- {t}好了，我走了" for t in THINGS],
        "forbidden/ignorance/a": [f"+ {t}的事我不知道" for t in THINGS] + [f"- 您知道{t}在哪儿吗" for t in THINGS],
    }
    for name, lines in hands.items():
        path = tmp_path / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[甲]\n" + "\n".join(lines), "utf-8")
    return tmp_path


def test_what_is_learnt_is_written_beside_the_other_hands_and_read_again(folder: Path) -> None:
    said = [line(f"您开一下{thing}的单子看看", False, "那我\n先付钱？／要等吗") for thing in THINGS]
    (outcome,) = learn(folder, {"demonstrate": said, "of-nobody": said}, write=True)
    assert (outcome.meaning, outcome.lines, outcome.taken) == ("demonstrate", len(said), True)
    assert outcome.before < outcome.after == outcome.held == len(held_back(said))
    assert list(read_lines(folder / "visit" / "demonstrate" / "company.txt")) == said
    assert load_reader(folder / "demonstrate.npz").lines == 4 * len(THINGS) + len(said)
    assert not list(folder.rglob("*.new"))


def test_a_trial_changes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert learn(folder, {"demonstrate": [*map(line, OWN)]}, write=False)
    assert sorted(folder.rglob("*")) == before


def test_a_reader_that_does_worse_is_not_taken_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = iter([2, 1])
    monkeypatch.setattr(company, "_right", lambda *_: next(right))
    (outcome,) = learn(folder, {"demonstrate": [*map(line, OWN)]}, write=True)
    assert (outcome.before, outcome.after, outcome.taken) == (2, 1, False)
    assert not list(folder.rglob("company.txt"))
    assert not list(folder.glob("*.npz"))


def test_decisions_that_are_gone_are_forgotten(folder: Path) -> None:
    learn(folder, {"demonstrate": [*map(line, OWN)]}, write=True)
    assert learn(folder, {}, write=True) == []
    assert not list(folder.rglob("company.txt"))
    assert load_reader(folder / "demonstrate.npz").lines == 4 * len(THINGS)


def test_one_line_alone_waits_for_more(folder: Path) -> None:
    (outcome,) = learn(folder, {"demonstrate": [line(OWN[0])]}, write=True)
    assert (outcome.held, outcome.taken) == (0, False)
    assert not list(folder.rglob("company.txt"))


@pytest.mark.parametrize("lines", [[*map(line, OWN)], [line("灯好了"), line("门好了")]])
def test_some_are_held_back_whatever_else_there_is(lines: Sequence[Line]) -> None:
    held = held_back(lines)
    assert 0 < len(held) < len(lines)
    assert {one.text for one in held} == {one.text for one in held_back(lines[::-1])}


def test_a_turn_without_words_is_no_line() -> None:
    assert company_line(" ……／ ", "", True, T) is None
