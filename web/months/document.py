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

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from web.figures.build import item_periods, score_days
from web.figures.frames import ITEM_COUNTS, Reviewed, Selection, choose
from web.figures.intervals import mean, rate
from web.figures.items import item_counts
from web.figures.team import Totals, totals_by_technician
from web.intake.erasure import PUBLISHED_DIGEST
from web.intake.private import hide
from web.kit.calendar import Period
from web.kit.documents import digest_of_document
from web.models import AnalysisDocument, Recording, ReviewState, Team, Technician, Verdict
from web.months.rows import Row, recordings_in, verdicts_in
from web.scorecards.quotes import decisive_hit
from web.summaries.judged import judged_in

SCHEMA = 1
MOST_QUOTES = 20  # of a technician
LETTERS = {"met": "m", "missed": "x", "not_applicable": "-", "cannot_judge": "?", "not_seen": "o", None: "."}
WORDS = {letter: word for word, letter in LETTERS.items()}
Body = dict[str, Any]
StandardKey = tuple[str, str, str]  # id, version, digest


def month_document(
    session: Session, month: str, days: Period, timezone: str, orders: dict[int, int], minimum: int
) -> Body:
    """Six queries. `orders`: work orders by technician."""
    counted = and_(judged_in(days), Recording.analysis_id.is_not(None))
    recordings, verdicts = recordings_in(session, counted), verdicts_in(session, counted)
    standards = _standards(session, recordings)
    finals: dict[int, dict[str, str | None]] = defaultdict(dict)
    for verdict in verdicts:
        finals[verdict["recording_id"]][verdict["item_id"]] = verdict["final"]
    numbers = {(s["id"], s["version"], s["digest"]): n for n, s in enumerate(standards)}
    figures = _figures(month, _frame(recordings), _frame(verdicts))
    quotes = _quotes(session, counted)
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
    """The SHA-256 of a document as it was published; where quotations had to be erased since, it keeps the one from before."""
    return str(body.get(PUBLISHED_DIGEST) or digest_of_document(body))


def _standard(row: Row) -> StandardKey:
    return row["judged_by"], row["standard_version"], row["standard_digest"]


def _standards(session: Session, recordings: Sequence[Row]) -> list[dict[str, Any]]:
    """Each standard's wording, from an analysis that was made by it: the files may have changed since."""
    example: dict[StandardKey, int] = {}
    for row in recordings:
        example.setdefault(_standard(row), row["analysis_id"])
    bodies: dict[int, Body] = dict(
        session.execute(
            select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
                AnalysisDocument.analysis_id.in_(example.values())
            )
        ).all()
    )
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
    row: Row, standard: int, standards: list[dict[str, Any]], finals: dict[str, str | None]
) -> dict[str, Any]:
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
        "verdicts": "".join(LETTERS[finals.get(item["id"])] for item in standards[standard]["items"]),
    }


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
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
    figures: dict[Reviewed, dict[int, Any]] = {}
    for scope in Reviewed:
        chosen = Selection(scope)
        counted: dict[int, list[dict[str, Any]]] = defaultdict(list)
        if items is not None:
            columns = ["technician_id", "standard_id", "item_id", *ITEM_COUNTS]
            rows = item_counts(items, [month], chosen)[columns].itertuples(index=False, name=None)
            for number, standard, item, *counts in rows:
                counted[int(number)].append(_item(str(standard), str(item), [int(c) for c in counts]))
        figures[scope] = {
            number: _totals(one, counted[number]) for number, one in totals_by_technician(choose(days, chosen)).items()
        }
    return figures


def _item(standard: str, item: str, counts: list[int]) -> dict[str, Any]:
    named = dict(zip(ITEM_COUNTS, counts, strict=True))
    met, judged = named["met"], named["met"] + named["missed"]
    return {"standard": standard, "item": item, **named, "rate": asdict(rate(met, judged))}


def _totals(one: Totals, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {**asdict(one), "score": asdict(mean(*one.score)), "items": items}


def _quotes(session: Session, counted: ColumnElement[bool]) -> dict[int, list[dict[str, Any]]]:
    """Each technician's forbidden phrases of the month, newest first."""
    rows = session.execute(
        select(Recording, Verdict.item_id, Verdict.evidence)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(counted, Verdict.kind == "forbidden", Verdict.final == "missed")
        .order_by(Recording.recorded_at.desc(), Recording.id, Verdict.position)
    )
    quotes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for recording, item_id, evidence in rows:
        hit, own = decisive_hit(evidence), quotes[recording.technician_id]
        if len(own) < MOST_QUOTES:
            own.append(
                {
                    "recording": recording.id,
                    "recorded_at": recording.recorded_at.isoformat(),
                    "standard": recording.standard_id,
                    "item": item_id,
                    "quote": hide(hit.get("quote", "")),
                    "start_s": hit.get("start_s"),
                    "signed": recording.review_state is ReviewState.SIGNED,
                }
            )
    return quotes
