"""What was said is found, by those who may, in what they may read; what no longer stands is not."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.search.talk import C, T, read, told
from web.db import Database
from web.intake import findable, removal
from web.intake.analysis import cut, tokenizer
from web.intake.erasure import erase_words
from web.intake.sounds import Line
from web.kit.login import viewer_of
from web.kit.site import Site
from web.maintenance.rebuild import rebuild
from web.models import Recording, ReviewState, SpokenText
from web.search import finding
from web.search.finding import Asked, Key, find
from web.worker.chores import make_findable

BOSS = ("我要找你们经理", "您找我们京理也没用", "这个我们不管的，你找厂家去")


@pytest.fixture
def boss(db: Database, people: dict[str, Any]) -> dict[str, int]:
    """Three recordings of 王师傅, the newest first: 京理 (misheard), 经理, neither."""
    with db.writing() as session:
        day = dt.timedelta(days=1)
        made = {
            "sounds": told(session, people["wang"], "a.m4a", (C, "您好"), (T, BOSS[1]), recorded_at=cast.MONDAY + day),
            "exact": told(session, people["wang"], "b.m4a", (C, BOSS[0]), (T, "我给您叫")),
            "neither": told(session, people["wang"], "c.m4a", (T, BOSS[2]), recorded_at=cast.MONDAY - day),
        }
    read(db)
    return made


def asked(here: Site, people: dict[str, Any], words: str, who: str = "qa", **more: Any) -> list[int]:
    """The recordings that answer, in order."""
    with here.db.reading() as session:
        found = find(session, viewer_of(people[who]), Asked(words, **more), Key(), here.settings.cache_dir)
    return [one.id for one in found.recordings]


def test_the_same_sound_is_found_behind_the_very_words(
    here: Site, people: dict[str, Any], boss: dict[str, int]
) -> None:
    assert asked(here, people, "经理") == [boss["exact"], boss["sounds"]]
    assert asked(here, people, "京理") == [boss["sounds"], boss["exact"]]
    assert asked(here, people, "經理") == [boss["exact"], boss["sounds"]]


def test_all_words_must_be_said_and_a_phrase_as_it_stands(
    here: Site, people: dict[str, Any], boss: dict[str, int]
) -> None:
    assert asked(here, people, "厂家 不管") == [boss["neither"]]
    assert asked(here, people, "厂家 经理") == []
    assert asked(here, people, "“找你们经理”") == [boss["exact"]]
    assert asked(here, people, "“经理找”") == []
    assert asked(here, people, "“不管的你找”") == [boss["neither"]]  # a comma is not said


def test_who_says_it_counts_where_asked(here: Site, people: dict[str, Any], boss: dict[str, int]) -> None:
    assert asked(here, people, "经理", role=finding.ROLES["customer"]) == [boss["exact"]]
    assert asked(here, people, "经理", role=finding.ROLES["technician"]) == [boss["sounds"]]


def test_only_what_the_viewer_may_see_is_found(
    here: Site, db: Database, people: dict[str, Any], boss: dict[str, int]
) -> None:
    with db.writing() as session:
        west = told(session, people["li"], "w.m4a", (C, BOSS[0]), review_state=ReviewState.SIGNED)
        cast.sign(session, session.get_one(Recording, boss["exact"]))
    read(db)
    both = {boss["exact"], boss["sounds"], west}
    assert set(asked(here, people, "经理")) == both
    assert set(asked(here, people, "经理", "manager")) == both
    assert set(asked(here, people, "经理", "manager_east")) == both - {west}
    assert asked(here, people, "经理", "technician") == [boss["exact"]]
    assert asked(here, people, "经理", "technician2") == [west]


SECRETS = (
    (C, "我姓张，您记一下电话，13812345678", "13812345678"),
    (C, "我电话幺三八幺二三四五六七八", "幺三八幺二"),
    (C, "我住在三号楼二单元五零一", "“二单元五零一”"),
    (T, "您好，欧阳女士", "欧阳"),
    (T, "您好，欧阳女士", "“欧阳女士”"),
    (T, "您好，欧阳女士", "鸥阳"),
)


@pytest.mark.parametrize(("role", "said", "question"), SECRETS)
def test_private_words_are_found_by_those_with_the_right_only(
    here: Site, db: Database, people: dict[str, Any], login: Login, role: str, said: str, question: str
) -> None:
    with db.writing() as session:
        number = told(session, people["wang"], "p.m4a", (role, said), (T, "好的，马上到"))
        cast.sign(session, session.get_one(Recording, number))
    read(db)
    for who in ("qa", "admin"):
        assert asked(here, people, question, who) == [number], who
    for who in ("manager", "manager_east", "technician"):
        assert asked(here, people, question, who) == [], who
        assert asked(here, people, "马上", who) == [number], who
        shown = login(who).get("/search", query_string={"q": "您"}).get_data(as_text=True)
        assert "13812345678" not in shown
        assert "欧阳" not in shown


def test_a_line_that_is_shown_is_masked_for_those_without_the_right(
    db: Database, people: dict[str, Any], login: Login
) -> None:
    with db.writing() as session:
        told(session, people["wang"], "p.m4a", (T, "您好，欧阳女士，水管我看一下"))
    read(db)
    assert "您好，＊＊女士，水管我看一下" in lines(login("manager"), "水管")
    assert "您好，欧阳女士，水管我看一下" in lines(login("qa"), "水管")


def lines(browser: Any, words: str) -> list[str]:
    found = page(browser.get("/search", query_string={"q": words}))
    return [line.one("p").text.partition("：")[2] for line in found.all("div", class_="search-line")]


def test_a_corrected_line_is_found_by_its_new_words_only(
    app: Flask, here: Site, people: dict[str, Any], login: Login, boss: dict[str, int]
) -> None:
    number = boss["sounds"]
    answer = login("qa").post(
        f"/recordings/{number}/lines/1", data={"text": "您找我们主任也没用", "seen": BOSS[1], "revision": 0}
    )
    assert answer.status_code == 200
    assert asked(here, people, "京理") == [boss["exact"]]  # in the same transaction
    make_findable(here)
    assert asked(here, people, "主任") == [number]
    assert asked(here, people, "“我们京理”") == []
    login("qa").post(f"/recordings/{number}/lines/1", data={"revert": "1", "seen": "", "revision": 1})
    make_findable(here)
    assert asked(here, people, "京理")[0] == number
    assert asked(here, people, "主任") == []


def test_what_was_corrected_while_it_was_read_is_read_again(
    here: Site, db: Database, people: dict[str, Any], boss: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    of, number = findable.lines_of, boss["exact"]
    with db.writing() as session:
        findable.forget(session, number)

    def meanwhile(session: Any, recording: Recording) -> list[Line]:
        made = of(session, recording)
        with db.writing() as other:
            findable.forget(other, number)
        return made

    monkeypatch.setattr(findable, "lines_of", meanwhile)
    make_findable(here)
    assert asked(here, people, "“找你们经理”") == []
    monkeypatch.setattr(findable, "lines_of", of)
    make_findable(here)
    assert asked(here, people, "“找你们经理”") == [number]


@pytest.mark.parametrize("way", ["deleted", "erased", "forgotten"])
def test_what_is_gone_is_not_found_in_the_same_transaction(
    here: Site, db: Database, people: dict[str, Any], boss: dict[str, int], way: str
) -> None:
    with db.writing() as session:
        if way == "deleted":
            removal.remove(session, boss["exact"])
        elif way == "erased":
            erase_words(session, session.get_one(Recording, boss["exact"]))
        else:
            findable.forget(session, boss["exact"])
    assert asked(here, people, "经理") == [boss["sounds"]]
    with db.reading() as session:
        kept = session.get(SpokenText, boss["exact"])
        assert kept is None if way != "forgotten" else kept is not None and kept.lines == []


@pytest.mark.sqlite
def test_nothing_of_erased_words_stays_in_the_file(here: Site, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        numbers = [told(session, people["wang"], f"{n}.m4a", (T, f"紫檀木{'甲乙丙丁戊'[n]}")) for n in range(5)]
    for number in numbers:  # one part of the index each
        findable.fill(db, [number])
    assert "tan·mu".encode() in _index(db)
    with db.writing() as session:
        for number in numbers:
            erase_words(session, session.get_one(Recording, number))
    assert findable.overwrite_erased(db)
    assert "tan·mu".encode() not in _index(db)
    assert not findable.overwrite_erased(db)  # nothing to do until the next


def _index(db: Database) -> bytes:
    with db.engine.connect() as connection:
        return b"".join(block for (block,) in connection.exec_driver_sql("SELECT block FROM spoken_index_data"))


def test_rebuild_fills_it_for_an_archive_that_was_never_read(
    app: Flask, here: Site, db: Database, people: dict[str, Any], boss: dict[str, int]
) -> None:
    with db.writing() as session:
        for number in boss.values():
            findable.erase(session, number)
    assert asked(here, people, "经理") == []
    with app.app_context():
        assert dict(rebuild(here))["search"] == 3
    assert asked(here, people, "经理") == [boss["exact"], boss["sounds"]]
    with app.app_context():
        assert dict(rebuild(here))["search"] == 3  # a second time changes nothing
    assert asked(here, people, "经理") == [boss["exact"], boss["sounds"]]


def test_pages_go_on_from_a_key_and_no_recording_comes_twice(
    here: Site, db: Database, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE", 3)
    with db.writing() as session:
        exact = [told(session, people["wang"], f"e{n}.m4a", (T, "找经理吧")) for n in range(5)]  # all of one moment
        sounding = [told(session, people["wang"], f"s{n}.m4a", (T, "找京理吧")) for n in range(4)]
    read(db)
    pages: list[list[int]] = []
    key: Key | None = Key()
    while key is not None:
        with db.reading() as session:
            found = find(session, viewer_of(people["qa"]), Asked("经理"), Key.read(str(key)), here.settings.cache_dir)
        pages.append([one.id for one in found.recordings])
        key = found.after
    assert [number for one in pages for number in one] == [*exact[::-1], *sounding[::-1]]
    assert [len(one) for one in pages] == [3, 3, 3]


@pytest.mark.parametrize("rare", [0, 1000])
def test_frequent_words_are_found_as_rare_ones_are(
    here: Site, people: dict[str, Any], boss: dict[str, int], monkeypatch: pytest.MonkeyPatch, rare: int
) -> None:
    monkeypatch.setattr(finding, "RARE", rare)
    assert asked(here, people, "经理") == [boss["exact"], boss["sounds"]]


SENTENCES = st.lists(
    st.sampled_from(
        "您好我是服务中心的维修工 热水器打不着火 收费三十块钱 没有关系 那边还有活儿呢 不归我们管 你找厂家去 换一节2号电池"
        " 银行卡可以吗 重新拧紧了 扫WIFI的二维码 東西放這裡 一共105元 谢谢您".split()
    ),
    min_size=1,
    max_size=4,
).map("，".join)
LAW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(said=st.lists(st.tuples(st.sampled_from([T, C]), SENTENCES), min_size=1, max_size=3), dice=st.randoms())
@LAW
def test_whatever_is_said_is_found_by_two_neighbouring_words_until_it_is_deleted(
    here: Site, db: Database, people: dict[str, Any], said: list[tuple[str, str]], dice: Any
) -> None:
    with db.writing() as session:
        number = told(session, people["wang"], f"{dice.random()}.m4a", *said)
    read(db)
    words = tokenizer(None, here.settings.cache_dir)
    for _role, text in said:
        parts = cut(text, words)
        for one, other in pairwise(parts):
            if one.isalnum() or other.isalnum():
                for question in (one + other, f"“{one}{other}”"):
                    assert number in asked(here, people, question), question
                    with db.reading() as session:
                        found = find(session, viewer_of(people["qa"]), Asked(question), Key(), here.settings.cache_dir)
                    assert found.recordings[0].answer.exact
    with db.writing() as session:
        removal.remove(session, number)
    for _role, text in said:
        assert number not in asked(here, people, f"“{text}”")
    with db.reading() as session:
        assert session.scalar(select(SpokenText).where(SpokenText.recording_id == number)) is None


def marked(node: Node) -> list[str]:
    return [mark.text for mark in node.all("mark")]


def test_the_page_shows_the_sentence_the_second_and_the_way_to_the_recording(
    login: Login, boss: dict[str, int]
) -> None:
    found = page(login("qa").get("/search?q=经理"))
    first, second = found.one("ol", class_="search-list").all("li")
    assert marked(first) == ["经理"]
    assert marked(second) == ["京理"]
    assert "读音相同" in second.text
    assert "读音相同" not in first.text
    links = [a.get("href") for a in first.all("a")]
    assert links == [f"/recordings/{boss['exact']}#t=2.0"] * 2  # 我要找你们经理 begins at 1.0 s
    assert "客户：我要找你们经理" in first.text
    assert first.all("button") == []  # it has no sound


def test_lines_that_say_all_of_it_are_shown_before_those_that_say_some(
    db: Database, people: dict[str, Any], login: Login
) -> None:
    with db.writing() as session:
        told(session, people["wang"], "a.m4a", (C, "这是什么东西"), (T, "修东西的，开门"), (C, "东西在里面"))
        told(session, people["wang"], "b.m4a", (C, "修什么"), (T, "那个东西"))
    read(db)
    assert lines(login("qa"), "修东西") == ["修什么", "那个东西", "修东西的，开门"]  # the newest first
    assert "这段录音里还有 2 句" in login("qa").get("/search?q=修东西").get_data(as_text=True)


def test_who_can_hear_it_plays_it_where_it_stands(db: Database, people: dict[str, Any], login: Login) -> None:
    with db.writing() as session:
        number = told(session, people["wang"], "a.m4a", (T, "我找经理"), stored_key="00/00/x")
    read(db)
    heard = page(login("qa").get("/search?q=经理")).one("ol", class_="search-list")
    button = heard.one("button")  # 经理 is said at 1.4 s, the line ends at 2.4 s
    assert button.get("data-hear") == f"/recordings/{number}/audio"
    assert (button.get("data-start"), button.get("data-end")) == ("1.4", "2.4")
    muted = page(login("manager").get("/search?q=经理")).one("ol", class_="search-list")
    assert muted.all("button") == []  # nobody has looked yet for private words in it
    assert "声音里的个人信息还没有处理好" in muted.text


def test_the_page_keeps_what_is_asked_and_says_where_nothing_is_found(login: Login, boss: dict[str, int]) -> None:
    browser = login("qa")
    assert "没有找到" in page(browser.get("/search?q=不存在的词组")).text
    assert page(browser.get("/search")).all("ol", class_="search-list") == []
    found = page(browser.get("/search?q=经理&role=customer&from=2026-11-01&technician=999"))
    assert found.one("option", value="customer").get("selected") is not None
    assert "没有找到" in found.text
    for after in ("e-garbage-x", "s", "e-99999999999999999999-1", "e-1-99999999999999999999", "e--5-3", "²-²-²"):
        assert page(
            browser.get("/search", query_string={"q": "经理", "after": after, "role": "nobody", "from": "x"})
        ).text


def test_the_list_of_recordings_offers_to_look_in_what_was_said(login: Login, boss: dict[str, int]) -> None:
    found = page(login("manager").get("/recordings/?q=经理"))
    assert "/search?q=%E7%BB%8F%E7%90%86" in [a.get("href") for a in found.all("a")]
