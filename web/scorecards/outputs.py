"""The team page as files: the same figures, with the counts they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.standards import StandardInfo
from web.scorecards import frames
from web.scorecards.asked import Asked
from web.scorecards.evidence import MOST, Evidence, evidence
from web.scorecards.export.scorecard import ItemLine, PersonLine, scorecard_sheets
from web.scorecards.export.sheets import Sheet
from web.scorecards.figures.frames import Reviewed, Selection
from web.scorecards.figures.intervals import Estimate
from web.scorecards.figures.items import Cell, heat_map, item_counts
from web.scorecards.figures.team import TeamRow
from web.scorecards.team_page import TeamPage, team_page

SHEETS = ("people", "items")  # those that can be had as CSV


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks for what, when and in which zone; `minimum` as on the page."""

    viewer: Viewer
    asked: Asked
    standards: tuple[StandardInfo, ...]
    zone: ZoneInfo
    minimum: int
    moment: dt.datetime


def book_sheets(
    session: Session, question: Question, address: str, link: Callable[[int, float | None], str]
) -> tuple[Sheet, ...]:
    """Return 汇总, 按人员, 按条目 and 证据清单. `address`: of the page that shows the same."""
    page = _page(session, question)
    proof = evidence(session, question.viewer, question.asked, question.standards, question.zone, link)
    items = _items(session, question, page)
    summary = _summary(session, question, page, proof, address)
    return scorecard_sheets(summary, _people(page), items, proof.lines, _)


def one_sheet(session: Session, question: Question, name: str) -> Sheet:
    """Return 按人员 (people) or 按条目 (items)."""
    page = _page(session, question)
    lines = ([], _items(session, question, page)) if name == "items" else (_people(page), [])
    return scorecard_sheets([], *lines, [], _)[2 if name == "items" else 1]


def _page(session: Session, q: Question) -> TeamPage:
    return team_page(session, q.viewer, q.asked, q.standards, q.zone, q.minimum)


def _people(page: TeamPage) -> list[PersonLine]:
    return [
        PersonLine(
            r.staff_no,
            r.name,
            r.team,
            r.orders,
            r.totals.recordings,
            r.totals.signed,
            r.totals.scored,
            r.coverage,
            r.score.value,
            r.score.low,
            r.score.high,
            r.change.value,
            "" if r.change.value is None else _("是") if r.change.beyond_chance else _("否"),
            _rank(r, mixed=page.mixed),
            r.totals.forbidden,
            r.forbidden.value,
            r.forbidden.low,
            r.forbidden.high,
            r.totals.unjudged_share,
        )
        for r in page.rows
    ]


def _rank(row: TeamRow, *, mixed: bool) -> str:
    if mixed:
        return _("多个标准，不排名次")
    if row.rank_first is None or row.rank_last is None:
        return _("样本不足")
    places = f"{row.rank_first}–{row.rank_last}" if row.rank_first != row.rank_last else str(row.rank_first)
    return f"{places} / {row.ranked}"


def _items(session: Session, q: Question, page: TeamPage) -> list[ItemLine]:
    """A line for each person and clause with any verdict, in the standards' order."""
    counted = frames.items(session, q.asked.span.names, q.asked)
    people = {r.technician_id: r for r in page.rows}
    chosen = Selection(q.asked.reviewed, q.asked.standard_id or None, q.asked.job_kind or None, frozenset(people))
    names = q.asked.span.names[:1]
    known = {(s.id, i.id): (s.title, i.clause, i.text) for s in q.standards for i in s.items}
    order = {key: number for number, key in enumerate(known)}
    met = item_counts(counted, names, chosen)
    wanted = {(str(s), str(i)) for s, i in zip(met["standard_id"], met["item_id"], strict=True)}
    cells = heat_map(counted, names, chosen, sorted(wanted, key=lambda k: (order.get(k, len(order)), k)), q.minimum)
    lines: dict[int, list[ItemLine]] = {number: [] for number in people}
    for cell in cells:
        if cell.met + cell.missed + cell.not_applicable + cell.cannot_judge + cell.unanswered:
            lines[cell.technician_id].append(_item(people[cell.technician_id], cell, known))
    return [line for found in lines.values() for line in found]


def _item(person: TeamRow, cell: Cell, known: dict[tuple[str, str], tuple[str, str, str]]) -> ItemLine:
    title, clause, text = known.get((cell.standard_id, cell.item_id), (cell.standard_id, "", cell.item_id))
    rate = cell.rate or Estimate(None, None, None, 0)
    return ItemLine(
        person.staff_no,
        person.name,
        title,
        clause,
        text,
        cell.met,
        cell.missed,
        cell.not_applicable,
        cell.cannot_judge,
        cell.unanswered,
        rate.value,
        rate.low,
        rate.high,
    )


def _summary(session: Session, q: Question, page: TeamPage, proof: Evidence, address: str) -> list[tuple[str, str]]:
    asked, tiles = q.asked, page.tiles
    people = frames.technicians(session)
    team_id = frames.teams_of(q.viewer, asked)
    teams = people.loc[people["team_id"] == team_id, "team"]
    title = next((s.title for s in q.standards if s.id == asked.standard_id), asked.standard_id)
    signed = asked.reviewed is Reviewed.SIGNED
    lines = [
        (_("时段"), f"{asked.span.period.first} — {asked.span.period.last}"),
        (_("班组"), _("全部") if team_id is None else str(teams.iloc[0]) if len(teams) else _("（没有人员）")),
        (_("标准"), title or _("全部")),
        (_("类型"), asked.job_kind or _("全部")),
        (_("范围"), _("只看已签核") if signed else _("全部（含未复核）")),
        (_("导出时间"), q.moment.astimezone(q.zone).strftime("%Y-%m-%d %H:%M")),
        (_("导出人"), q.viewer.name),
        (_("录音数"), str(tiles.totals.recordings)),
        (_("其中已签核"), str(tiles.totals.signed)),
        (_("已评分 / 工单"), f"{tiles.totals.scored} / {tiles.orders}"),
        (_("平均分（95% 区间）"), _told(tiles.score)),
        (_("每百段录音禁语（95% 区间）"), _told(tiles.forbidden)),
        (_("未判定占比"), "" if tiles.totals.unjudged_share is None else f"{100 * tiles.totals.unjudged_share:.1f}%"),
        (_("证据清单行数"), str(len(proof.lines))),
    ]
    if proof.more:
        lines.append((_("证据清单不全"), _("超过 %(n)s 行，只列最近的；请缩短时段再导出。", n=f"{MOST:,}")))
    return [
        *lines,
        (_("名次"), _("已评分录音少于 %(n)s 段不排；区间重叠的人分不出高下，只给可能的范围。", n=q.minimum)),
        (_("达标率"), _("达标 ÷（达标 + 未达标），禁语条目是没有说的比例；少于 %(n)s 次不算。", n=q.minimum)),
        (_("区间怎么算"), _("平均分用 t 区间，达标率用 Wilson 区间，禁语次数用泊松精确区间。")),
        (_("页面"), address),
    ]


def _told(one: Estimate) -> str:
    if one.value is None:
        return "—"
    span = "" if one.low is None or one.high is None else f"（{one.low:.1f}–{one.high:.1f}）"
    return f"{one.value:.1f}{span}"
