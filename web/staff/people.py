"""Technicians of a file: what is known of them, what the file would change, who looks like somebody known."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.csvfile import Row
from web.kit.forms import plain_number
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.models import Team, Technician
from web.staff import alike, registry
from web.staff.plan import Fate, Planned, Values, against

COLUMNS = {
    "staff_no": ("工号", "员工号"),
    "name": ("姓名", "名字"),
    "team": ("班组", "团队", "组别"),
    "active": ("在职",),
    "example_consent": ("同意作示范", "示范授权"),
}
KEY = "staff_no"
_NEW: Values = {"team": "", "active": True, "example_consent": False}


class People:
    """Everybody who has a number; the file's new ones join as they are read, so that it is held against itself too."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(
            select(
                Technician.staff_no, Technician.name, Team.name, Technician.active, Technician.example_consent
            ).outerjoin(Team, Team.id == Technician.team_id)
        ).all()
        self._known: dict[str, Values] = {
            number: {"name": name, "team": team or "", "active": active, "example_consent": consent}
            for number, name, team, active, consent in rows
        }
        self._numbers = alike.Numbers((number, f"{number} {v['name']}") for number, v in self._known.items())
        self._names: dict[str, list[str]] = {}
        for number, values in self._known.items():
            self._names.setdefault(alike.folded(values["name"]), []).append(number)
        self._teams = {alike.folded(team): team for team in session.scalars(select(Team.name).order_by(Team.name))}

    def plan(self, row: Row) -> Planned:
        """What the row would change. Raises FieldError."""
        if alike.is_rounded(row["staff_no"]):
            raise FieldError("staff_no", alike.rounded_words(row["staff_no"]))
        values = registry.read(registry.STAFF_RULES, row.cells)
        number, name = values["staff_no"], values["name"]
        # a cell without a yes or no says nothing; an empty team says "in none"
        stated = {n: v for n, v in values.items() if n != KEY and v is not None}
        known = self._known.get(number)
        doubts = self._stranger(number, name) if known is None else _renamed(number, known["name"], name)
        fate, changed, before = against(known, stated if known is not None else _NEW | stated)
        doubts += self._team(changed.get("team", ""))
        if fate is Fate.NEW:
            self._known[number] = changed
            self._numbers.add(number, f"{number} {name}")
            self._names.setdefault(alike.folded(name), []).append(number)
        return Planned(row.number, number, name, fate, changed, before, tuple(doubts))

    def _stranger(self, number: str, name: str) -> list[str]:
        """Doubts about a new number. Raises FieldError where a spreadsheet has surely made it of a known one."""
        same = {*self._names.get(alike.folded(name), ())}
        doubts = []
        for known, shown in self._numbers.resembling(number):
            if known in same:
                raise FieldError("staff_no", alike.lost_words(number, known, shown))
            doubts.append(alike.number_words(number, shown))
        doubts += alike.namesake_words({known: self._known[known]["name"] for known in same})
        return doubts

    def _team(self, name: str) -> list[str]:
        """Doubts about a new team; it is known from then on."""
        if not name:
            return []
        alike_name = self._teams.setdefault(alike.folded(name), name)
        return [] if alike_name == name else [_("班组“%(v)s”和已有的“%(known)s”几乎一样。", v=name, known=alike_name)]


def _renamed(number: str, before: str, after: str) -> list[str]:
    """Another surname under a known number is more often another person than a new name: he would inherit recordings."""
    if alike.folded(before)[:1] == alike.folded(after)[:1]:
        return []
    sentence = _(
        "工号 %(v)s 原来是“%(before)s”。若是换了人，请给新人新的工号，否则原来的录音和得分会算在新人名下。",
        v=number,
        before=before,
    )
    return [sentence]


class Writer:
    """Puts planned technicians into the database."""

    def __init__(self, session: Session, rows: Sequence[Planned]) -> None:
        self._session = session
        found = session.scalars(select(Technician).where(Technician.staff_no.in_([row.key for row in rows])))
        self._rows = {row.staff_no: row for row in found}
        self._teams = {team.name: team.id for team in session.scalars(select(Team))}
        self._names = {number: name for name, number in self._teams.items()}

    def put(self, planned: Planned) -> bool:
        """False where somebody has changed meanwhile what the plan rests on."""
        row = self._rows.get(planned.key)
        stands = None if row is None else self._stands(row)
        if (stands is None) is not (planned.fate is Fate.NEW):
            return False
        if stands is not None and any(stands[name] != value for name, value in planned.before.items()):
            return False
        stated = {name: value for name, value in planned.stated.items() if name != "team"}
        if "team" in planned.stated:
            stated["team_id"] = self._team_id(planned.stated["team"])
        if row is None:
            self._session.add(Technician(staff_no=planned.key, **stated))
        for name, value in stated.items() if row is not None else ():
            setattr(row, name, value)
        return True

    def _stands(self, row: Technician) -> Values:
        team = "" if row.team_id is None else self._names[row.team_id]
        return {"name": row.name, "team": team, "active": row.active, "example_consent": row.example_consent}

    def _team_id(self, name: str) -> int | None:
        if name and name not in self._teams:
            self._teams[name] = registry.team_id(self._session, name) or 0
        return self._teams[name] if name else None


def key_of(row: Row) -> str:
    return plain_number(row[KEY])
