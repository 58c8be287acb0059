"""What the pages of drafts show, as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from web.kit.i18n import gettext as _
from web.kit.lexicons import paths_of, text_of
from web.lexicon.outline import Outline, outline, shown
from web.models import DraftState, StandardDraft, StandardVersion, User
from web.standards.editing import fields
from web.standards.editing.fields import Fieldset
from web.standards.editing.problems import Told
from web.standards.editing.saving import UNSEEN, Target

SHARED = "shared/"


@dataclass(frozen=True, slots=True)
class Head:
    """A draft's own line: whose, on what it stands, who changed it last. `links`: pages about it, that there are."""

    id: int
    standard_id: str
    title: str
    revision: int
    open: bool
    state: str
    base: str
    changed_by: str
    changed_at: dt.datetime
    changed_files: tuple[str, ...]
    moved: tuple[str, ...] = ()  # those of its files that were published otherwise since it took them up
    links: tuple[tuple[str, str], ...] = ()

    @property
    def file(self) -> str:
        return f"{self.standard_id}.yaml"


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause in the list."""

    key: str
    clause: str
    text: str
    kind: str
    how: str
    weight: str
    penalty: str


@dataclass(frozen=True, slots=True)
class Change:
    """A save: who, when, what, and the lines that it changed (mark, line)."""

    revision: int
    what: str
    by: str
    at: dt.datetime
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """The form of a clause, a list or a standard's head, as it stands or as it came back.

    `clashes`: what somebody else wrote into fields that were typed into; `lost`: typed words that no field shows.
    """

    fieldset: Fieldset
    digest: str
    revision: int
    problems: Mapping[str, list[Told]]
    clashes: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    message: str = ""


def head_of(session: Session, draft: StandardDraft, newest: FilePath | None = None) -> Head:
    """Two queries. With the folder that it stands on it is told what was published since, and further pages."""
    base = session.get(StandardVersion, draft.base_id) if draft.base_id else None
    return Head(
        draft.id,
        draft.standard_id,
        draft.title,
        draft.revision,
        draft.state is DraftState.OPEN,
        draft.state.value,
        _stands_on(draft, base),
        names(session, [draft.changed_by_id]).get(draft.changed_by_id or 0, _("系统")),
        draft.changed_at,
        tuple(sorted(draft.files)),
        _moved(draft, newest) if newest is not None and draft.state is DraftState.OPEN else (),
        _links(draft) if newest is not None else (),
    )


def _moved(draft: StandardDraft, newest: FilePath) -> tuple[str, ...]:
    known = ((path, text, draft.bases.get(path)) for path, text in sorted(draft.files.items()))
    return tuple(path for path, text, base in known if text_of(newest, path) not in (base, text))


def _stands_on(draft: StandardDraft, base: StandardVersion | None) -> str:
    """What a draft began with, in words."""
    if base is not None:
        return _("已发布的第 %(n)s 版", n=base.number)
    file = f"{draft.standard_id}.yaml"
    is_new = file in draft.bases and draft.bases[file] is None
    return _("新标准，还没有发布过") if is_new else _("随系统提供的标准")


def names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of users. One query."""
    rows = session.execute(select(User.id, User.name).where(User.id.in_({i for i in ids if i})))
    return {row.id: row.name for row in rows}


def texts_of(newest: FilePath, draft: StandardDraft) -> dict[str, str]:
    """The YAML files that the draft shows: its standard and the shared lists, as the draft has them."""
    paths = {path for path in paths_of(newest) if path.startswith(SHARED) and path.endswith(".yaml")}
    paths |= {path for path in draft.files if path.endswith(".yaml")} | {f"{draft.standard_id}.yaml"}
    return _texts(newest, draft, paths)


def all_texts(newest: FilePath, draft: StandardDraft) -> dict[str, str]:
    """These and the other standards, which may use the same lists."""
    others = [path for path in paths_of(newest) if "/" not in path]
    return _texts(newest, draft, others) | texts_of(newest, draft)


def _texts(newest: FilePath, draft: StandardDraft, paths: Iterable[str]) -> dict[str, str]:
    texts = {path: draft.files[path] if path in draft.files else text_of(newest, path) for path in sorted(paths)}
    return {path: text for path, text in texts.items() if text is not None}


def facts_of(texts: Mapping[str, str]) -> dict[str, str]:
    """The facts that clauses may ask about, with their titles."""
    found: dict[str, str] = {}
    for path, text in texts.items():
        if path.startswith(SHARED):
            found |= outline(text).facts
    return found


def clause_lines(read: Outline) -> list[ClauseLine]:
    lines = []
    for key, node in read.clauses:
        values = fields.values_of(node)
        wanted = ("clause", "text", "kind", "how", "weight", "penalty")
        lines.append(ClauseLine(shown(key), *(values.get(name, "") for name in wanted)))
    return lines


def fieldset_of(target: Target, text: str, facts: Mapping[str, str], mine: Mapping[str, str]) -> Fieldset | None:
    """The form of a target with what was typed (`mine`) in place of what stands; None where it is gone."""
    node = target.node(text)
    if node is None:
        return None
    values = fields.values_of(node) | {name: UNSEEN.sub("\ufffd", value) for name, value in mine.items()}
    if not target.is_clause:
        return fields.plain_fields(target.specs, node, values)
    after = fields.earlier(outline(text).clauses, target.at[-1])
    return fields.clause_fields(node, values, {"when": fields.conditions(facts), "after": after})


def _links(draft: StandardDraft) -> tuple[tuple[str, str], ...]:
    """Pages of others about a draft, as far as there are any."""
    here = f"/standards/drafts/{draft.id}"
    wanted = ((f"{here}/policy", _("计分与尺度")), (f"{here}/runs", _("试算")), (f"{here}/publish", _("发布")))
    return tuple((path, words) for path, words in wanted if _is_page(path))


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("localhost").match(path, method="GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True
