"""A draft on the test's site, and forms sent as a browser sends them."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.html import Node, page
from web.kit.site import Site
from web.lexicon import drafts
from web.models import StandardDraft

STANDARD = "property-visit"
FILE = f"{STANDARD}.yaml"


def draft(here: Site, by_id: int | None = None, standard_id: str = STANDARD) -> int:
    """Open a draft; return its id."""
    with here.db.writing() as session:
        return drafts.open_draft(session, here, standard_id, by_id).id


def text_of(here: Site, draft_id: int, file: str = FILE) -> str:
    """A file as the draft has it."""
    with here.db.reading() as session:
        found = drafts.text_in(session, here, session.get_one(StandardDraft, draft_id), file)
    assert found is not None
    return found


def form_of(browser: FlaskClient, path: str, action: str | None = None) -> dict[str, str]:
    """What a browser would send of a page's form as it stands."""
    whole = page(browser.get(path))
    forms = [form for form in whole.all("form", method="post") if form.get("action") == (action or path)]
    assert len(forms) == 1, [form.get("action") for form in whole.all("form", method="post")]
    return fields_of(forms[0])


def fields_of(form: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in form.all("input"):
        checked = field.get("type") not in ("radio", "checkbox") or field.get("checked") is not None
        if field.get("name") and checked:
            found[str(field.get("name"))] = field.get("value") or ""
    for area in form.all("textarea"):
        found[str(area.get("name"))] = "".join(area.element.itertext()).replace("\n", "\r\n")
    for select in form.all("select"):
        options = select.all("option")
        chosen = next((o for o in options if o.get("selected") is not None), options[0] if options else None)
        found[str(select.get("name"))] = (chosen.get("value") or "") if chosen else ""
    return found


def send(browser: FlaskClient, path: str, form: dict[str, Any], **changed: str) -> TestResponse:
    """Send a form with some of its fields changed (`f__weight` is f.weight)."""
    return browser.post(path, data={**form, **{name.replace("__", "."): value for name, value in changed.items()}})
