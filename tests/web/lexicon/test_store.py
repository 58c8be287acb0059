"""Drafts and versions: what is in effect on a day, what two editors do to each other, what is refused."""

from __future__ import annotations

import datetime as dt
import os
import time
from typing import Any

import pytest
from sqlalchemy import select

from analyzer.rubric.load import load_standard, shared_reading, standard_reading
from web.db import Database
from web.kit.lexicons import lexicons_on, overlay, sweep, text_of
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.lexicon import drafts, versions, yamltext
from web.lexicon.checking import breaks, problems
from web.models import AuditEntry, DraftState, StandardVersion

VISIT, FILE = "property-visit", "property-visit.yaml"
TODAY = dt.date(2026, 11, 26)
GREETING = ("items", "#greeting", "text")


def heavier(text: str, weight: int) -> str:
    return yamltext.put(text, ("items", "#greeting", "weight"), weight)


def published(here: Site, db: Database, user_id: int, weight: int, day: dt.date) -> StandardVersion:
    """A version of the visit standard whose greeting weighs so much, from this day on."""
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, user_id)
        text = heavier(drafts.text_in(session, here, draft, FILE) or "", weight)
        drafts.save(session, here, draft.id, draft.revision, {FILE: text}, user_id, "问候语的分量")
        return versions.publish(session, here, draft.id, draft.revision, "试一试", day, user_id)


def weight_on(here: Site, db: Database, day: dt.date) -> float:
    with db.reading() as session:
        folder = lexicons_on(session, here.settings, day)
    read = load_standard(VISIT, folder)
    return next(item.weight for item in read.items if item.id == "greeting")


def test_what_was_shipped_is_in_effect_until_something_is_published(here: Site, db: Database) -> None:
    assert here.lexicons == here.settings.lexicons
    with db.reading() as session:
        assert lexicons_on(session, here.settings, dt.date.max) == here.settings.lexicons


def test_a_version_counts_from_its_day_on(here: Site, db: Database, people: dict[str, Any]) -> None:
    published(here, db, people["qa"].id, 3, dt.date(2026, 11, 10))
    published(here, db, people["qa"].id, 4, dt.date(2026, 11, 20))
    assert [weight_on(here, db, dt.date(2026, 11, day)) for day in (9, 10, 19, 20)] == [2, 3, 3, 4]


def test_of_one_file_the_last_published_counts_also_over_a_later_day(
    here: Site, db: Database, people: dict[str, Any]
) -> None:
    published(here, db, people["qa"].id, 3, dt.date(2026, 12, 1))
    published(here, db, people["qa"].id, 4, dt.date(2026, 11, 20))
    assert [weight_on(here, db, day) for day in (dt.date(2026, 11, 25), dt.date(2026, 12, 2))] == [4, 4]


def test_a_changed_standard_gets_the_next_version_number(here: Site, db: Database, people: dict[str, Any]) -> None:
    first = published(here, db, people["qa"].id, 3, TODAY)
    second = published(here, db, people["qa"].id, 4, TODAY)
    assert (first.number, first.version, second.number, second.version) == (1, "1.0.1", 2, "1.0.2")
    read = load_standard(VISIT, here.lexicons)
    assert (read.ref.version, read.ref.digest) == ("1.0.2", second.digest)


def test_a_shared_list_raises_the_version_of_every_standard_that_uses_it(
    here: Site, db: Database, people: dict[str, Any]
) -> None:
    path = "shared/courtesy.yaml"
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, people["qa"].id)
        text = drafts.text_in(session, here, draft, path) or ""
        changed = yamltext.insert(text, ("lists", "hello", "phrases"), 0, "嘿您嘞")
        drafts.save(session, here, draft.id, 0, {path: changed}, people["qa"].id, "加一句")
        row = versions.publish(session, here, draft.id, 1, "", TODAY, people["qa"].id)
    assert {name for name in row.files if "/" not in name} > {FILE}
    assert load_standard("property-followup", here.lexicons).ref.version == "1.0.1"


def test_comments_and_layout_of_a_file_outlive_publishing(here: Site, db: Database, people: dict[str, Any]) -> None:
    published(here, db, people["qa"].id, 3, TODAY)
    before, after = text_of(here.settings.lexicons, FILE), text_of(here.lexicons, FILE)
    assert before is not None
    assert after is not None
    different = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert different == [('version: "1.0.0"', 'version: "1.0.1"'), ("    weight: 2", "    weight: 3")]


def test_a_save_from_an_old_revision_is_refused_and_shown_what_stands(
    here: Site, db: Database, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, people["qa"].id)
        text = drafts.text_in(session, here, draft, FILE) or ""
        drafts.save(session, here, draft.id, 0, {FILE: heavier(text, 3)}, people["qa"].id, "甲")
        with pytest.raises(drafts.StaleDraftError) as refused:
            drafts.save(session, here, draft.id, 0, {FILE: heavier(text, 4)}, people["qa2"].id, "乙")
        assert refused.value.current.files[FILE] == heavier(text, 3)


def test_undo_goes_back_step_by_step_and_forgets_nothing(here: Site, db: Database, people: dict[str, Any]) -> None:
    me = people["qa"].id
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, me)
        text = drafts.text_in(session, here, draft, FILE) or ""
        for weight in (3, 4):
            drafts.save(session, here, draft.id, draft.revision, {FILE: heavier(text, weight)}, me, f"分量 {weight}")
        drafts.undo(session, draft.id, draft.revision, me)
        assert draft.files[FILE] == heavier(text, 3)
        drafts.save(session, here, draft.id, draft.revision, {FILE: heavier(text, 5)}, me, "分量 5")
        for expected in (heavier(text, 3), text):
            drafts.undo(session, draft.id, draft.revision, me)
            assert drafts.text_in(session, here, draft, FILE) == expected
        with pytest.raises(InvalidError, match="没有可以撤销"):
            drafts.undo(session, draft.id, draft.revision, me)
        assert [change.what for change in drafts.changes_of(session, draft.id)][-1] == "撤销：分量 3"
        assert len(drafts.changes_of(session, draft.id)) == 7


def test_a_draft_that_goes_back_to_what_stands_holds_no_file(here: Site, db: Database, people: dict[str, Any]) -> None:
    me = people["qa"].id
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, me)
        text = drafts.text_in(session, here, draft, FILE) or ""
        drafts.save(session, here, draft.id, 0, {FILE: heavier(text, 3)}, me, "")
        drafts.save(session, here, draft.id, 1, {FILE: text}, me, "")
        assert (draft.files, draft.bases, draft.revision) == ({}, {}, 2)
        with pytest.raises(InvalidError, match="没有可以发布的修改"):
            versions.publish(session, here, draft.id, 2, "", TODAY, me)


def test_a_broken_draft_is_kept_and_not_published(here: Site, db: Database, people: dict[str, Any]) -> None:
    me = people["qa"].id
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, me)
        text = (drafts.text_in(session, here, draft, FILE) or "").replace("weight: 2", "weight: 重")
        drafts.save(session, here, draft.id, 0, {FILE: text}, me, "写错")
        with pytest.raises(versions.InvalidDraftError) as refused:
            versions.publish(session, here, draft.id, 1, "", TODAY, me)
        assert {problem.file for problem in refused.value.problems} == {FILE}
        assert draft.state is DraftState.OPEN


def test_two_drafts_of_one_shared_list_do_not_undo_each_other(here: Site, db: Database, people: dict[str, Any]) -> None:
    me, path = people["qa"].id, "shared/courtesy.yaml"
    with db.writing() as session:
        first = drafts.open_draft(session, here, VISIT, me)
        second = drafts.open_draft(session, here, "property-followup", me)
        text = drafts.text_in(session, here, first, path) or ""
        for draft, phrase in ((first, "嘿您嘞"), (second, "您吉祥")):
            changed = yamltext.insert(text, ("lists", "hello", "phrases"), 0, phrase)
            drafts.save(session, here, draft.id, 0, {path: changed}, me, phrase)
        versions.publish(session, here, first.id, 1, "", TODAY, me)
        with pytest.raises(versions.MovedError, match="courtesy"):
            versions.publish(session, here, second.id, 1, "", TODAY, me)


def test_one_standard_has_one_open_draft_that_all_share(here: Site, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        mine = drafts.open_draft(session, here, VISIT, people["qa"].id)
        theirs = drafts.open_draft(session, here, VISIT, people["qa2"].id)
        assert mine.id == theirs.id
        drafts.drop(session, mine.id, people["qa"].id)
        assert drafts.open_draft(session, here, VISIT, people["qa"].id).id != mine.id
        with pytest.raises(GoneError):
            drafts.save(session, here, mine.id, 0, {FILE: "x"}, people["qa"].id, "")


def test_a_copy_is_a_standard_of_its_own(here: Site, db: Database, people: dict[str, Any]) -> None:
    me = people["qa"].id
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, me, copy_as="hotel-visit", title="酒店上门")
        row = versions.publish(session, here, draft.id, 0, "新标准", TODAY, me)
    assert (row.standard_id, row.version, row.title) == ("hotel-visit", "1.0.0", "酒店上门")
    assert load_standard("hotel-visit", here.lexicons).ref.title == "酒店上门"
    with db.writing() as session, pytest.raises(InvalidError, match="已经有"):
        drafts.open_draft(session, here, VISIT, me, copy_as="hotel-visit")


@pytest.mark.parametrize("name", ["", "../x", "Großes", "checklist", "a" * 61, "a/b", "标准", "x\0"])
def test_a_name_that_cannot_be_is_refused(here: Site, db: Database, people: dict[str, Any], name: str) -> None:
    with db.writing() as session, pytest.raises(InvalidError):
        drafts.open_draft(session, here, VISIT, people["qa"].id, copy_as=name)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("../x.yaml", "a"),
        ("checklist.yaml", "a"),
        (FILE, "a\0"),
        (FILE, "\ud800"),
        (FILE, "字" * 400_000),
        ("meanings/hello.npz", "a"),
    ],
    ids=["outside", "checklist", "nul", "half a character", "too large", "a reader"],
)
def test_a_file_that_cannot_be_is_refused(
    here: Site, db: Database, people: dict[str, Any], path: str, text: str
) -> None:
    with db.writing() as session:
        draft = drafts.open_draft(session, here, VISIT, people["qa"].id)
        with pytest.raises(InvalidError):
            drafts.save(session, here, draft.id, 0, {path: text}, people["qa"].id, "")


def test_a_retired_standard_is_gone_from_its_day_on(here: Site, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        versions.retire(session, here, "sales-reception", "不再用", dt.date(2026, 11, 20), people["qa"].id)
    with db.reading() as session:
        before, after = (lexicons_on(session, here.settings, dt.date(2026, 11, day)) for day in (19, 20))
    assert (before / "sales-reception.yaml").is_file()
    assert not (after / "sales-reception.yaml").is_file()


@pytest.mark.parametrize("day", [dt.date(1989, 12, 31), dt.date(2199, 1, 1)])
def test_an_impossible_day_is_refused(here: Site, db: Database, people: dict[str, Any], day: dt.date) -> None:
    with pytest.raises(InvalidError, match="生效日期"):
        published(here, db, people["qa"].id, 3, day)


def test_publishing_stands_in_the_log(here: Site, db: Database, people: dict[str, Any]) -> None:
    published(here, db, people["qa"].id, 3, TODAY)
    with db.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "standard")).all()
    assert [entry.action for entry in entries] == ["draft-opened", "standard-published"]


def test_the_shipped_standards_have_no_errors_in_the_words_of_check(here: Site) -> None:
    assert breaks(problems(here.settings, here.settings.lexicons, VISIT)) == ()


def test_a_company_may_change_the_text_of_a_clause(here: Site) -> None:
    text = yamltext.put(text_of(here.settings.lexicons, FILE) or "", GREETING, "您好，我是极光物业的维修工程师。")
    assert breaks(problems(here.settings, overlay(here.settings, here.settings.lexicons, {FILE: text}), VISIT)) == ()


def test_an_example_that_comes_out_otherwise_is_named_at_its_line(here: Site) -> None:
    text = (text_of(here.settings.lexicons, FILE) or "").replace(
        "        - 修水管的，开下门。", "        - 您好，我是物业维修的。", 1
    )
    found = breaks(problems(here.settings, overlay(here.settings, here.settings.lexicons, {FILE: text}), VISIT))
    line = text.splitlines().index("        - 您好，我是物业维修的。") + 1
    assert [(problem.item, problem.line) for problem in found] == [("greeting", line)]


def test_a_draft_that_leaves_the_shared_lists_alone_does_not_have_them_read_again(here: Site) -> None:
    text = heavier(text_of(here.settings.lexicons, FILE) or "", 7)
    folder = overlay(here.settings, here.settings.lexicons, {FILE: text})
    assert shared_reading(folder) is shared_reading(here.settings.lexicons)
    other = "property-followup.yaml"
    assert standard_reading(folder / other, folder) is standard_reading(
        here.settings.lexicons / other, here.settings.lexicons
    )
    changed = overlay(
        here.settings, folder, {"shared/late.yaml": (text_of(folder, "shared/late.yaml") or "") + "# 改\n"}
    )
    assert shared_reading(changed) is not shared_reading(folder)


def test_a_folder_that_nobody_asked_for_in_a_month_goes_and_comes_again(
    here: Site, db: Database, people: dict[str, Any]
) -> None:
    published(here, db, people["qa"].id, 3, TODAY)
    used = here.lexicons
    text = heavier(text_of(here.settings.lexicons, FILE) or "", 9)
    unused = overlay(here.settings, here.settings.lexicons, {FILE: text})
    month_s = 31 * 86_400.0
    for folder in (used, unused):
        os.utime(folder, (time.time() - month_s, time.time() - month_s))
    assert here.lexicons == used  # asked for: its time is now
    assert sweep(here.settings, time.time()) >= 1
    assert (used.is_dir(), unused.is_dir()) == (True, False)
    assert overlay(here.settings, here.settings.lexicons, {FILE: text}) == unused
    assert unused.is_dir()
