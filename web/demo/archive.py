"""The demo archive as values: `generate` is pure, so that the same seed gives the same bytes anywhere."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Sequence
from random import Random
from zoneinfo import ZoneInfo

from web.demo import calendar
from web.demo.people import CAST, TEAMS, WEEKS, Persona
from web.demo.recorded import RecordedOrder, recorded_orders
from web.demo.story import Story
from web.demo.values import Booking, DemoArchive, DemoOrder, DemoTechnician, DemoTranscript
from web.demo.words import Words

SEED = 20261124
ALSO_OPEN_DAYS = 2  # days after the last one whose visits are on the books already


def generate(
    seed: int,
    weeks_end: dt.date,
    timezone: str = "Asia/Shanghai",
    recorded: Sequence[RecordedOrder] | None = None,
) -> DemoArchive:
    """Twelve weeks of work that end with `weeks_end` (included), in the site's time zone.

    `recorded`: the orders that can be heard, those of the package unless given.
    """
    words = Words(Random(seed))  # noqa: S311 - demo data
    zone = ZoneInfo(timezone)
    first = weeks_end - dt.timedelta(days=7 * WEEKS - 1)
    until = dt.datetime.combine(weeks_end + dt.timedelta(days=1), dt.time(), zone)
    orders: list[DemoOrder] = []
    transcripts: list[DemoTranscript] = []
    audible = recorded_orders() if recorded is None else recorded
    for booking, spoken in _booked(words.rng, first, zone, audible):
        order, made = Story(words, booking).play(until) if spoken is None else spoken.placed(booking, until)
        if made or booking.at < until:
            orders.append(order)
            transcripts.extend(made)
    transcripts.sort(key=lambda t: (t.recorded_at, t.original_name))
    kept = _at_most(transcripts)
    used = {t.order_no for t in kept}
    full = {c.staff_no for c in CAST if c.at_most is not None}
    return DemoArchive(
        TEAMS,
        tuple(DemoTechnician(c.staff_no, c.name, c.team, c.consent, c.what) for c in CAST),
        tuple(o for o in orders if o.order_no in used or o.staff_no not in full),
        tuple(kept),
    )


def _at_most(transcripts: list[DemoTranscript]) -> list[DemoTranscript]:
    """Keep the first few recordings of those who have no more."""
    left = {c.staff_no: c.at_most for c in CAST if c.at_most is not None}
    kept = []
    for transcript in transcripts:
        count = left.get(transcript.staff_no)
        if count == 0:
            continue
        if count is not None:
            left[transcript.staff_no] = count - 1
        kept.append(transcript)
    return kept


def _booked(
    rng: Random, first: dt.date, zone: ZoneInfo, audible: Sequence[RecordedOrder]
) -> list[tuple[Booking, RecordedOrder | None]]:
    """All booked visits in order of time, numbered by day; those that can be heard with their order."""
    spoken: dict[tuple[str, int], dict[dt.datetime, RecordedOrder]] = defaultdict(dict)
    for one in audible:
        spoken[one.staff_no, one.week][one.appointment(first, zone)] = one
    visits: list[tuple[dt.datetime, str, Persona, int, RecordedOrder | None]] = []
    for who in CAST:
        for week in range(WEEKS - 1 if who.newcomer else 0, WEEKS):
            fixed = spoken[who.staff_no, week]
            visits += [(at, who.staff_no, who, week, one) for at, one in fixed.items()]
            for at in rng.sample(_open(first, week, zone, fixed), max(0, rng.randint(*who.visits) - len(fixed))):
                visits.append((at, who.staff_no, who, week, None))
        after = [first + dt.timedelta(days=7 * WEEKS + i) for i in range(ALSO_OPEN_DAYS)]
        for day in (d for d in after if d.weekday() < 6 and not who.newcomer):
            hour, minute = rng.choice(calendar.HOURS)
            visits.append((dt.datetime.combine(day, dt.time(hour, minute), zone), who.staff_no, who, WEEKS - 1, None))
    visits.sort(key=lambda visit: visit[:2])
    bookings, numbers = [], dict[dt.date, int]()
    for at, _, who, week, order in visits:
        number = numbers[at.date()] = numbers.get(at.date(), 0) + 1
        bookings.append((Booking(who, week, at, f"WO{at:%Y%m%d}-{number:03d}"), order))
    return bookings


def _open(first: dt.date, week: int, zone: ZoneInfo, taken: Container[dt.datetime]) -> list[dt.datetime]:
    """The moments of a week at which a visit can still be booked."""
    days = [first + dt.timedelta(days=7 * week + i) for i in range(7)]
    moments = [
        dt.datetime.combine(day, dt.time(hour, minute), zone)
        for day in days
        if day.weekday() < 6
        for hour, minute in calendar.HOURS
    ]
    return [moment for moment in moments if moment not in taken]
