"""A draft passes the check whatever it was made of; shared lists stand where they hear what is quoted; guesses say so."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain import How, Kind
from analyzer.drafting.library import Library, library_of
from analyzer.drafting.limits import DocumentError
from analyzer.drafting.phrasing import phrase, sentences, topics
from analyzer.drafting.propose import Row, propose
from analyzer.drafting.prove import Draft, draft
from analyzer.drafting.slugs import slug
from analyzer.drafting.write import Head
from analyzer.judging.examples import example_judge
from analyzer.rubric import example
from analyzer.rubric.check import check, has_errors
from analyzer.rubric.load import shared_reading
from analyzer.rubric.notation import parse
from analyzer.rubric.standard import read_standard
from analyzer.settings import Settings

ROOT = Path(__file__).parents[2]
HEAD = Head("our-hall", "营业厅服务规范", "粘贴的文字")
TEXT = """营业厅服务规范
1、见到客户应说：“您好，欢迎光临某某营业厅。”
2、因故迟到时，应向客户道歉。
3、严禁说“不知道”“关我什么事”，严禁说“你瞎吗”。
4、着装整齐。
5、受理后核对姓名、手机号码。
6、严禁议论客户的口音。
7、按约定时间准时上门。
8、本规范自发布之日起施行。
"""


@pytest.fixture(scope="module")
def library() -> Library:
    settings_ = Settings.from_environment(lexicons=ROOT / "lexicons")
    return library_of(settings_.lexicons, settings_)


@pytest.fixture(scope="module")
def rows(library: Library) -> tuple[Row, ...]:
    return propose(TEXT, library).rows


@pytest.fixture(scope="module")
def made(library: Library, rows: tuple[Row, ...]) -> Draft:
    return draft(rows, HEAD, library)


def passes(text: str, folder: Path, library: Library) -> bool:
    """Whether `analyzer check`, examples judged, finds no error in a folder with this file and the shared lists."""
    shutil.copytree(ROOT / "lexicons" / "shared", folder / "shared", dirs_exist_ok=True)
    shutil.copytree(ROOT / "lexicons" / "meanings", folder / "meanings", dirs_exist_ok=True)
    (folder / f"{HEAD.id}.yaml").write_text(text, "utf-8")
    judge = example_judge(replace(library.settings, lexicons=folder))
    return not has_errors(check(folder, judge_example=judge))


def test_a_draft_passes_the_check_of_the_command_line(made: Draft, library: Library, tmp_path: Path) -> None:
    assert passes(made.text, tmp_path, library)


def test_items_stand_in_the_documents_order_with_its_numbers_and_what_is_no_demand_is_left_out(made: Draft) -> None:
    assert [(kind, how, clause) for _, kind, how, clause in made.items] == [
        ("required", "rule", "1"),
        ("required", "rule", "2"),
        ("forbidden", "rule", "3"),
        ("forbidden", "rule", "3"),
        ("forbidden", "rule", "3"),
        ("required", "person", "4"),
        ("required", "rule", "5"),
        ("forbidden", "person", "6"),
        ("required", "link", "7"),
    ]


def test_shared_lists_stand_where_they_hear_the_quoted_words_and_own_phrases_elsewhere(made: Draft) -> None:
    greeting = yaml.safe_load(made.text)["items"][0]
    phrases = [element["phrases"] for element in greeting["elements"]]
    assert phrases[0] == ["<hello>"]
    assert phrases[1] == ["欢迎光临****营业厅"] or phrases[1] == ["<welcome-words>"]


def test_a_known_fact_becomes_the_condition_and_every_guess_is_a_comment(made: Draft) -> None:
    apology = yaml.safe_load(made.text)["items"][1]
    assert (apology["when"], apology["when_text"]) == ("late", "因故迟到时")
    lines = made.text.splitlines()
    for at, line in enumerate(lines):
        if line.startswith("  - id:"):
            assert lines[at - 1].startswith("  # "), line
    assert "  # 猜测（" in made.text


def test_a_ban_without_quoted_words_never_accuses_by_its_topic(made: Draft) -> None:
    gossip = yaml.safe_load(made.text)["items"][7]
    assert gossip["how"] == "person"
    assert "phrases" not in gossip
    assert gossip["id"] in made.given_up


def test_a_link_has_the_id_that_links_are_judged_by(made: Draft) -> None:
    assert yaml.safe_load(made.text)["items"][8]["id"] == "on-time"


def test_banned_words_that_a_known_clause_hears_take_its_pardons_along(library: Library) -> None:
    proposed = propose("服务禁语\n1、决不能说“我们不管”。", library)
    text = draft(proposed.rows, HEAD, library).text
    (item,) = yaml.safe_load(text)["items"]
    assert "<refuse-job>" in item["phrases"]
    assert item["remedy"] == ["<help>"]
    assert len(item["examples"]["match"]) == 5


def test_words_that_a_person_wrote_replace_the_guess(library: Library, rows: tuple[Row, ...]) -> None:
    own = replace(rows[0], parts=(("欢迎{来|到}营业厅",),), like="", kind=Kind.REQUIRED, how=How.RULE)
    (item,) = yaml.safe_load(draft([own], HEAD, library).text)["items"]
    assert [element["phrases"] for element in item["elements"]] == [["欢迎{来|到}营业厅"]]


@pytest.mark.parametrize(
    "parts", [(), (("{坏",),), (("<no-such-list>",),), (("好",),), (("****",),), (("（说明）",),), (("", " "),)]
)
def test_a_clause_without_a_phrase_that_can_be_read_is_a_persons_and_says_so(
    library: Library, rows: tuple[Row, ...], parts: tuple[tuple[str, ...], ...]
) -> None:
    made_of = draft([replace(rows[0], parts=parts)], HEAD, library)
    (item,) = yaml.safe_load(made_of.text)["items"]
    assert (item["how"], made_of.given_up) == ("person", (item["id"],))
    assert "本来应当听录音判" in made_of.text


def test_a_draft_of_nothing_still_is_a_file(library: Library, tmp_path: Path) -> None:
    assert passes(draft([], HEAD, library).text, tmp_path, library)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("欢迎光临某某银行", "欢迎光临****银行"),
        ("大约需要××分钟", "大约需要****分钟"),
        ("请问您有预订吗", "{您|你}有预订[吗]"),
        ("王先生", "先生"),
        ("费用由****负责", "费用由****负责"),
        ("非常抱歉（说明原因）", "非常抱歉"),
        ("a{b|c}<d>", "abcd"),
        ("好", ""),
        ("……", ""),
    ],
)
def test_blanks_become_gaps_and_soft_words_may_be_there_or_not(sentence: str, expected: str) -> None:
    written = phrase(sentence)
    assert written == expected or (expected and parse(written).pattern == parse(expected).pattern)


def test_a_quotation_is_cut_into_what_must_be_said_without_fillers() -> None:
    assert sentences("您好，按照规定，这要收费（出示标准）。") == ("您好", "这要收费")


def test_topics_are_what_a_demand_speaks_about(library: Library) -> None:
    assert topics("应与宾客核对姓名、房型及离店日期", library.words) == ("姓名", "房型", "离店日期")


def test_ids_are_spelled_in_pinyin() -> None:
    assert [slug(t) for t in ("进门语", "……", "ABC", "女员工着装")] == [
        "jin-men-yu",
        "clause",
        "clause",
        "nv-yuan-gong-zhuo",
    ]


_WILD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "一、说“{a|b”",
            "1、说“****”",
            "2、严禁说“<hello>”",
            "3、决不能说“不”",
            "说：“# 注: - [x]”",
            "严禁说“不是不知道”",
            "说“\u2028”",
            "严禁说“师傅说不行”",
            "严禁“今天外面风挺大的”",
            "1、询问：“今天外面风挺大的”",
            "严禁说“您好”",
            "应说“您好”",
            "严禁说“'”“\"”",
        ]
    ),
)


@given(st.lists(_WILD, min_size=1, max_size=5).map("\n".join))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_text_the_file_passes_the_check(library: Library, tmp_path: Path, text: str) -> None:
    try:
        proposed = propose(text, library)
    except DocumentError:
        return
    path = tmp_path / f"{HEAD.id}.yaml"
    path.write_text(draft(proposed.rows, HEAD, library).text, "utf-8")
    reading = read_standard(path, shared_reading(library.folder))
    assert reading.standard is not None
    example.count(reading)
    example.judge(reading, example_judge(library.settings))
    assert not has_errors(reading.findings.problems)
