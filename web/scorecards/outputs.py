"""The team page as files: the same figures, with the counts they come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.figures.frames import ITEM_COUNTS, Reviewed
from web.figures.intervals import NOTHING, Estimate
from web.figures.items import Cell, heat_map, item_counts
from web.figures.team import TeamRow
from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.standards import StandardInfo
from web.scorecards.evidence import MOST, EvidenceLine, EvidenceList, evidence
from web.scorecards.export.sheets import CellKind, Column, Sheet, table
from web.scorecards.team_page import TeamPage, team_page
from web.summaries import frames
from web.summaries.query import ScorecardQuery

SHEETS = ("people", "items")  # those that can be had as CSV


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Who asks for what, when and in which zone; `minimum` as on the page."""

    viewer: Viewer
    query: ScorecardQuery
    standards: tuple[StandardInfo, ...]
    zone: ZoneInfo
    minimum: int
    moment: dt.datetime


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A technician on a clause; the clause as it is written, its id where the standard no longer has it."""

    person: TeamRow
    cell: Cell
    rate: Estimate
    standard: str
    clause: str
    text: str


def book_sheets(
    session: Session, wanted: ExportRequest, address: str, link: Callable[[int, float | None], str]
) -> tuple[Sheet, ...]:
    """汇总, 按人员, 按条款 and 证据清单. `address`: of the page that shows the same."""
    page = _page(session, wanted)
    proof = evidence(session, wanted.viewer, wanted.query, wanted.standards, wanted.zone, link)
    items = _items_sheet(_items(session, wanted, page))
    return _summary_sheet(session, wanted, page, proof, address), _people_sheet(page), items, _proof_sheet(proof.lines)


def one_sheet(session: Session, wanted: ExportRequest, name: str) -> Sheet:
    """按人员 (people) or 按条款 (items)."""
    page = _page(session, wanted)
    return _items_sheet(_items(session, wanted, page)) if name == "items" else _people_sheet(page)


def _page(session: Session, wanted: ExportRequest) -> TeamPage:
    return team_page(session, wanted.viewer, wanted.query, wanted.standards, wanted.zone, wanted.minimum)


def _people_sheet(page: TeamPage) -> Sheet:
    return table(
        _("按人员"),
        page.rows,
        (Column(_("工号")), lambda r: r.staff_no),
        (Column(_("姓名")), lambda r: r.name),
        (Column(_("班组")), lambda r: r.team),
        (Column(_("工单数"), CellKind.COUNT), lambda r: r.orders),
        (Column(_("录音数"), CellKind.COUNT), lambda r: r.totals.recordings),
        (Column(_("已签核"), CellKind.COUNT), lambda r: r.totals.signed),
        (Column(_("已评分"), CellKind.COUNT), lambda r: r.totals.scored),
        (Column(_("评分覆盖率"), CellKind.SHARE), lambda r: r.coverage),
        (Column(_("平均分"), CellKind.NUMBER), lambda r: r.score.value),
        (Column(_("平均分下限(95%)"), CellKind.NUMBER), lambda r: r.score.low),
        (Column(_("平均分上限(95%)"), CellKind.NUMBER), lambda r: r.score.high),
        (Column(_("较上期(分)"), CellKind.NUMBER), lambda r: r.change.value),
        (
            Column(_("变化是否超出偶然")),
            lambda r: "" if r.change.value is None else _("是") if r.change.beyond_chance else _("否"),
        ),
        (Column(_("名次范围")), lambda r: _("多个标准，不排名次") if page.mixed else _rank(r)),
        (Column(_("禁语条次"), CellKind.COUNT), lambda r: r.totals.forbidden),
        (Column(_("每百段禁语"), CellKind.NUMBER), lambda r: r.forbidden.value),
        (Column(_("每百段禁语下限(95%)"), CellKind.NUMBER), lambda r: r.forbidden.low),
        (Column(_("每百段禁语上限(95%)"), CellKind.NUMBER), lambda r: r.forbidden.high),
        (Column(_("未判定占比"), CellKind.SHARE), lambda r: r.totals.unjudged_share),
    )


def _rank(row: TeamRow) -> str:
    if row.rank_first is None or row.rank_last is None:
        return _("样本不足")
    places = f"{row.rank_first}–{row.rank_last}" if row.rank_first != row.rank_last else str(row.rank_first)
    return f"{places} / {row.ranked}"


def _items_sheet(lines: Sequence[ItemLine]) -> Sheet:
    return table(
        _("按条款"),
        lines,
        (Column(_("工号")), lambda i: i.person.staff_no),
        (Column(_("姓名")), lambda i: i.person.name),
        (Column(_("标准")), lambda i: i.standard),
        (Column(_("条款")), lambda i: i.clause),
        (Column(_("检查项")), lambda i: i.text),
        (Column(_("达标"), CellKind.COUNT), lambda i: i.cell.met),
        (Column(_("未达标"), CellKind.COUNT), lambda i: i.cell.missed),
        (Column(_("不适用"), CellKind.COUNT), lambda i: i.cell.not_applicable),
        (Column(_("无法判断"), CellKind.COUNT), lambda i: i.cell.cannot_judge),
        (Column(_("未见"), CellKind.COUNT), lambda i: i.cell.not_seen),
        (Column(_("待填写"), CellKind.COUNT), lambda i: i.cell.unanswered),
        (Column(_("达标率"), CellKind.SHARE), lambda i: i.rate.value),
        (Column(_("达标率下限(95%)"), CellKind.SHARE), lambda i: i.rate.low),
        (Column(_("达标率上限(95%)"), CellKind.SHARE), lambda i: i.rate.high),
    )


def _proof_sheet(lines: Sequence[EvidenceLine]) -> Sheet:
    return table(
        _("证据清单"),
        lines,
        (Column(_("录音编号")), lambda e: e.recording),
        (Column(_("工单号")), lambda e: e.order_no),
        (Column(_("工号")), lambda e: e.staff_no),
        (Column(_("姓名")), lambda e: e.name),
        (Column(_("录音时间"), CellKind.TIME), lambda e: e.recorded_at),
        (Column(_("标准")), lambda e: e.standard),
        (Column(_("条款")), lambda e: e.clause),
        (Column(_("检查项")), lambda e: e.item),
        (Column(_("结论")), lambda e: e.verdict),
        (Column(_("判定人")), lambda e: e.decided_by),
        (Column(_("原话")), lambda e: e.quote),
        (Column(_("位置"), CellKind.CLOCK), lambda e: e.start_s),
        (Column(_("打开录音"), CellKind.LINK), lambda e: e.link),
    )


def _items(session: Session, wanted: ExportRequest, page: TeamPage) -> list[ItemLine]:
    """A line for each person and clause with any verdict, in the standards' order."""
    counted = frames.items(session, tuple(wanted.query.span.names), wanted.query)
    people = {r.technician_id: r for r in page.rows}
    chosen = wanted.query.selection(frozenset(people))
    names = wanted.query.span.names[:1]
    known = {(s.id, i.id): (s.title, i.clause, i.text) for s in wanted.standards for i in s.items}
    order = {key: number for number, key in enumerate(known)}
    met = item_counts(counted, names, chosen)
    judged = {(str(s), str(i)) for s, i in zip(met["standard_id"], met["item_id"], strict=True)}
    clauses = sorted(judged, key=lambda k: (order.get(k, len(order)), k))
    lines: dict[int, list[ItemLine]] = {number: [] for number in people}
    for cell in heat_map(counted, names, chosen, clauses, wanted.minimum):
        if any(getattr(cell, name) for name in ITEM_COUNTS):
            words = known.get((cell.standard_id, cell.item_id), (cell.standard_id, "", cell.item_id))
            person = people[cell.technician_id]
            lines[cell.technician_id].append(ItemLine(person, cell, cell.rate or NOTHING, *words))
    return [line for own in lines.values() for line in own]


def _summary_sheet(session: Session, wanted: ExportRequest, page: TeamPage, proof: EvidenceList, address: str) -> Sheet:
    query, tiles = wanted.query, page.tiles
    people = frames.technicians(session)
    team_id = frames.team_shown(wanted.viewer, query)
    teams = people.loc[people["team_id"] == team_id, "team"]
    title = next((s.title for s in wanted.standards if s.id == query.standard_id), query.standard_id)
    signed = query.reviewed is Reviewed.SIGNED
    unjudged = tiles.totals.unjudged_share
    lines = [
        (_("时段"), f"{query.span.period.first} — {query.span.period.last}"),
        (_("班组"), _("全部") if team_id is None else str(teams.iloc[0]) if len(teams) else _("（没有人员）")),
        (_("标准"), title or _("全部")),
        (_("类型"), query.job_kind or _("全部")),
        (_("范围"), _("只看已签核") if signed else _("全部（含未复核）")),
        (_("导出时间"), wanted.moment.astimezone(wanted.zone).strftime("%Y-%m-%d %H:%M")),
        (_("导出人"), wanted.viewer.name),
        (_("录音数"), str(tiles.totals.recordings)),
        (_("其中已签核"), str(tiles.totals.signed)),
        (_("已评分 / 工单"), f"{tiles.totals.scored} / {tiles.orders}"),
        (_("平均分（95% 区间）"), _with_interval(tiles.score)),
        (_("每百段录音禁语（95% 区间）"), _with_interval(tiles.forbidden)),
        (_("未判定占比"), "" if unjudged is None else f"{100 * unjudged:.1f}%"),
        (_("证据清单行数"), str(len(proof.lines))),
    ]
    if proof.more:
        lines.append((_("证据清单不全"), _("超过 %(n)s 行，只列最近的；请缩短时段再导出。", n=f"{MOST:,}")))
    lines += [
        (_("名次"), _("已评分录音少于 %(n)s 段不排；区间重叠的人分不出高下，只给可能的范围。", n=wanted.minimum)),
        (_("达标率"), _("达标 ÷（达标 + 未达标），禁语条款是没有说的比例；少于 %(n)s 次不算。", n=wanted.minimum)),
        (_("区间怎么算"), _("平均分用 t 区间，达标率用 Wilson 区间，禁语次数用泊松精确区间。")),
        (_("页面"), address),
    ]
    return Sheet(_("汇总"), (Column(_("项目"), width=28), Column(_("内容"), width=60)), lines)


def _with_interval(one: Estimate) -> str:
    if one.value is None:
        return "—"
    span = "" if one.low is None or one.high is None else f"（{one.low:.1f}–{one.high:.1f}）"
    return f"{one.value:.1f}{span}"
