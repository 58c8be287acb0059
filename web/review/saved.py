"""Filters of lists that people keep under a name: their own, and those that their role shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.login import Viewer
from web.kit.refusals import GoneError, InvalidError
from web.models import SavedFilter, User
from web.review.work_filter import WorkFilter

MOST, MAX_NAME = 40, 40
Read = Callable[[Mapping[str, str]], dict[str, str]]
# of each list that has filters: an address's arguments as the list itself would write them, without its place in it
LISTS: dict[str, Read] = {"review.work_list": lambda asked: WorkFilter.read(asked).arguments(after="")}


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """`by`: whose it is, where it is not the viewer's own."""

    id: int
    name: str
    arguments: Mapping[str, str]
    shared: bool
    by: str = ""


def kept(session: Session, viewer: Viewer, endpoint: str) -> tuple[KeptFilter, ...]:
    """The viewer's own filters of a list, then those that others of his role share; one query."""
    shared = and_(SavedFilter.shared_with == viewer.role.value, SavedFilter.user_id != viewer.id)
    statement = (
        select(SavedFilter, User.name)
        .join(User, User.id == SavedFilter.user_id)
        .where(SavedFilter.endpoint == endpoint, or_(SavedFilter.user_id == viewer.id, shared))
        .order_by(SavedFilter.user_id != viewer.id, SavedFilter.name, SavedFilter.id)
    )
    return tuple(
        KeptFilter(row.id, row.name, row.arguments, bool(row.shared_with), "" if row.user_id == viewer.id else by)
        for row, by in session.execute(statement)
    )


def save(
    session: Session, viewer: Viewer, endpoint: str, name: str, arguments: Mapping[str, str], shared: bool
) -> SavedFilter:
    """Keep a filter; one of the viewer's with this name is replaced. Raises InvalidError."""
    name = _named(name)
    row = _by_name(session, viewer, endpoint, name)
    if row is None:
        own = select(func.count()).select_from(SavedFilter).where(SavedFilter.user_id == viewer.id)
        if (session.scalar(own) or 0) >= MOST:
            raise InvalidError(_("最多存 %(n)s 个筛选，请先删掉不用的。", n=MOST))
        row = SavedFilter(user_id=viewer.id, endpoint=endpoint, name=name)
        session.add(row)
    row.arguments, row.shared_with = LISTS[endpoint](arguments), viewer.role.value if shared else ""
    session.flush()
    return row


def own(session: Session, viewer: Viewer, filter_id: int) -> SavedFilter:
    """Raises GoneError where the viewer has no such filter: what others share is theirs to change."""
    row = session.get(SavedFilter, filter_id)
    if row is None or row.user_id != viewer.id:
        raise GoneError
    return row


def rename(session: Session, viewer: Viewer, row: SavedFilter, name: str) -> None:
    """Raises InvalidError where another of the viewer's has the name."""
    name = _named(name)
    other = _by_name(session, viewer, row.endpoint, name)
    if other is not None and other.id != row.id:
        raise InvalidError(_("已经有一个筛选叫“%(name)s”。", name=name))
    row.name = name


def _by_name(session: Session, viewer: Viewer, endpoint: str, name: str) -> SavedFilter | None:
    statement = select(SavedFilter).where(
        SavedFilter.user_id == viewer.id, SavedFilter.endpoint == endpoint, SavedFilter.name == name
    )
    return session.scalars(statement).first()


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidError(_("请给这个筛选起个名字。"))
    if len(name) > MAX_NAME:
        raise InvalidError(_("名字最多 %(n)s 个字。", n=MAX_NAME))
    return name
