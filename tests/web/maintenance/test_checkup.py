"""The doctor looks once a day, by one worker, and what he found is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from web.db import now
from web.kit.site import Site
from web.maintenance import checkup
from web.maintenance.finding import Finding
from web.worker import apart

OK, BAD = Finding("disk", "ok", "磁盘剩余 90 GB"), Finding("model", "error", "语音模型 base 的文件损坏了", "请重新生成")


def last(here: Site) -> checkup.Checkup:
    with here.db.reading() as session:
        return checkup.last(session)


def test_the_first_look_waits_until_the_site_has_begun_its_work(here: Site) -> None:
    at = now()
    assert not checkup.claim(here, at)
    assert not checkup.claim(here, at + timedelta(minutes=9))
    assert checkup.claim(here, at + timedelta(minutes=11))


def test_one_worker_looks_and_the_next_day_again(here: Site) -> None:
    checkup.keep(here, [OK, BAD])
    assert (last(here).troubles, last(here).of("disk")) == ((BAD,), (OK,))
    assert not checkup.claim(here, now())
    assert checkup.claim(here, now() + timedelta(days=1, minutes=1))
    assert not checkup.claim(here, now() + timedelta(days=1, minutes=2)), "another worker has it"
    assert last(here).findings == (OK, BAD), "what was found stays until the next look is done"


def test_a_look_that_its_worker_did_not_survive_is_made_again(here: Site) -> None:
    checkup.keep(here, [OK])
    at = now() + timedelta(days=2)
    assert checkup.claim(here, at)
    assert checkup.claim(here, at + timedelta(minutes=61))


def test_who_asks_is_answered_at_once(here: Site) -> None:
    made: list[int] = []

    def start(settings: Any, web: Any) -> Any:
        made.append(1)
        checkup.make(here)

    checkup.keep(here, [BAD])
    watch = apart.checkups(start)
    watch.look(here)
    with here.db.writing() as session:
        checkup.ask(session, now())
    assert last(here).asked
    watch.look(here)
    watch.look(here)
    assert made == [1]
    assert not last(here).asked
    assert {one.name for one in last(here).findings} >= {"database", "disk", "model", "standards"}


def test_the_command_keeps_what_it_found(app: Flask, here: Site) -> None:
    app.test_cli_runner().invoke(args=["doctor"])
    found = last(here)
    assert found.at is not None
    assert found.of("model")[0].level == "error"
