"""Which stories of a demo archive are spoken: the first few visits of every technician in two weeks of autumn, with their calls.

Taken as they come, so that the spoken weeks are as good and as bad as the others; only the seed is chosen, as one in whose
weeks every forbidden clause is said and most required ones are missed once. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from web.demo.archive import generate
from web.demo.conversation import FORBIDDEN
from web.demo.values import DemoOrder, DemoTranscript

SEED = 2
LAST_DAY = dt.date(2026, 10, 25)  # a Sunday between the seasons: some heating, some air conditioning
WEEKS = (9, 10)  # of the archive, 0 to 11: late enough for habits to show, early enough for all calls to be made
VISITS = {"9005": 4, "9001": 3}  # a week: who says what he must not, and whose login the demo has
OTHERS = 2
CLEAR = 0.5  # confidence below which a line is one that cannot be heard well
LATER_WEEK = max(WEEKS)


@dataclass(frozen=True, slots=True)
class SpokenOrder:
    """An order whose recordings are to be spoken; `weeks_ago` is its place before the archive's last day."""

    order: DemoOrder
    weeks_ago: int
    transcripts: tuple[DemoTranscript, ...]

    @property
    def forbidden(self) -> int:
        """How many forbidden clauses are meant to be said."""
        return sum(t.intended.get(item) == "missed" for t in self.transcripts for item in (*FORBIDDEN, "solicit"))


def spoken_orders() -> list[SpokenOrder]:
    """All of them, in the order in which they are rendered: forbidden words first, then turn about by technician."""
    chosen = sorted(_chosen(), key=lambda one: -one.forbidden)
    turns: Counter[str] = Counter()
    ranked = []
    for one in chosen:
        ranked.append((one.forbidden == 0, turns[one.order.staff_no], one))
        turns[one.order.staff_no] += 1
    return [one for *_, one in sorted(ranked, key=lambda r: r[:2])]


def _chosen() -> Iterator[SpokenOrder]:
    archive = generate(SEED, LAST_DAY, recorded=())
    by_order: dict[str, list[DemoTranscript]] = defaultdict(list)
    for transcript in archive.transcripts:
        by_order[transcript.order_no].append(transcript)
    taken: Counter[tuple[str, int]] = Counter()
    for order in archive.orders:
        made = by_order[order.order_no]
        visit = next((t for t in made if t.standard_id == "property-visit"), None)
        if visit is None or visit.week not in WEEKS or not all(_clear(t) for t in made):
            continue
        who = (order.staff_no, visit.week)
        if taken[who] < VISITS.get(order.staff_no, OTHERS):
            taken[who] += 1
            yield SpokenOrder(order, LATER_WEEK - visit.week, tuple(made))


def _clear(transcript: DemoTranscript) -> bool:
    return all(u["confidence"] >= CLEAR for u in transcript.document["transcript"])
