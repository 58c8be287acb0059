"""When the demo archive's work happens: working days, hours, and how people say them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

HOURS = ((8, 30), (10, 0), (11, 0), (13, 30), (15, 0), (16, 30))  # at which visits are booked
HIGH_SUMMER = 205  # day of the year, 24 July: as many air conditioners as there will be
_DIGITS = "零一二三四五六七八九十"
_WEEKDAYS = "一二三四五六日"


def is_workday(day: dt.date) -> bool:
    """Monday to Friday: the office calls back on these days. Visits are made on Saturdays too."""
    return day.weekday() < 5


def next_workday(day: dt.date) -> dt.date:
    following = day + dt.timedelta(days=1)
    while not is_workday(following):
        following += dt.timedelta(days=1)
    return following


def season(day: dt.date) -> float:
    """Where the year stands: 1 in high summer, 0 in deep winter.

    >>> round(season(dt.date(2026, 7, 24)), 2), round(season(dt.date(2026, 11, 24)), 2)
    (1.0, 0.24)
    """
    return 0.5 + 0.5 * math.cos(2 * math.pi * (day.timetuple().tm_yday - HIGH_SUMMER) / 365.25)


def weight(job: Mapping[str, Any], day: dt.date) -> float:
    """How often a job of jobs.yaml is reported around `day`, relative to the others."""
    summer, winter = job.get("summer", 1.0), job.get("winter", 1.0)
    by_season = winter + (summer - winter) * season(day)
    return float(job["weight"] * by_season * job.get("months", {}).get(day.month, 1.0))


def hello(moment: dt.datetime) -> str:
    return "早上好" if moment.hour < 11 else "下午好" if moment.hour >= 13 else "您好"


def spoken_hour(hour: int, minute: int) -> str:
    """A time of the day as it is said.

    >>> spoken_hour(13, 30), spoken_hour(10, 0)
    ('下午一点半', '上午十点')
    """
    part = "上午" if hour < 12 else "下午"
    twelve = hour if hour <= 12 else hour - 12
    name = "两" if twelve == 2 else _DIGITS[twelve] if twelve <= 10 else "十" + _DIGITS[twelve - 10]
    return f"{part}{name}点{'半' if minute == 30 else ''}"


def spoken_when(moment: dt.datetime, today: dt.date) -> str:
    """A moment as it is said on `today`.

    >>> spoken_when(dt.datetime(2026, 11, 25, 15, 0), dt.date(2026, 11, 24))
    '明天下午三点'
    """
    days = (moment.date() - today).days
    if 0 <= days <= 2:
        day = ("今天", "明天", "后天")[days]
    else:
        day = f"{'下' if moment.isocalendar()[1] != today.isocalendar()[1] else ''}周{_WEEKDAYS[moment.weekday()]}"
    return day + spoken_hour(moment.hour, moment.minute)
