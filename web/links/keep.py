"""Keeping link verdicts up to date: after a recording is judged, an order changes, or a deadline passes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.config import WebSettings
from web.db import Database
from web.intake import rows
from web.kit.aside import Batch
from web.links.rules import Linked, Order, Outcome, Policy, judge
from web.links.workdays import read_workdays
from web.models import Analysis, Recording, RecordingState, ReviewState, SiteValue, Verdict, WorkOrder
from web.models.vocabulary import How

SEEN = "links-last-analysis"  # the newest analysis whose links were judged
STEP = "links"
AT_ONCE = 2_000  # analyses a step of the worker: other chores have their turn between
BATCH = 20  # orders a transaction: others write meanwhile, and wait 15 seconds at most


def policy_of(web: WebSettings) -> Policy:
    """Raises SettingsError for a calendar that cannot be read."""
    return Policy(read_workdays(web.workdays_file), ZoneInfo(web.timezone), timedelta(minutes=web.punctual_minutes))


def refresh_order(session: Session, order_id: int, now: datetime, policy: Policy) -> int:
    """Judge the links of all recordings of an order that nobody has signed; return how many verdicts changed."""
    order = session.get(WorkOrder, order_id)
    if order is None:
        return 0
    recordings = session.scalars(
        select(Recording).where(
            Recording.work_order_id == order_id,
            Recording.deleted_at.is_(None),
            Recording.state == RecordingState.JUDGED,
        )
    ).all()
    linked = [Linked(r.id, r.standard_id or "", r.recorded_at) for r in recordings]
    stated = Order(order.order_no, order.appointment_at, dict(order.facts or {}))
    changed = 0
    for recording, own in zip(recordings, linked, strict=True):
        if recording.review_state is ReviewState.SIGNED:
            continue
        facts = {**stated.facts, **(recording.facts or {})}
        outcomes = judge(own, Order(stated.number, stated.appointment_at, facts), linked, now, policy)
        changed += _put(session, recording.id, outcomes)
    return changed


def refresh_new(db: Database, now: datetime, policy: Policy, most: int | None = None) -> int:
    """Judge the links of orders whose recordings were analysed since the last call; return how many orders.

    `most`: look at no more than so many analyses, the oldest first; the next call goes on behind them.
    """
    with db.reading() as session:
        seen = session.get(SiteValue, SEEN)
        last = int(seen.value) if seen else 0
        new = select(Analysis.id).where(Analysis.id > last).order_by(Analysis.id).limit(most).subquery()
        newest = session.scalar(select(func.max(new.c.id))) or last
        orders = session.scalars(
            select(Recording.work_order_id)
            .join(Analysis, Analysis.recording_id == Recording.id)
            .where(Analysis.id > last, Analysis.id <= newest, Recording.work_order_id.is_not(None))
            .distinct()
        ).all()
    batch = Batch(db, STEP)
    again = {int(key) for key in batch.known}  # what failed is behind the newest analysis by now
    if newest == last:
        _refresh(batch, again, now, policy)
        return 0
    _refresh(batch, again | {o for o in orders if o is not None}, now, policy)
    with db.writing() as session:
        session.merge(SiteValue(name=SEEN, value=newest))
    return len(orders)


def refresh_all(db: Database, now: datetime, policy: Policy) -> int:
    """Judge the links of all orders that have recordings anew; return how many orders."""
    with db.reading() as session:
        orders = session.scalars(
            select(Recording.work_order_id).where(Recording.work_order_id.is_not(None)).distinct()
        ).all()
    _refresh(Batch(db, STEP), [o for o in orders if o is not None], now, policy)
    return len(orders)


def refresh_open(db: Database, now: datetime, policy: Policy) -> int:
    """Judge links that are still pending (a deadline may have passed); return how many orders were looked at."""
    with db.reading() as session:
        orders = session.scalars(
            select(Recording.work_order_id)
            .join(Verdict, Verdict.recording_id == Recording.id)
            .where(
                Verdict.how == How.LINK.value,
                Verdict.machine.is_(None),
                Recording.work_order_id.is_not(None),
                Recording.review_state != ReviewState.SIGNED,
            )
            .distinct()
        ).all()
    _refresh(Batch(db, STEP), [o for o in orders if o is not None], now, policy)
    return len(orders)


def _refresh(batch: Batch, orders: Iterable[int], now: datetime, policy: Policy) -> None:
    waiting = batch.due(orders)
    batch.each(
        waiting, lambda session, order_id: refresh_order(session, order_id, now, policy), BATCH, "工单 #{}".format
    )


def _put(session: Session, recording_id: int, outcomes: dict[str, Outcome]) -> int:
    verdicts = {
        item: (
            None if outcome.verdict is None else outcome.verdict.value,
            [{"link": outcome.code, "values": outcome.values, "recording_id": outcome.proof_id}],
        )
        for item, outcome in outcomes.items()
    }
    return rows.put_links(session, recording_id, verdicts)
