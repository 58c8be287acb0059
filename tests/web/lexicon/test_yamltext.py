"""A value changed in a YAML text leaves everything else as it stands."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.settings import ROOT
from web.lexicon.yamltext import YamlTextError, get, insert, put, remove

VISIT = (ROOT / "lexicons" / "property-visit.yaml").read_text(encoding="utf-8")
FILES = [
    path
    for folder in ("", "shared", "optional")
    for path in sorted((ROOT / "lexicons" / folder).glob("*.yaml"))
    if path.name != "checklist.yaml"
]


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    told = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]
    return [line[1:] for line in told if line.startswith("-")], [line[1:] for line in told if line.startswith("+")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_lexicon_comes_back_byte_for_byte(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    there_and_back = remove(put(text, ("zzz",), 1), ("zzz",))
    assert there_and_back == text


def test_one_number_changes_one_line() -> None:
    gone, come = changed_lines(VISIT, put(VISIT, ("items", "#greeting", "weight"), 3))
    assert (gone, come) == (["    weight: 2"], ["    weight: 3"])


def test_a_comment_stays_where_its_value_changes() -> None:
    text = "a: 1  # 为什么\nb: [x, y]  # 两个\n"
    assert put(text, ("a",), 2) == "a: 2  # 为什么\nb: [x, y]  # 两个\n"
    assert put(text, ("b",), ["x", "z"]) == "a: 1  # 为什么\nb: [x, z]  # 两个\n"


def test_an_example_added_in_the_middle_adds_one_line() -> None:
    path = ("items", "#greeting", "examples", "match")
    longer = [*get(VISIT, path)[:3], "您好，我是物业派来的：小王。", *get(VISIT, path)[3:]]
    gone, come = changed_lines(VISIT, put(VISIT, path, longer))
    assert gone == []
    assert come == ["        - 您好，我是物业派来的：小王。"]


def test_a_clause_is_put_in_and_taken_out_again() -> None:
    clause = {"id": "new", "kind": "required", "how": "person", "clause": "九.1", "text": "新的一条", "when": "always"}
    longer = insert(VISIT, ("items",), 1, clause)
    assert get(longer, ("items", 1)) == clause
    assert remove(longer, ("items", "#new")) == VISIT


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1, 2]\nb: *x\n",
        "a: [1\n",
        "a: !!python/object/apply:os.system ['true']\nb: {",
        "\ta: 1\n",
        "a: " + "[" * 20_000,
        "a: " + "[{b: " * 190_000,  # took hours
        "x" * 1_000_001,
        "a: \x00\n",
    ],
)
def test_what_is_no_plain_yaml_is_refused_in_words(text: str) -> None:
    with pytest.raises(YamlTextError) as refused:
        put(text, ("a",), 1)
    assert any("\u4e00" <= character <= "\u9fff" for character in str(refused.value))


@pytest.mark.parametrize("path", [("items", 99, "weight"), ("items", "#none", "weight"), ("title", "x", "y")])
def test_a_place_that_is_not_there_is_named(path: tuple[str | int, ...]) -> None:
    with pytest.raises(YamlTextError, match="没有这一处"):
        put(VISIT, path, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029\ufeff"), max_size=40)
)
def test_any_text_that_is_put_is_what_is_got(text: str) -> None:
    assert get(put("a: x\nb: 1\n", ("a",), text), ("a",)) == text
    assert get(put("a: [x]\n", ("a",), ["x", text]), ("a",)) == ["x", text]
