"""A dry run: what it finds, what it leaves alone, and that it comes to its end once whatever happens on the way."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
from typing import Any

import pytest
from sqlalchemy import func, select

from analyzer.rejudging import Rejudging
from tests.web import cast
from tests.web.dryrun import town
from tests.web.dryrun.town import LOCAL, POLITE
from web.db import Database, now
from web.dryrun import runs, slices
from web.dryrun.runs import Choice
from web.intake import erasure, rows
from web.kit.refusals import InvalidError
from web.kit.site import Site
from web.lexicon import drafts
from web.models import (
    AuditEntry,
    Decision,
    PublishedMonth,
    Recording,
    RunState,
    StandardRun,
    StandardRunDifference,
    StandardRunRecording,
    StandardRunSlice,
)
from web.worker import dryrun

LATER = dt.timedelta(seconds=slices.LEASE_S + 1)


@pytest.fixture
def ids(db: Database, people: dict[str, Any]) -> dict[str, int]:
    """王师傅 with a polite and a local greeting, 李师傅 with a polite one that is signed."""
    with db.writing() as session:
        made = {
            "polite": town.recorded(session, people["wang"], "一.mp3"),
            "local": town.recorded(session, people["wang"], "二.mp3", LOCAL),
            "signed": town.recorded(session, people["li"], "三.mp3"),
        }
        cast.sign(session, made["signed"])
        return {name: row.id for name, row in made.items()}


@pytest.fixture
def run_id(here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]) -> int:
    return begun(here, db, people)


def begun(here: Site, db: Database, people: dict[str, Any], **choice: Any) -> int:
    with db.writing() as session:
        draft_id = town.draft(session, here, people["qa"].id).id
    return begun_of(here, db, draft_id, **choice)


def begun_of(here: Site, db: Database, draft_id: int, **choice: Any) -> int:
    with db.reading() as session:
        pinned = runs.pinned(session, here, draft_id)
    with db.writing() as session:
        return runs.begin(session, pinned, Choice(**choice), None).id


def run_of(db: Database, run_id: int) -> StandardRun:
    with db.reading() as session:
        return runs.run_of(session, run_id)


def differences(db: Database) -> set[tuple[int, str, str]]:
    with db.reading() as session:
        found = session.execute(
            select(StandardRunDifference.recording_id, StandardRunDifference.item_id, StandardRunDifference.way)
        )
        return {(number, item, way) for number, item, way in found}


def test_it_finds_what_the_draft_changes_and_nothing_else(
    here: Site, db: Database, ids: dict[str, int], run_id: int
) -> None:
    assert dryrun.work(here) == 1
    run = run_of(db, run_id)
    assert (run.state, run.done, run.total, run.failed) == (RunState.DONE, 3, 3, 0)
    assert differences(db) == {
        (ids["polite"], "greeting", "lost"),
        (ids["local"], "greeting", "gained"),
        (ids["signed"], "greeting", "lost"),
    }
    assert run.summary["items"] == {"property-visit/greeting": {"lost": 1, "gained": 1}}
    assert run.summary["kept"] == {"signed": [1, 1]}


def test_the_points_are_those_that_would_stand_and_nothing_that_stands_is_touched(
    here: Site, db: Database, ids: dict[str, int], run_id: int
) -> None:
    with db.reading() as session:
        stood = session.get_one(Recording, ids["polite"])
    dryrun.work(here)
    with db.reading() as session:
        found = session.get_one(StandardRunRecording, (run_id, ids["polite"]))
        after = session.get_one(Recording, ids["polite"])
    assert found.before == stood.score
    assert found.after is not None and stood.score is not None and found.after < stood.score
    assert (after.score, after.analysis_id, after.revision) == (stood.score, stood.analysis_id, stood.revision)


def test_the_words_to_hear_stand_with_the_difference_and_go_with_the_recordings_words(
    here: Site, db: Database, ids: dict[str, int], run_id: int
) -> None:
    dryrun.work(here)
    with db.writing() as session:
        found = session.get_one(StandardRunDifference, (run_id, ids["local"], "greeting"))
        assert (found.start_s, found.before, found.after) == (0.0, "missed", "met")
        assert "天气真热" in found.quote
        erasure.erase_words(session, session.get_one(Recording, ids["local"]))
    with db.reading() as session:
        assert session.get_one(StandardRunDifference, (run_id, ids["local"], "greeting")).quote == ""


def test_a_clause_that_a_person_judged_moves_no_points(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    with db.writing() as session:
        analysis_id = session.get_one(Recording, ids["polite"]).analysis_id
        session.add(
            Decision(
                recording_id=ids["polite"],
                analysis_id=analysis_id,
                item_id="greeting",
                user_id=people["qa"].id,
                action="confirm",
                before="met",
                after="met",
            )
        )
        rows.refresh(session, ids["polite"])
    run_id = begun(here, db, people)
    dryrun.work(here)
    assert (ids["polite"], "greeting", "lost") not in differences(db)
    assert run_of(db, run_id).summary["agreed"] == [1, 1, 0]


def test_a_published_month_is_counted_apart(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    with db.writing() as session:
        session.add(PublishedMonth(month="2026-11", edition=1, published_by_id=people["qa"].id, body={}))
    run_id = begun(here, db, people)
    dryrun.work(here)
    summary = run_of(db, run_id).summary
    assert summary["kept"] == {"signed": [1, 1], "frozen": [2, 2]}
    assert summary["recordings"] == 0


def test_the_choice_narrows_days_team_and_number(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    with db.writing() as session:
        old = town.recorded(session, people["wang"], "旧.mp3", recorded_on=dt.date(2026, 10, 1)).id

    def counted(**choice: Any) -> int:
        with db.reading() as session:
            return runs.count(session, ("property-visit",), Choice(**choice))

    assert counted() == 4
    assert counted(first=dt.date(2026, 11, 1)) == 3
    assert counted(last=dt.date(2026, 10, 31)) == 1
    assert counted(team_id=people["west"].id) == 1
    assert counted(most=2) == 2
    run_id = begun(here, db, people, last=dt.date(2026, 10, 31))
    dryrun.work(here)
    assert run_of(db, run_id).total == 1
    assert {number for number, _, _ in differences(db)} == {old}


def test_what_cannot_be_judged_is_set_aside_with_its_reason_and_the_run_goes_on(
    here: Site, db: Database, ids: dict[str, int], run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Rejudging.__call__

    def judged(self: Rejudging, hearing: Any, given: Any) -> Any:
        if "天气真热" in hearing.transcript[0].text:
            raise ValueError("broken words")
        return judge(self, hearing, given)

    monkeypatch.setattr(Rejudging, "__call__", judged)
    dryrun.work(here)
    run = run_of(db, run_id)
    assert (run.state, run.done, run.failed) == (RunState.DONE, 3, 1)
    with db.reading() as session:
        assert "broken words" in session.get_one(StandardRunRecording, (run_id, ids["local"])).failure
    assert (ids["polite"], "greeting", "lost") in differences(db)


def test_what_was_deleted_meanwhile_is_passed_over(here: Site, db: Database, ids: dict[str, int], run_id: int) -> None:
    with db.writing() as session:
        session.get_one(Recording, ids["polite"]).deleted_at = now()
    dryrun.work(here)
    run = run_of(db, run_id)
    assert (run.state, run.done, run.failed) == (RunState.DONE, 3, 0)
    assert {number for number, _, _ in differences(db)} == {ids["local"], ids["signed"]}


def test_a_process_that_dies_leaves_its_slice_to_the_next_and_nothing_is_doubled(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SLICE", 2)
    run_id = begun(here, db, people)
    assert dryrun.work(here, most=1) == 1
    with db.writing() as session:  # one that takes a slice and never comes back
        held = slices.claim(session, "gone:1")
        assert held is not None
        assert slices.claim(session, "other:2") is None
    with db.writing() as session:
        assert slices.claim(session, "other:2", now=now() + LATER) is not None
        session.rollback()
    with db.writing() as session:
        assert slices.release(session, {"gone:1"}) == 1
        assert not slices.finish(session, held.token, [], {})
    dryrun.work(here)
    run = run_of(db, run_id)
    assert (run.state, run.done, run.summary["recordings"]) == (RunState.DONE, 3, 2)
    assert len(differences(db)) == 3


def test_the_one_recording_that_kills_its_process_is_found_and_passed_over(
    here: Site, db: Database, ids: dict[str, int], run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Rejudging.__call__

    def judged(self: Rejudging, hearing: Any, given: Any) -> Any:
        if "天气真热" in hearing.transcript[0].text:
            raise SystemExit  # as a crash: no handler sees it
        return judge(self, hearing, given)

    monkeypatch.setattr(Rejudging, "__call__", judged)
    for _ in range(slices.MOST_DEATHS):
        with pytest.raises(SystemExit):
            dryrun.work(here)
        with db.writing() as session:
            assert slices.release(session, {dryrun.holder()}) == 1
    dryrun.work(here)
    run = run_of(db, run_id)
    assert (run.state, run.done, run.failed) == (RunState.DONE, 3, 1)
    with db.reading() as session:
        assert session.get_one(StandardRunRecording, (run_id, ids["local"])).failure == slices.DEADLY
    assert len(differences(db)) == 2


def test_a_stopped_run_keeps_what_it_found_and_takes_no_more(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "SLICE", 1)
    run_id = begun(here, db, people)
    assert dryrun.work(here, most=1) == 1
    with db.writing() as session:
        late = slices.claim(session, "slow:1")
        assert late is not None
    with db.writing() as session:
        assert runs.stop(session, run_id)
        assert not runs.stop(session, run_id)
    with db.writing() as session:
        assert not slices.heartbeat(session, late.token)
        assert not slices.finish(session, late.token, [], {})
    assert dryrun.work(here) == 0
    run = run_of(db, run_id)
    assert (run.state, run.done) == (RunState.STOPPED, 1)
    assert len(differences(db)) == 1
    with db.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "standard_run")).all()
    assert actions == ["dry-run-begun", "dry-run-stopped"]


def test_a_draft_that_is_changed_meanwhile_does_not_change_its_run(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], run_id: int
) -> None:
    with db.writing() as session:
        town.draft(session, here, people["qa"].id, ("您好", "天气真热"))
    dryrun.work(here)
    run = run_of(db, run_id)
    assert run.state is RunState.DONE
    assert run.revision == 1
    assert (ids["polite"], "greeting", "lost") in differences(db)


def test_a_run_whose_standard_cannot_be_made_again_ends_with_a_reason(
    here: Site, db: Database, ids: dict[str, int], run_id: int
) -> None:
    with db.writing() as session:
        session.get_one(StandardRun, run_id).digest = "as it was before an update"
    assert dryrun.work(here) == 0
    run = run_of(db, run_id)
    assert (run.state, run.failure) == (RunState.FAILED, dryrun.CHANGED)


def test_what_only_the_program_reads_otherwise_is_no_difference_of_the_draft(
    here: Site, db: Database, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        stale = town.document(POLITE)
        stale["items"] = [
            {**i, "verdict": "missed", "credit": 0.0} if i["id"] == "greeting" else i for i in stale["items"]
        ]
        row = cast.recording(session, people["wang"], "一.mp3")
        rows.record_analysis(session, row.id, stale, "imported")
        draft_id = town.draft(session, here, people["qa"].id, ("您好", "天气真热")).id
    run_id = begun_of(here, db, draft_id)
    dryrun.work(here)
    assert differences(db) == set()
    summary = run_of(db, run_id).summary
    assert (summary["drift"], summary["differing"]) == (1, 0)


def test_only_one_run_of_a_draft_at_a_time_and_none_over_nothing(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], run_id: int
) -> None:
    with pytest.raises(InvalidError, match="正在试算"):
        begun(here, db, people)
    dryrun.work(here)
    with pytest.raises(InvalidError, match="没有已判分"):
        begun(here, db, people, first=dt.date(2027, 1, 1))
    with pytest.raises(InvalidError, match="不能早于"):
        begun(here, db, people, first=dt.date(2026, 11, 2), last=dt.date(2026, 11, 1))


def test_old_runs_of_a_draft_go_when_others_come(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 2)
    for _ in range(3):
        begun(here, db, people, most=1)
        dryrun.work(here)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(StandardRun)) == 2
        assert session.scalar(select(func.count()).select_from(StandardRunSlice)) == 2


def test_a_draft_of_shared_words_runs_over_every_standard_that_uses_them(here: Site, db: Database) -> None:
    shipped = here.settings.lexicons
    assert runs.affected(shipped, shipped, "property-visit") == ("property-visit",)
    with db.writing() as session:
        draft = drafts.open_draft(session, here, "property-visit", None)
        text = drafts.text_in(session, here, draft, "shared/courtesy.yaml") or ""
        draft = drafts.save(
            session,
            here,
            draft.id,
            draft.revision,
            {"shared/courtesy.yaml": text.replace("您好", "您真好")},
            None,
            "问好",
        )
        folder = drafts.folder_of(session, here, draft)
    assert "property-followup" in runs.affected(shipped, folder, "property-visit")


class Child:
    """A process that does nothing and lives until it is told otherwise."""

    def __init__(self) -> None:
        self.alive = True

    def is_alive(self) -> bool:
        return self.alive


def test_the_worker_frees_what_a_dead_process_held_and_starts_others_only_while_a_run_waits(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], run_id: int
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    with db.writing() as session:
        held = slices.claim(session, f"{socket.gethostname()}:{ended.pid}")
        assert held is not None
        assert not slices.is_waiting(session)
    started: list[Child] = []

    def start(*_: object) -> Any:
        started.append(Child())
        return started[-1]

    watch = dryrun.DryRuns(start, processes=2)
    watch.look(here)
    assert len(started) == 2
    with db.reading() as session:
        assert slices.holders(session) == set()
        assert slices.is_waiting(session)
    watch.look(here)
    assert len(started) == 2
    dryrun.work(here)
    assert run_of(db, run_id).state is RunState.DONE
    for child in started:
        child.alive = False
    watch.look(here)
    assert len(started) == 2
