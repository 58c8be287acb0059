"""What the list of recordings is asked for. Values that make no sense are left out, never an error page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select

from web.kit.access import reads_private
from web.kit.calendar import WEEK_SO_FAR, YESTERDAY, day_named, relative_days
from web.kit.login import viewer
from web.kit.site import today
from web.kit.values import whole
from web.models import Appeal, Recording, RecordingFigures, RecordingState, ReviewState, Technician, Verdict, WorkOrder
from web.summaries.judged import judged, of_kind
from web.summaries.upheld import against_rule
from web.topics.talk_page import FIGURES as TALK

MAX_TEXT = 100
FLAGS: dict[str, ColumnElement[bool]] = {
    "forbidden": Recording.forbidden_count > 0,
    "suspicion": Recording.suspicion_count > 0,
    "missed": Recording.missed_count > 0,
    "unjudged": Recording.not_judged_count > 0,
    "unheard": Recording.unheard_s > 0,
    "sampled": Recording.sampled.is_(True),
}
VERDICTS = ("met", "partly", "missed", "not_applicable", "cannot_judge", "not_seen", "unanswered")
UNSIGNED = "unsigned"  # asked for beside the states of a review: not signed, begun or not
SORTS = ("-recorded", "recorded", "score", "-score", "-risk", "-duration", "duration")
_COLUMNS: dict[str, Any] = {
    "recorded": Recording.recorded_at,
    "score": Recording.score,
    "risk": Recording.risk,
    "duration": Recording.duration_s,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A question to the list; empty values ask nothing. The fields are the names in the address (`since` is `from`).

    `when`: yesterday | week, as of the day that asks.
    """

    since: date | None = None
    until: date | None = None
    when: str = ""
    technician: int | None = None
    team: int | None = None
    standard: str = ""
    state: str = ""
    review: str = ""
    score_from: float | None = None
    score_to: float | None = None
    flag: str = ""
    item: str = ""
    verdict: str = ""
    order: int | None = None
    kind: str = ""  # of the work order
    counted: str = ""  # "1": those that count on scorecards
    talk: str = ""  # those that have this figure of how people talk
    appeal: str = (
        ""  # "upheld": those in which an appeal was upheld against the rule (of the clause, where one is asked for)
    )
    was: int | None = None  # how many there were when `edition` of the month was published
    edition: int | None = None
    q: str = ""
    sort: str = SORTS[0]

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> Filter:
        def chosen(name: str, allowed: Any) -> str:
            value = arguments.get(name, "")
            return value if value in allowed else ""

        return cls(
            since=_date(arguments.get("from", "")),
            until=_date(arguments.get("to", "")),
            when=chosen("when", (YESTERDAY, WEEK_SO_FAR)),
            technician=whole(arguments.get("technician", "")),
            team=whole(arguments.get("team", "")),
            standard=arguments.get("standard", "")[:64],
            state=chosen("state", set(RecordingState)),
            review=chosen("review", {*ReviewState, UNSIGNED}),
            score_from=_score(arguments.get("score_from", "")),
            score_to=_score(arguments.get("score_to", "")),
            flag=chosen("flag", FLAGS),
            item=arguments.get("item", "")[:64],
            verdict=chosen("verdict", VERDICTS),
            order=whole(arguments.get("order", "")),
            kind=arguments.get("kind", "")[:32],
            counted=chosen("counted", ("1",)),
            talk=chosen("talk", TALK),
            appeal=chosen("appeal", ("upheld",)),
            was=whole(arguments.get("was", "")),
            edition=whole(arguments.get("edition", "")),
            q=arguments.get("q", "").strip()[:MAX_TEXT],
            sort=chosen("sort", SORTS) or SORTS[0],
        )

    def arguments(self, **changed: object) -> dict[str, Any]:
        """Return the address arguments that ask the same (`changed` wins), without empty ones and the usual order."""
        values = {{"since": "from", "until": "to"}.get(f.name, f.name): getattr(self, f.name) for f in fields(self)}
        values |= changed
        if values["sort"] == SORTS[0]:
            values["sort"] = ""
        return {
            name: f"{value:g}" if isinstance(value, float) else str(value)
            for name, value in values.items()
            if value not in (None, "")
        }

    @property
    def asks(self) -> bool:
        """Whether anything is left out by this filter."""
        return bool(set(self.arguments()) - {"sort", "was", "edition"})

    @property
    def _counts(self) -> bool:
        """Whether it asks for results, which what was taken out of all figures has none of."""
        scores = (self.score_from, self.score_to)
        return any((self.item, self.flag, self.review)) or any(s is not None for s in scores)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Return the statement (over Recording) with the conditions."""
        return statement.where(*self._conditions())

    def ordered(self, statement: Select[Any]) -> Select[Any]:
        """Return the statement in the order asked for; recordings without a value come last."""
        column = _COLUMNS[self.sort.lstrip("-")]
        down = self.sort.startswith("-")
        first = column.desc() if down else column
        if self.sort.lstrip("-") in ("score", "duration"):  # each database has its own place for empty values
            first = first.nulls_last()
        return statement.order_by(first, Recording.id.desc() if down else Recording.id)

    def _conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool] | None] = [
            None if self.since is None else Recording.recorded_on >= self.since,
            None if self.until is None else Recording.recorded_on <= self.until,
            None if self.technician is None else Recording.technician_id == self.technician,
            None if self.order is None else Recording.work_order_id == self.order,
            Recording.standard_id == self.standard if self.standard else None,
            Recording.state == RecordingState(self.state) if self.state else None,
            self._review(),
            None if self.score_from is None else Recording.score >= self.score_from,
            None if self.score_to is None else Recording.score <= self.score_to,
            FLAGS.get(self.flag),
            judged() if self.counted else None,
            of_kind(self.kind) if self.kind else None,
        ]
        if self.when and (days := relative_days(self.when, today())):
            found.append(Recording.recorded_on.between(days.first, days.last))
        if self.team is not None:
            members = select(Technician.id).where(Technician.team_id == self.team)
            found.append(Recording.technician_id.in_(members))
        if self.item:
            found.append(Recording.id.in_(self._clause()))
        if self.talk:
            known = getattr(RecordingFigures, self.talk).is_not(None)
            found.append(exists().where(RecordingFigures.recording_id == Recording.id, known).correlate(Recording))
        if self.appeal:
            found.append(Recording.id.in_(self._upheld()))
        if self.q:
            found.append(_text(self.q))
        if not self.state and self._counts:
            found.append(Recording.state != RecordingState.EXCLUDED)
        return [condition for condition in found if condition is not None]

    def _review(self) -> ColumnElement[bool] | None:
        if self.review == UNSIGNED:
            return Recording.review_state != ReviewState.SIGNED
        return Recording.review_state == ReviewState(self.review) if self.review else None

    def _upheld(self) -> Select[Any]:
        asked = select(Appeal.recording_id).join(Recording, Recording.id == Appeal.recording_id).where(against_rule())
        return (asked.where(Appeal.item_id == self.item) if self.item else asked).correlate(None)

    def _clause(self) -> Select[Any]:
        asked = select(Verdict.recording_id).where(Verdict.item_id == self.item)
        # the index begins with the standard: without one, each that there is is looked up
        known = [self.standard] if self.standard else select(Recording.standard_id).distinct()
        asked = asked.where(Verdict.standard_id.in_(known))
        if self.verdict == "unanswered":
            return asked.where(Verdict.final.is_(None), ~Verdict.optional)
        if self.verdict == "partly":
            return asked.where(Verdict.final == "met", Verdict.final_credit < 1.0)
        return asked.where(Verdict.final == self.verdict) if self.verdict else asked


def _text(words: str) -> ColumnElement[bool]:
    """Order, technician, and the file's name for those who read it whole: a guessed phone number would confirm itself."""
    orders = select(WorkOrder.id).where(WorkOrder.order_no.contains(words, autoescape=True))
    people = select(Technician.id).where(
        or_(Technician.name.contains(words, autoescape=True), Technician.staff_no == words)
    )
    named = [Recording.original_name.contains(words, autoescape=True)] if reads_private(viewer()) else []
    return or_(*named, Recording.work_order_id.in_(orders), Recording.technician_id.in_(people))


def _date(value: str) -> date | None:
    try:
        return day_named(value)
    except ValueError:
        return None


def _score(value: str) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return None
    return number if 0.0 <= number <= 100.0 else None
