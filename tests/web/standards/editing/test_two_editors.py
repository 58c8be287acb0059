"""Two people edit one draft at once: neither loses work."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.standards.editing.stage import FILE, draft, fields_of, form_of, send, text_of
from web.kit.site import Site
from web.lexicon.outline import outline
from web.models import StandardDraft, StandardVersion
from web.standards.editing import fields

ALL = "/standards/drafts"


@pytest.fixture
def number(here: Site) -> int:
    return draft(here)


def value(here: Site, number: int, name: str, key: str = "#greeting") -> str:
    node = outline(text_of(here, number)).clause(key)
    assert node is not None
    return fields.values_of(node)[name]


def test_different_fields_are_merged_and_it_is_said(here: Site, login: Login, number: int) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/clauses/greeting"
    form, other = form_of(mine, path), form_of(theirs, path)
    send(theirs, path, other, f__weight="5")
    answer = send(mine, path, form, f__text="您好，我是维修员。")
    assert answer.status_code == 303
    assert "与别人刚才的修改合并：份量" in page(mine.get(path)).text
    assert (value(here, number, "weight"), value(here, number, "text")) == ("5", "您好，我是维修员。")


def test_phrases_that_both_added_to_one_list_both_stand(here: Site, login: Login, number: int) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/clauses/greeting"
    form, other = form_of(mine, path), form_of(theirs, path)
    send(theirs, path, other, f__elements__hello__phrases="<hello>\r\n他添的")
    assert send(mine, path, form, f__elements__hello__phrases="<hello>\r\n我添的").status_code == 303
    assert set(value(here, number, "elements.hello.phrases").split("\n")) == {"<hello>", "他添的", "我添的"}


@pytest.mark.parametrize(("take", "stands"), [("mine", "3"), ("theirs", "5")])
def test_the_same_field_comes_back_with_both_and_a_person_chooses(
    here: Site, login: Login, number: int, take: str, stands: str
) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/clauses/greeting"
    form, other = form_of(mine, path), form_of(theirs, path)
    send(theirs, path, other, f__weight="5", f__clause="二.8")
    came_back = page(send(mine, path, form, f__weight="3", f__text="我的新话"), 409)
    assert "小林" in came_back.one("fieldset", class_="draft-clash").text
    assert came_back.one("pre", class_="draft-theirs").text == "5"
    assert came_back.one("input", id="f-weight").get("value") == "3"
    assert value(here, number, "weight") == "5"  # nothing was saved over it
    (again,) = [f for f in came_back.all("form", method="post") if f.get("action") == path]
    assert send(mine, path, fields_of(again), take__weight=take).status_code == 303
    assert value(here, number, "weight") == stands
    assert (value(here, number, "text"), value(here, number, "clause")) == ("我的新话", "二.8")


def test_a_save_after_the_login_expired_gives_back_what_was_typed(app: Flask, number: int) -> None:
    for path, field in ((f"{ALL}/{number}/clauses/greeting", "f.text"), (f"{ALL}/{number}/text/{FILE}", "text")):
        form = {"revision": "0", "digest": "x", field: "写了半小时的话"}
        answer = app.test_client().post(path, data=form, headers={"Origin": "http://localhost"})
        (again,) = [f for f in page(answer, 401).all("form", method="post") if f.get("action") == path]
        assert fields_of(again)[field] == "写了半小时的话"


def test_a_clause_that_was_removed_meanwhile_gives_back_what_was_typed(here: Site, login: Login, number: int) -> None:
    mine, theirs = login("qa"), login("qa2")
    shown = f"{ALL}/{number}"
    path = f"{shown}/clauses/greeting"
    form = form_of(mine, path)
    send(theirs, f"{path}/act", form_of(theirs, shown, f"{path}/act"), do="remove")
    lost = page(send(mine, path, form, f__text="写了半小时的话"), 409)
    assert "写了半小时的话" in lost.text
    assert "小林" in lost.text


def test_a_clause_that_somebody_just_changed_is_not_removed_by_an_old_page(
    here: Site, login: Login, number: int
) -> None:
    mine, theirs = login("qa"), login("qa2")
    shown = f"{ALL}/{number}"
    path = f"{shown}/clauses/greeting"
    old = form_of(mine, shown, f"{path}/act")
    send(theirs, path, form_of(theirs, path), f__weight="5")
    answer = mine.post(f"{path}/act", data=old | {"do": "remove"}, follow_redirects=True)
    assert "刚才有人改过这一条，没有删" in page(answer).text
    assert value(here, number, "weight") == "5"


def test_an_element_that_was_removed_meanwhile_takes_no_typed_words_with_it(
    here: Site, login: Login, number: int
) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/clauses/greeting"
    form = form_of(mine, path)
    send(theirs, path, form_of(theirs, path), do="remove:elements:hello")
    assert "我的问候" in page(send(mine, path, form, f__elements__hello__title="我的问候"), 409).text


def text_form(browser: FlaskClient, number: int) -> dict[str, str]:
    return form_of(browser, f"{ALL}/{number}/text/{FILE}")


def test_texts_are_merged_by_lines(here: Site, login: Login, number: int) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/text/{FILE}"
    form, other = text_form(mine, number), text_form(theirs, number)
    send(theirs, path, other, text=other["text"].replace("opening_s: 60", "opening_s: 90"))
    answer = send(mine, path, form, text=form["text"] + "# 我加的一行\r\n")
    assert answer.status_code == 303
    text = text_of(here, number)
    assert "opening_s: 90" in text
    assert text.endswith("# 我加的一行\n")
    assert "\r" not in text


@pytest.mark.parametrize(("choice", "stands"), [("mine", ["30"]), ("theirs", ["90"]), ("both", ["90", "30"])])
def test_the_same_line_of_a_text_comes_back_with_both(
    here: Site, login: Login, number: int, choice: str, stands: list[str]
) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/text/{FILE}"
    form, other = text_form(mine, number), text_form(theirs, number)
    send(theirs, path, other, text=other["text"].replace("opening_s: 60", "opening_s: 90"))
    typed = form["text"].replace("opening_s: 60", "opening_s: 30") + "# 我加的一行\r\n"
    came_back = page(send(mine, path, form, text=typed), 409)
    assert [pre.text for pre in came_back.all("pre", class_="draft-theirs")] == ["opening_s: 30", "opening_s: 90"]
    (again,) = [f for f in came_back.all("form", method="post") if f.get("action") == path]
    assert send(mine, path, fields_of(again), **{"choice-0": choice}).status_code == 303
    text = text_of(here, number)
    assert [line.split(": ")[1] for line in text.split("\n") if line.startswith("opening_s")] == stands
    assert "# 我加的一行" in text


def test_a_third_save_between_asks_again_and_loses_nothing(here: Site, login: Login, number: int) -> None:
    mine, theirs = login("qa"), login("qa2")
    path = f"{ALL}/{number}/text/{FILE}"
    form, other = text_form(mine, number), text_form(theirs, number)
    send(theirs, path, other, text=other["text"].replace("opening_s: 60", "opening_s: 90"))
    first = page(send(mine, path, form, text=form["text"].replace("opening_s: 60", "opening_s: 30")), 409)
    other = text_form(theirs, number)
    send(theirs, path, other, text=other["text"].replace("closing_s: 120", "closing_s: 99"))
    (again,) = [f for f in first.all("form", method="post") if f.get("action") == path]
    second = page(send(mine, path, fields_of(again), **{"choice-0": "mine"}), 409)
    (again,) = [f for f in second.all("form", method="post") if f.get("action") == path]
    assert send(mine, path, fields_of(again), **{"choice-0": "mine"}).status_code == 303
    assert "opening_s: 30\nclosing_s: 99\n" in text_of(here, number)


def test_eight_saves_at_the_same_moment_all_stand(here: Site, login: Login, number: int) -> None:
    clauses = [
        "greeting",
        "late-apology",
        "self-name",
        "inquiry",
        "explain-covered",
        "demonstrate",
        "farewell",
        "solicit",
    ]
    browsers = [login("qa" if i % 2 else "qa2") for i in range(len(clauses))]
    paths = [f"{ALL}/{number}/clauses/{key}" for key in clauses]
    forms = [form_of(browser, path) for browser, path in zip(browsers, paths, strict=True)]
    answers: list[int] = [0] * len(clauses)
    start = threading.Barrier(len(clauses))

    def save(i: int) -> None:
        start.wait()
        answers[i] = send(browsers[i], paths[i], forms[i], f__when_text=f"第 {i} 个").status_code

    threads = [threading.Thread(target=save, args=(i,)) for i in range(len(clauses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * len(clauses)
    assert [value(here, number, "when_text", f"#{key}") for key in clauses] == [f"第 {i} 个" for i in range(8)]


@pytest.mark.parametrize("status", [303, 409])
def test_what_was_published_since_is_merged_into_an_open_draft(
    here: Site, login: Login, number: int, status: int
) -> None:
    """`shared/courtesy.yaml` is changed in a draft of one standard and meanwhile published from another's."""
    qa, file = login("qa"), "shared/courtesy.yaml"
    path = f"{ALL}/{number}/lists/hello"
    send(qa, path, form_of(qa, path), f__title="草稿的问好" if status == 409 else "问好", f__phrases="我添的话多")
    other = draft(here, standard_id="property-followup")
    path = f"{ALL}/{other}/lists/{'hello' if status == 409 else 'bye'}"
    send(qa, path, form_of(qa, path), f__title="已发布的名称")
    with here.db.writing() as session:
        row = session.get_one(StandardDraft, other)
        session.add(StandardVersion(standard_id="property-followup", number=1, version="1.0.1", title="甲", digest="x",
                                    files=row.files, effective_from=dt.date(2026, 1, 1)))  # fmt: skip
    shown = f"{ALL}/{number}"
    renew = f"{shown}/renew/{file}"
    answer = send(qa, renew, form_of(qa, shown, renew))
    assert answer.status_code == status
    if status == 409:
        (again,) = [f for f in page(answer, 409).all("form", method="post") if f.get("action") == renew]
        chosen = {name: "theirs" for name in fields_of(again) if name.startswith("choice-")}
        assert send(qa, renew, fields_of(again), **chosen).status_code == 303
    text = text_of(here, number, file)
    assert "已发布的名称" in text
    assert "我添的话多" in text or status == 409
    assert page(qa.get(shown)).all("form", action=renew) == []
