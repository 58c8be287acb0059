"""The weekly digest: what it tells whom, and its mail through a real SMTP server on this machine."""

from __future__ import annotations

import datetime as dt
import email
import re
import smtplib
import socket
from collections.abc import Iterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.digest.mailing import send_due
from web.digest.week import Digest, digest, last_weeks
from web.kit.login import viewer_of
from web.kit.site import KEY, Site
from web.kit.smtp import connection, message, server
from web.kit.standards import standards
from web.models import (
    ItemPeriod,
    PublishedMonth,
    Recording,
    RecordingState,
    ReviewState,
    ScorePeriod,
    User,
    Verdict,
)

TUESDAY = dt.date(2026, 11, 24)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY_8 = dt.datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)
NOW, BEFORE = ["2026-W44", "2026-W45", "2026-W46", "2026-W47"], ["2026-W40", "2026-W41", "2026-W42", "2026-W43"]


def told(app: Flask, db: Database, who: User, today: dt.date = TUESDAY) -> Digest:
    here: Site = app.extensions[KEY]
    with app.test_request_context(), db.reading() as session:
        return digest(session, viewer_of(who), today, standards(here.settings.lexicons), 5)


@pytest.fixture
def busy(db: Database, people: dict[str, Any]) -> None:
    """王师傅 of the east: mean 60 → 90, greeting 20 % → 90 %; 李师傅 of the west: 80 → 80.4 (chance).

    Of each: a forbidden phrase of last week and a suspicion; of 王师傅 also a phrase of two months ago.
    """
    with db.writing() as session:
        for who, before, after in (("wang", 60.0, 90.0), ("li", 80.0, 80.4)):
            for names, mean, met in ((BEFORE, before, 2), (NOW, after, 9 if who == "wang" else 2)):
                for name in names:
                    same = {"technician_id": people[who].id, "standard_id": "property-visit", "job_kind": "*"}
                    session.add(
                        ScorePeriod(
                            period=name,
                            reviewed=False,
                            recordings=10,
                            scored=10,
                            score_sum=10 * mean,
                            score_squares=10 * (mean * mean + 25.0),
                            **same,
                        )
                    )
                    session.add(
                        ItemPeriod(period=name, reviewed=False, item_id="greeting", met=met, missed=10 - met, **same)
                    )
            for number, days in enumerate([4, 60] if who == "wang" else [4]):
                at = cast.MONDAY - dt.timedelta(days=days)
                row = cast.recording(
                    session,
                    people[who],
                    f"{who}{number}.mp3",
                    state=RecordingState.JUDGED,
                    recorded_at=at,
                    recorded_on=at.date(),
                    uploaded_at=at,
                    suspicion_count=1 - number,
                )
                said(session, row)
        session.add(
            ScorePeriod(
                period="2026-10",
                technician_id=people["wang"].id,
                standard_id="property-visit",
                job_kind="*",
                reviewed=False,
            )
        )


def said(session: Any, row: Recording) -> None:
    analysis = cast.Analysis(
        recording_id=row.id,
        number=1,
        origin="heard",
        standard_id="property-visit",
        standard_version="1",
        standard_digest="",
    )
    session.add(analysis)
    session.flush()
    hit = {"start_s": 12.5, "end_s": 14.0, "role": "technician", "quote": "这不归我管", "suspicion": False}
    session.add(
        Verdict(
            recording_id=row.id,
            item_id="forbidden-1",
            analysis_id=analysis.id,
            standard_id="property-visit",
            position=1,
            kind="forbidden",
            how="rule",
            machine="missed",
            final="missed",
            evidence=[hit],
        )
    )
    session.flush()


def test_the_weeks_compared_are_whole_and_over() -> None:
    assert last_weeks(TUESDAY).names == NOW
    assert last_weeks(TUESDAY).before.names == BEFORE
    assert last_weeks(dt.date(2026, 11, 22)).names[-1] == "2026-W46"  # a Sunday's week is not over


@pytest.mark.usefixtures("busy")
def test_a_team_manager_is_told_of_his_team_and_of_what_is_beyond_chance(
    app: Flask, db: Database, people: dict[str, Any]
) -> None:
    found = told(app, db, people["manager_east"])
    assert [(m.name, m.mover.measure.value, m.mover.better) for m in found.moved] == [
        ("王师傅", "score", True),
        ("王师傅", "item", True),
    ]
    assert found.moved[0].mover.after.value == 90.0
    assert found.moved[1].mover.before.value == 0.2
    assert [(q.name, q.quote, q.start_s, q.reviewed) for q in found.quotes] == [("王师傅", "这不归我管", 12.5, False)]
    assert (found.suspicions, found.recordings, found.people) == (1, 40, 1)
    assert found.months == ()  # he publishes none


@pytest.mark.usefixtures("busy")
def test_the_manager_of_all_is_told_of_all_and_of_months_to_publish(
    app: Flask, db: Database, people: dict[str, Any]
) -> None:
    found = told(app, db, people["manager"])
    assert {m.name for m in found.moved} == {"王师傅"}  # 0.4 points are chance
    assert {q.name for q in found.quotes} == {"王师傅", "李师傅"}
    assert found.suspicions == 2
    assert found.months == ("2026-10",)
    with db.writing() as session:
        session.add(PublishedMonth(month="2026-10", edition=1, published_by_id=people["admin"].id, body={}))
    assert told(app, db, people["manager"]).months == ()


@pytest.mark.usefixtures("busy")
def test_the_page_links_every_figure(login: Login, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.digest.views.now", lambda: dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC))
    shown = page(login("manager").get("/scorecards/digest"))
    links = {a.text: a.get("href") for a in shown.all("a")}
    assert links["有疑似待复听的录音 2 段"] == "/recordings/?flag=suspicion&state=judged"
    assert links["2026-10 还没有发布"] == "/scorecards/months?month=2026-10"
    plays = [a.get("href") or "" for a in shown.one(id="quotes").all("a")]
    assert len(plays) == 2
    assert all("t=12.5" in href for href in plays)
    assert "机器判断，尚未复核" in shown.one(id="quotes").text
    assert "平均得分 60.0 → 90.0" in shown.one(id="moved").text
    assert page(login("manager").get(links["有疑似待复听的录音 2 段"] or "")).text.count("wang0.mp3") >= 1


def test_a_quiet_week_says_so(login: Login) -> None:
    assert "没有要处理的事" in page(login("manager_east").get("/scorecards/digest")).text


class Sink:
    """A mail server that keeps what it is given; `refuse` makes it answer 451."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refuse:
            return "451 later, please"
        made = email.message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append((list(envelope.rcpt_tos), made))
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, str]]:
    kept = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:  # the controller cannot be given port 0
        port = free.getsockname()[1]
    control = Controller(kept, hostname="127.0.0.1", port=port)
    control.start()
    yield kept, f"smtp://127.0.0.1:{port}"
    control.stop()


@pytest.fixture
def here(app: Flask, db: Database, people: dict[str, Any], sink: tuple[Sink, str]) -> Iterator[Site]:
    """The site with the mail server, as a chore sees it; both managers and QA have addresses."""
    with db.writing() as session:
        for who in ("manager", "manager_east", "qa"):
            session.get_one(User, people[who].id).email = f"{who}@example.com"
    kept: Site = app.extensions[KEY]
    with app.app_context():
        yield replace(kept, web=replace(kept.web, smtp_url=sink[1], public_url="https://tingjian.example.com"))


@pytest.mark.usefixtures("busy")
def test_the_mail_goes_to_each_manager_once_a_week(here: Site, sink: tuple[Sink, str]) -> None:
    kept = sink[0]
    assert send_due(here, MONDAY_8 - dt.timedelta(minutes=1)) == 0
    assert send_due(here, MONDAY_8) == 2
    assert send_due(here, MONDAY_8 + dt.timedelta(hours=5)) == 0  # as after a restart: it is in the database
    assert send_due(here, MONDAY_8 + dt.timedelta(days=1)) == 0
    assert [to for to, _mail in kept.mails] == [["manager@example.com"], ["manager_east@example.com"]]
    assert send_due(here, MONDAY_8 + dt.timedelta(days=7)) == 2


@pytest.mark.usefixtures("busy")
def test_the_mail_tells_in_text_and_html_with_links_and_nothing_remote(here: Site, sink: tuple[Sink, str]) -> None:
    send_due(here, MONDAY_8)
    mail = next(made for to, made in sink[0].mails if to == ["manager_east@example.com"])
    assert mail["Subject"] == "听检周报 2026-11-16 至 2026-11-22"
    assert mail["To"] == "manager_east@example.com"
    parts = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    for part in parts.values():
        assert part is not None
        body = part.get_content()
        assert "王师傅" in body
        assert "这不归我管" in body
        assert "李师傅" not in body
        assert "60.0 → 90.0" in body
        assert "https://tingjian.example.com/scorecards/digest" in body
        assert {re.match(r"https?://[^/]+", url).group() for url in re.findall(r"https?://\S+", body)} == {  # type: ignore[union-attr]
            "https://tingjian.example.com"
        }
        assert not re.search(r"<(img|link|script|iframe)\b", body)
    assert "t=12.5" in parts["plain"].get_content()  # type: ignore[union-attr]


def test_who_declined_or_left_or_has_no_address_gets_none(
    here: Site, db: Database, people: dict[str, Any], login: Login, sink: tuple[Sink, str]
) -> None:
    assert login("manager").post("/scorecards/digest", data={"digest": "0"}).status_code == 302
    with db.writing() as session:
        session.get_one(User, people["manager_east"].id).active = False
    assert send_due(here, MONDAY_8) == 0
    login("manager").post("/scorecards/digest", data={"digest": "1"})
    assert send_due(here, MONDAY_8) == 1


def test_a_failure_is_tried_again_within_the_day(
    here: Site, sink: tuple[Sink, str], caplog: pytest.LogCaptureFixture
) -> None:
    sink[0].refuse = True
    assert send_due(here, MONDAY_8) == 0
    assert "tried again" in caplog.text
    sink[0].refuse = False
    assert send_due(here, MONDAY_8 + dt.timedelta(minutes=15)) == 2
    dead = replace(here, web=replace(here.web, smtp_url="smtp://127.0.0.1:1"))
    assert send_due(dead, MONDAY_8 + dt.timedelta(days=7)) == 0  # nobody listens: no exception
    assert send_due(here, MONDAY_8 + dt.timedelta(days=7, hours=1)) == 2


@pytest.mark.parametrize("address", ["a@b.cn\r\nBcc: x@y.cn", "a\nb@c.cn", "老周@例子.公司", "a@"])
def test_an_address_that_cannot_be_written_to_stops_nobody_elses_mail(
    here: Site,
    db: Database,
    people: dict[str, Any],
    sink: tuple[Sink, str],
    caplog: pytest.LogCaptureFixture,
    address: str,
) -> None:
    with db.writing() as session:
        first = session.get_one(User, people["manager"].id)
        first.email, first.name = address, "老周\r\nBcc: x@y.cn"
    assert send_due(here, MONDAY_8) >= 1
    assert ["manager_east@example.com"] in [to for to, _mail in sink[0].mails]
    assert "x@y.cn" not in str([(to, mail["Bcc"], mail["To"]) for to, mail in sink[0].mails])


def test_without_a_server_nothing_is_sent(here: Site, sink: tuple[Sink, str]) -> None:
    assert send_due(replace(here, web=replace(here.web, smtp_url="")), MONDAY_8) == 0
    assert sink[0].mails == []


@pytest.mark.parametrize(
    ("url", "told_as"),
    [
        ("smtp://mail.example.com", ("mail.example.com", 25, False, "", "")),
        ("smtps://a%40b.cn:p%3Aw@mail.example.com", ("mail.example.com", 465, True, "a@b.cn", "p:w")),
        ("smtp://u:p@h:587", ("h", 587, False, "u", "p")),
    ],
)
def test_the_address_of_a_mail_server(url: str, told_as: tuple[str, int, bool, str, str]) -> None:
    found = server(url)
    assert (found.host, found.port, found.tls, found.user, found.password) == told_as


@pytest.mark.parametrize("url", ["", "mail.example.com:25", "http://mail.example.com", "smtp://"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="TINGJIAN_WEB_SMTP_URL"):
        server(url)


def test_a_password_is_not_sent_to_a_server_that_does_not_ask(sink: tuple[Sink, str]) -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError), connection(server(sink[1].replace("://", "://u:p@"))):
        pass


def test_the_command_prints_and_sends(app: Flask, here: Site, sink: tuple[Sink, str]) -> None:
    app.extensions[KEY] = here
    run = app.test_cli_runner().invoke
    printed = run(args=["digest", "--to", "zheng", "--print"])
    assert printed.exit_code == 0, printed.output
    assert "听检周报" in printed.output
    assert "老郑，您好" in printed.output
    assert sink[0].mails == []
    assert run(args=["digest", "--to", "zheng"]).exit_code == 0
    assert sink[0].mails[0][0] == ["manager_east@example.com"]
    assert run(args=["digest", "--to", "wang"]).exit_code == 1  # technicians get none


def test_a_mail_is_marked_as_automatic() -> None:
    assert message("a@b.cn", "c@d.cn", "周报", "文", "<p>文</p>")["Auto-Submitted"] == "auto-generated"


def test_the_quote_of_a_signed_recording_is_not_called_unreviewed(
    app: Flask, db: Database, people: dict[str, Any], busy: None
) -> None:
    with db.writing() as session:
        for row in session.query(Recording):
            row.review_state = ReviewState.SIGNED
    assert all(q.reviewed for q in told(app, db, people["manager"]).quotes)
