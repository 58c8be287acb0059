"""Forms (WTForms) and the rules of their fields, which CSV files share.

A rule turns text into a value; its ValueError is the sentence that stands at the field or beside the row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_wtf import FlaskForm
from wtforms import StringField

from web.db import now
from web.kit.calendar import POSSIBLE
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError

Rule = Callable[[str], Any]
TOMORROW, THREE_YEARS = timedelta(days=1), timedelta(days=3 * 366)  # how far ahead one records, and arranges
YES = {"是", "true", "1", "y", "yes", "√", "对", "有"}
NO = {"否", "false", "0", "n", "no", "×", "无", "没有"}
_MOMENT_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y%m%d %H%M",
)


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of the request. `CSRFProtect` has checked the token already."""

    class Meta:
        csrf = False

    def __init__(self, **values: Any) -> None:
        # Flask-WTF takes an empty form for none and would validate what stands in the database
        super().__init__(request.form if request.method == "POST" else None, **values)

    def refuse(self, error: FieldError) -> None:
        """Show at its field what only the database could tell."""
        self[error.field].errors = [error.words]

    @property
    def status(self) -> int:
        return 422 if self.errors else 200


class RuleField(StringField):  # type: ignore[misc]
    """Text that a rule reads; what was typed stays on the page."""

    def __init__(self, label: object, rule: Rule, **more: Any) -> None:
        super().__init__(label, **more)
        self.rule = rule

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = self.rule(valuelist[0] if valuelist else "")

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else self.data or ""


def required(text: str) -> str:
    if not text.strip():
        raise ValueError(_("请填写这一项。"))
    return text.strip()


def at_most(characters: int) -> Rule:
    def read(text: str) -> str:
        if len(text.strip()) > characters:
            raise ValueError(_("“%(v)s…”太长了。", v=text.strip()[:20]))
        return text.strip()

    return read


def matching(pattern: str) -> Rule:
    def read(text: str) -> str:
        number = plain_number(required(text))
        if not re.fullmatch(pattern, number):
            raise ValueError(_("“%(v)s”含有不能用的字符，或太长。", v=number))
        return number

    return read


def plain_number(text: str) -> str:
    """A staff or order number as it is kept: what an input method typed in full width (００１２) is the same number."""
    return unicodedata.normalize("NFKC", text).strip()


def boolean(text: str) -> bool | None:
    """是/否 and their like; None where nothing is said."""
    word = text.strip().lower()
    if not word:
        return None
    if word in YES or word in NO:
        return word in YES
    raise ValueError(_("“%(v)s”看不懂，请填“是”或“否”，或留空。", v=text))


class ImpossibleError(ValueError):
    """A time at which nothing can have been recorded, or nothing is ever arranged; the sentence is for users."""


def moment(text: str, zone: ZoneInfo, ahead: timedelta = TOMORROW) -> datetime | None:
    """A local date and time; None where nothing is said. Raises ImpossibleError before 1990 and further `ahead`."""
    words = " ".join(text.replace("年", "-").replace("月", "-").replace("日", " ").split())
    if not words:
        return None
    for pattern in _MOMENT_FORMATS:
        try:
            return possible(datetime.strptime(words, pattern).replace(tzinfo=zone), text, ahead)
        except ImpossibleError:
            raise
        except ValueError:
            continue
    raise ValueError(_("“%(v)s”不是时间，请写成 2026-11-24 09:00。", v=text[:40]))


def possible(moment: datetime, text: str = "", ahead: timedelta = TOMORROW) -> datetime:
    """The aware moment. Raises ImpossibleError for one before 1990 or further `ahead` than that; `text`: as typed."""
    if moment.year < POSSIBLE.first.year or moment.year > POSSIBLE.last.year or moment > now() + ahead:
        shown = text.strip() or f"{moment:%Y-%m-%d %H:%M}"
        if ahead == TOMORROW:
            raise ImpossibleError(_("“%(v)s”不可能：要在 1990 年到明天之间，请改正年份。", v=shown[:40]))
        raise ImpossibleError(_("“%(v)s”不可能：要在 1990 年到三年之内，请改正年份。", v=shown[:40]))
    return moment
