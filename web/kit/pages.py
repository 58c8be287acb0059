"""What templates use: dates, durations and numbers as Chinese users write them, icons, the menu, assets."""

from __future__ import annotations

import functools
import hashlib
from datetime import date, datetime
from pathlib import Path

from flask import Flask, current_app, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from web.kit.marks import Marks, mark
from web.kit.menu import counts_now, shown
from web.kit.paging import page_link
from web.kit.policies import passed
from web.kit.site import site
from web.kit.told import known, told

ICONS = Path(__file__).parents[1] / "static" / "vendor" / "icons"


@functools.cache
def icon(name: str, label: str = "") -> Markup:
    """Return a Tabler icon as SVG: decoration for the eye, or with a label for everybody."""
    svg = (ICONS / f"{name}.svg").read_text("utf-8")
    body = svg[svg.index("<svg") :].replace("\n", " ")
    attributes = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(body.replace("<svg", f'<svg {attributes} focusable="false"', 1))  # noqa: S704  # our own vendored file


def local_time(moment: datetime | None, seconds: bool = False) -> str:
    """Return 2026-11-24 19:50 in the site's zone; an empty time is a dash."""
    if moment is None:
        return "—"
    return moment.astimezone(site().zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def local_date(day: datetime | date | None) -> str:
    """Return 2026-11-24."""
    if day is None:
        return "—"
    return (day.astimezone(site().zone) if isinstance(day, datetime) else day).strftime("%Y-%m-%d")


def duration(seconds: float | None) -> str:
    """Return m:ss, or h:mm:ss from an hour on."""
    if seconds is None:
        return "—"
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def percent(share: float | None, digits: int = 0) -> str:
    """Return 0.873 as 87%; nothing as a dash."""
    return "—" if share is None else f"{100 * share:.{digits}f}%"


def number(value: float | None, digits: int = 1) -> str:
    """Return a number with at most `digits` decimals; nothing as a dash."""
    return "—" if value is None else f"{value:,.{digits}f}"


def size(count: int | None) -> str:
    """Return a number of bytes as 12.3 MB."""
    if count is None:
        return "—"
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1024 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    raise AssertionError("unreachable")


@functools.cache
def _version(path: str) -> str:
    return hashlib.sha256((Path(current_app.static_folder or "") / path).read_bytes()).hexdigest()[:10]


def asset(path: str) -> str:
    """Return the URL of a static file that changes with its content."""
    return url_for("static", filename=path, v=_version(path))


ROLE_NAMES = {"admin": _l("管理员"), "qa": _l("质检员"), "manager": _l("主管"), "technician": _l("技师")}


def init(app: Flask) -> None:
    """Give templates their filters and globals."""
    app.jinja_env.filters.update(
        local_time=local_time, local_date=local_date, duration=duration, percent=percent, number=number, size=size,
        told=told,
        known=known,
    )  # fmt: skip
    app.jinja_env.add_extension(Marks)
    app.jinja_env.globals.update(
        mark=mark,
        icon=icon,
        asset=asset,
        page_link=page_link,
        menu=shown,
        menu_counts=counts_now,
        passed=passed,
        role_names=ROLE_NAMES,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
