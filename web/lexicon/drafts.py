"""Drafts of standards: opened, saved, undone, dropped. Every save is kept, and one made from an old revision is refused
with what stands now, so that whoever asked can merge (`web/standards/editing`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit
from web.kit.lexicons import CHECKLIST, PATH, newest_lexicons, overlay, text_of
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.lexicon import yamltext
from web.models import DraftChange, DraftState, StandardDraft, StandardVersion

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
MAX_BYTES = 1_000_000  # of one file; the longest of ours has 92,000
OPENED = "打开草稿"


class StaleDraftError(Exception):
    """The draft was saved by somebody else since; `current` is what stands now."""

    def __init__(self, current: StandardDraft) -> None:
        super().__init__(current.revision)
        self.current = current


def open_draft(
    session: Session, site: Site, standard_id: str, by_id: int | None, copy_as: str | None = None, title: str = ""
) -> StandardDraft:
    """The open draft of a standard in effect, made where there is none; `copy_as`: a draft of a new standard, its copy.

    Raises GoneError for a standard that is not in effect, InvalidError for a name that cannot be or is taken.
    """
    newest = newest_lexicons(session, site.settings)
    text = text_of(newest, f"{standard_id}.yaml") if ID.fullmatch(standard_id) else None
    if text is None:
        raise GoneError
    if copy_as is not None:
        copied = yamltext.put(text, ("id",), copy_as)
        copied = yamltext.put(copied, ("version",), "1.0.0")
        if title:
            copied = yamltext.put(copied, ("title",), title)
        return new_draft(session, site, copy_as, {f"{copy_as}.yaml": copied}, by_id, title)
    found = session.scalars(_open(standard_id)).first()
    if found is not None:
        return found
    base = session.scalars(
        select(StandardVersion).where(StandardVersion.standard_id == standard_id).order_by(StandardVersion.id.desc())
    ).first()
    title = title or str(yamltext.get(text, ("title",)))
    return _made(session, standard_id, {}, {}, base.id if base else None, by_id, title)


def new_draft(
    session: Session, site: Site, standard_id: str, files: Mapping[str, str], by_id: int | None, title: str
) -> StandardDraft:
    """A draft of a standard that is not there yet. Raises InvalidError for a name that cannot be or is taken."""
    if not ID.fullmatch(standard_id) or standard_id == "checklist":
        raise InvalidError("标准的名称（id）只能用小写字母、数字和连字符，最多 60 个字符")
    taken = session.scalars(_open(standard_id)).first() is not None
    if taken or text_of(newest_lexicons(session, site.settings), f"{standard_id}.yaml") is not None:
        raise InvalidError(f"已经有名称为 {standard_id} 的标准或草稿，请换一个名称")
    _storable(files)
    return _made(session, standard_id, dict(files), dict.fromkeys(files, None), None, by_id, title)


def draft_of(session: Session, draft_id: int) -> StandardDraft:
    """Raises GoneError where there is none."""
    found = session.get(StandardDraft, draft_id)
    if found is None:
        raise GoneError
    return found


def folder_of(session: Session, site: Site, draft: StandardDraft) -> Path:
    """Everything published with the draft over it, as a folder."""
    return overlay(site.settings, newest_lexicons(session, site.settings), draft.files)


def text_in(session: Session, site: Site, draft: StandardDraft, path: str) -> str | None:
    """One file as the draft has it, else as it was published last; None where there is none."""
    return draft.files[path] if path in draft.files else text_of(newest_lexicons(session, site.settings), path)


def save(
    session: Session,
    site: Site,
    draft_id: int,
    revision: int,
    files: Mapping[str, str],
    by_id: int | None,
    what: str,
    anew: bool = False,
) -> StandardDraft:
    """Put texts into the draft (the files named, the others stay); a text equal to what is in effect leaves the draft.

    `anew`: the texts were merged with what has been published since, and stand on that from now on.

    Raises StaleDraftError where `revision` is not the newest, GoneError where the draft is no longer open, InvalidError
    for a file that cannot be.
    """
    draft = _editable(session, draft_id, revision)
    _storable(files)
    newest = newest_lexicons(session, site.settings)
    merged, bases = dict(draft.files), dict(draft.bases)
    for path, text in files.items():
        standing = text_of(newest, path)
        bases[path] = standing if anew else bases.get(path, standing)
        if text == standing == bases[path]:
            merged.pop(path, None)
            bases.pop(path)
        else:
            merged[path] = text
    if merged == draft.files and bases == draft.bases:
        return draft
    draft.bases = bases
    return _changed(session, draft, merged, by_id, what)


def undo(session: Session, draft_id: int, revision: int, by_id: int | None) -> StandardDraft:
    """Go back one change; the undone one stays on record. Raises as `save`, InvalidError where nothing is left."""
    draft = _editable(session, draft_id, revision)
    changes = {change.revision: change for change in changes_of(session, draft_id)}
    undone = _stands_at(changes[draft.revision])
    if undone == 0:
        raise InvalidError("没有可以撤销的修改")
    before = changes[_stands_at(changes[undone - 1])]
    what = f"撤销：{changes[undone].what}"[:200]
    return _changed(session, draft, dict(before.files), by_id, what, restores=before.revision)


def drop(session: Session, draft_id: int, by_id: int | None) -> None:
    """Give a draft up; its changes stay on record. Raises GoneError."""
    draft = draft_of(session, draft_id)
    if draft.state is not DraftState.OPEN:
        raise GoneError
    draft.state, draft.changed_by_id, draft.changed_at = DraftState.DROPPED, by_id, now()
    audit.record(session, "draft-dropped", "standard", draft.standard_id, draft=draft.id)


def changes_of(session: Session, draft_id: int) -> list[DraftChange]:
    """Every change of a draft, oldest first; the first is its opening."""
    chosen = select(DraftChange).where(DraftChange.draft_id == draft_id).order_by(DraftChange.revision)
    return list(session.scalars(chosen))


def open_drafts(session: Session) -> list[StandardDraft]:
    """All open drafts, the last changed first."""
    chosen = select(StandardDraft).where(StandardDraft.state == DraftState.OPEN)
    return list(session.scalars(chosen.order_by(StandardDraft.changed_at.desc(), StandardDraft.id.desc())))


def _stands_at(change: DraftChange) -> int:
    return change.revision if change.restores is None else change.restores


def _open(standard_id: str) -> Select[StandardDraft]:
    chosen = StandardDraft.standard_id == standard_id, StandardDraft.state == DraftState.OPEN
    return select(StandardDraft).where(*chosen)


def _editable(session: Session, draft_id: int, revision: int) -> StandardDraft:
    draft = draft_of(session, draft_id)
    if draft.state is not DraftState.OPEN:
        raise GoneError
    if draft.revision != revision:
        raise StaleDraftError(draft)
    return draft


def _storable(files: Mapping[str, str]) -> None:
    for path, text in files.items():
        if not PATH.fullmatch(path) or path == CHECKLIST:
            raise InvalidError(f"标准里不能有名为 {path} 的文件")
        if "\0" in text:
            raise InvalidError(f"{path} 里有看不见的空字符（NUL），请删去")
        if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
            raise InvalidError(f"{path} 太大：超过 {MAX_BYTES // 1000} KB")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidError(f"{path} 里有不完整的字符，请删去后重新输入") from None


def _made(
    session: Session,
    standard_id: str,
    files: dict[str, str],
    bases: dict[str, str | None],
    base_id: int | None,
    by_id: int | None,
    title: str,
) -> StandardDraft:
    draft = StandardDraft(
        standard_id=standard_id,
        title=title[:200],
        files=files,
        bases=bases,
        base_id=base_id,
        created_by_id=by_id,
        changed_by_id=by_id,
        revision=0,
    )
    session.add(draft)
    session.flush()
    session.add(DraftChange(draft_id=draft.id, revision=0, files=files, what=OPENED, by_id=by_id))
    audit.record(session, "draft-opened", "standard", standard_id, draft=draft.id)
    return draft


def _changed(
    session: Session,
    draft: StandardDraft,
    files: dict[str, str],
    by_id: int | None,
    what: str,
    restores: int | None = None,
) -> StandardDraft:
    draft.files = files
    draft.revision += 1
    draft.changed_by_id, draft.changed_at = by_id, now()
    session.add(
        DraftChange(
            draft_id=draft.id, revision=draft.revision, files=files, what=what[:200], by_id=by_id, restores=restores
        )
    )
    session.flush()
    return draft
