"""A whole text saved: merged by lines with what others saved since, and where both changed the same, given back with both."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.lexicons import newest_lexicons, text_of
from web.kit.refusals import GoneError
from web.kit.site import Site
from web.standards.editing.merge import Piece, conflicts, merge_lines, settled
from web.standards.editing.saving import Plan, Seen, check_typed, open_draft_of, text_now, text_then


class TextClashError(Exception):
    """Somebody else changed the same lines otherwise."""

    def __init__(self, pieces: Sequence[Piece], against: int) -> None:
        super().__init__(len(conflicts(pieces)))
        self.pieces, self.against = tuple(pieces), against


def plan_text(
    session: Session,
    site: Site,
    draft_id: int,
    file: str,
    typed: str,
    seen: Seen,
    against: int,
    chosen: Sequence[str],
) -> Plan:
    """What saving a whole text comes to, merged by lines with what others saved. Raises GoneError, InvalidError, TextClashError.

    `chosen` answers the conflicts that were shown when the draft was at the revision `against`.
    """
    draft = open_draft_of(session, draft_id)
    mine = _whole(typed)
    theirs = text_now(session, site, draft, file)
    before = text_then(session, site, draft, file, seen)
    if before == theirs or mine == theirs:
        with in_source():
            return Plan(draft.id, draft.revision, {file: mine}, _("全文：%(f)s", f=file))
    pieces = merge_lines((before or "").split("\n"), mine.split("\n"), theirs.split("\n"))
    clashing = conflicts(pieces)
    if clashing and (against != draft.revision or len(chosen) != len(clashing)):
        raise TextClashError(pieces, draft.revision)
    text = "\n".join(settled(pieces, chosen))
    with in_source():
        what = _("全文：%(f)s（与别人的修改合并）", f=file)
    return Plan(draft.id, draft.revision, {file: text}, what, _("全文"))


def plan_renewal(session: Session, site: Site, draft_id: int, file: str, against: int, chosen: Sequence[str]) -> Plan:
    """What merging a file of a draft with what has been published since comes to. Raises as `plan_text`."""
    draft = open_draft_of(session, draft_id)
    if file not in draft.files:
        raise GoneError
    standing = text_of(newest_lexicons(session, site.settings), file)
    mine = text_now(session, site, draft, file)
    pieces = merge_lines((draft.bases.get(file) or "").split("\n"), mine.split("\n"), (standing or "").split("\n"))
    clashing = conflicts(pieces)
    if clashing and (against != draft.revision or len(chosen) != len(clashing)):
        raise TextClashError(pieces, draft.revision)
    text = "\n".join(settled(pieces, chosen))
    with in_source():
        what = _("并入已发布的新内容：%(f)s", f=file)
    return Plan(draft.id, draft.revision, {file: text}, what, merged=file, anew=True)


def _whole(typed: str) -> str:
    """A text as it is kept: lines end with a line feed, the last one too. Raises InvalidError."""
    text = typed.replace("\r\n", "\n").replace("\r", "\n")
    check_typed({"": text})
    return text if text.endswith("\n") or not text else text + "\n"
