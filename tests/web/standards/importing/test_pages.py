"""A written standard is pasted or uploaded, reviewed clause by clause, and opens as a draft; bad files say what to do."""

from __future__ import annotations

import io
from typing import Any

import docx
import pytest
import yaml
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import Node, page
from web.db import Database
from web.models import AuditEntry, StandardDraft

TEXT = """門店服務規範
一、迎客
1、顧客進店時主動問候：「您好，歡迎光臨。」
2、因故遲到時，應向顧客道歉。
二、忌語
決不能說：「不知道」。
三、著裝整齊。
"""
BASE = "/standards/import"


def reviewed(login: Login, text: str = TEXT, **more: Any) -> Node:
    return page(login("qa").post(BASE, data={"text": text, **more}, content_type="multipart/form-data"))


def fields(shown: Node) -> dict[str, str]:
    """What the review would send, as a browser fills it."""
    form = next(f for f in shown.all("form") if f.get("action") == f"{BASE}/draft")
    sent: dict[str, str] = {}
    for node in form.all("input"):
        if node.get("type") != "checkbox" or node.get("checked") is not None:
            sent[node.get("name") or ""] = node.get("value") or ""
    for node in form.all("select"):
        chosen = [o for o in node.all("option") if o.get("selected") is not None] or node.all("option")[:1]
        sent[node.get("name") or ""] = chosen[0].get("value") or ""
    for node in form.all("textarea"):
        if node.get("name") != "text":
            sent[node.get("name") or ""] = node.text.replace(" ", "\n")
    return {**sent, "text": TEXT}


def test_a_pasted_standard_comes_out_clause_by_clause_with_guess_reason_and_phrases(login: Login) -> None:
    shown = reviewed(login)
    clauses = shown.one("ol", class_="import-lines").all("li", class_="card")
    greeting = clauses[0]
    assert "一.1" in greeting.text
    assert "顧客進店時主動問候：「您好，歡迎光臨。」" in greeting.one("blockquote").text
    assert "猜测" in greeting.text
    assert "写出了要说的原话：听录音判。" in greeting.text
    assert greeting.all("textarea")[0].text.split() == ["<hello>", "<welcome-words>"]
    sent = fields(shown)
    assert [sent[f"r{n}.kind"] for n in range(4)] == ["rule", "rule", "ban", "person"]
    assert sent["r1.when"] == "late"
    assert sent["title"] == "门店服务规范"
    assert sent["standard_id"] == "men-dian-fu-wu"


def test_what_was_reviewed_becomes_a_draft_that_the_editor_opens(login: Login, db: Database) -> None:
    sent, me = fields(reviewed(login)) | {"standard_id": "our-shop", "r3.kind": "person-ban"}, login("qa")
    del sent["r1.listed"]
    answer = me.post(f"{BASE}/draft", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 303
    with db.reading() as session:
        draft = session.scalars(select(StandardDraft)).one()
        logged = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "draft-opened")).all()
    assert (draft.standard_id, draft.title, len(logged)) == ("our-shop", "门店服务规范", 1)
    assert answer.location.endswith(f"/standards/drafts/{draft.id}")
    items = yaml.safe_load(draft.files["our-shop.yaml"])["items"]
    assert [(i["kind"], i["how"]) for i in items] == [
        ("required", "rule"),
        ("forbidden", "rule"),
        ("forbidden", "person"),
    ]
    assert "# 猜测" in draft.files["our-shop.yaml"]
    assert "草稿已建立：共 3 条" in page(me.get(answer.location)).text


def test_a_phrase_that_cannot_be_read_is_told_at_its_clause_and_nothing_is_lost(login: Login, db: Database) -> None:
    sent = fields(reviewed(login)) | {"standard_id": "our-shop", "r0.parts": "欢迎{光临", "r2.text": "别说不知道"}
    answer = login("qa").post(f"{BASE}/draft", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    shown = page(answer, 422)
    clauses = shown.one("ol", class_="import-lines").all("li", class_="card")
    assert "“欢迎{光临”：这里的“{”没有对应的“}”" in clauses[0].text
    again = fields(shown)
    assert (again["r0.parts"], again["r2.text"], again["standard_id"]) == ("欢迎{光临", "别说不知道", "our-shop")
    with db.reading() as session:
        assert session.scalars(select(StandardDraft)).all() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"standard_id": "property-visit"}, "已经有编号为 property-visit 的标准或草稿"),
        ({"standard_id": "我们的"}, "只能用小写字母"),
        ({"standard_id": "checklist"}, "也不能叫 checklist"),
        ({"title": ""}, "请填写标准的名称"),
    ],
)
def test_a_name_that_cannot_be_is_told_before_anything_is_made(
    login: Login, db: Database, change: dict[str, str], words: str
) -> None:
    sent = fields(reviewed(login)) | change
    answer = login("qa").post(f"{BASE}/draft", data=sent, content_type="multipart/form-data")
    assert words in page(answer, 422).text
    with db.reading() as session:
        assert session.scalars(select(StandardDraft)).all() == []


def test_a_clause_without_words_is_handed_to_a_person_and_named(login: Login) -> None:
    sent, me = fields(reviewed(login)) | {"standard_id": "our-shop", "r0.parts": ""}, login("qa")
    answer = me.post(f"{BASE}/draft", data=sent, content_type="multipart/form-data")
    assert "还没有能比对的话，先由人填：一.1" in page(me.get(answer.location)).text


def test_a_word_file_is_read_with_the_numbers_that_it_holds(login: Login) -> None:
    made, out = docx.Document(), io.BytesIO()
    for line in TEXT.splitlines():
        made.add_paragraph(line)
    made.save(out)
    out.seek(0)
    shown = reviewed(login, "", file=(out, "门店.docx"))
    assert "门店.docx" in shown.text
    assert len(shown.one("ol", class_="import-lines").all("li", class_="card")) == 4


def test_of_several_documents_one_is_drafted_and_the_others_are_a_button_away(login: Login) -> None:
    text = TEXT + "\n篇2：倉庫守則\n1、著裝整齊。\n2、不準吸煙。\n"
    assert "文中有 2 份文件" in reviewed(login, text).text
    second = reviewed(login, text, document="1")
    assert len(second.one("ol", class_="import-lines").all("li", class_="card")) == 2


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", "另存为"),
        (b"%PDF-1.4", "a.pdf", "PDF"),
        (bytes(range(256)) * 20, "a.txt", "这个文件不是文字"),
        (b"PK\x03\x04" + bytes(200), "a.docx", "损坏"),
        (b"", "a.txt", "文件里没有文字"),
    ],
)
def test_a_file_that_is_no_standard_is_refused_with_what_to_do(login: Login, raw: bytes, name: str, words: str) -> None:
    answer = login("qa").post(BASE, data={"file": (io.BytesIO(raw), name)}, content_type="multipart/form-data")
    assert words in page(answer, 422).one("div", class_="alert-danger").text


def test_a_paste_that_is_too_long_is_refused_with_its_length(login: Login) -> None:
    answer = login("qa").post(BASE, data={"text": "一、问好。" * 26_000}, content_type="multipart/form-data")
    assert "文字有 130000 个字，一次最多 120000 个字" in page(answer, 422).one("div", class_="alert-danger").text


@pytest.mark.parametrize(("who", "status"), [("admin", 200), ("qa", 200), ("manager", 403), ("technician", 403)])
def test_the_office_imports(login: Login, who: str, status: int) -> None:
    assert login(who).get(BASE).status_code == status
    assert login(who).post(BASE, data={"text": TEXT}, content_type="multipart/form-data").status_code == status
    if status == 403:
        assert login(who).post(f"{BASE}/draft", data={"text": TEXT}).status_code == 403
