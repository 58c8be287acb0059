"""The languages of the pages: whose is shown, what is kept, and that every page can be said in each."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.conftest import Login
from web.config import WebSettings
from web.db import Database
from web.kit.catalogues import counted
from web.kit.i18n import LANGUAGES, gettext, in_source, speaking
from web.kit.site import KEY
from web.models import AuditEntry, User

CHOOSE = "/language"


def heading(client: FlaskClient, **headers: str) -> tuple[str, str]:
    """The language that the login page says it has, and the words of its button."""
    page = client.get("/login", headers=headers).get_data(as_text=True)
    return re.findall(r'<html lang="([^"]+)"', page)[0], re.findall(r'w-100" type="submit">([^<]+)<', page)[0]


def test_a_site_speaks_simplified_chinese_whatever_the_browser_asks_for(client: FlaskClient) -> None:
    assert heading(client) == ("zh-CN", "登录")
    assert heading(client, **{"Accept-Language": "en-US,en;q=0.9"}) == ("zh-CN", "登录")


@pytest.mark.parametrize(
    ("setting", "asked", "shown"),
    [
        ("en", "zh-CN", "en"),
        ("zh_Hant", "en", "zh-Hant"),
        ("auto", "", "zh-CN"),
        ("auto", "en-US,en;q=0.9", "en"),
        ("auto", "zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("auto", "zh-HK", "zh-Hant"),
        ("auto", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("auto", "fr", "zh-CN"),
    ],
)
def test_a_site_may_speak_otherwise_or_as_the_browser_asks(app: Flask, setting: str, asked: str, shown: str) -> None:
    here = app.extensions[KEY]
    app.extensions[KEY] = dataclasses.replace(here, web=dataclasses.replace(here.web, language=setting))
    assert heading(app.test_client(), **{"Accept-Language": asked})[0] == shown


def test_who_is_not_logged_in_chooses_for_this_browser(client: FlaskClient) -> None:
    answer = client.post(CHOOSE, data={"language": "en", "next": "/login?next=/queue"})
    assert (answer.status_code, answer.location) == (303, "/login?next=/queue")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert heading(client) == ("en", "Log in")


def test_who_is_logged_in_keeps_it_with_the_account_and_it_is_logged(login: Login, db: Database, app: Flask) -> None:
    login("qa").post(CHOOSE, data={"language": "zh_Hant"})
    with db.reading() as session:
        user = session.scalars(select(User).where(User.username == "chen")).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "language")).one()
    assert user.preferences["language"] == "zh_Hant"
    assert entry.detail == {"language": "繁體中文"}
    elsewhere = login("qa")  # another browser, without the cookie
    assert '<html lang="zh-Hant"' in elsewhere.get("/").get_data(as_text=True)


def test_an_account_s_language_wins_over_the_browser_s(login: Login) -> None:
    client = login("qa")
    client.post(CHOOSE, data={"language": "en"})
    client.set_cookie("tingjian-language", "zh_Hant")
    assert '<html lang="en"' in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("wanted", ["", "fr", "../en", "ZH_HANS_CN"])
def test_no_other_language_can_be_chosen(client: FlaskClient, wanted: str) -> None:
    assert client.post(CHOOSE, data={"language": wanted}).status_code == 400
    client.set_cookie("tingjian-language", wanted)
    assert heading(client)[0] == "zh-CN"


def test_choosing_leads_nowhere_else(client: FlaskClient) -> None:
    assert client.post(CHOOSE, data={"language": "en", "next": "//evil.example"}).location == "/"


def test_scripts_get_their_words(login: Login) -> None:
    client = login("qa")
    assert "ui-texts" not in client.get("/").get_data(as_text=True)
    client.post(CHOOSE, data={"language": "en"})
    page = client.get("/").get_data(as_text=True)
    words = json.loads(re.findall(r'id="ui-texts">(.*?)</script>', page, re.S)[0])
    assert words["关闭"] == "Close"
    assert len(words) < 200  # theirs only


@pytest.mark.parametrize(
    ("text", "n", "said"),
    [
        ("%(n)s recording(s)", 1, "1 recording"),
        ("%(n)s recording(s)", 0, "0 recordings"),
        ("%(n)s recording(s)", "1", "1 recording"),
        ("%(n)s signed off recording(s) here", 12, "12 signed off recordings here"),
        ("file(s) %(n)s", 1, "file(s) 1"),
    ],
)
def test_one_and_several(text: str, n: object, said: str) -> None:
    assert counted(text, {"n": n}) % {"n": n} == said


def test_what_is_filled_in_is_never_changed() -> None:
    assert counted("%(name)s: %(n)s recording(s)", {"name": "a(s)", "n": 2}) % {"name": "a(s)", "n": 2} == (
        "a(s): 2 recordings"
    )


def test_what_is_written_down_is_in_the_source_language(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "tingjian-language=en"}):
        assert gettext("登录") == "Log in"
        with in_source():
            assert gettext("登录") == "登录"
        assert gettext("登录") == "Log in"


def test_a_mail_speaks_the_language_of_its_reader(app: Flask) -> None:
    with app.app_context():
        for language in LANGUAGES:
            with speaking({"language": language}):
                assert gettext("登录") == {"zh_Hans_CN": "登录", "zh_Hant": "登入", "en": "Log in"}[language]
        with speaking({}):
            assert gettext("登录") == "登录"


def test_the_setting_knows_the_languages_that_there_are() -> None:
    field = next(f for f in dataclasses.fields(WebSettings) if f.name == "language")
    assert set(field.metadata["choices"]) == {*LANGUAGES, "auto"}
