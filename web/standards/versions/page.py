"""What the pages of versions show, read from the store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.lexicons import lexicons_on, newest_lexicons, text_of
from web.kit.site import Site
from web.kit.standards import standard
from web.kit.values import whole
from web.lexicon import drafts, versions
from web.models import StandardDraft, StandardVersion, User


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version: who, when, why; `state`: "in effect", "later", "past", "retired"."""

    id: int
    number: int
    version: str
    effective_from: dt.date
    note: str
    by: str
    at: dt.datetime
    state: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    """All versions of a standard, newest first; `shipped`: the version number in `lexicons/`, None where it is our own."""

    standard_id: str
    title: str
    lines: tuple[VersionLine, ...]
    shipped: str | None
    shipped_in_effect: bool
    in_use: bool  # today
    draft: StandardDraft | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison."""

    standard_id: str
    words: str
    folder: Path
    version: str
    number: int | None

    @property
    def title(self) -> str:
        """The title of the standard there; "" where it cannot be read."""
        found = standard(self.folder, self.standard_id)
        return found.title if found else ""


def version_page(session: Session, here: Site, standard_id: str, today: dt.date) -> VersionPage | None:
    """None where there never was such a standard."""
    rows = versions.versions_of(session, standard_id)
    shipped = standard(here.settings.lexicons, standard_id) if drafts.ID.fullmatch(standard_id) else None
    if not rows and shipped is None:
        return None
    names = dict(
        session.execute(select(User.id, User.name).where(User.id.in_({r.published_by_id for r in rows}))).all()
    )
    current = next((row.number for row in rows if row.effective_from <= today), None)
    lines = tuple(
        VersionLine(
            row.id,
            row.number,
            row.version,
            row.effective_from,
            row.note,
            names.get(row.published_by_id or 0, ""),
            row.published_at,
            _state(row, current, today),
        )
        for row in rows
    )
    open_draft = next((d for d in drafts.open_drafts(session) if d.standard_id == standard_id), None)
    in_use = text_of(lexicons_on(session, here.settings, today), f"{standard_id}.yaml") is not None
    title = rows[0].title if rows else shipped.title if shipped else standard_id
    return VersionPage(
        standard_id, title, lines, shipped.version if shipped else None, current is None, in_use, open_draft
    )


def sides(session: Session, here: Site, standard_id: str, old: str, new: str) -> tuple[Side, Side] | None:
    """Both sides of a comparison; a number names a version (0: as shipped), "newest" all published, "draft" the open one."""
    if not drafts.ID.fullmatch(standard_id):
        return None
    rows = {row.number: row for row in versions.versions_of(session, standard_id)}
    first, second = (_side(session, here, standard_id, rows, wanted) for wanted in (old, new))
    return None if first is None or second is None else (first, second)


def _side(session: Session, here: Site, standard_id: str, rows: dict[int, StandardVersion], wanted: str) -> Side | None:
    if wanted == "draft":
        draft = next((d for d in drafts.open_drafts(session) if d.standard_id == standard_id), None)
        return None if draft is None else Side(standard_id, _("草稿"), drafts.folder_of(session, here, draft), "", None)
    if wanted == "newest":
        return Side(standard_id, _("最新发布"), newest_lexicons(session, here.settings), "", None)
    number = whole(wanted)
    if number is None:
        return None
    if number == 0:
        shipped = standard(here.settings.lexicons, standard_id)
        return Side(standard_id, _("出厂"), here.settings.lexicons, shipped.version, 0) if shipped else None
    row = rows.get(number)
    if row is None:
        return None
    words = _("第 %(n)s 版（%(v)s）", n=number, v=row.version)
    return Side(standard_id, words, versions.folder_with(session, here, row), row.version, number)


def _state(row: StandardVersion, current: int | None, today: dt.date) -> str:
    if row.number == current:
        return "retired" if row.retired else "in effect"
    return "later" if row.effective_from > today and row.number > (current or 0) else "past"


def field_words(name: str) -> str:
    """What a field of a clause is called."""
    kind, _colon, title = name.partition(":")
    words = {
        "text": _("条文"),
        "clause": _("编号"),
        "kind": _("类别"),
        "how": _("怎样判断"),
        "when": _("何时适用（判断条件）"),
        "when_text": _("何时适用"),
        "where": _("在哪一段找"),
        "after": _("须在哪条之后"),
        "weight": _("份量"),
        "pass": _("达标线"),
        "penalty": _("扣分"),
        "cap": _("得分封顶"),
        "severity": _("轻重"),
        "optional": _("可不填"),
        "phrases": _("说法"),
        "exceptions": _("例外"),
        "share": _("在本条里的份量"),
        "examples_match": _("算数的例句"),
        "examples_no_match": _("不算的例句"),
    }.get(kind, kind)
    return f"{words} · {title}" if title else words
