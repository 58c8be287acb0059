"""Filters kept under a name: opened, renamed, shared with one's role, deleted; days named by today stay so."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import Node, page
from web.db import Database
from web.models import SavedFilter

Cast = dict[str, Any]
LISTS = {"review.work_list": "/review", "recordings.index": "/recordings/"}


def names(client: FlaskClient, path: str) -> dict[str, str]:
    """The filters that a list offers, with the addresses that they open."""
    bar = page(client.get(path)).one("div", class_="saved-filters")
    return {a.text: a.get("href") or "" for a in bar.all("a")}


def keep(client: FlaskClient, of: str, query: str, name: str, **form: str) -> Node:
    return page(client.post(f"/filters/{of}?{query}", data={"name": name, **form}, follow_redirects=True))


def only(db: Database) -> SavedFilter:
    with db.reading() as session:
        return session.scalars(select(SavedFilter)).one()


def change(client: FlaskClient, number: int, act: str, name: str = "") -> Node:
    data = {"act": act, "name": name}
    return page(client.post(f"/filters/{number}/change", data=data, follow_redirects=True))


@pytest.mark.parametrize(
    ("of", "query", "opened"),
    [
        ("review.work_list", "queue=sample&when=yesterday&after=77", "/review?queue=sample&when=yesterday"),
        ("recordings.index", "when=week&flag=forbidden&page=3&_external=1", "/recordings/?when=week&flag=forbidden"),
    ],
)
def test_a_filter_is_kept_opened_renamed_and_deleted(
    db: Database, login: Login, of: str, query: str, opened: str
) -> None:
    client = login("qa")
    assert "筛选“昨天要看的”已保存" in keep(client, of, query, " 昨天要看的 ").text
    assert names(client, LISTS[of]) == {"昨天要看的": opened}
    assert page(client.get(opened)).one("div", class_="saved-filters").one("a").get("aria-current") == "true"
    kept = only(db)
    assert kept.arguments["when"] in ("yesterday", "week")  # the day stays relative
    assert "已改名为“早班”" in change(client, kept.id, "rename", "早班").text
    assert list(names(client, LISTS[of])) == ["早班"]
    assert "已删除" in change(client, kept.id, "delete").text
    assert names(client, LISTS[of]) == {}


def test_the_same_name_is_the_same_filter(db: Database, login: Login) -> None:
    client = login("qa")
    keep(client, "recordings.index", "flag=missed", "重点")
    keep(client, "recordings.index", "flag=forbidden", "重点")
    assert only(db).arguments == {"flag": "forbidden"}
    keep(client, "recordings.index", "flag=missed", "其他")
    with db.reading() as session:
        other = session.scalars(select(SavedFilter).where(SavedFilter.name == "其他")).one()
    assert "已经有一个筛选叫“重点”" in change(client, other.id, "rename", "重点").text


@pytest.mark.parametrize(("name", "words"), [(" ", "起个名字"), ("长" * 41, "最多 40 个字")])
def test_a_name_that_is_none_is_refused_in_words(db: Database, login: Login, name: str, words: str) -> None:
    assert words in keep(login("qa"), "recordings.index", "flag=missed", name).text
    with db.reading() as session:
        assert session.scalars(select(SavedFilter)).all() == []


def test_a_shared_filter_is_for_ones_own_role_and_only_its_owner_changes_it(db: Database, login: Login) -> None:
    client = login("manager")
    keep(client, "recordings.index", "flag=missed", "未达标", shared="1")
    kept = only(db)
    assert list(names(login("manager_east"), "/recordings/")) == ["未达标 老周"]
    assert names(login("qa"), "/recordings/") == {}
    for who in ("manager_east", "qa"):
        assert login(who).post(f"/filters/{kept.id}/change", data={"act": "delete"}).status_code == 404
    change(client, kept.id, "keep")
    assert names(login("manager_east"), "/recordings/") == {}
    change(client, kept.id, "share")
    assert list(names(login("manager_east"), "/recordings/")) == ["未达标 老周"]


def test_only_lists_have_filters_and_technicians_none(login: Login) -> None:
    assert login("qa").post("/filters/admin.users", data={"name": "x"}).status_code == 404
    assert login("technician").post("/filters/recordings.index", data={"name": "x"}).status_code == 403
    assert page(login("technician").get("/recordings/")).all("div", class_="saved-filters") == []
