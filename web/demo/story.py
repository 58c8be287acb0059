"""One job of the archive with its customer: when it happens, what is said, what is recorded of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from web.demo import calendar
from web.demo.calls import appointment, followup
from web.demo.conversation import Conversation, document
from web.demo.values import KINDS, Booking, DemoOrder, DemoTranscript
from web.demo.visits import Circumstances, visit
from web.demo.words import Words

POSTPONED = 0.12  # share of calls before a visit that put it off
BROKEN_AGAIN = 0.13


class Story:
    """One job with its customer: the call before, the visit, the call after."""

    def __init__(self, words: Words, booking: Booking) -> None:
        self.words, self.booking, self.rng = words, booking, words.rng
        self.kind = self._kind()
        self.problem = f"{self.kind}.{self.rng.randrange(len(words.jobs[self.kind]['problems']))}"
        self.building, self.part = self.rng.randint(1, 18), self.rng.randint(1, 3)
        self.flat = self.rng.randint(1, 20) * 100 + self.rng.randint(1, 4)
        surname, title = words.pick("surnames"), words.pick("titles")
        unit = f"{self._number(self.building)}栋{self._digits(str(self.flat))}"
        self.slots = {
            "org": words.pick("org"),
            "sur": booking.who.surname,
            "name": booking.who.name,
            "staff": self._digits(booking.who.staff_no),
            "who": surname + title,
            "addr": self.rng.choice([surname + title, words.pick("plain")]),
            "unit": unit,
            "short": words.piece(f"{self.problem}.short", {}),
            "goods": str(self.rng.choice(words.jobs[self.kind]["goods"])),
            "price": words.pick("prices"),
            "clock": calendar.spoken_hour(booking.at.hour, booking.at.minute),
        }

    def play(self, until: dt.datetime) -> tuple[DemoOrder, list[DemoTranscript]]:
        """The order and what was recorded of it before `until`."""
        who, week, rng = self.booking.who, self.booking.week, self.rng
        late = rng.random() >= who.habit("punctual", week)
        delay = rng.randint(22, 55) if late else rng.randint(-6, 6)
        begun = self.booking.at + dt.timedelta(minutes=delay, seconds=rng.randrange(60))
        finished = begun + dt.timedelta(minutes=rng.randint(25, 75))
        cost = rng.choices(("charged", "covered", ""), (34, 33, 33))[0]
        facts = {"late": late} | ({"charged": cost == "charged", "covered": cost == "covered"} if cost else {})
        made = [t for t in (self._before(), self._visit(begun, facts, cost), self._after(finished)) if t is not None]
        done = begun < until
        order = DemoOrder(
            self.booking.order_no,
            who.staff_no,
            self.kind,
            f"{self.words.pick('estates')}{self.building}栋{self.part}单元{self.flat}（演示）",
            self.booking.at,
            finished if done else None,
            facts if done else {},
        )
        return order, [t for t in made if t.recorded_at < until]

    def _before(self) -> DemoTranscript | None:
        if not self._does("calls-before"):
            return None
        at, rng = self.booking.at, self.rng
        if at.hour >= 13 and rng.random() < 0.5:
            moment = at.replace(hour=8 + rng.randrange(3), minute=rng.randrange(60))
        else:
            day = at - dt.timedelta(days=2 if at.weekday() == 0 and rng.random() < 0.5 else 1)
            moment = day.replace(hour=rng.randint(9, 17), minute=rng.randrange(60))
        moment = moment.replace(second=rng.randrange(60))
        postponed = rng.random() < POSTPONED
        old = at - dt.timedelta(days=1) if at.date() > moment.date() else at - dt.timedelta(hours=2)
        today = moment.date()
        said = {
            "hi": calendar.hello(moment),
            "when": calendar.spoken_when(at, today),
            "old": calendar.spoken_when(max(old, moment), today),
        }
        said["complaint"] = self.words.piece(f"{self.problem}.complaint", {})
        conversation = self._talk("appointment", said)
        appointment(conversation, postponed)
        given = {"postponed": postponed} if rng.random() < 0.5 else {}
        return self._transcript(conversation, "property-appointment", moment, given)

    def _visit(self, begun: dt.datetime, facts: Mapping[str, bool], cost: str) -> DemoTranscript:
        conversation = self._talk(
            "visit", {"hi": calendar.hello(begun), "cause": self.words.piece(f"{self.problem}.cause", {})}
        )
        visit(conversation, Circumstances(facts["late"], cost, self.problem))
        return self._transcript(conversation, "property-visit", begun, {})

    def _after(self, finished: dt.datetime) -> DemoTranscript | None:
        chance, who, week = self.rng.random(), self.booking.who, self.booking.week
        in_time = who.habit("calls-after", week)
        if chance >= in_time + who.habit("calls-late", week):
            return None
        day = calendar.next_workday(finished.date())
        for _ in range(0 if chance < in_time else self.rng.randint(1, 3)):
            day = calendar.next_workday(day)
        hour, minute, second = self.rng.randint(9, 17), self.rng.randrange(60), self.rng.randrange(60)
        moment = dt.datetime.combine(day, dt.time(hour, minute, second), finished.tzinfo)
        again = self.words.piece(f"{self.problem}.again", {})
        when = (moment + dt.timedelta(days=1)).replace(hour=self.rng.randint(9, 11), minute=self.rng.choice((0, 30)))
        conversation = self._talk("followup", {"again": again, "when": calendar.spoken_when(when, moment.date())})
        followup(conversation, broken_again=self.rng.random() < BROKEN_AGAIN)
        return self._transcript(conversation, "property-followup", moment, {})

    def _talk(self, prefix: str, said: Mapping[str, str]) -> Conversation:
        return Conversation(self.words, self.booking.who, self.booking.week, prefix, {**self.slots, **said})

    def _transcript(
        self, conversation: Conversation, standard: str, at: dt.datetime, facts: Mapping[str, bool]
    ) -> DemoTranscript:
        who, order_no = self.booking.who, self.booking.order_no
        name = f"演示_{at:%Y%m%d}_{who.staff_no}_{order_no}_{KINDS[standard]}.json"
        body = document(conversation, name, facts, self._does("clear"))
        return DemoTranscript(
            body, standard, who.staff_no, order_no, at, name, self.booking.week, dict(conversation.intended)
        )

    def _does(self, habit: str) -> bool:
        return self.rng.random() < self.booking.who.habit(habit, self.booking.week)

    def _kind(self) -> str:
        jobs = self.words.jobs
        weights = [calendar.weight(job, self.booking.at.date()) for job in jobs.values()]
        return str(self.rng.choices(list(jobs), weights)[0])

    def _digits(self, digits: str) -> str:
        return "".join(self.words.names["digits"][int(d)] for d in digits)

    def _number(self, number: int) -> str:
        digits = self.words.names["digits"]
        if number < 10:
            return str(digits[number])
        return "十" + (str(digits[number - 10]) if number > 10 else "")
