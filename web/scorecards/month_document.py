"""The document of a month: everything that its figures rest on, in itself, so that nothing later can change it.

body = {schema, month, timezone, minimum,
  standards:   [{id, version, digest, title, items: [{id, kind, how, clause, text}]}],   as they were judged by
  technicians: [{id, staff_no, name, team_id, team, orders, figures: {all, signed}, forbidden: [quotes]}],
  recordings:  [{id, technician, order_no, recorded_at, standard (index), analysis (number), sha256, signed, score,
                 machine_score, verdicts (a letter for each item of the standard)}]}
figures = {…sums of ScoreDay…, signed, score: {value, low, high, n}, items: [{standard, item, met, missed, …, rate}]}
Nothing in it says when it was made: the same month gives the same digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from dataclasses import asdict
from typing import Any

import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from web.models import (
    Analysis,
    AnalysisDocument,
    Recording,
    RecordingState,
    ReviewState,
    Team,
    Technician,
    Verdict,
    WorkOrder,
)
from web.scorecards.figures.build import item_periods, score_days
from web.scorecards.figures.frames import ITEM_COUNTS, Reviewed, Selection, choose
from web.scorecards.figures.intervals import mean, rate
from web.scorecards.figures.items import item_counts
from web.scorecards.figures.team import Totals, totals_by_technician

SCHEMA = 1
LETTERS = {"met": "m", "missed": "x", "not_applicable": "-", "cannot_judge": "?", None: "."}
WORDS = {letter: word for word, letter in LETTERS.items()}
MOST_QUOTES = 20
Body = dict[str, Any]
Rows = Select[*tuple[Any, ...]]
StandardKey = tuple[str, str, str]


def month_document(
    session: Session, month: str, days: tuple[dt.date, dt.date], timezone: str, orders: dict[int, int], minimum: int
) -> Body:
    """Return the document of the month `days` (first, last); six queries. `orders`: work orders by technician."""
    recordings = session.execute(_recordings(*days)).mappings().all()
    verdicts = session.execute(_verdicts(*days)).mappings().all()
    standards = _standards(session, recordings)
    finals: dict[int, dict[str, str | None]] = defaultdict(dict)
    for verdict in verdicts:
        finals[verdict["recording_id"]][verdict["item_id"]] = verdict["final"]
    numbers = {(s["id"], s["version"], s["digest"]): n for n, s in enumerate(standards)}
    figures = _figures(month, _frame(recordings), _frame(verdicts))
    quotes = _quotes(session, *days)
    people = session.execute(
        select(Technician.id, Technician.staff_no, Technician.name, Technician.team_id, Team.name)
        .outerjoin(Team, Team.id == Technician.team_id)
        .where(Technician.id.in_({r["technician_id"] for r in recordings}))
        .order_by(Technician.staff_no)
    )
    return {
        "schema": SCHEMA,
        "month": month,
        "timezone": timezone,
        "minimum": minimum,
        "standards": standards,
        "technicians": [
            {
                "id": number,
                "staff_no": staff_no,
                "name": name,
                "team_id": team_id,
                "team": team or "",
                "orders": orders.get(number, 0),
                "figures": {scope.value: figures[scope][number] for scope in Reviewed if number in figures[scope]},
                "forbidden": quotes.get(number, []),
            }
            for number, staff_no, name, team_id, team in people
        ],
        "recordings": [_recording(r, numbers[_standard(r)], standards, finals[r["recording_id"]]) for r in recordings],
    }


def digest(body: Body) -> str:
    """Return the SHA-256 of a document, in hex; the same content gives the same digest."""
    told = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _of_month(wanted: Rows, first: dt.date, last: dt.date) -> Rows:
    return wanted.where(
        Recording.state == RecordingState.JUDGED,
        Recording.deleted_at.is_(None),
        Recording.technician_id.is_not(None),
        Recording.standard_id.is_not(None),
        Recording.analysis_id.is_not(None),
        Recording.recorded_on >= first,
        Recording.recorded_on <= last,
    )


def _recordings(first: dt.date, last: dt.date) -> Rows:
    wanted = (
        select(
            Recording.id.label("recording_id"),
            Recording.recorded_on.label("day"),
            Recording.recorded_at,
            Recording.technician_id,
            Recording.standard_id,
            WorkOrder.order_no,
            WorkOrder.job_kind,
            Recording.review_state,
            Recording.score,
            Recording.machine_score,
            Recording.forbidden_count.label("forbidden"),
            Recording.suspicion_count.label("suspicions"),
            Recording.judged_count.label("judged_items"),
            Recording.not_judged_count.label("unjudged_items"),
            Recording.sha256,
            Recording.analysis_id,
            Analysis.number,
            Analysis.standard_id.label("judged_by"),
            Analysis.standard_version,
            Analysis.standard_digest,
        )
        .select_from(Recording)
        .join(Analysis, Analysis.id == Recording.analysis_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .order_by(Recording.recorded_at, Recording.id)
    )
    return _of_month(wanted, first, last)


def _verdicts(first: dt.date, last: dt.date) -> Rows:
    wanted = (
        select(
            Recording.id.label("recording_id"),
            Recording.technician_id,
            Recording.recorded_on.label("day"),
            Recording.review_state,
            WorkOrder.job_kind,
            Verdict.standard_id,
            Verdict.item_id,
            Verdict.final,
            Verdict.final_credit,
        )
        .select_from(Recording)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .order_by(Recording.id, Verdict.position)
    )
    return _of_month(wanted, first, last)


def _standard(row: Any) -> StandardKey:
    return row["judged_by"], row["standard_version"], row["standard_digest"]


def _standards(session: Session, recordings: Any) -> list[dict[str, Any]]:
    """Return each standard's wording, from an analysis that was made by it: the files may have changed since."""
    example: dict[StandardKey, int] = {}
    for row in recordings:
        example.setdefault(_standard(row), row["analysis_id"])
    found = select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
        AnalysisDocument.analysis_id.in_(example.values())
    )
    bodies: dict[int, Body] = dict(session.execute(found).all())
    names = ("id", "kind", "how", "clause", "text")
    return [
        {
            "id": key[0],
            "version": key[1],
            "digest": key[2],
            "title": bodies[example[key]]["standard"].get("title", key[0]),
            "items": [{name: item.get(name, "") for name in names} for item in bodies[example[key]]["items"]],
        }
        for key in sorted(example)
    ]


def _recording(
    row: Any, standard: int, standards: list[dict[str, Any]], finals: dict[str, str | None]
) -> dict[str, Any]:
    items = standards[standard]["items"]
    return {
        "id": row["recording_id"],
        "technician": row["technician_id"],
        "order_no": row["order_no"] or "",
        "recorded_at": row["recorded_at"].isoformat(),
        "standard": standard,
        "analysis": row["number"],
        "sha256": row["sha256"],
        "signed": row["review_state"] is ReviewState.SIGNED,
        "score": row["score"],
        "machine_score": row["machine_score"],
        "verdicts": "".join(LETTERS[finals.get(item["id"])] for item in items),
    }


def _frame(rows: Any) -> pd.DataFrame:
    frame = pd.DataFrame([dict(row) for row in rows])
    if len(frame):
        frame["job_kind"] = frame["job_kind"].fillna("")
        frame["reviewed"] = frame.pop("review_state") == ReviewState.SIGNED
    return frame


def _figures(month: str, recordings: pd.DataFrame, verdicts: pd.DataFrame) -> dict[Reviewed, dict[int, Any]]:
    if recordings.empty:
        return {scope: {} for scope in Reviewed}
    days = score_days(recordings)
    items = item_periods(verdicts) if len(verdicts) else None
    found: dict[Reviewed, dict[int, Any]] = {}
    for scope in Reviewed:
        chosen = Selection(scope)
        counted: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if items is not None:
            for number, standard, item, *counts in item_counts(items, [month], chosen)[
                ["technician_id", "standard_id", "item_id", *ITEM_COUNTS]
            ].itertuples(index=False, name=None):
                counted[int(number)].append(_item(str(standard), str(item), [int(c) for c in counts]))
        found[scope] = {
            number: _totals(one, counted[number]) for number, one in totals_by_technician(choose(days, chosen)).items()
        }
    return found


def _item(standard: str, item: str, counts: list[int]) -> dict[str, Any]:
    told = dict(zip(ITEM_COUNTS, counts, strict=True))
    return {"standard": standard, "item": item, **told, "rate": asdict(rate(told["met"], told["met"] + told["missed"]))}


def _totals(one: Totals, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {**asdict(one), "score": asdict(mean(*one.score)), "items": items}


def _quotes(session: Session, first: dt.date, last: dt.date) -> dict[int, list[dict[str, Any]]]:
    """Return each technician's forbidden phrases of the month, newest first."""
    wanted = (
        select(Recording, Verdict.item_id, Verdict.evidence)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(Verdict.kind == "forbidden", Verdict.final == "missed")
        .order_by(Recording.recorded_at.desc(), Recording.id, Verdict.position)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for recording, item_id, hits in session.execute(_of_month(wanted, first, last)):
        hit: dict[str, Any] = next((h for h in hits if not h.get("suspicion")), {})
        own = found[recording.technician_id]
        if len(own) < MOST_QUOTES:
            own.append(
                {
                    "recording": recording.id,
                    "recorded_at": recording.recorded_at.isoformat(),
                    "standard": recording.standard_id,
                    "item": item_id,
                    "quote": hit.get("quote", ""),
                    "start_s": hit.get("start_s"),
                    "signed": recording.review_state is ReviewState.SIGNED,
                }
            )
    return found
