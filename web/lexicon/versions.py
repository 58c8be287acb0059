"""Versions of standards: a draft published with a note, in effect from a day on; a standard retired. Rows are only added.

What a result was judged by is named in it (version and digest), and of every version the text is kept.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analyzer.errors import LexiconError
from analyzer.rubric.load import load_standard, standard_files
from web.config import Settings
from web.db import now
from web.kit import audit
from web.kit.calendar import POSSIBLE
from web.kit.lexicons import newest_lexicons, overlay, text_of
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.lexicon import checking, yamltext
from web.lexicon.drafts import StaleDraftError, draft_of
from web.models import DraftState, StandardDraft, StandardVersion

FURTHEST = dt.timedelta(days=366)  # into the future
_LAST_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$")


class InvalidDraftError(InvalidError):
    """The draft has errors and cannot be published; `problems` are all of them."""

    def __init__(self, problems: tuple[checking.Problem, ...]) -> None:
        super().__init__(f"草稿里还有 {len(problems)} 个错误，改好后才能发布")
        self.problems = problems


class MovedError(InvalidError):
    """A file of the draft was published in another form since the draft took it up; `paths` are those."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__(f"别的草稿已经发布了 {'、'.join(paths)} 的新内容，请先在草稿里合并")
        self.paths = paths


def publish(
    session: Session, site: Site, draft_id: int, revision: int, note: str, effective_from: dt.date, by_id: int | None
) -> StandardVersion:
    """Publish a draft: it counts for what is recorded from `effective_from` on, also where that day is past.

    Where the text still has the version number of what stands, the number is raised, in this standard and in every other
    that its shared lists change: a result's version says by what it was judged. Raises StaleDraftError, GoneError,
    InvalidDraftError, MovedError, InvalidError. The lock is held meanwhile: call `make_ready` before.
    """
    draft = draft_of(session, draft_id)
    if draft.state is not DraftState.OPEN:
        raise GoneError
    if draft.revision != revision:
        raise StaleDraftError(draft)
    _bounded(effective_from, site)
    newest = newest_lexicons(session, site.settings)
    moved = tuple(
        path for path in draft.files if text_of(newest, path) not in (draft.bases.get(path), draft.files[path])
    )
    if moved:
        raise MovedError(moved)
    if not draft.files:
        raise InvalidError("草稿和现行标准一样，没有可以发布的修改")
    ready = _ready(site.settings, newest, overlay(site.settings, newest, draft.files), draft.standard_id)
    if ready.errors:
        raise InvalidDraftError(ready.errors)
    row = _version(session, draft.standard_id, {**draft.files, **ready.raised}, note, effective_from, by_id)
    row.version, row.title, row.digest = ready.version, ready.title, ready.digest
    draft.state, draft.changed_by_id, draft.changed_at = DraftState.PUBLISHED, by_id, now()
    audit.record(
        session,
        "standard-published",
        "standard",
        draft.standard_id,
        number=row.number,
        version=row.version,
        effective_from=effective_from.isoformat(),
        note=note,
    )
    return row


def make_ready(session: Session, site: Site, draft: StandardDraft) -> tuple[checking.Problem, ...]:
    """What forbids publishing a draft. Takes seconds, and is kept: ask with a reading session before you `publish`."""
    newest = newest_lexicons(session, site.settings)
    return _ready(site.settings, newest, overlay(site.settings, newest, draft.files), draft.standard_id).errors


def retire(
    session: Session, site: Site, standard_id: str, note: str, effective_from: dt.date, by_id: int | None
) -> StandardVersion:
    """Take a standard out of use from a day on: nothing recorded then can be judged by it. Its results stay.

    Raises GoneError, InvalidError for the last standard that is left.
    """
    _bounded(effective_from, site)
    newest = newest_lexicons(session, site.settings)
    if text_of(newest, f"{standard_id}.yaml") is None:
        raise GoneError
    if len(standard_files(newest)) == 1:
        raise InvalidError("这是最后一个标准，不能停用")
    read = load_standard(standard_id, newest)
    row = _version(session, standard_id, {f"{standard_id}.yaml": None}, note, effective_from, by_id)
    row.version, row.title, row.digest, row.retired = read.ref.version, read.ref.title, "", True
    audit.record(
        session, "standard-retired", "standard", standard_id, effective_from=effective_from.isoformat(), note=note
    )
    return row


def versions_of(session: Session, standard_id: str) -> list[StandardVersion]:
    """The published versions of a standard, newest first."""
    chosen = select(StandardVersion).where(StandardVersion.standard_id == standard_id)
    return list(session.scalars(chosen.order_by(StandardVersion.number.desc())))


def folder_with(session: Session, site: Site, version: StandardVersion | None) -> Path:
    """The standards as they were with this version the newest of all; None: as shipped."""
    if version is None:
        return site.settings.lexicons
    chosen = select(StandardVersion).where(StandardVersion.id <= version.id).order_by(StandardVersion.id)
    merged: dict[str, str | None] = {}
    for row in session.scalars(chosen):
        merged.update(row.files)
    return overlay(site.settings, site.settings.lexicons, merged)


def _bounded(day: dt.date, site: Site) -> None:
    if not POSSIBLE.first <= day <= now().astimezone(site.zone).date() + FURTHEST:
        raise InvalidError("生效日期要在 1990 年以后、一年之内")


def _version(
    session: Session,
    standard_id: str,
    files: Mapping[str, str | None],
    note: str,
    effective_from: dt.date,
    by_id: int | None,
) -> StandardVersion:
    last = session.scalar(select(func.max(StandardVersion.number)).where(StandardVersion.standard_id == standard_id))
    row = StandardVersion(
        standard_id=standard_id,
        number=(last or 0) + 1,
        version="",
        title="",
        digest="",
        files=dict(files),
        note=note.strip()[:1000],
        effective_from=effective_from,
        published_by_id=by_id,
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True, slots=True)
class _Ready:
    """A draft looked through: its errors, else the files with raised version numbers and what the result is called."""

    errors: tuple[checking.Problem, ...]
    raised: Mapping[str, str]
    version: str = ""
    title: str = ""
    digest: str = ""


@functools.lru_cache(maxsize=32)
def _ready(settings: Settings, newest: Path, folder: Path, standard_id: str) -> _Ready:
    errors = checking.breaks(checking.problems(settings, folder, standard_id))
    if errors:
        return _Ready(errors, {})
    raised = _renumbered(newest, folder)
    read = load_standard(standard_id, overlay(settings, folder, raised)).ref
    return _Ready((), raised, read.version, read.title, read.digest)


def _renumbered(before: Path, after: Path) -> dict[str, str]:
    """The files of standards that judge otherwise than before under the same version number, with the next number."""
    raised = {}
    for file in standard_files(after):
        try:
            old, new = load_standard(file.stem, before).ref, load_standard(file.stem, after).ref
        except LexiconError:  # new, or one that cannot be read: it is said elsewhere
            continue
        if old.version == new.version and old.digest != new.digest:
            text = text_of(after, file.name) or ""
            raised[file.name] = yamltext.put(text, ("version",), next_version(new.version))
    return raised


def next_version(version: str) -> str:
    """The version number after this one: its last number plus one.

    >>> next_version("1.0.9"), next_version("2026年版")
    ('1.0.10', '2027年版')
    """
    found = _LAST_NUMBER.match(version)
    if found is None:
        return f"{version}.1"[:32]
    return f"{found[1]}{int(found[2]) + 1}{found[3]}"[:32]
