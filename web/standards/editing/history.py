"""The changes of a draft with the lines that each of them changed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from web.kit.i18n import gettext as _
from web.kit.lexicons import text_of
from web.lexicon import drafts
from web.models import StandardDraft
from web.standards.editing.page import Change, names

MOST_LINES = 40  # of one change that are shown
MOST = 100  # newest changes that are shown


def changes(session: Session, newest: Path, draft: StandardDraft) -> list[Change]:
    """The newest first; the lines of each against the save before it. Two queries."""
    rows = drafts.changes_of(session, draft.id)
    people = names(session, [row.by_id for row in rows])
    found = []
    for before, row in list(zip([None, *rows], rows, strict=False))[-MOST:]:
        lines = _lines(before.files, row.files, lambda path: _base(path, draft, newest)) if before is not None else []
        by = people.get(row.by_id or 0, _("系统"))
        found.append(Change(row.revision, row.what, by, row.at, tuple(lines[:MOST_LINES])))
    return found[::-1]


def _lines(before: Mapping[str, str], after: Mapping[str, str], base: Callable[[str], str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in sorted({*before, *after}):
        old, new = (files[path] if path in files else base(path) for files in (before, after))
        if old == new:
            continue
        diff = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
        found += [(line[0], line[1:].strip()) for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return found


def _base(path: str, draft: StandardDraft, newest: Path) -> str:
    """What stands where the draft has no text of its own."""
    return (draft.bases[path] if path in draft.bases else text_of(newest, path)) or ""
