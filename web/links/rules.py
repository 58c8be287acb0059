"""The policy of links, pure: recordings of one work order in, a verdict for each link item out.

Clauses: property 三.4(1) appointment by telephone, 三.4(2) arriving on time, 三.4(11) follow-up on the next day;
school 1 arriving on time. The standard's "next day" is the next working day: whoever works on Friday need not call
on Saturday. A call on the very day of the visit is earlier than asked and counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from web.links.workdays import Workdays
from web.models.vocabulary import VerdictWord

VISITS = {"property-visit", "school-works", "sales-reception"}
APPOINTMENT, FOLLOWUP = "property-appointment", "property-followup"
LINKS = ("appointment-made", "on-time", "followed-up", "next-day")


@dataclass(frozen=True, slots=True)
class Linked:
    """A recording of the order: its standard and when it was made."""

    id: int
    standard_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What a work order states. Facts may hold `late`."""

    number: str
    appointment_at: datetime | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A link's verdict (None: pending until `due`), the reason as code and values, and the recording that proves it."""

    verdict: VerdictWord | None
    code: str
    values: dict[str, str] = field(default_factory=dict)
    proof_id: int | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What can be set: the calendar, the zone of days, minutes that still count as on time."""

    workdays: Workdays
    zone: ZoneInfo
    punctual: timedelta = timedelta(minutes=10)

    def moment(self, at: datetime) -> str:
        """As people write it."""
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def until(self, due: datetime) -> str:
        """A deadline as people write it: midnight ends a day, it begins none."""
        return f"{due.astimezone(self.zone) - timedelta(days=1):%Y-%m-%d} 24:00"


def judge(
    recording: Linked, order: Order | None, others: Sequence[Linked], now: datetime, policy: Policy
) -> dict[str, Outcome]:
    """The outcome of every link item that can stand in a standard, by item id.

    `others`: all recordings of the same order. Without an order nothing can be linked: all are None, code `no-order`.
    """
    if order is None:
        return {item: Outcome(None, "no-order") for item in LINKS}
    return {
        "appointment-made": _appointment(recording, others, now, policy),
        "on-time": _on_time(recording, order, policy),
        "followed-up": _followed_up(recording, others, now, policy),
        "next-day": _next_day(recording, others, policy),
    }


def _appointment(visit: Linked, others: Sequence[Linked], now: datetime, policy: Policy) -> Outcome:
    calls = [o for o in others if o.standard_id == APPOINTMENT and o.at < visit.at]
    if calls:
        call = max(calls, key=lambda o: o.at)
        return Outcome(VerdictWord.MET, "appointment-found", {"at": policy.moment(call.at)}, call.id)
    due = policy.workdays.deadline(visit.at, policy.zone)  # the call's recording may come in later than the visit's
    if now < due:
        return Outcome(None, "appointment-awaited", {"due": policy.until(due)}, due=due)
    return Outcome(VerdictWord.MISSED, "appointment-missing", {"due": policy.until(due)})


def _on_time(visit: Linked, order: Order, policy: Policy) -> Outcome:
    if "late" in order.facts:
        late = order.facts["late"]
        return Outcome(VerdictWord.MISSED if late else VerdictWord.MET, "stated-late" if late else "stated-on-time")
    if order.appointment_at is None:
        return Outcome(VerdictWord.NOT_APPLICABLE, "no-appointment")
    values = {"appointment": policy.moment(order.appointment_at), "begun": policy.moment(visit.at)}
    if visit.at <= order.appointment_at + policy.punctual:
        return Outcome(VerdictWord.MET, "on-time", values)
    return Outcome(VerdictWord.MISSED, "late", values)


def _followed_up(visit: Linked, others: Sequence[Linked], now: datetime, policy: Policy) -> Outcome:
    due = policy.workdays.deadline(visit.at, policy.zone)
    calls = [o for o in others if o.standard_id == FOLLOWUP and o.at > visit.at]
    first = min(calls, key=lambda o: o.at, default=None)
    if first is not None and first.at < due:
        return Outcome(VerdictWord.MET, "followed-up", {"at": policy.moment(first.at)}, first.id)
    if first is not None:
        values = {"at": policy.moment(first.at), "due": policy.until(due)}
        return Outcome(VerdictWord.MISSED, "followed-up-late", values, first.id)
    if now < due:
        return Outcome(None, "followup-awaited", {"due": policy.until(due)}, due=due)
    return Outcome(VerdictWord.MISSED, "followup-missing", {"due": policy.until(due)})


def _next_day(call: Linked, others: Sequence[Linked], policy: Policy) -> Outcome:
    visits = [o for o in others if o.standard_id in VISITS and o.at < call.at]
    if not visits:
        return Outcome(VerdictWord.NOT_APPLICABLE, "no-visit")
    visit = max(visits, key=lambda o: o.at)
    due = policy.workdays.deadline(visit.at, policy.zone)
    values = {"visit": policy.moment(visit.at), "due": policy.until(due)}
    if call.at < due:
        return Outcome(VerdictWord.MET, "in-time", values, visit.id)
    return Outcome(VerdictWord.MISSED, "too-late", values, visit.id)
