"""The recordings on whose verdicts the effect of a setting is shown: the last month's, judged by this standard."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import stored
from web.models import Recording, RecordingState, Technician, Verdict
from web.models.vocabulary import Kind, VerdictWord
from web.standards.policy.effect import StoredRecording, StoredVerdict

DAYS = 31
MOST = 1000  # the newest of them


def recent(session: Session, standard_id: str, today: dt.date, grouped: Collection[str]) -> list[StoredRecording]:
    """The newest recordings of the last `DAYS` days, at most `MOST`; two queries, three where words of groups were said.

    `grouped`: the forbidden clauses that have cheaper groups; of these the documents tell whose words were said.
    """
    columns = (Recording.id, Recording.original_name, Technician.name, Recording.recorded_at, Recording.analysis_id)
    chosen = (
        select(*columns)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .where(
            Recording.standard_id == standard_id,
            Recording.state == RecordingState.JUDGED,
            Recording.deleted_at.is_(None),
            Recording.recorded_on > today - dt.timedelta(days=DAYS),
        )
        .order_by(Recording.recorded_at.desc(), Recording.id.desc())
        .limit(MOST)
    )
    rows = session.execute(chosen).all()
    found = defaultdict[int, list[Any]](list)
    named = (Verdict.recording_id, Verdict.item_id, Verdict.kind, Verdict.how, Verdict.weight)
    decided = (Verdict.machine, Verdict.human, Verdict.final, Verdict.final_credit)
    for verdict in session.execute(
        select(*named, *decided)
        .where(Verdict.recording_id.in_([row[0] for row in rows]), Verdict.standard_id == standard_id)
        .order_by(Verdict.position)
    ):
        found[verdict.recording_id].append(verdict)
    analyses = {row[0]: row[4] for row in rows}
    groups = _groups(
        session, {i: analyses[i] for i, verdicts in found.items() if any(_needs(v, grouped) for v in verdicts)}
    )
    return [
        StoredRecording(
            number, name, technician or "", at, tuple(_verdict(v, groups.get(number, {})) for v in found[number])
        )
        for number, name, technician, at, _analysis in rows
        if found[number]
    ]


def _needs(verdict: Any, grouped: Collection[str]) -> bool:
    return verdict.item_id in grouped and verdict.final == VerdictWord.MISSED and verdict.machine == VerdictWord.MISSED


def _verdict(v: Any, said: Mapping[str, tuple[str, ...]]) -> StoredVerdict:
    groups = said.get(v.item_id, ()) if v.kind == Kind.FORBIDDEN and v.machine == VerdictWord.MISSED else ()
    return StoredVerdict(v.item_id, v.kind, v.how, v.weight, v.final, v.final_credit, v.human is not None, groups)


def _groups(session: Session, analyses: Mapping[int, int | None]) -> dict[int, dict[str, tuple[str, ...]]]:
    """By recording and clause: the groups whose words were said, proven."""
    if not analyses:
        return {}
    documents = stored(session, list(analyses.values()))
    return {
        recording_id: {
            item.id: tuple(dict.fromkeys(hit.element for hit in item.hits if hit.element and not hit.suspicion))
            for item in documents[number].judgement.items
        }
        for recording_id, number in analyses.items()
        if number is not None and number in documents
    }
