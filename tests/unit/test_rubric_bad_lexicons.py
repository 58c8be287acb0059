"""A folder of bad lexicons: what the check says about each is kept beside it in expected.txt."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.domain import Role
from analyzer.rubric.check import check, has_errors, render
from analyzer.rubric.example import parse_example
from analyzer.rubric.messages import HINTS, TEXTS
from analyzer.rubric.model import Item, Standard

FOLDER = Path(__file__).parent.parent / "fixtures" / "bad_lexicons"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
ONLY_HINTS = {"few-variants-is-only-a-hint"}
# Codes that no folder on disk can show: they belong to parse() and to load_standard().
ELSEWHERE = {
    "phrase-too-large",
    "broken-list",
    "unreadable-file",
    "unknown-standard",
    "invalid-lexicon",
    "bad-key",
}


def says_it_word_by_word(standard: Standard, item: Item, example: str) -> bool:
    """A judge without an ear: a phrase counts where it stands in what the technician says."""
    return any(
        phrase.source in said and not any(e.source in said for e in element.exceptions)
        for role, said in parse_example(example)
        if role is Role.TECHNICIAN
        for element in item.elements
        for phrase in element.phrases
    )


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_about_a_bad_lexicon_stays_as_it_was_read_and_approved(
    case: str, golden: Callable[[Path, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(FOLDER)
    problems = check(Path(case), judge_example=says_it_word_by_word)
    assert problems
    assert has_errors(problems) == (case not in ONLY_HINTS)
    golden(FOLDER / case / "expected.txt", render(problems) + "\n")


def test_every_code_is_shown_by_some_bad_lexicon() -> None:
    told = "\n".join((FOLDER / case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    missing = {code for code in TEXTS if f" {code}: " not in told} - ELSEWHERE
    assert missing == set()
    assert set(TEXTS) >= HINTS


def test_every_problem_has_a_line_of_its_file_and_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    for case in CASES:
        for problem in check(Path(case)):
            file = Path(problem.file)
            lines = file.read_bytes().count(b"\n") + 1 if file.is_file() else 1
            assert 1 <= problem.line <= lines, problem
            assert problem.advice and not set(string.ascii_lowercase) >= set(problem.advice), problem
