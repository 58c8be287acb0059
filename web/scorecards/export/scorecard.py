"""The scorecard workbook: 汇总, 按人员, 按条目, 证据清单."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from web.scorecards.export.sheets import Column, Kind, Sheet


def _(text: str) -> str:
    """Mark a title for the message catalogue; `translate` looks it up when the file is made."""
    return text


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A technician's line. Shares 0..1, scores 0..100, forbidden per 100 recordings; None: cannot be said.

    `rank`: "2–4 / 8", or the reason why there is none (样本不足).
    """

    staff_no: str
    name: str
    team: str
    orders: int
    recordings: int
    signed: int
    scored: int
    coverage: float | None
    score: float | None
    score_low: float | None
    score_high: float | None
    change: float | None
    change_beyond_chance: str
    rank: str
    forbidden: int
    forbidden_per_100: float | None
    forbidden_low: float | None
    forbidden_high: float | None
    unjudged_share: float | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A technician on a clause: counts, and met / (met + missed) with its interval."""

    staff_no: str
    name: str
    standard: str
    clause: str
    item: str
    met: int
    missed: int
    not_applicable: int
    cannot_judge: int
    unanswered: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A verdict with what it rests on. `recorded_at`: naive, in the site's zone; `link`: (page at the second, its text)."""

    recording: str
    order_no: str
    staff_no: str
    name: str
    recorded_at: dt.datetime
    standard: str
    clause: str
    item: str
    verdict: str
    decided_by: str  # 机器 or the person's name
    quote: str
    start_s: float | None
    link: tuple[str, str]


SUMMARY = (Column(_("项目"), width=28), Column(_("内容"), width=60))
PERSON = (
    Column(_("工号")),
    Column(_("姓名")),
    Column(_("班组")),
    Column(_("工单数"), Kind.COUNT),
    Column(_("录音数"), Kind.COUNT),
    Column(_("已签核"), Kind.COUNT),
    Column(_("已评分"), Kind.COUNT),
    Column(_("评分覆盖率"), Kind.SHARE),
    Column(_("平均分"), Kind.NUMBER),
    Column(_("平均分下限(95%)"), Kind.NUMBER),
    Column(_("平均分上限(95%)"), Kind.NUMBER),
    Column(_("较上期(分)"), Kind.NUMBER),
    Column(_("变化是否超出偶然")),
    Column(_("名次范围")),
    Column(_("禁语条次"), Kind.COUNT),
    Column(_("每百段禁语"), Kind.NUMBER),
    Column(_("每百段禁语下限(95%)"), Kind.NUMBER),
    Column(_("每百段禁语上限(95%)"), Kind.NUMBER),
    Column(_("未判定占比"), Kind.SHARE),
)
ITEM = (
    Column(_("工号")),
    Column(_("姓名")),
    Column(_("标准")),
    Column(_("条款")),
    Column(_("检查项")),
    Column(_("达标"), Kind.COUNT),
    Column(_("未达标"), Kind.COUNT),
    Column(_("不适用"), Kind.COUNT),
    Column(_("无法判断"), Kind.COUNT),
    Column(_("待填写"), Kind.COUNT),
    Column(_("达标率"), Kind.SHARE),
    Column(_("达标率下限(95%)"), Kind.SHARE),
    Column(_("达标率上限(95%)"), Kind.SHARE),
)
EVIDENCE = (
    Column(_("录音编号")),
    Column(_("工单号")),
    Column(_("工号")),
    Column(_("姓名")),
    Column(_("录音时间"), Kind.TIME),
    Column(_("标准")),
    Column(_("条款")),
    Column(_("检查项")),
    Column(_("结论")),
    Column(_("判定人")),
    Column(_("原话")),
    Column(_("位置"), Kind.CLOCK),
    Column(_("打开录音"), Kind.LINK),
)
TITLES = (_("汇总"), _("按人员"), _("按条目"), _("证据清单"))


def scorecard_sheets(
    summary: Sequence[tuple[str, str]],
    people: Sequence[PersonLine],
    items: Sequence[ItemLine],
    evidence: Sequence[EvidenceLine],
    translate: Callable[[str], str] = str,
) -> tuple[Sheet, Sheet, Sheet, Sheet]:
    """Return the four sheets. `summary`: what is shown (period, filters, signed only or all, n, methods), line by line."""

    def sheet(title: str, columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> Sheet:
        named = tuple(Column(translate(c.title), c.kind, c.width) for c in columns)
        return Sheet(translate(title), named, rows)  # type: ignore[arg-type]  # astuple forgets the field types

    return (
        sheet(TITLES[0], SUMMARY, [*summary]),
        sheet(TITLES[1], PERSON, [astuple(line) for line in people]),
        sheet(TITLES[2], ITEM, [astuple(line) for line in items]),
        sheet(TITLES[3], EVIDENCE, [astuple(line) for line in evidence]),
    )
