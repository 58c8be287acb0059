"""A filled form into the draft: only what its user changed, so that nobody's other change is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.kit.i18n import in_source
from web.kit.lexicons import newest_lexicons, overlay
from web.kit.refusals import GoneError
from web.kit.site import Site
from web.lexicon import drafts
from web.lexicon.drafts import StaleDraftError
from web.lexicon.policy import Ruled, Value, Values, fresh, ruled, written
from web.models import StandardDraft
from web.standards.policy.fields import Fields, Typed, fields_of, read, shown


@dataclass(frozen=True, slots=True)
class Filled:
    """A form read against the draft as its user saw it."""

    draft_id: int
    revision: int
    seen: Ruled
    fields: Fields
    typed: Typed

    @property
    def changes(self) -> dict[str, Value]:
        """What its user changed."""
        return fresh(self.seen.values, self.typed.values)


class ClashError(Exception):
    """Somebody has changed the same settings since. `theirs`: by setting, as it stands now; `current`: the draft as it is."""

    def __init__(self, theirs: Mapping[str, str], current: Ruled, revision: int) -> None:
        super().__init__(", ".join(theirs))
        self.theirs, self.current, self.revision = theirs, current, revision


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written; `merged`: beside another's change that the form had not seen."""

    labels: Sequence[str]
    merged: bool


def seen_at(session: Session, site: Site, draft: StandardDraft, revision: int) -> Ruled:
    """The draft's settings at a revision. Raises GoneError for one that never was, LexiconError where it had mistakes."""
    change = next((c for c in drafts.changes_of(session, draft.id) if c.revision == revision), None)
    if change is None:
        raise GoneError
    folder = overlay(site.settings, newest_lexicons(session, site.settings), change.files)
    return ruled(folder, draft.standard_id)


def filled(session: Session, site: Site, draft: StandardDraft, form: Mapping[str, str], revision: int) -> Filled:
    """Raises as `seen_at`."""
    seen = seen_at(session, site, draft, revision)
    fields = fields_of(seen)
    return Filled(draft.id, revision, seen, fields, read(fields.every, form, seen.values))


def save(session: Session, site: Site, form: Filled, by_id: int | None) -> Saved:
    """Write what the user changed into the draft, also where others changed other settings meanwhile.

    Raises ClashError where they changed the same, GoneError for a draft that is no longer open, LexiconError, YamlTextError.
    """
    draft = drafts.draft_of(session, form.draft_id)
    changes, merged = form.changes, draft.revision != form.revision
    if merged:
        current = seen_at(session, site, draft, draft.revision)
        theirs = _clashes(form.seen.values, current.values, changes)
        if theirs:
            raise ClashError(theirs, current, draft.revision)
        changes = {key: value for key, value in changes.items() if key in current.values}
    labels = [form.fields.label(key) for key in changes]
    path = f"{draft.standard_id}.yaml"
    text = written(drafts.text_in(session, site, draft, path) or "", changes)
    with in_source():
        named = fields_of(form.seen)
        what = "计分与尺度：" + "、".join(named.label(key) for key in changes)
    try:
        drafts.save(session, site, draft.id, draft.revision, {path: text}, by_id, what)
    except StaleDraftError as error:  # between two lines of this very transaction: it cannot be
        raise GoneError from error
    return Saved(labels, merged)


def _clashes(seen: Values, current: Values, mine: Values) -> dict[str, str]:
    """My settings that somebody else set to something else since."""
    return {
        key: shown(key, current.get(key))
        for key, value in mine.items()
        if current.get(key) != seen.get(key) and current.get(key) != value
    }
