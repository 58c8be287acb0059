"""A save: what was typed is put into the draft as it stands now, whoever changed it since the form was made.

Nothing that was typed is thrown away: where two people changed the same, the error holds both. A plan is made from what is
read, and carried out only if nobody saved meanwhile; else it is made anew. So the database is locked for writing only
while rows are written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.lexicons import newest_lexicons, text_of
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.kit.standards import clauses
from web.lexicon import drafts
from web.lexicon.outline import Node, Path, outline, shown, step
from web.lexicon.yamltext import YamlTextError
from web.models import DraftChange, DraftState, StandardDraft
from web.standards.editing import fields, specs
from web.standards.editing.merge import THEIRS, FieldMerge, merge_fields
from web.standards.editing.specs import Spec
from web.standards.editing.writing import spec_of, told, written

MAX_TEXT = 150_000  # characters of a file that is edited here: as bytes fewer than a form may have; the longest of ours has 35,000
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # controls that neither YAML nor a page can hold
TRIES = 3
_UNKNOWN = "\0"  # what no field can have been


@dataclass(frozen=True, slots=True)
class Target:
    """A mapping of a file that a form shows: a clause, a shared list, or a standard's head."""

    file: str
    at: Path

    @property
    def is_clause(self) -> bool:
        return self.at[:1] == ("items",)

    def node(self, text: str) -> Node | None:
        """The mapping in a text; None where there is none."""
        node = outline(text).root
        for key in self.at:
            if node is None:
                return None
            if self.is_clause and key == self.at[-1]:
                return outline(text).clause(key)
            node = node.fields.get(str(key))
        return node

    @property
    def specs(self) -> dict[str, Spec]:
        """The fields that its form has."""
        return specs.CLAUSE if self.is_clause else specs.LIST if self.at else specs.TOP


@dataclass(frozen=True, slots=True)
class Seen:
    """What the form was made from: a revision of the draft, and the digest of the file's text in it."""

    revision: int
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Texts to be saved into a draft that is still at `revision`.

    `merged`: what others changed meanwhile and stands beside the new; `key`: what is new, where a page goes on to it.
    `anew`: merged with what has been published since.
    """

    draft_id: int
    revision: int
    texts: Mapping[str, str]
    what: str
    merged: str = ""
    key: str = ""
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a plan; `changed`: there was something to save."""

    plan: Plan
    changed: bool


class ClashError(Exception):
    """Somebody else changed the same fields otherwise; `merge.clashes` holds what he wrote."""

    def __init__(self, merge: FieldMerge) -> None:
        super().__init__(", ".join(merge.clashes))
        self.merge = merge


class LostError(Exception):
    """What the form was about has been removed, or named otherwise, meanwhile."""


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]


def text_now(session: Session, site: Site, draft: StandardDraft, file: str) -> str:
    """The text of a file of the draft. Raises GoneError."""
    text = drafts.text_in(session, site, draft, file)
    if text is None:
        raise GoneError
    return text


def text_then(session: Session, site: Site, draft: StandardDraft, file: str, seen: Seen) -> str | None:
    """The text that a form was made from; None where it is not known any more."""
    chosen = select(DraftChange).where(DraftChange.draft_id == draft.id, DraftChange.revision == seen.revision)
    change = session.scalars(chosen).first()
    if change is None:
        return None
    text = change.files.get(file) or draft.bases.get(file) or text_of(newest_lexicons(session, site.settings), file)
    return text if text is not None and digest(text) == seen.digest else None


def open_draft_of(session: Session, draft_id: int) -> StandardDraft:
    """Raises GoneError where the draft is none, InvalidError where it is no longer open."""
    draft = drafts.draft_of(session, draft_id)
    if draft.state is not DraftState.OPEN:
        raise InvalidError(_("这份草稿已经发布或放弃，不能再改。您填的内容还在页面上，可以复制到新的草稿里。"))
    return draft


def carry_out(site: Site, make: Callable[[Session], Plan], by_id: int) -> Saved:
    """Make a plan and save it, anew where somebody was quicker; at last with all others waiting. Raises what `make` raises."""
    for _again in range(TRIES):
        with site.db.reading() as session:
            plan = make(session)
        with site.db.writing() as session:
            try:
                return _stored(session, site, plan, by_id)
            except drafts.StaleDraftError:
                continue
    with site.db.writing() as session:
        return _stored(session, site, make(session), by_id)


def _stored(session: Session, site: Site, plan: Plan, by_id: int) -> Saved:
    saved = drafts.save(session, site, plan.draft_id, plan.revision, plan.texts, by_id, plan.what, plan.anew)
    changed = saved.revision != plan.revision
    if changed:
        audit.record(session, "draft-changed", "standard", saved.standard_id, draft=plan.draft_id, what=plan.what)
    return Saved(plan, changed)


def plan_fields(
    session: Session,
    site: Site,
    draft_id: int,
    target: Target,
    typed: Mapping[str, str],
    seen: Seen,
    taken: Mapping[str, str],
) -> Plan:
    """What saving a form comes to. `taken` says for fields that clashed before whose stands: mine | theirs.

    Raises GoneError, InvalidError, LostError, ClashError.
    """
    draft = open_draft_of(session, draft_id)
    text = text_now(session, site, draft, target.file)
    node = target.node(text)
    if node is None:
        raise LostError
    theirs = fields.values_of(node)
    before = _before(session, site, draft, target, seen, theirs)
    known = target.specs
    mine = typed_fields(typed, theirs, known)
    _refuse_lost(typed, before, mine)
    mine = {name: value for name, value in mine.items() if taken.get(name) != THEIRS}
    check_typed(mine)
    merged = merge_fields(before, mine, theirs, _lists(mine, known))
    if merged.clashes:
        raise ClashError(merged)
    after = {name: merged.values[name] for name in mine}
    changed = [name for name, value in after.items() if value != theirs.get(name, "")]
    new = put(text, target, theirs, after)
    with in_source():
        what = _("%(where)s：%(what)s", where=named(target, theirs), what=told(changed, known))
    others = [name for name in merged.theirs if name in typed] if seen.revision != draft.revision else []
    key = shown(step(after["id"])) if target.is_clause and "id" in changed else ""
    return Plan(draft.id, draft.revision, {target.file: new}, what, told(others, known), key)


def put(text: str, target: Target, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The text with the fields that differ. Raises InvalidError where they cannot be written."""
    try:
        return written(text, target.at, target.specs, before, after)
    except YamlTextError as error:
        raise InvalidError(_("这里存不进去：%(why)s。", why=str(error))) from error


def typed_fields(typed: Mapping[str, str], standing: Mapping[str, str], known: Mapping[str, Spec]) -> dict[str, str]:
    """The typed fields as they would be read again; without those of parts that are not there."""
    parts = {name.rpartition(".")[0] for name in standing}
    return {
        name: fields.tidy(value, spec.kind)
        for name, value in typed.items()
        if (spec := spec_of(name, known))
        and (name.partition(".")[0] not in fields.PARTS or name.rpartition(".")[0] in parts)
    }


def _refuse_lost(typed: Mapping[str, str], before: Mapping[str, str], mine: Mapping[str, str]) -> None:
    """Raises LostError where something was typed into a part that is gone."""
    gone = (name for name in typed if name not in mine and name.partition(".")[0] in fields.PARTS)
    if any(fields.tidy(typed[name], specs.LINES) != before.get(name, "") for name in gone):
        raise LostError


def _lists(names: Iterable[str], known: Mapping[str, Spec]) -> list[str]:
    return [name for name in names if (spec := spec_of(name, known)) and spec.kind == specs.LINES]


def _before(
    session: Session, site: Site, draft: StandardDraft, target: Target, seen: Seen, theirs: Mapping[str, str]
) -> dict[str, str]:
    """The fields as the form showed them; where that is not known, as nobody can have seen them."""
    text = text_then(session, site, draft, target.file, seen)
    node = target.node(text) if text is not None else None
    moved = isinstance(target.at[-1] if target.at else "", int) and seen.revision != draft.revision
    return dict.fromkeys(theirs, _UNKNOWN) if node is None or moved else fields.values_of(node)


def named(target: Target, values: Mapping[str, str]) -> str:
    """What a form is about, in a few words."""
    if target.is_clause:
        words = values.get("text", "")[:16].rstrip("。，；？！、")
        return f"{clauses(values.get('clause', ''))} {words}".strip() or values.get("id", "")
    return _("短语表 <%(name)s>", name=target.at[-1]) if target.at else _("标准的信息")


def check_typed(typed: Mapping[str, str]) -> None:
    """Raises InvalidError for more than a form gives back, and for what a database cannot hold."""
    if sum(map(len, typed.values())) > MAX_TEXT:
        raise InvalidError(_("内容太长：最多 %(n)s 字。请删去一些再保存。", n=f"{MAX_TEXT:,}"))
    for value in typed.values():
        if unseen := UNSEEN.search(value):
            line = value[: unseen.start()].count("\n") + 1
            raise InvalidError(_("第 %(n)s 行有看不见的控制字符（下面显示为 �），请删去再保存。", n=line))
