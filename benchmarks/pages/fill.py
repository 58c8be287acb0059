"""A database of a year: 100,000 recordings of 60 technicians with their verdicts, one real analysis as every document."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, insert, select, update
from werkzeug.security import generate_password_hash

from analyzer.settings import ROOT
from benchmarks.pages.talk import put_talks
from web.kit.site import Site
from web.kit.standards import StandardInfo, standards
from web.models import (
    Analysis,
    AnalysisDocument,
    CustomerWord,
    Decision,
    Job,
    JobKind,
    JobState,
    Recording,
    RecordingState,
    ReviewState,
    Team,
    Technician,
    User,
    UserRole,
    Verdict,
    WorkOrder,
)
from web.models.base import Base
from web.summaries.keep import rebuild

TECHNICIANS, TEAMS, DAYS = 60, 6, 365
KINDS = ("水管", "电路", "空调", "门锁", "热水器", "燃气")
USERS = {role: number for number, role in enumerate(UserRole, 1)}
REVIEWED = 5  # clauses that a person judged of a signed recording
WORDS = ("漏水", "跳闸", "热水器", "空调", "堵了", "没水", "插座", "门锁", "暖气", "马桶")
CHUNK = 2_000
BEGIN = dt.datetime(2025, 11, 24, 1, 0, tzinfo=dt.UTC)


def fill(here: Site, count: int) -> tuple[float, float]:
    """Fill the database up to `count` recordings; return the seconds of filling and of computing all summaries."""
    begun = time.perf_counter()
    fill_rows(here, count)
    filled = time.perf_counter() - begun
    begun = time.perf_counter()
    rebuild(here.db)
    return filled, time.perf_counter() - begun


def fill_rows(here: Site, count: int) -> None:
    """Fill the database up to `count` recordings; the summaries are the caller's."""
    with here.db.reading() as session:
        there = session.scalar(select(func.count()).select_from(Recording)) or 0
    if not there:
        add_people(here)
    known = [s for s in standards(here.settings.lexicons) if s.id.startswith("property")]
    documents = {name: _document(name) for name in ("visit-03", "followup-02")}
    for first in range(there, count, CHUNK):
        _chunk(here, first, min(CHUNK, count - first), known, documents)


def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        (ROOT / "tests" / "web" / "data" / f"{name}.analysis.json").read_text("utf-8")
    )
    return document


def add_people(here: Site) -> None:
    with here.db.writing() as session:
        session.add_all(Team(id=n, name=f"第 {n} 组") for n in range(1, TEAMS + 1))
        session.flush()
        session.add_all(
            Technician(id=n, staff_no=f"{1000 + n}", name=f"技师{n}", team_id=n % TEAMS + 1)
            for n in range(1, TECHNICIANS + 1)
        )
        session.flush()
        hashed = generate_password_hash("bench", method="pbkdf2:sha256:1")
        for role, number in USERS.items():
            own = 7 if role is UserRole.TECHNICIAN else None
            session.add(
                User(
                    id=number, username=role.value, name=role.value, role=role, password_hash=hashed, technician_id=own
                )
            )


def _chunk(here: Site, first: int, count: int, known: list[StandardInfo], documents: dict[str, dict[str, Any]]) -> None:
    dice = random.Random(first)
    made: dict[type[Base], list[dict[str, Any]]] = {}

    def put(model: type[Base], **values: Any) -> None:
        made.setdefault(model, []).append(values)

    for number in range(first + 1, first + count + 1):
        info = known[dice.choices(range(len(known)), [1, 1, 3])[0]]
        at = BEGIN + dt.timedelta(days=number * DAYS // 100_000 % DAYS, minutes=dice.randrange(600))
        technician, signed = dice.randrange(TECHNICIANS) + 1, dice.random() < 0.3
        verdicts = list(_verdicts(dice, info, number))
        missed = [v for v in verdicts if v["final"] == "missed"]
        score = min(round(max(0.0, 100 - 9 * len(missed) + dice.gauss(0, 4)), 1), 100.0)
        put(
            WorkOrder, id=number, order_no=f"WO-{number}", technician_id=technician, job_kind=dice.choice(KINDS),
            appointment_at=at, facts={}, created_at=at
        )  # fmt: skip
        put(
            Recording, id=number, sha256=hashlib.sha256(str(number).encode()).hexdigest(),
            original_name=f"上门_{number}.mp3", size_bytes=1_000_000, source="import", uploaded_at=at,
            standard_id=info.id, technician_id=technician, work_order_id=number, recorded_at=at,
            recorded_on=at.date(), facts={}, roles={}, state=RecordingState.JUDGED, duration_s=600.0, speech_s=400.0,
            unheard_s=2.0, machine_score=score, score=score, judged_count=len(verdicts),
            not_judged_count=dice.randrange(2), missed_count=sum(v["kind"] == "required" for v in missed),
            forbidden_count=sum(v["kind"] == "forbidden" for v in missed), suspicion_count=int(dice.random() < 0.03),
            role_confidence=0.9, review_state=ReviewState.SIGNED if signed else ReviewState.OPEN, risk=dice.random(),
            sampled=dice.random() < 0.1, signed_at=at if signed else None, revision=0,
            reviewer_id=USERS[UserRole.QA] if number % 500 == 0 else None
        )  # fmt: skip
        document = documents["visit-03" if info.recording == "visit" else "followup-02"]
        put(
            Analysis, id=number, recording_id=number, number=1, origin="imported", created_at=at,
            standard_id=info.id, standard_version=info.version, standard_digest=info.digest, score=score
        )  # fmt: skip
        put(AnalysisDocument, analysis_id=number, body=document)
        for place, verdict in enumerate(verdicts):
            if signed and place < REVIEWED:
                verdict |= {"human": verdict["final"], "decision_id": number * REVIEWED + place}
                put(
                    Decision, id=verdict["decision_id"], recording_id=number, analysis_id=number, user_id=1, at=at,
                    item_id=verdict["item_id"], action="confirm", machine=verdict["machine"], after=verdict["final"]
                )  # fmt: skip
            put(Verdict, **verdict)
        put(Job, id=number, recording_id=number, kind=JobKind.HEAR, state=JobState.DONE, created_at=at, finished_at=at)
        for word in dice.sample(WORDS, 4):
            put(CustomerWord, recording_id=number, word=word, count=dice.randrange(1, 5), first_s=10.0)
    with here.db.writing() as session:
        for model in (WorkOrder, Recording, Analysis, AnalysisDocument, Decision, Verdict, Job, CustomerWord):
            session.execute(insert(model), made[model])
        new = Recording.id.between(first + 1, first + count)
        session.execute(update(Recording).where(new).values(analysis_id=Recording.id))
        put_talks(session, first + 1, count)


def _verdicts(dice: random.Random, info: StandardInfo, number: int) -> Iterator[dict[str, Any]]:
    for position, item in enumerate(info.items):
        if item.how == "person":
            word = None
        elif item.kind == "forbidden":
            word = dice.choices(("met", "missed"), (0.99, 0.01))[0]
        else:
            word = dice.choices(("met", "missed", "not_applicable", "cannot_judge"), (0.75, 0.15, 0.08, 0.02))[0]
        credit = {"met": 1.0, "missed": 0.0}.get(word or "")
        heard = item.how == "rule" and word in ("met", "missed") and (word == "met") == (item.kind == "required")
        quote = {"start_s": 3.2, "end_s": 6.0, "role": "technician", "quote": "您好我是服务中心的", "similarity": 0.97}
        yield {
            "recording_id": number, "item_id": item.id, "analysis_id": number, "standard_id": info.id,
            "position": position, "kind": item.kind, "how": item.how, "weight": item.weight, "machine": word,
            "machine_credit": credit, "final": word, "final_credit": credit, "suspicion": False,
            "human": None, "decision_id": None, "rests_on": "words" if heard else "nothing",
            "hit_count": int(heard), "evidence": [quote] if heard else [],
        }  # fmt: skip
