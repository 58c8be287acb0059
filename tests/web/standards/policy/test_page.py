"""The page 计分与尺度: what is typed reaches the draft's text, what cannot be is said, and nobody's change is lost."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from analyzer.rubric.load import load_standard
from analyzer.rubric.policy import Stance
from analyzer.settings import ROOT
from tests.web.conftest import Login
from tests.web.html import Node, page
from tests.web.review.stage import judge
from web.db import Database
from web.kit.site import Site
from web.lexicon import drafts
from web.lexicon.policy import written
from web.models import DraftState, StandardDraft

VISIT, FILE = "property-visit", "property-visit.yaml"
SHIPPED = (ROOT / "lexicons" / FILE).read_text("utf-8")


@pytest.fixture
def draft(app: Flask, db: Database, here: Site, people: dict[str, Any]) -> int:
    with app.app_context(), db.writing() as session:
        return drafts.open_draft(session, here, VISIT, people["qa"].id).id


def address(draft: int, part: str = "") -> str:
    return f"/standards/drafts/{draft}/policy{part}"


def typed(shown: Node) -> dict[str, str]:
    """The form as a browser would send it."""
    form = shown.one("form", id="policy-form")
    values = {i.get("name") or "": i.get("value") or "" for i in form.all("input")}
    for select in form.all("select"):
        chosen = [o for o in select.all("option") if o.get("selected") is not None]
        values[select.get("name") or ""] = (chosen or select.all("option"))[0].get("value") or ""
    return values


def text_of_draft(db: Database, here: Site, draft: int) -> str:
    with db.reading() as session:
        return drafts.text_in(session, here, session.get_one(StandardDraft, draft), FILE) or ""


@pytest.mark.parametrize(("who", "status"), [("qa", 200), ("admin", 200), ("manager", 403), ("technician", 403)])
def test_the_office_sets_the_policy_and_nobody_else(login: Login, draft: int, who: str, status: int) -> None:
    browser = login(who)
    page(browser.get(address(draft)), status)
    assert browser.post(address(draft), data={}).status_code == (403 if status == 403 else 400)
    assert browser.post(address(draft, "/effect"), data={}).status_code == (403 if status == 403 else 400)


def test_without_a_login_nobody_sees_it(app: Flask, draft: int) -> None:
    assert app.test_client().get(address(draft)).status_code == 302


def test_a_draft_that_is_not_there_is_not_found(login: Login) -> None:
    page(login("qa").get(address(99)), 404)


def test_the_form_shows_what_holds(login: Login, draft: int) -> None:
    values = typed(page(login("qa").get(address(draft))))
    assert (values["weight:greeting"], values["pass:late-apology"], values["penalty:profanity:oath"]) == (
        "2",
        "75",
        "5",
    )
    assert (values["pass_mark"], values["help:do-not-know"], values["unasked"]) == ("", "pardons", "doubt")


def test_every_field_has_a_name_that_can_be_read(login: Login, draft: int) -> None:
    shown = page(login("qa").get(address(draft)))
    labelled = {label.get("for") for label in shown.all("label")}
    form = shown.one("form", id="policy-form")
    fields = [f for f in (*form.all("input"), *form.all("select")) if f.get("type") != "hidden"]
    assert len(fields) > 40 and all(f.get("id") in labelled for f in fields)


def test_what_is_set_stands_in_the_draft_and_judges(login: Login, db: Database, here: Site, draft: int) -> None:
    browser = login("qa")
    form = typed(page(browser.get(address(draft))))
    form |= {"weight:greeting": "3.5", "help:do-not-know": "counts", "pass_mark": "80", "pass:farewell": "50"}
    assert browser.post(address(draft), data=form).status_code == 302
    with db.reading() as session:
        standard = load_standard(VISIT, drafts.folder_of(session, here, session.get_one(StandardDraft, draft)))
    items = {item.id: item for item in standard.items}
    assert (items["greeting"].weight, items["farewell"].pass_credit) == (3.5, 0.5)
    assert (standard.policy.pass_mark, standard.policy.helped("do-not-know")) == (80.0, Stance.COUNTS)
    with db.reading() as session:
        assert "计分与尺度" in drafts.changes_of(session, draft)[-1].what


def test_comments_and_all_else_stay_and_what_is_set_back_leaves_no_trace(
    login: Login, db: Database, here: Site, draft: int
) -> None:
    browser = login("qa")
    form = typed(page(browser.get(address(draft))))
    browser.post(address(draft), data={**form, "weight:greeting": "3", "unasked": "counts"})
    changed = text_of_draft(db, here, draft)
    new = [line for line in changed.splitlines() if line not in SHIPPED.splitlines()]
    assert new == ["    weight: 3", "policy:", "  unasked: counts"]
    form = typed(page(browser.get(address(draft))))
    browser.post(address(draft), data={**form, "weight:greeting": "2", "unasked": "doubt"})
    assert text_of_draft(db, here, draft) == SHIPPED


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("weight:greeting", "NaN", "不是可以用的数"),
        ("weight:greeting", "inf", "不是可以用的数"),
        ("weight:greeting", "-2", "不是可以用的数"),
        ("weight:greeting", "1e309", "不是可以用的数"),
        ("weight:greeting", "", "请填写这一项"),
        ("weight:greeting", "0", "超出了范围"),
        ("weight:greeting", "9" * 400, "不是可以用的数"),
        ("weight:greeting", "1_000", "不是可以用的数"),
        ("weight:greeting", "1,5", "不是可以用的数"),
        ("penalty:solicit", "100.5", "超出了范围"),
        ("cap:profanity", "100", "超出了范围"),
        ("pass:farewell", "101", "超出了范围"),
        ("pass_mark", "一百", "不是可以用的数"),
        ("min_recordings", "2.5", "应当是整数"),
        ("min_recordings", "0", "超出了范围"),
        ("help_within_s", "½", "不是可以用的数"),
        ("unasked", "always", "请从列出的几种里选一种"),
        ("misheard", "counts", "请从列出的几种里选一种"),
        ("penalty:profanity:oath", "31", "比整条的 30 分还多"),
        ("weight:greeting", "<script>", "不是可以用的数"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_stays_typed(
    login: Login, db: Database, here: Site, draft: int, key: str, value: str, told: str
) -> None:
    browser = login("qa")
    form = {**typed(page(browser.get(address(draft)))), "weight:farewell": "7", key: value}
    shown = page(browser.post(address(draft), data=form), 422)
    field = shown.one(name=key)
    assert told in shown.one(id=f"{field.get('id')}-hint").text
    assert shown.one(name="weight:farewell").get("value") == "7"
    assert text_of_draft(db, here, draft) == SHIPPED
    assert told in page(browser.post(address(draft, "/effect"), data=form)).text


def test_full_width_digits_are_the_same_number(login: Login, db: Database, here: Site, draft: int) -> None:
    browser = login("qa")
    form = {**typed(page(browser.get(address(draft)))), "pass_mark": "８０．５"}
    assert browser.post(address(draft), data=form).status_code == 302
    assert "pass_mark: 80.5" in text_of_draft(db, here, draft)


def test_two_who_change_different_settings_lose_nothing(login: Login, db: Database, here: Site, draft: int) -> None:
    one, other = login("qa"), login("qa2")
    mine, theirs = (typed(page(browser.get(address(draft)))) for browser in (one, other))
    assert other.post(address(draft), data={**theirs, "weight:farewell": "9"}).status_code == 302
    assert one.post(address(draft), data={**mine, "weight:greeting": "8"}).status_code == 302
    text = text_of_draft(db, here, draft)
    assert text == written(SHIPPED, {"weight:farewell": 9.0, "weight:greeting": 8.0})


def test_two_who_change_the_same_setting_are_told_and_what_was_typed_stays(
    login: Login, db: Database, here: Site, draft: int
) -> None:
    one, other = login("qa"), login("qa2")
    mine, theirs = (typed(page(browser.get(address(draft)))) for browser in (one, other))
    other.post(address(draft), data={**theirs, "weight:greeting": "9", "weight:inquiry": "5"})
    shown = page(one.post(address(draft), data={**mine, "weight:greeting": "8", "penalty:solicit": "30"}), 409)
    assert "刚才有人改成了“9”" in shown.text
    again = typed(shown)
    assert (again["weight:greeting"], again["penalty:solicit"], again["weight:inquiry"]) == ("8", "30", "5")
    assert one.post(address(draft), data=again).status_code == 302
    assert text_of_draft(db, here, draft) == written(
        SHIPPED, {"weight:greeting": 8.0, "weight:inquiry": 5.0, "penalty:solicit": 30.0}
    )


def test_the_effect_on_the_last_month_is_told_before_anything_is_saved(
    app: Flask, login: Login, db: Database, here: Site, draft: int
) -> None:
    number = judge(app, db, polite=True)
    browser = login("qa")
    form = typed(page(browser.get(address(draft))))
    assert "和现行的标准一样" in page(browser.post(address(draft, "/effect"), data=form)).text
    told = page(browser.post(address(draft, "/effect"), data={**form, "weight:farewell": "20", "pass_mark": "60"}))
    assert "1 段得分会变" in told.text and "合格" in told.text
    assert any(a.get("href") == f"/recordings/{number}" for a in told.all("a"))
    assert text_of_draft(db, here, draft) == SHIPPED


def test_a_site_without_recordings_says_that_nothing_can_be_told(login: Login, draft: int) -> None:
    browser = login("qa")
    form = typed(page(browser.get(address(draft))))
    told = page(browser.post(address(draft, "/effect"), data={**form, "weight:greeting": "9"}))
    assert "没有按这份标准判过的录音" in told.text


def test_a_broken_draft_says_what_to_mend_first(app: Flask, login: Login, db: Database, here: Site, draft: int) -> None:
    with app.app_context(), db.writing() as session:
        drafts.save(session, here, draft, 0, {FILE: SHIPPED.replace("items:", "itemz:", 1)}, None, "坏了")
    assert "现在有错" in page(login("qa").get(address(draft)), 422).text


def test_a_published_draft_is_only_read(app: Flask, login: Login, db: Database, draft: int) -> None:
    browser = login("qa")
    form = typed(page(browser.get(address(draft))))
    with db.writing() as session:
        session.get_one(StandardDraft, draft).state = DraftState.PUBLISHED
    shown = page(browser.get(address(draft)))
    assert "只能看" in shown.text and not shown.all("button", type="submit", class_="btn-primary")
    assert browser.post(address(draft), data={**form, "weight:greeting": "9"}).status_code == 409
