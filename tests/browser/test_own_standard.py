"""A QA manager who cannot program changes the greeting, tries it, sees what would change, publishes; no published month moves."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import LiveSite
from tests.web import cast
from tests.web.dryrun import town
from web.db import now
from web.dryrun import rejudging
from web.intake.storage import open_storage
from web.models import Analysis, Job, JobKind, JobState, PublishedMonth, Recording
from web.worker import assignment, child, dryrun
from web.worker.child import Work
from web.worker.parts import Done
from web.worker.post import Post, Terms

OLD = dt.date(2026, 10, 12)
SLOW = 90_000  # ms: no test depends on how fast it runs


def town_of(live_site: LiveSite, people: dict[str, Any]) -> dict[str, int]:
    """October is published; this month has one visit of each greeting to review and a signed one."""
    today = now().astimezone(live_site.site.zone).date()
    with live_site.db.writing() as session:
        made = {
            "published": town.recorded(session, people["wang"], "十月.mp3", recorded_on=OLD),
            "polite": town.recorded(session, people["wang"], "一.mp3", recorded_on=today),
            "local": town.recorded(session, people["wang"], "二.mp3", town.LOCAL, recorded_on=today),
            "signed": town.recorded(session, people["li"], "三.mp3", recorded_on=today),
        }
        cast.sign(session, made["signed"])
        cast.sign(session, made["published"])
        body = {"month": "2026-10", "technicians": [{"id": people["wang"].id, "score": made["published"].score}]}
        session.add(PublishedMonth(month="2026-10", edition=1, published_by_id=people["admin"].id, body=body))
        return {name: row.id for name, row in made.items()}


def standing(live_site: LiveSite, ids: dict[str, int]) -> dict[str, tuple[str, float | None]]:
    """By which version each recording is judged, and its score."""
    with live_site.db.reading() as session:
        rows = {name: session.get_one(Recording, number) for name, number in ids.items()}
        return {
            name: (session.get_one(Analysis, row.analysis_id).standard_version, row.score) for name, row in rows.items()
        }


def worked(live_site: LiveSite) -> None:
    """Do what the worker does with the jobs that wait."""
    here = live_site.site
    rejudging.step(here)
    work = Work(here.settings, open_storage(here.web, here.settings.home))
    post = Post(here, JobKind.SCORE, child.main, Terms(60.0), threading.Event())
    while True:
        with here.db.writing() as session:
            taken = assignment.take(session, "here", 60.0, (JobKind.SCORE,))
        if taken is None:
            return
        answer = child.answer(work, post._task(taken), lambda _: None)
        assert isinstance(answer, Done), answer
        with here.db.writing() as session:
            assignment.store(session, taken, answer.document)


def test_the_greeting_is_changed_tried_run_published_and_judged_again(
    live_site: LiveSite, browser_page: Callable[..., Page], people: dict[str, Any]
) -> None:
    ids = town_of(live_site, people)
    before = standing(live_site, ids)
    today = now().astimezone(live_site.site.zone).date()
    page = browser_page("qa")
    page.set_default_timeout(SLOW)

    # a draft, in which the greeting is another
    page.goto("/standards/drafts")
    page.get_by_label("标准", exact=True).select_option(value=town.VISIT)
    page.get_by_role("button", name="新建草稿").click()
    page.get_by_role("link", name="您好，我是服务中心的维修人员。").click()
    hello = page.locator("#part-hello")
    hello.get_by_label("短语").fill("天气真热")
    page.get_by_label("应当算数的例句", exact=True).fill("天气真热，我是服务中心的维修人员。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存").first).to_be_visible()
    page.wait_for_load_state("load")  # nobody types before the page's scripts stand, within its first tenth of a second

    # tried on a sentence
    trial = page.locator("details.trial-box").first
    trial.locator("summary").click()
    trial.locator("textarea").fill(town.LOCAL)
    expect(trial.get_by_text("达标").first).to_be_visible()

    # what of the archive would change
    page.get_by_role("link", name="试算").click()
    page.get_by_role("button", name="开始试算").click()
    assert dryrun.work(live_site.site) == 1
    page.reload()
    lines = page.locator("#recordings .run-lines > li")
    expect(lines).to_have_count(2)
    page.get_by_role("link", name="已签核，不会改动").click()
    expect(lines).to_have_count(2)
    assert standing(live_site, ids) == before

    # published from today on, and what is neither signed nor published is judged again
    page.goto("/standards/drafts")
    page.get_by_role("link", name="物业园区维修人员上门服务规范（上门维修）").first.click()
    page.get_by_role("link", name="发布", exact=True).click()
    page.get_by_label("生效日期").fill(today.isoformat())
    page.get_by_label("改了什么，为什么").fill("夏天的问候语")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("第 1 版（1.0.1）已发布")).to_be_visible()
    page.get_by_role("link", name="重新判分").click()
    page.get_by_role("button", name="重新判定 2 段").click()
    worked(live_site)

    after = standing(live_site, ids)
    assert {name: version for name, (version, _score) in after.items()} == {
        "published": "1.0.0", "polite": "1.0.1", "local": "1.0.1", "signed": "1.0.0",
    }  # fmt: skip
    assert (after["published"], after["signed"]) == (before["published"], before["signed"])
    assert (after["polite"][1] or 0) < (before["polite"][1] or 0)
    assert (after["local"][1] or 0) > (before["local"][1] or 0)
    with live_site.db.reading() as session:
        month = session.scalars(select(PublishedMonth)).one()
        assert (month.edition, month.body["technicians"][0]["score"]) == (1, before["published"][1])
        assert not session.scalars(select(Job.id).where(Job.state == JobState.QUEUED, Job.kind == JobKind.SCORE)).all()
