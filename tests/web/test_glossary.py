"""One word for one thing: what docs/GLOSSARY.md says not to say is said nowhere on the site, nor in the manuals."""

from __future__ import annotations

import re

import pytest
from babel.messages.extract import extract_from_dir

from analyzer.settings import ROOT

WEB = ROOT / "web"
# each with why it stands there all the same
EXCEPTIONS = {
    "主管签字": "a line to sign on paper",
    "技师签字": "a line to sign on paper",
    "签字只表示已经看过，不表示同意。对某条结论有异议，可在录音签核后 %(n)s 天内在系统中申诉。": "of that line",
}


def glossary() -> dict[str, set[str]]:
    """Each word with those that are not said for it."""
    rows = re.findall(
        r"^\| ([^|]+) \| [^|]* \| [^|]* \| ([^|]+) \|$", (ROOT / "docs" / "GLOSSARY.md").read_text("utf-8"), re.M
    )
    return {word: set(banned.split("、")) for word, banned in rows if word not in ("word", "---")}


def messages() -> dict[str, str]:
    """Every text that users see, with one of its places."""
    found: dict[str, str] = {}
    kinds = [("**.py", "python"), ("templates/**.html", "jinja2"), ("static/js/**.js", "javascript")]
    for file, line, message, _, _ in extract_from_dir(WEB, kinds, keywords={"_": None, "_l": None}):
        for text in (message,) if isinstance(message, str) else message:
            found[text] = f"{file}:{line}"
    for path in (ROOT / "docs" / "manuals").glob("*.md"):
        found |= dict.fromkeys(path.read_text("utf-8").splitlines(), path.name)
    return found


GLOSSARY = glossary()


def test_the_glossary_names_the_words_of_the_house() -> None:
    assert {"技师", "质检员", "主管", "录音", "工单", "条款", "复核", "签核", "申诉", "重新判分", "一致率"} <= set(
        GLOSSARY
    )
    assert len(GLOSSARY) > 35


def test_no_word_is_both_said_and_not_said() -> None:
    said = {part for word in GLOSSARY for part in word.split(" / ")}
    assert said & set().union(*GLOSSARY.values()) == set()


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    return messages()


@pytest.mark.parametrize("word", GLOSSARY)
def test_nobody_says_it_otherwise(word: str, told: dict[str, str]) -> None:
    found = {
        f"{place}: {text}": banned
        for text, place in told.items()
        for banned in GLOSSARY[word]
        if banned in text and text not in EXCEPTIONS
    }
    assert found == {}, f"docs/GLOSSARY.md: say {word}"


def test_every_exception_is_still_needed(told: dict[str, str]) -> None:
    assert set(EXCEPTIONS) - set(told) == set()
