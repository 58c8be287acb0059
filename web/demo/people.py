"""The eight technicians of the demo archive and how each behaves over the twelve weeks (invented people)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

WEEKS = 12
COACHED_WEEK = 6  # from this week on (the first is 0) the coaching shows

TEAMS = ("演示·东区维修组", "演示·西区维修组")

# How often an average technician does a step as the standard asks, and how often things happen to him.
HABITS: Mapping[str, float] = MappingProxyType(
    {
        "greeting": 0.90,
        "name": 0.80,
        "late-apology": 0.72,
        "inquiry": 0.86,
        "move": 0.74,
        "explain": 0.78,
        "demonstrate": 0.80,
        "farewell": 0.72,
        "call-greeting": 0.88,
        "agree-time": 0.90,
        "delay": 0.75,
        "rebook": 0.82,
        "call-farewell": 0.86,
        "ask-usage": 0.92,
        "handle": 0.75,
        "followup-farewell": 0.70,
        "patience": 0.95,  # stays within what may be said when pressed
        "modesty": 0.99,  # takes nothing from customers
        "punctual": 0.85,
        "calls-before": 0.90,
        "calls-after": 0.80,  # on the next working day
        "calls-late": 0.10,  # some days later; the rest never
        "clear": 0.94,  # recordings that can be understood
    }
)
STEADY = frozenset({"patience", "modesty", "calls-late", "clear"})  # temper and luck: no week changes them


@dataclass(frozen=True, slots=True)
class Persona:
    """One technician: `habits` where they differ from HABITS, and what the weeks do to them.

    `step` is added to his habits (but the STEADY) from COACHED_WEEK on, `slope` each week; a habit stays within [0.02, 0.99].
    `at_most` recordings are made of him (None: as many as there are), all in the last week if `newcomer`.
    """

    staff_no: str
    name: str
    team: str
    what: str
    visits: tuple[int, int] = (4, 7)  # a week, both ends included
    consent: bool = True
    step: float = 0.0
    slope: float = 0.0
    newcomer: bool = False
    at_most: int | None = None
    habits: Mapping[str, float] = field(default_factory=dict)

    @property
    def surname(self) -> str:
        return self.name[0]  # no double surnames in this cast

    def habit(self, step: str, week: int) -> float:
        """How likely he does `step` as asked in this week (0 is the first)."""
        base = self.habits.get(step, HABITS[step])
        if step in STEADY or base == 0.0:
            return base
        changed = base + self.slope * week + (self.step if week >= COACHED_WEEK else 0.0)
        return min(0.99, max(0.02, changed))


def _every(value: float, **other: float) -> dict[str, float]:
    """All steps at `value`, except the STEADY."""
    return {**{step: value for step in HABITS if step not in STEADY}, **other}


_EAST, _WEST = TEAMS

CAST: tuple[Persona, ...] = (
    Persona(
        "9001",
        "周志强",
        _EAST,
        "第 7 周辅导后明显进步",
        step=0.36,
        habits=_every(0.56, patience=0.92, punctual=0.7, **{"calls-after": 0.55, "calls-before": 0.75}),
    ),
    Persona(
        "9002",
        "孙立军",
        _EAST,
        "一周不如一周",
        slope=-0.045,
        consent=False,
        habits=_every(0.95, patience=0.92),
    ),
    Persona("9003", "何秀英", _EAST, "样样出色", visits=(6, 9), habits=_every(0.97, patience=0.99)),
    Persona("9004", "冯国栋", _EAST, "从不演示", habits={"demonstrate": 0.0, "greeting": 0.95, "farewell": 0.86}),
    Persona(
        "9005",
        "蒋大勇",
        _WEST,
        "一追问就说禁语",
        consent=False,
        habits={"patience": 0.34, "modesty": 0.9, "late-apology": 0.4, "handle": 0.35, "name": 0.6, "explain": 0.62},
    ),
    Persona("9006", "沈佳", _WEST, "中等", visits=(5, 8)),
    Persona("9007", "韩磊", _WEST, "常迟到，少回访", habits={"punctual": 0.5, "calls-after": 0.5, "calls-late": 0.25}),
    Persona("9008", "秦晓东", _WEST, "新人，只有三段录音", visits=(3, 3), newcomer=True, at_most=3),
)
