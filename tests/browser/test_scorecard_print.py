"""A technician's month is one A4 page, however long its texts are; no script is needed to read it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import LiveSite
from tests.web import cast
from tests.web.data import analysis
from web.intake.rows import record_analysis
from web.models import CoachingNote, Technician, Verdict
from web.summaries.keep import refresh_stale

LONG = "这一句说得特别长，" * 60


def test_the_fullest_month_is_printed_on_one_page(
    live_site: LiveSite, browser_page: Callable[..., Page], people: dict[str, Any]
) -> None:
    with live_site.db.writing() as session:
        wang = session.get_one(Technician, people["wang"].id)
        wang.name = "阿卜杜热西提·买买提江"
        for n in range(12):
            for sample in ("visit-03", "followup-02"):
                day = dt.date(2026, 9, 1 + 2 * n)
                at = dt.datetime.combine(day, dt.time(2), dt.UTC)
                standard = "property-visit" if sample == "visit-03" else "property-followup"
                row = cast.recording(
                    session, wang, f"{sample}{n}.mp3", recorded_at=at, recorded_on=day, standard_id=standard
                )
                record_analysis(session, row.id, analysis(sample), origin="heard")
            session.add(
                CoachingNote(
                    technician_id=wang.id, author_id=people["manager"].id, text="听了", action=LONG[:500],
                    due_on=dt.date(2026, 10, 1), at=at,
                )
            )  # fmt: skip
        for verdict in session.query(Verdict).where(Verdict.kind == "forbidden"):
            verdict.evidence = [{**hit, "quote": LONG[:200]} for hit in verdict.evidence]
    refresh_stale(live_site.db)
    page = browser_page("manager")
    page.goto(f"{live_site.url}/scorecards/technicians/{people['wang'].id}/print?period=2026-09")
    sheet = page.locator("article.sheet")
    assert sheet.locator("tbody tr").count() == 11
    assert sheet.locator("svg.sheet-trend circle").count() >= 4
    pdf = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page(?!s)", pdf)) == 1
