"""Notices by mail, through a real SMTP server on this machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Login
from tests.web.digest.test_digest import Sink, sink  # noqa: F401  # a fixture
from tests.web.html import page
from web.db import Database, now
from web.kit.site import KEY, Site
from web.models import Notice, NoticeKind, User
from web.notices import mails

Cast = dict[str, Any]


@pytest.fixture
def here(app: Flask, db: Database, people: Cast, sink: tuple[Sink, str]) -> Iterator[Site]:  # noqa: F811
    with db.writing() as session:
        session.get_one(User, people["qa"].id).email = "chen@example.com"
    kept: Site = app.extensions[KEY]
    app.extensions[KEY] = replace(kept, web=replace(kept.web, smtp_url=sink[1], public_url="https://t.example.com"))
    with app.app_context():
        yield app.extensions[KEY]
    app.extensions[KEY] = kept


def tell(db: Database, user: User, kind: NoticeKind, **more: Any) -> None:
    with db.writing() as session:
        session.add(Notice(user_id=user.id, kind=kind, facts={"item": "farewell"}, **more))


def test_of_each_kind_one_mail_a_day_with_all_that_waits(
    here: Site,
    db: Database,
    people: Cast,
    sink: tuple[Sink, str],  # noqa: F811
) -> None:
    kept = sink[0]
    tell(db, people["qa"], NoticeKind.APPEAL_FILED)
    tell(db, people["qa"], NoticeKind.APPEAL_FILED)
    tell(db, people["qa"], NoticeKind.IMPORT_FINISHED)
    tell(db, people["qa2"], NoticeKind.APPEAL_FILED)  # without an address
    tell(db, people["qa"], NoticeKind.MONTH_PUBLISHED, read_at=now())
    assert mails.send_due(here) == 2
    assert mails.send_due(here) == 0
    assert [(to, mail["Subject"]) for to, mail in kept.mails] == [
        (["chen@example.com"], "听检：有新的申诉（2 条）"),
        (["chen@example.com"], "听检：上传的录音处理完了（1 条）"),
    ]
    tell(db, people["qa"], NoticeKind.APPEAL_FILED)
    assert mails.send_due(here) == 0  # had one today
    later = now() + dt.timedelta(days=1, minutes=1)
    assert mails.send_due(here, later) == 1
    assert kept.mails[-1][1]["Subject"] == "听检：有新的申诉（1 条）"


def test_the_mail_holds_a_link_and_nothing_private(
    here: Site,
    db: Database,
    people: Cast,
    sink: tuple[Sink, str],  # noqa: F811
) -> None:
    tell(db, people["qa"], NoticeKind.APPEAL_FILED)
    mails.send_due(here)
    ((_to, mail),) = sink[0].mails
    for part in ("plain", "html"):
        body = mail.get_body((part,))
        assert body is not None
        text = body.get_content()
        assert "https://t.example.com/notices" in text
        assert "王师傅" not in text and "道别" not in text


def test_a_kind_that_one_declined_is_not_mailed(
    here: Site,
    db: Database,
    login: Login,
    people: Cast,
    sink: tuple[Sink, str],  # noqa: F811
) -> None:
    browser = login("qa")
    form = page(browser.get("/notices")).one("section")
    kinds = [box.get("value") for box in form.all("input", name="kind")]
    assert {box.get("value") for box in form.all("input", checked="")} == set(kinds)
    browser.post("/notices/mail", data={"kind": [k for k in kinds if k != "appeal-filed"]})
    tell(db, people["qa"], NoticeKind.APPEAL_FILED)
    tell(db, people["qa"], NoticeKind.IMPORT_FINISHED)
    assert mails.send_due(here) == 1
    assert "上传的录音" in sink[0].mails[0][1]["Subject"]


def test_a_server_that_is_at_fault_is_asked_again(
    here: Site,
    db: Database,
    people: Cast,
    sink: tuple[Sink, str],  # noqa: F811
) -> None:
    tell(db, people["qa"], NoticeKind.APPEAL_FILED)
    away = replace(here, web=replace(here.web, smtp_url="smtp://127.0.0.1:1"))
    assert mails.send_due(away) == 0
    assert mails.send_due(here) == 1


def test_old_news_is_not_mailed(here: Site, db: Database, people: Cast, sink: tuple[Sink, str]) -> None:  # noqa: F811
    tell(db, people["qa"], NoticeKind.APPEAL_FILED, at=now() - mails.NEWS - dt.timedelta(hours=1))
    assert mails.send_due(here) == 0
