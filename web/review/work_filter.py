"""What the work list is filtered by, as an address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, select

from web.kit.calendar import WEEK_SO_FAR, YESTERDAY, relative_days
from web.kit.site import today
from web.kit.values import whole
from web.models import Recording, Technician

MINE, RISK, SAMPLE, RETURNED, SECOND = "mine", "risk", "sample", "returned", "second"
TABS = (MINE, RISK, SAMPLE, RETURNED, SECOND)
DAYS = (YESTERDAY, WEEK_SO_FAR)


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Empty values leave nothing out. `when`: yesterday | week, as of the day that asks. `after`: the key of the line
    before the page.
    """

    queue: str = RISK
    team: int | None = None
    technician: int | None = None
    standard: str = ""
    when: str = ""
    after: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> WorkFilter:
        """Nonsense in an address asks nothing."""
        queue = arguments.get("queue", RISK)
        return cls(
            queue if queue in TABS else RISK,
            whole(arguments.get("team", "")),
            whole(arguments.get("technician", "")),
            arguments.get("standard", "")[:64],
            when if (when := arguments.get("when", "")) in DAYS else "",
            arguments.get("after", "")[:64],
        )

    def arguments(self, **changed: object) -> dict[str, str]:
        """The address arguments of the same, but for `changed`."""
        values = {**asdict(self), **changed}
        return {name: str(value) for name, value in values.items() if value not in (None, "")}

    @property
    def narrows(self) -> bool:
        return self.team is not None or self.technician is not None or bool(self.standard or self.when)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The statement over Recording, filtered."""
        if self.team is not None:
            members = select(Technician.id).where(Technician.team_id == self.team)
            statement = statement.where(Recording.technician_id.in_(members))
        if self.technician is not None:
            statement = statement.where(Recording.technician_id == self.technician)
        if self.when and (days := relative_days(self.when, today())):
            statement = statement.where(Recording.recorded_on.between(days.first, days.last))
        return statement.where(Recording.standard_id == self.standard) if self.standard else statement
