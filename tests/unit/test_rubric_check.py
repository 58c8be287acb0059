"""The check as a whole: examples, the checklist, the exit status and the shipped copy of the checklist."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain import Role
from analyzer.rubric.check import check, has_errors, main, render
from analyzer.rubric.checklist import read_checklist
from analyzer.rubric.example import parse_example
from analyzer.rubric.model import Item, Standard
from analyzer.rubric.problems import Problem

ROOT = Path(__file__).parent.parent.parent
BAD = ROOT / "tests" / "fixtures" / "bad_lexicons"
GOOD = """\
schema: 1
id: visit
version: "1.0.0"
title: 上门服务规范
source: 篇1
recording: visit
items:
  - {id: knock, kind: required, how: person, clause: 三.4, text: 轻敲三下, when: always}
"""


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("您好我是物业的", [(Role.TECHNICIAN, "您好我是物业的")]),
        ("客：怎么才来／技：让您久等了", [(Role.CUSTOMER, "怎么才来"), (Role.TECHNICIAN, "让您久等了")]),
        ("技: 好了吗 / 客户: 好了", [(Role.TECHNICIAN, "好了吗"), (Role.CUSTOMER, "好了")]),
        ("技师：24／7都能打", [(Role.TECHNICIAN, "24／7都能打")]),
        ("我们一／二天到", [(Role.TECHNICIAN, "我们一／二天到")]),
        ("请客：那可不行", [(Role.TECHNICIAN, "请客：那可不行")]),
        ("客：／技：您好", [(Role.TECHNICIAN, "您好")]),
        ("  ", []),
    ],
)
def test_an_example_says_who_says_what(text: str, turns: list[tuple[Role, str]]) -> None:
    assert parse_example(text) == turns


@given(st.text(alphabet="客技户师：:／/ 您好", max_size=20))
def test_any_text_is_an_example_without_empty_turns(text: str) -> None:
    turns = parse_example(text)
    assert all(said.strip() for _, said in turns)
    assert bool(turns) or text.replace("您", "").replace("好", "") == text


def test_a_sound_folder_has_no_problems(tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").write_text(GOOD, encoding="utf-8")
    assert check(tmp_path) == []
    assert render([]) == "检查通过，没有发现问题。"
    assert main([str(tmp_path)]) == 0


def test_the_exit_status_counts_errors_but_not_hints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(BAD / "few-variants-is-only-a-hint")]) == 0
    assert main([str(BAD / "unknown-key")]) == 2
    assert "是不是“weight”" in capsys.readouterr().out


def test_problems_come_in_the_order_of_the_file_and_each_once() -> None:
    problems = check(BAD / "everything-at-once")
    assert problems == sorted(set(problems))
    assert [p.line for p in problems] == sorted(p.line for p in problems)


def test_without_a_judge_examples_are_only_counted() -> None:
    assert check(BAD / "example-that-fails") == []


def test_innocent_examples_are_judged_together_and_one_by_one_only_where_one_counts() -> None:
    asked: list[str] = []

    def fair(standard: Standard, item: Item, example: str) -> bool:
        asked.append(example)
        return example in item.examples_match

    folder = BAD / "forbidden-phrase-that-accuses-the-innocent"
    assert check(folder, judge_example=fair) == []
    matches, items, accusers = 11, 3, 2
    assert len(asked) == matches + items + accusers
    assert "技：我来看看／技：您说不清楚没关系／技：马上修好／技：我不清楚／技：没问题" in asked


def test_a_standard_with_errors_is_not_judged(tmp_path: Path) -> None:
    def nobody(standard: Standard, item: Item, example: str) -> bool:
        raise AssertionError("a broken standard must not reach the judge")

    assert has_errors(check(BAD / "bad-notation", judge_example=nobody))


def test_a_checklist_of_another_folder_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").write_text(GOOD, encoding="utf-8")
    codes = [p.code for p in check(tmp_path, BAD / "differs-from-checklist" / "checklist.yaml")]
    assert codes == ["item-missing", "item-missing", "item-missing", "differs-from-checklist"]


def test_a_checklist_that_is_named_but_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").write_text(GOOD, encoding="utf-8")
    problems = check(tmp_path, tmp_path / "none.yaml")
    assert [p.code for p in problems if p.severity == "error"] == ["unreadable-file"]


def test_a_problem_reads_file_line_item_code_and_what_to_do() -> None:
    problem = Problem("x.yaml", 12, "greeting", "unknown-key", "不认识的键", "改成 weight", picture="ab\n ^")
    assert render([problem, problem]).splitlines() == [
        "x.yaml:12  [greeting]  unknown-key: 不认识的键",
        "    ab",
        "     ^",
        "    怎么改：改成 weight",
        "共 1 个错误、0 个提示。",
    ]


SOURCES = [path.read_text("utf-8") for path in BAD.glob("*/*.yaml") if path.parent.name != "not-utf8"]
SNIPPETS = st.sampled_from(
    ["", "\n", "{", "[]", "*a", "&a ", "? ", "- ", ": ", "null", "items: ", "'", "<a>", "!!x ", "\t"]
)


@settings(max_examples=200)
@given(st.sampled_from(SOURCES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), SNIPPETS), max_size=4))
def test_a_file_spoilt_anywhere_is_explained_and_never_crashes_the_check(
    text: str, cuts: list[tuple[float, int, str]]
) -> None:
    for share, width, snippet in cuts:
        at = int(share * len(text))
        text = text[:at] + snippet + text[at + width :]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shared").mkdir()
        for name in ("visit.yaml", "shared/all.yaml", "checklist.yaml"):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        problems = check(Path(folder), judge_example=lambda standard, item, example: True)
        assert has_errors(problems)
        assert render(problems)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_that_is_explained(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "visit.yaml").write_bytes(content)
        assert has_errors(check(Path(folder)))


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a: " * 5000, "- " * 5000, "{a: " * 900, "&a [*a]", "? [a]\n: b", "--- a\n--- b"]
)
def test_monstrous_yaml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "visit.yaml").write_text(text, encoding="utf-8")
    assert has_errors(check(tmp_path))


def test_the_shipped_checklist_holds_all_items_of_the_five_standards() -> None:
    checklist = read_checklist(ROOT / "lexicons" / "checklist.yaml")
    assert checklist.findings.problems == []
    assert {name: len(items) for name, items in checklist.items.items()} == {
        "property-visit": 24,
        "property-appointment": 10,
        "property-followup": 10,
        "school-works": 16,
        "sales-reception": 15,
    }


@pytest.mark.parametrize("text", ["[" * 5_000_000, "{" * 100_000, "- " * 100_000, "a: " + "[{" * 40_000])
def test_what_would_overflow_the_stack_of_libyaml_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "visit.yaml").write_text("# one\n" + text, encoding="utf-8")
    (problem,) = check(tmp_path)
    assert (problem.code, problem.line) == ("bad-yaml", 2)
    assert "太深" in problem.message


def test_a_text_is_refused_from_the_hundredth_level_however_it_is_written(tmp_path: Path) -> None:
    deep = "\n".join(" " * level + "a:" for level in range(150))
    (tmp_path / "visit.yaml").write_text(deep, encoding="utf-8")
    (problem,) = check(tmp_path)
    assert (problem.code, problem.line) == ("bad-yaml", 102)
