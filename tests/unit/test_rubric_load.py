"""Loading standards: what a file becomes, what is refused, what the digest covers, when files are read again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analyzer.domain import How, Kind, Role
from analyzer.errors import LexiconError
from analyzer.rubric.load import load_shared, load_standard
from analyzer.rubric.model import Condition, FrameWords, Severity, Where
from analyzer.rubric.problems import InvalidLexiconError
from analyzer.rubric.shared import read_shared
from analyzer.settings import ROOT

STANDARD = """\
schema: 1
id: visit
version: 1.10
title: 上门服务规范
source: 篇1
recording: visit
opening_s: 45
items:
  - id: greeting
    kind: required
    how: rule
    clause: 二.1
    text: 您好，我是服务中心的维修人员。
    when: always
    where: opening
    weight: 2
    pass: 0.5
    elements:
      - {id: hello, title: 问好, phrases: [您好, 你们好]}
      - {id: identity, title: 表明身份, weight: 3, who: anyone, phrases: [我是<company>的, <role>], except: [您是物业的]}
    examples: {match: [您好我是物业的], no_match: [谁呀]}
  - id: late-apology
    kind: required
    how: rule
    clause: 二.1
    text: 让您久等了
    when: {any: [late, {not: {all: [covered, moved]}}]}
    when_text: 迟到
    after: greeting
    elements:
      - {id: sorry, title: 道歉, phrases: [让您久等了]}
  - id: not-our-job
    kind: forbidden
    how: rule
    clause: 二.5
    text: 我们不管
    when: always
    severity: fatal
    penalty: 15
    cap: 59
    phrases: [我们不管, <brush-off>]
    except: [我们不管什么时候]
  - {id: knock, kind: required, how: person, clause: 三.4, text: 轻敲三下, when: always}
"""
SHARED = {
    "people.yaml": """\
schema: 1
lists:
  company: {title: 单位, phrases: [物业, 服务中心]}
  role: {title: 称呼, phrases: [维修人员, <master>]}
  master: {title: 师傅, phrases: [维修师傅], except: [维修师傅您]}
  brush-off: {title: 推脱, phrases: [不归我管], except: [不归我管也帮您看]}
  unused: {title: 没人用, phrases: [没人用]}
""",
    "facts.yaml": """\
schema: 1
facts:
  late: {title: 迟到, default: false, heard: [{who: customer, phrases: [怎么才来], except: [不是怎么才来]}, {phrases: [来晚了]}]}
  covered: {title: 免费, default: true}
  charged: {title: 收费, default: false, opposite: covered, heard: [{who: anyone, phrases: [要收费]}]}
  moved: {title: 搬动, default: false}
  signed: {title: 签约, default: false, heard: [{who: customer, phrases: [我签字]}]}
""",
    "roles.yaml": """\
schema: 1
roles:
  technician: [{phrases: [我是<company>的], weight: 3, where: opening}]
  customer: [{phrases: [我家的], weight: 0.5}]
""",
    "inventions.yaml": "schema: 1\ninventions: [请不吝点赞]\n",
    "words.txt": "水龙头 100 n\n\n# 注释\n空开 10 n\n",
    "stopwords.txt": "的\n了\n",
}


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    (tmp_path / "shared").mkdir()
    (tmp_path / "visit.yaml").write_text(STANDARD, encoding="utf-8")
    for name, text in SHARED.items():
        (tmp_path / "shared" / name).write_text(text, encoding="utf-8")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1_000_000))


def test_a_standard_comes_with_everything_that_its_file_says(lexicons: Path) -> None:
    standard = load_standard("visit", lexicons)
    greeting, apology, banned, knock = standard.items
    assert (standard.ref.id, standard.ref.version, standard.ref.title) == ("visit", "1.10", "上门服务规范")
    assert (standard.opening_s, standard.closing_s, standard.recording) == (45.0, 60.0, "visit")
    assert (greeting.where, greeting.weight, greeting.pass_credit) == (Where.OPENING, 2.0, 0.5)
    assert greeting.examples_match == ("您好我是物业的",)
    assert greeting.examples_no_match == ("谁呀",)
    assert [(e.id, e.weight, e.who) for e in greeting.elements] == [
        ("hello", 1.0, Role.TECHNICIAN),
        ("identity", 3.0, None),
    ]
    assert (apology.after, apology.when_text, apology.weight) == ("greeting", "迟到", 1.0)
    assert (banned.kind, banned.severity, banned.penalty, banned.cap) == (
        Kind.FORBIDDEN,
        Severity.FATAL,
        15.0,
        59.0,
    )
    assert (knock.how, knock.elements) == (How.PERSON, ())


def test_a_list_standing_alone_becomes_its_phrases_and_brings_its_exceptions(lexicons: Path) -> None:
    greeting, _, banned, _ = load_standard("visit", lexicons).items
    identity = greeting.elements[1]
    assert [p.source for p in identity.phrases] == ["我是<company>的", "维修人员", "维修师傅"]
    assert {p.source for p in identity.exceptions} == {"您是物业的", "维修师傅您"}
    assert {p.source for p in banned.elements[0].exceptions} == {"我们不管什么时候", "不归我管也帮您看"}


def test_a_condition_is_a_tree_over_facts(lexicons: Path) -> None:
    greeting, apology, *_ = load_standard("visit", lexicons).items
    fact = lambda name: Condition("fact", name)  # noqa: E731 - three of them in one line below
    both = Condition("all", parts=(fact("covered"), fact("moved")))
    assert greeting.when == Condition("always")
    assert apology.when == Condition("any", parts=(fact("late"), Condition("not", parts=(both,))))


def test_facts_say_who_may_be_heard_and_what_is_their_contrary(lexicons: Path) -> None:
    facts = load_standard("visit", lexicons).facts
    assert [(c.who, [p.source for p in c.phrases]) for c in facts["late"].cues] == [
        (Role.CUSTOMER, ["怎么才来"]),
        (Role.TECHNICIAN, ["来晚了"]),
    ]
    assert (facts["charged"].opposite, facts["covered"].default, facts["moved"].cues) == ("covered", True, ())


def test_shared_values_hold_roles_inventions_and_words(lexicons: Path) -> None:
    shared = load_shared(lexicons)
    (cue,) = shared.roles[Role.TECHNICIAN]
    assert (cue.weight, cue.where) == (3.0, Where.OPENING)
    assert shared.roles[Role.CUSTOMER][0].where is Where.ANYWHERE
    assert shared.inventions == ("请不吝点赞",)
    assert shared.words == ("水龙头 100 n", "空开 10 n")
    assert shared.stopwords == ("的", "了")
    assert [p.source for p in shared.lists["role"].phrases] == ["维修人员", "维修师傅"]


def test_a_folder_without_shared_files_has_empty_shared_values(tmp_path: Path) -> None:
    shared = load_shared(tmp_path)
    assert (shared.lists, shared.facts, shared.roles, shared.words) == ({}, {}, {}, ())


def test_a_standard_is_found_by_id_and_by_path(lexicons: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "visit.yaml").write_text(STANDARD, encoding="utf-8")
    assert load_standard(lexicons / "visit.yaml", Path("nowhere")) == load_standard("visit", lexicons)
    assert load_standard(elsewhere / "visit.yaml", lexicons) == load_standard("visit", lexicons)


@pytest.mark.parametrize("name", ["vist", "visit.yml", "missing.yaml", "", "../visit", "checklist"])
def test_an_unknown_standard_is_refused_with_those_that_there_are(lexicons: Path, name: str) -> None:
    (lexicons / "checklist.yaml").write_text("standards: []\n", encoding="utf-8")
    (lexicons.parent / "visit.yaml").write_text(STANDARD, encoding="utf-8")
    with pytest.raises(LexiconError, match="现有：visit") as caught:
        load_standard(name, lexicons)
    assert caught.value.code == "unknown-standard"


def test_a_standard_with_errors_is_refused_with_all_of_them(lexicons: Path) -> None:
    edit(lexicons / "visit.yaml", "weight: 2", "wheight: 2")
    edit(lexicons / "visit.yaml", "我们不管,", "'我们{不管',")
    edit(lexicons / "shared" / "facts.yaml", "opposite: covered", "opposite: coverd")
    with pytest.raises(InvalidLexiconError) as caught:
        load_standard("visit", lexicons)
    assert [(p.code, p.line) for p in caught.value.problems] == [
        ("unknown-fact", 5),
        ("unknown-key", 16),
        ("unclosed", 41),
    ]
    assert "visit.yaml:41" in str(caught.value)


def test_a_broken_standard_does_not_hide_the_others(lexicons: Path) -> None:
    (lexicons / "broken.yaml").write_text("schema: 1\n", encoding="utf-8")
    assert load_standard("visit", lexicons).ref.id == "visit"


def test_hints_do_not_keep_a_standard_from_being_used(lexicons: Path) -> None:
    edit(lexicons / "visit.yaml", "<role>]", "<role>, 维修人员]")
    assert load_standard("visit", lexicons).ref.id == "visit"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("visit.yaml", "version: 1.10", "version: 1.11"),
        ("visit.yaml", "opening_s: 45", "opening_s: 46"),
        ("visit.yaml", "weight: 2", "weight: 3"),
        ("visit.yaml", "让您久等了]", "让您久候了]"),
        ("visit.yaml", "cap: 59", "cap: 58"),
        ("visit.yaml", "except: [我们不管什么时候]", "except: [我们不管多晚]"),
        ("shared/people.yaml", "phrases: [物业,", "phrases: [物业公司,"),
        ("shared/people.yaml", "except: [维修师傅您]", "except: [维修师傅你]"),
        ("shared/facts.yaml", "怎么才来]", "咋才来]"),
        ("shared/facts.yaml", "要收费", "得收费"),
        ("shared/facts.yaml", "title: 搬动, default: false", "title: 搬动, default: true"),
        ("shared/words.txt", "空开", "空气开关"),
    ],
)
def test_the_digest_changes_with_whatever_can_change_a_verdict(lexicons: Path, file: str, old: str, new: str) -> None:
    before = load_standard("visit", lexicons).ref.digest
    edit(lexicons / file, old, new)
    assert load_standard("visit", lexicons).ref.digest != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("visit.yaml", "id: visit\n", "# 说明\nid: visit\n"),
        ("visit.yaml", "title: 上门服务规范\nsource: 篇1\n", "source: '篇1'\ntitle: 上门服务规范\n"),
        ("visit.yaml", "您好我是物业的", "您好我是服务中心的"),
        ("shared/people.yaml", "phrases: [没人用]", "phrases: [还是没人用]"),
        ("shared/facts.yaml", "我签字", "我来签字"),
        ("shared/roles.yaml", "weight: 3", "weight: 2"),
        ("shared/stopwords.txt", "的\n", ""),
        ("shared/words.txt", "水龙头 100 n\n", "\n水龙头 100 n \n"),
    ],
)
def test_the_digest_stays_where_no_verdict_can_change(lexicons: Path, file: str, old: str, new: str) -> None:
    before = load_standard("visit", lexicons).ref.digest
    edit(lexicons / file, old, new)
    assert load_standard("visit", lexicons).ref.digest == before


def test_a_person_item_may_be_optional_which_changes_the_digest(tmp_path: Path) -> None:
    item = "  - {id: knock, kind: required, how: person, clause: 三.4, text: 轻敲三下, when: always%s}\n"
    head = STANDARD.split("items:")[0] + "items:\n"
    found = {}
    for name, more in (("left", ""), ("said", ", optional: false"), ("asked", ", optional: true")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "visit.yaml").write_text(head + item % more, "utf-8")
        found[name] = load_standard("visit", tmp_path / name)
    assert [found[name].items[0].optional for name in ("left", "said", "asked")] == [False, False, True]
    digests = [found[name].ref.digest for name in ("left", "said", "asked")]
    assert digests[0] == digests[1] != digests[2]


def test_the_digest_is_sixteen_hexadecimal_digits(lexicons: Path) -> None:
    digest = load_standard("visit", lexicons).ref.digest
    assert len(digest) == 16
    assert int(digest, 16) >= 0


def test_an_unchanged_folder_is_read_once(lexicons: Path) -> None:
    first = load_standard("visit", lexicons)
    assert load_standard("visit", lexicons) is first
    edit(lexicons / "shared" / "words.txt", "空开", "漏保")
    assert load_standard("visit", lexicons) is not first
    assert load_shared(lexicons).words == ("水龙头 100 n", "漏保 10 n")


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns every microsecond."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
def test_threads_that_read_at_once_do_not_see_circles_in_each_others_lists(tmp_path: Path) -> None:
    for copy in range(3):  # a folder that nobody has read yet, like that of a site that has just started
        folder = tmp_path / str(copy)
        folder.symlink_to(ROOT / "lexicons", target_is_directory=True)
        names = ["property-visit", "school-works", "property-visit", "sales-reception"]
        with ThreadPoolExecutor(len(names)) as threads:
            read = list(threads.map(lambda name, folder=folder: load_standard(name, folder).ref.id, names))
        assert read == names


def test_a_new_shared_file_is_noticed(lexicons: Path) -> None:
    load_standard("visit", lexicons)
    (lexicons / "shared" / "more.yaml").write_text("schema: 1\nlists: [错]\n", encoding="utf-8")
    with pytest.raises(InvalidLexiconError):
        load_standard("visit", lexicons)


def test_lists_of_frame_words_are_read_and_a_name_that_no_rule_looks_for_is_reported(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "frames.yaml").write_text(
        "schema: 1\nframes:\n  others: {title: 别人, phrases: [他]}\n  ohters: {title: 别人, phrases: [她]}\n", "utf-8"
    )
    reading = read_shared(tmp_path)
    assert [p.source for p in reading.shared.frames[FrameWords.OTHERS].phrases] == ["他"]
    assert [(p.code, p.line) for p in reading.problems] == [("unknown-key", 4)]
