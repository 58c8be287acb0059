"""Working days: Monday to Friday, changed by a file of holidays and make-up days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from web.config import SettingsError

REST, WORK = {"休", "假", "rest"}, {"班", "上班", "work"}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Workdays:
    """`stated` holds the days that differ from Monday to Friday: True for a working day."""

    stated: dict[date, bool] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        return self.stated.get(day, day.weekday() < SATURDAY)

    def next(self, day: date) -> date:
        """The first working day after `day`."""
        for ahead in range(1, 61):
            later = day + timedelta(days=ahead)
            if self.works(later):
                return later
        return day + timedelta(days=1)  # two months of holidays: the file is wrong, the plain next day holds

    def deadline(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The end of the first working day after the moment's day, in the zone."""
        return datetime.combine(self.next(moment.astimezone(zone).date()) + timedelta(days=1), time.min, zone)


def read_workdays(path: str) -> Workdays:
    """Read lines like `2026-10-01 休 国庆节` and `2026-10-10 班`; "" is plain Monday to Friday. Raises SettingsError."""
    if not path:
        return Workdays()
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "workdays-file", f"读不到节假日文件 {path}（{error}）", "请检查路径和编码（UTF-8）"
        ) from None
    stated = {}
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            day, word = date.fromisoformat(words[0]), words[1].lower()
            if word not in REST | WORK:
                raise ValueError(word)
        except (ValueError, IndexError):
            raise SettingsError(
                "workdays-line", f"{path} 第 {number} 行看不懂：{line.strip()}", "请写成 2026-10-01 休 或 2026-10-10 班"
            ) from None
        stated[day] = word in WORK
    return Workdays(stated)
