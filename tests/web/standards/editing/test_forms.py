"""A form writes back only what differs; whole clauses move with their comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analyzer.settings import ROOT
from web.lexicon import blocks
from web.lexicon.outline import outline
from web.standards.editing import fields, specs
from web.standards.editing.writing import written

LEXICONS = ROOT / "lexicons"
STANDARDS = sorted(path for path in LEXICONS.glob("*.yaml") if path.name != "checklist.yaml")
VISIT = (LEXICONS / "property-visit.yaml").read_text("utf-8")
COURTESY = (LEXICONS / "shared" / "courtesy.yaml").read_text("utf-8")


def clause(text: str, key: str) -> dict[str, str]:
    node = outline(text).clause(key)
    assert node is not None
    return fields.values_of(node)


@pytest.mark.parametrize("path", STANDARDS, ids=lambda p: p.stem)
def test_what_a_form_shows_sent_back_leaves_the_text_as_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    for key, node in outline(text).clauses:
        values = fields.values_of(node)
        form = fields.clause_fields(node, values, {"when": fields.conditions({}), "after": {}})
        sent = {f.name: fields.tidy(f.value.replace("\n", "\r\n"), f.spec.kind) for f in form}
        assert written(text, ("items", key), specs.CLAUSE, values, sent) == text


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20).map(str.strip)


@settings(max_examples=40, deadline=None)
@example("~", ["~", "null", "no", "1.5"])  # signs and words that mean something to YAML, or to a form
@given(WORDS.filter(bool), st.lists(WORDS.filter(bool), min_size=1, max_size=4, unique=True))
def test_whatever_is_typed_is_read_again_and_put_back_gives_the_old_text(text: str, phrases: list[str]) -> None:
    values = clause(VISIT, "#greeting")
    typed = values | {"text": text, "elements.hello.phrases": "\n".join(phrases)}
    typed = {
        name: fields.tidy(value, specs.LINES if name.endswith("phrases") else specs.TEXT)
        for name, value in typed.items()
    }
    new = written(VISIT, ("items", "#greeting"), specs.CLAUSE, values, typed)
    assert clause(new, "#greeting") == typed
    others = [key for key, _ in outline(VISIT).clauses if key != "#greeting"]
    assert all(clause(new, str(key)) == clause(VISIT, str(key)) for key in others)
    back = written(new, ("items", "#greeting"), specs.CLAUSE, typed, values)
    assert clause(back, "#greeting") == values


def test_a_changed_weight_changes_one_line_and_a_new_key_stands_where_we_write_it() -> None:
    values = clause(VISIT, "#greeting")
    new = written(VISIT, ("items", "#greeting"), specs.CLAUSE, values, values | {"weight": "3", "after": "farewell"})
    changed = [line for line in new.split("\n") if line not in VISIT.split("\n")]
    assert changed == ["    after: farewell"] or changed == ["    after: farewell", "    weight: 3"]
    lines = new.split("\n")
    assert lines.index("    after: farewell") < lines.index("    elements:")
    assert "# 为什么" in new


def test_comments_within_a_list_stay_when_a_phrase_is_added() -> None:
    node = outline(COURTESY).lists["hello"]
    values = fields.values_of(node)
    new = written(
        COURTESY, ("lists", "hello"), specs.LIST, values, values | {"phrases": values["phrases"] + "\n吉祥如意"}
    )
    assert "# 各地的问好：吃了没、忙着呢、在家呐" in new
    assert len(new.split("\n")) == len(COURTESY.split("\n")) + 1


def test_a_clause_that_is_moved_down_and_up_leaves_the_text_as_it_was() -> None:
    entries = [node for _, node in outline(VISIT).clauses]
    for i in range(len(entries) - 1):
        moved = blocks.moved(VISIT, entries, i, 1)
        assert moved != VISIT
        assert blocks.moved(moved, [node for _, node in outline(moved).clauses], i + 1, -1) == VISIT


def test_a_clause_that_is_removed_takes_its_own_lines_and_no_others() -> None:
    entries = [node for _, node in outline(VISIT).clauses]
    for i in range(len(entries)):
        keys = [key for key, _ in outline(blocks.without(VISIT, entries, i)).clauses]
        assert keys == [key for j, (key, _) in enumerate(outline(VISIT).clauses) if j != i]


def test_a_comment_above_a_clause_goes_with_it() -> None:
    text = "items:\n  - id: a\n    text: 甲\n\n  # 乙的由来\n  - id: b\n    text: 乙\nopening_s: 60\n"
    moved = blocks.moved(text, [node for _, node in outline(text).clauses], 1, -1)
    assert moved == "items:\n\n  # 乙的由来\n  - id: b\n    text: 乙\n  - id: a\n    text: 甲\nopening_s: 60\n"


def test_entries_in_one_line_are_not_moved_but_told() -> None:
    text = "items: [{id: a}, {id: b}]\n"
    with pytest.raises(blocks.NotABlockError, match="全文"):
        blocks.moved(text, [node for _, node in outline(text).clauses], 0, 1)


def test_clauses_without_an_id_of_their_own_are_named_by_their_place() -> None:
    text = "items:\n  - id: a\n  - id: a\n  - text: 甲\n  - id: ../../x\n"
    assert [key for key, _ in outline(text).clauses] == [0, 1, 2, 3]
