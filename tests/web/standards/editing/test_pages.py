"""A draft in the browser: opened, its fields saved, problems beside them, clauses added and moved, changes undone."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.standards.editing.stage import FILE, draft, form_of, send, text_of
from web.kit.site import Site
from web.lexicon.outline import outline
from web.models import AuditEntry, StandardDraft

ALL = "/standards/drafts"


def test_a_draft_is_opened_from_a_standard_and_listed_with_who_changed_it(here: Site, login: Login) -> None:
    qa = login("qa")
    answer = qa.post(ALL, data={"standard": "property-visit", "do": "open"})
    assert answer.status_code == 303
    listed = page(qa.get(ALL)).text
    assert "小陈" in listed
    assert "property-visit" in listed
    again = login("qa2").post(ALL, data={"standard": "property-visit", "do": "open"})
    assert again.location == answer.location  # one draft of a standard, which all share


def test_a_new_standard_begins_as_a_copy_and_a_taken_or_impossible_name_is_told(here: Site, login: Login) -> None:
    qa = login("qa")
    wish = {"standard": "property-visit", "do": "copy", "copy_as": "hotel-repair", "title": "酒店维修"}
    made = qa.post(ALL, data=wish)
    assert made.status_code == 303
    assert "酒店维修" in page(qa.get(made.location)).text
    for name in ("hotel-repair", "property-visit", "../etc", "酒店", "", "checklist"):
        refused = page(qa.post(ALL, data=wish | {"copy_as": name}), 422)
        assert refused.one("div", class_="alert-danger").text


def test_only_the_office_edits_drafts(here: Site, login: Login) -> None:
    number = draft(here)
    for who, status in (("qa", 200), ("admin", 200), ("manager", 403), ("technician", 403)):
        assert login(who).get(f"{ALL}/{number}/clauses/greeting").status_code == status


def test_a_saved_field_changes_its_line_and_is_told_in_log_and_record(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"
    before = text_of(here, number)
    assert send(qa, path, form_of(qa, path), f__weight="3").status_code == 303
    after = text_of(here, number)
    assert [a for a, b in zip(after.split("\n"), before.split("\n"), strict=True) if a != b] == ["    weight: 3"]
    told = page(qa.get(f"{ALL}/{number}/changes")).text
    assert "份量" in told
    assert "小陈" in told
    with here.db.reading() as session:
        assert "draft-changed" in [entry.action for entry in session.query(AuditEntry)]


def test_a_form_that_was_not_changed_saves_nothing(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/late-apology"
    assert send(qa, path, form_of(qa, path)).status_code == 303
    with here.db.reading() as session:
        assert session.get_one(StandardDraft, number).revision == 0


def test_a_draft_may_be_broken_and_says_so_beside_the_field(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"
    wrong = {"f__weight": "很重", "f__elements__hello__phrases": "<hello>\r\n{您|你好"}
    assert send(qa, path, form_of(qa, path), **wrong).status_code == 303
    shown = page(qa.get(path))
    assert "应当是：数字" in shown.one("div", id="said-weight").text
    phrases = shown.one("div", id="said-elements__hello__phrases")
    assert "第 2 句" in phrases.text
    assert "没有对应的“}”" in phrases.text
    assert "2 个错误" in page(qa.get(f"{ALL}/{number}/problems")).text


def test_what_is_typed_is_checked_at_once_and_nothing_is_saved(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"
    said = page(send(qa, f"{path}/check", form_of(qa, path), f__clause="", f__where="nowhere"))
    assert "缺少“clause”" in said.one("div", id="said-clause").text
    assert "可以写：opening" in said.one("div", id="said-where").text
    assert said.one("div", id="said-weight").text == ""
    with here.db.reading() as session:
        assert session.get_one(StandardDraft, number).revision == 0


def test_a_clause_is_added_moved_and_removed_and_each_step_undone(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    whole, shown = text_of(here, number), f"{ALL}/{number}"
    wish = {"kind": "required", "how": "rule", "clause": "九.9", "text": "离开前：请用户 #1 试用"}
    made = qa.post(f"{shown}/clauses", data=wish)
    assert made.location == f"{shown}/clauses/clause-25"
    assert page(qa.get(made.location)).one("textarea", id="f-text").text == "离开前：请用户 #1 试用"

    def act(key: str, do: str) -> list[str]:
        form = form_of(qa, shown, f"{shown}/clauses/{key}/act")
        assert send(qa, f"{shown}/clauses/{key}/act", form, do=do).status_code == 303
        return [str(key) for key, _ in outline(text_of(here, number)).clauses]

    assert act("clause-25", "up")[-2:] == ["#clause-25", "#leave-facing"]
    assert "#clause-25" not in act("clause-25", "remove")
    assert act("greeting", "down")[:2] == ["#late-apology", "#greeting"]
    for _ in range(4):
        record = f"{shown}/changes"
        assert send(qa, f"{shown}/undo", form_of(qa, record, f"{shown}/undo")).status_code == 303
    assert text_of(here, number) == whole
    form = {"revision": "8"}
    assert "没有可以撤销的修改" in page(qa.post(f"{shown}/undo", data=form, follow_redirects=True)).text


def test_parts_of_a_clause_are_added_moved_and_removed_with_what_was_typed(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"

    def titles() -> list[str]:
        node = outline(text_of(here, number)).clause("#greeting")
        assert node is not None
        return [part.fields["title"].text for part in node.fields["elements"].items]

    send(qa, path, form_of(qa, path), f__weight="4", do="add:elements:")
    assert titles() == ["问好", "表明身份（单位或工种）", "新的一部分"]
    assert "weight: 4" in text_of(here, number)
    send(qa, path, form_of(qa, path), do="up:elements:part-3")
    assert titles() == ["问好", "新的一部分", "表明身份（单位或工种）"]
    send(qa, path, form_of(qa, path), do="remove:elements:part-3")
    assert titles() == ["问好", "表明身份（单位或工种）"]


def test_a_clause_whose_number_is_changed_is_found_under_the_new_one(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"
    answer = send(qa, path, form_of(qa, path), f__id="welcome", f__elements__hello__id="hi")
    assert answer.location == f"{ALL}/{number}/clauses/welcome"
    assert "f.elements.hi.title" in form_of(qa, answer.location)


def test_a_shared_list_says_who_uses_it_and_is_changed_within_the_draft(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/lists/hello"
    shown = page(qa.get(path))
    assert "都会跟着变" in shown.one("div", class_="alert-warning").text
    assert "售楼处" in shown.one("aside").text
    send(qa, path, form_of(qa, path), f__title="问候")
    assert "title: 问候" in text_of(here, number, "shared/courtesy.yaml")
    assert "问候" in page(qa.get(f"{ALL}/{number}/lists")).text
    assert qa.get(f"{ALL}/{number}/lists/nothing").status_code == 404


def test_the_head_of_the_standard_is_saved(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    shown = f"{ALL}/{number}"
    send(qa, f"{shown}/head", form_of(qa, shown, f"{shown}/head"), f__version="1.0.1", f__by_meaning="false")
    text = text_of(here, number)
    assert "version: 1.0.1" in text or 'version: "1.0.1"' in text
    assert "by_meaning: false" in text


def test_a_dropped_draft_is_read_and_no_longer_changed(here: Site, login: Login, people: dict[str, Any]) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"
    form = form_of(qa, path)
    assert qa.post(f"{ALL}/{number}/drop").status_code == 303
    came_back = page(send(qa, path, form, f__text="我写了很久的话"), 422)
    assert came_back.one("textarea", id="f-text").text == "我写了很久的话"
    assert "不能再改" in came_back.one("div", class_="alert-danger").text
    assert page(qa.get(f"{ALL}/{number}/text/{FILE}")).all("button", class_="btn-primary") == []
