"""The workbook and the CSV: the same figures as on the page, nobody else's recordings."""

from __future__ import annotations

import csv
import io
import math
import statistics
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from scipy.stats import t as student
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.scorecards.judged import september
from web.db import Database
from web.kit.login import viewer_of
from web.models import AuditEntry, Recording, Verdict
from web.scorecards.evidence import evidence
from web.summaries.query import ScorecardQuery, month_span

PERIOD = "period=2026-09"


@pytest.fixture(autouse=True)
def judged_september(db: Database, people: dict[str, Any]) -> None:
    september(db, people)


def _book(response: TestResponse) -> dict[str, list[dict[str, Any]]]:
    assert response.status_code == 200
    sheets = load_workbook(io.BytesIO(response.data))
    return {
        sheet.title: [
            dict(zip([c.value for c in sheet[1]], [c.value for c in row], strict=True))
            for row in sheet.iter_rows(min_row=2)
        ]
        for sheet in sheets
    }


def test_the_team_page_shows_what_the_export_gives_when_added_up_by_hand(login: Login, db: Database) -> None:
    book = _book(login("manager").get(f"/scorecards/export.xlsx?{PERIOD}"))
    shown = {
        row.all("td")[0].text: [cell.text for cell in row.all("td")]
        for row in page(login("manager").get(f"/scorecards/team?{PERIOD}")).one("table", id="team-table").all("tr")[1:]
    }
    with db.reading() as session:
        scores: dict[str, list[float]] = {"1001": [], "1002": []}
        for row in session.scalars(select(Recording)):
            scores["1001" if row.original_name.startswith("王") else "1002"].append(row.score or 0.0)
    assert len(set(scores["1001"])) > 2
    for line in book["按人员"]:
        own = scores[line["工号"]]
        mean = statistics.mean(own)
        assert line["平均分"] == pytest.approx(mean)
        cells = shown[line["工号"]]
        assert cells[3].startswith(f"{mean:.1f}")
        if len(set(own)) > 1:  # Student's t, from the raw scores
            half = student.ppf(0.975, len(own) - 1) * statistics.stdev(own) / math.sqrt(len(own))
            assert line["平均分下限(95%)"] == pytest.approx(max(0.0, mean - half))
            assert f"{max(0.0, mean - half):.1f}–{min(100.0, mean + half):.1f}" in cells[3]
        assert cells[6].startswith(f"{line['已评分']} / {line['工单数'] or '—'}")
        assert cells[7].startswith(f"{100 * line['禁语条次'] / line['录音数']:.1f}")
        assert cells[8] == f"{100 * line['未判定占比']:.1f}%"
    assert [line["名次范围"] for line in book["按人员"]] == ["1 / 1", "样本不足"]


def test_rates_on_the_page_are_those_of_the_counts_in_the_export(login: Login) -> None:
    book = _book(login("manager").get(f"/scorecards/export.xlsx?{PERIOD}"))
    heat = page(login("manager").get(f"/scorecards/team?{PERIOD}")).one("details", id="heat-table").one("table")
    names = [cell.text for cell in heat.all("th")[1:3]]
    shown = {}
    for row in heat.all("tbody")[0].all("tr"):
        for name, cell in zip(names, row.all("td"), strict=True):
            shown[row.all("th")[0].text, name] = cell.text
    checked = 0
    for line in book["按条款"]:
        n = line["达标"] + line["未达标"]
        text = shown[f"{line['检查项']} {line['条款']}", line["姓名"]]
        if n < 5:
            assert (text, line["达标率"]) == ("—", None)
        else:
            checked += 1
            assert text == f"{100 * line['达标'] / n:.0f}% {line['未达标']}/{n}"
            assert line["达标率"] == pytest.approx(line["达标"] / n)
    assert checked >= 10


def test_the_evidence_names_every_miss_once_and_opens_the_recording_at_the_second(login: Login, db: Database) -> None:
    response = login("admin").get(f"/scorecards/export.xlsx?{PERIOD}")
    lines = _book(response)["证据清单"]
    with db.reading() as session:
        wrong = session.scalars(select(Verdict).where(Verdict.final == "missed")).all()
        assert len(lines) == len(wrong)
        hit = next((v, h) for v in wrong for h in v.evidence if v.kind == "forbidden" and not h["suspicion"])
    sheet = load_workbook(io.BytesIO(response.data))["证据清单"]
    row = next(r for r in sheet.iter_rows(min_row=2) if r[0].value == str(hit[0].recording_id) and r[10].value)
    assert row[12].hyperlink.target.startswith(f"http://127.0.0.1:8000/recordings/{hit[0].recording_id}?t=")
    assert {line["结论"] for line in lines} == {"说了禁语", "未达标"}
    assert {line["判定人"] for line in lines} == {"机器"}


def test_file_names_bom_scope_and_audit(login: Login, db: Database) -> None:
    response = login("manager_east").get(f"/scorecards/export.csv?{PERIOD}")
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert "评分卡_按人员_2026-09.csv" in unquote(response.headers["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [row["姓名"] for row in rows] == ["王师傅"]
    book = _book(login("manager_east").get(f"/scorecards/export.xlsx?{PERIOD}&team=2"))
    assert {line["姓名"] for line in book["按条款"]} == {"王师傅"} == {line["姓名"] for line in book["证据清单"]}
    assert "东区" in [line["内容"] for line in book["汇总"]]
    items = login("qa").get(f"/scorecards/export.csv?{PERIOD}&sheet=items&reviewed=signed").data.decode("utf-8-sig")
    assert {row["姓名"] for row in csv.DictReader(io.StringIO(items))} == {"王师傅"}
    assert login("qa").get("/scorecards/export.csv?sheet=other").status_code == 404
    assert login("technician").get("/scorecards/export.xlsx").status_code == 403
    with db.reading() as session:
        told = [e.detail["form"] for e in session.scalars(select(AuditEntry).where(AuditEntry.action == "export"))]
    assert told == ["csv people", "xlsx", "csv items"]


def test_a_list_that_is_cut_says_so(app: Any, db: Database, people: dict[str, Any]) -> None:
    asked = ScorecardQuery(month_span("2026-09"))
    with app.test_request_context(), db.reading() as session:
        found = evidence(
            session, viewer_of(people["admin"]), asked, (), ZoneInfo("Asia/Shanghai"), lambda i, _s: f"http://x/{i}", 3
        )
    assert (len(found.lines), found.more) == (3, True)
