"""Versions as their users see them: the list, the comparison, publishing, retiring, files in and out."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from analyzer.rubric.load import load_standard
from analyzer.settings import ROOT
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.kit.lexicons import text_of
from web.kit.site import Site
from web.lexicon import drafts, versions, yamltext
from web.models import StandardDraft

VISIT, FILE = "property-visit", "property-visit.yaml"
GREETING = "您好，我是极光物业的维修工程师。"
BASE = f"/standards/{VISIT}"


@pytest.fixture
def draft(here: Site, db: Database, people: dict[str, Any]) -> StandardDraft:
    """A draft in which the text of the greeting is another, with one more phrase and one example."""
    me = people["qa"].id
    with db.writing() as session:
        made = drafts.open_draft(session, here, VISIT, me)
        text = drafts.text_in(session, here, made, FILE) or ""
        text = yamltext.put(text, ("items", "#greeting", "text"), GREETING)
        text = yamltext.insert(text, ("items", "#greeting", "elements", "#identity", "phrases"), 1, "极光物业")
        text = yamltext.insert(text, ("items", "#greeting", "examples", "match"), 0, "您好，我是极光物业的。")
        drafts.save(session, here, made.id, 0, {FILE: text}, me, "改了问候语")
    return made


def publish(login: Login, draft: StandardDraft, **more: str) -> Any:
    form = {"revision": str(draft.revision), "note": "换了公司名", "effective_from": "2026-11-20", **more}
    return login("qa").post(f"/standards/drafts/{draft.id}/publish", data=form)


def test_the_list_begins_with_what_was_shipped(login: Login) -> None:
    shown = page(login("manager").get(f"{BASE}/versions"))
    assert "出厂 1.0.0 现行" in shown.one("tbody").text
    assert "停用这个标准" not in shown.text


def test_publishing_shows_what_changes_and_puts_it_into_effect(
    login: Login, draft: StandardDraft, here: Site, db: Database
) -> None:
    before = page(login("qa").get(f"/standards/drafts/{draft.id}/publish"))
    assert "您好，我是服务中心的维修人员。 → 您好，我是极光物业的维修工程师。" in before.text
    assert "极光物业" in before.text
    assert publish(login, draft).status_code == 303
    shown = page(login("qa").get(f"{BASE}/versions"))
    assert "第 1 版 1.0.1 现行" in shown.one("tbody").text
    assert "换了公司名" in shown.text
    assert load_standard(VISIT, here.lexicons).items[0].text == GREETING


def test_two_versions_stand_beside_each_other(login: Login, draft: StandardDraft) -> None:
    publish(login, draft)
    shown = page(login("manager").get(f"{BASE}/compare?old=0&new=1"))
    assert "比较：出厂 → 第 1 版（1.0.1）" in shown.text
    assert "算数的例句 您好，我是极光物业的。" in shown.text
    rows = [row.text for row in shown.all("tr", class_="is-changed")]
    assert any("1.0.0" in row and "1.0.1" in row for row in rows)


def test_publishing_needs_a_day_a_note_and_the_newest_revision(
    login: Login, draft: StandardDraft, here: Site, db: Database, people: dict[str, Any]
) -> None:
    assert publish(login, draft, note=" ").status_code == 422
    assert publish(login, draft, effective_from="明天").status_code == 422
    kept = page(publish(login, draft, effective_from="1980-01-01"), 422)
    assert "生效日期要在" in kept.text
    assert kept.one("textarea", name="note").text == "换了公司名"
    assert publish(login, draft, revision="0").status_code == 303
    with db.reading() as session:
        assert versions.versions_of(session, VISIT) == []


def test_errors_are_told_where_they_stand_and_nothing_is_published(
    login: Login, draft: StandardDraft, here: Site, db: Database, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        text = (drafts.text_in(session, here, draft, FILE) or "").replace("weight: 2", "weight: 重", 1)
        made = drafts.save(session, here, draft.id, draft.revision, {FILE: text}, people["qa"].id, "写错")
    shown = page(login("qa").get(f"/standards/drafts/{draft.id}/publish"))
    line = text.splitlines().index("    weight: 重") + 1
    assert f"{FILE}:{line}" in shown.text
    assert not shown.all("input", name="effective_from")
    assert publish(login, made).status_code == 422


def test_a_file_comes_out_as_it_went_in(login: Login, draft: StandardDraft, here: Site) -> None:
    publish(login, draft)
    answer = login("qa").get(f"{BASE}/versions/1/standard.yaml")
    assert answer.data.decode() == text_of(here.lexicons, FILE)
    zipped = login("qa").get(f"{BASE}/versions/1/lexicons.zip")
    with zipfile.ZipFile(io.BytesIO(zipped.data)) as archive:
        assert archive.read(FILE) == answer.data
        assert archive.read("shared/late.yaml") == (ROOT / "lexicons/shared/late.yaml").read_bytes()


def upload(login: Login, content: bytes, name: str = "x.yaml") -> Any:
    return login("qa").post(f"{BASE}/files", data={"file": (io.BytesIO(content), name)})


def test_a_file_goes_into_the_draft(login: Login, here: Site, db: Database) -> None:
    text = yamltext.put(text_of(here.lexicons, FILE) or "", ("items", "#greeting", "weight"), 5)
    answer = upload(login, text.encode())
    assert answer.status_code == 303
    assert "份量 2 → 5" in page(login("qa").get(answer.location)).text


def test_the_whole_folder_goes_in_too(login: Login, here: Site, db: Database) -> None:
    late = (text_of(here.lexicons, "shared/late.yaml") or "") + "# 我们的\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("lexicons/shared/late.yaml", late)
        archive.writestr(f"lexicons/{FILE}", text_of(here.lexicons, FILE) or "")
        archive.writestr("lexicons/../../etc/passwd", "x")
    upload(login, out.getvalue(), "a.zip")
    with db.reading() as session:
        (draft,) = drafts.open_drafts(session)
    assert draft.files == {"shared/late.yaml": late}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(FILE, b"0" * 30_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "请选一个"),
        (b"PK\x03\x04 no zip", "打不开"),
        (b"\xff\xfe\x00\x00\xff", "不是文字文件"),
        (bomb(), "太大"),
        (b"a" * 8_000_001, "太大"),
        (b"a: \0", "NUL"),
    ],
    ids=["empty", "broken", "binary", "bomb", "large", "nul"],
)
def test_what_is_no_standard_is_refused_in_words(login: Login, db: Database, content: bytes, words: str) -> None:
    client = login("qa")
    answer = client.post(f"{BASE}/files", data={"file": (io.BytesIO(content), "x.yaml")}, follow_redirects=True)
    assert words in page(answer).text
    with db.reading() as session:
        assert not [draft for draft in drafts.open_drafts(session) if draft.files]


def test_a_retired_standard_is_offered_no_more(login: Login, here: Site) -> None:
    today = dt.date.today().isoformat()
    login("qa").post("/standards/sales-reception/retire", data={"effective_from": today, "note": "不再用"})
    assert not (here.lexicons / "sales-reception.yaml").is_file()
    assert "停用" in page(login("qa").get("/standards/sales-reception/versions")).one("tbody").text


@pytest.mark.parametrize(
    "path", ["/standards/none/versions", f"{BASE}/compare?old=0&new=7", f"{BASE}/compare?old=²&new=0"]
)
def test_what_is_not_there_is_not_found(login: Login, path: str) -> None:
    assert login("qa").get(path).status_code == 404


@pytest.mark.parametrize("who", ["manager", "technician"])
def test_only_the_office_changes_a_standard(login: Login, draft: StandardDraft, who: str) -> None:
    client = login(who)
    assert client.get(f"/standards/drafts/{draft.id}/publish").status_code == 403
    assert client.post(f"{BASE}/retire").status_code == 403
    assert client.post(f"{BASE}/files").status_code == 403


def test_the_command_tells_the_folder_and_exports_it(
    app: Flask, login: Login, draft: StandardDraft, tmp_path: Path
) -> None:
    publish(login, draft)
    run = app.test_cli_runner().invoke
    folder = Path(run(args=["standards", "folder"]).output.strip())
    assert load_standard(VISIT, folder).items[0].text == GREETING
    before = run(args=["standards", "folder", "--day", "2026-11-19"]).output.strip()
    assert before == (ROOT / "lexicons").as_posix()
    run(args=["standards", "export", str(tmp_path / "out")])
    assert load_standard(VISIT, tmp_path / "out").items[0].text == GREETING
    assert "已经有文件" in run(args=["standards", "export", str(tmp_path / "out")]).output
