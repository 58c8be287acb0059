"""A site with something on every page, and the list of its pages: for tests that go through all of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.samples import sample
from tests.web import cast
from tests.web.data import analysis
from tests.web.dryrun import town
from web.config import WebSettings
from web.db import now
from web.hooks import acts as hook_acts
from web.hooks import outbox
from web.intake import findable, rows
from web.intake.storage import open_storage
from web.kit import audit
from web.kit.site import KEY, Site
from web.lexicon import drafts
from web.links import keep as links_keep
from web.models import (
    ApiToken,
    Appeal,
    CalibrationAgreement,
    CalibrationAnswer,
    CalibrationRater,
    CalibrationRecording,
    CalibrationSession,
    Clip,
    CoachingNote,
    DeliveryState,
    HookAttempt,
    HookEvent,
    Job,
    JobKind,
    JobState,
    Recording,
    RecordingState,
    SavedFilter,
    SecondReview,
    StandardVersion,
    Technician,
    Upload,
    Verdict,
    WorkOrder,
)
from web.months import publishing
from web.summaries import keep
from web.worker import sound

SAMPLES = {
    "visit-03": ("visit-03-heater-rude.m4a", "audio/mp4", "property-visit"),
    "followup-02": ("followup-02-still-leaking.opus", "audio/ogg", "property-followup"),
}
MORE = 24  # recordings beside the three with sound: a query in a loop shows


@dataclass(frozen=True, slots=True)
class Furniture:
    """Ids of what stands in the database: an open and a signed visit, an order, its technician, a published month."""

    visit: int
    signed: int
    waiting: int
    order: int
    technician: int
    user: int
    month: str
    draft: int = 1
    to_judge: int = 1  # in a calibration that waits for admin, 小陈 and 老周


def furnish(app: Flask, people: dict[str, Any], audible: bool = False) -> Furniture:
    """Fill the site; `audible` also makes waveform and playable sound (some seconds)."""
    here = app.extensions[KEY]
    begun = now().replace(microsecond=0) - dt.timedelta(days=1)
    with app.app_context():
        storage = open_storage(here.web, here.settings.home)
        kept = {name: storage.take(sample(file)) for name, (file, _, _) in SAMPLES.items()}
        if audible:
            for name, (file, _, _) in SAMPLES.items():
                with sound.opened(storage, kept[name].key, sample(file), here.settings) as (_, made):
                    assert made is not None
        with here.db.writing() as session:

            def heard(name: str, technician: Technician, number: int, order: WorkOrder | None) -> Recording:
                at = begun - dt.timedelta(days=number)
                file, media, standard = SAMPLES[name]
                row = cast.recording(
                    session, technician, file if number < 1 else f"{number}-{file}", standard_id=standard,
                    stored_key=kept[name].key, size_bytes=kept[name].size_bytes, media_type=media, recorded_at=at,
                    recorded_on=at.date(), work_order_id=order.id if order else None, uploaded_by_id=people["qa"].id,
                    state=RecordingState.JUDGED, duration_s=82.0,
                )  # fmt: skip
                document = analysis(name)
                # not all alike, and the two differ in whichever weeks are counted: one meets a third, the other most
                if number % 3 == 1 if technician is people["wang"] else number % 8:
                    for item in document["items"]:
                        if item["verdict"] == "missed" and item["kind"] == "required":
                            item["verdict"], item["credit"] = "met", 1.0
                rows.record_analysis(session, row.id, document, "heard")
                return row

            order = cast.order(
                session, people["wang"], "WO-20261123-01", address_note="3 栋 502", appointment_at=begun,
                facts={"late": True},
            )  # fmt: skip
            visit = heard("visit-03", people["wang"], 0, order)
            call = heard("followup-02", people["wang"], 0, order)
            signed = heard("visit-03", people["wang"], 40, None)
            for number in range(1, MORE + 1):
                technician = people["wang" if number % 2 else "li"]
                of = cast.order(session, technician, f"WO-{number}", appointment_at=begun) if number % 3 else None
                row = heard("visit-03", technician, number * 2, of)
                if number % 2:
                    cast.sign(session, row)
            cast.sign(session, signed)
            signed.signed_at, signed.signed_by_id = now(), people["qa"].id
            visit.reviewer_id = people["qa"].id
            session.add(SecondReview(recording_id=signed.id, first_id=people["manager"].id))
            session.add(
                SavedFilter(
                    user_id=people["qa"].id, endpoint="review.work_list", name="昨天的", shared_with="qa",
                    arguments={"queue": "risk", "when": "yesterday"},
                )
            )  # fmt: skip
            session.add_all(
                [
                    Appeal(recording_id=signed.id, item_id="greeting", user_id=people["technician"].id, text="我说了"),
                    *(
                        ApiToken(
                            user_id=people["qa"].id, name=f"呼叫中心{n}", digest=f"{n:064}", beginning="tj_abc123",
                            scopes=["recordings:write"], role=people["qa"].role, epoch=people["qa"].session_epoch,
                        )
                        for n in range(5)
                    ),
                    Clip(
                        recording_id=signed.id, technician_id=people["wang"].id, standard_id="property-visit",
                        item_id="greeting", start_s=2.0, end_s=5.0, quote="您好", good=True,
                        chosen_by_id=people["qa"].id,
                    ),
                    CoachingNote(
                        technician_id=people["wang"].id, author_id=people["manager"].id, text="先问好",
                        action="每次进门先问好", due_on=now().date(),
                    ),
                    Upload(
                        id="0" * 36, user_id=people["qa"].id, original_name="没传完.m4a", size_bytes=1000,
                        received_bytes=400,
                    ),
                ]
            )  # fmt: skip
            waiting = cast.recording(session, None, "没有标准.m4a", standard_id=None, state=RecordingState.NEEDS_DATA)
            for number, state in enumerate([*JobState] * 3):
                row = cast.recording(
                    session, people["wang"], f"队列{number}.mp3", stored_key="00/00/x",
                    state=RecordingState(state.value) if state.value in [*RecordingState] else RecordingState.JUDGED,
                )  # fmt: skip
                session.add(
                    Job(
                        recording_id=row.id, kind=JobKind.HEAR, state=state, stage="transcribe", done_s=40.0,
                        total_s=97.0, fraction=0.4, started_at=now(), lease_until=now() + dt.timedelta(hours=1),
                        lease_token=f"t{number}", error="文件已损坏" if state is JobState.FAILED else "",
                        advice="请换一个文件" if state is JobState.FAILED else "", detail="细节",
                    )
                )  # fmt: skip
            _calibrations(session, people, visit, call)
            audit.record(session, "listen", "recording", visit.id)
            draft = drafts.open_draft(session, here, "property-visit", people["qa"].id)
            town.finished_run(session, draft.id, [visit.id, signed.id])
            _hook(session, here, people["admin"].id, visit.id)
            version = StandardVersion(
                standard_id="property-visit", number=1, version="1.0.1", title="上门", digest="d", files={},
                effective_from=dt.date(2020, 1, 1),
            )  # fmt: skip
            session.add(version)
            session.flush()
            made = Furniture(
                visit.id,
                signed.id,
                waiting.id,
                order.id,
                people["wang"].id,
                people["qa"].id,
                f"{signed.recorded_on:%Y-%m}",
                draft.id,
                call.id,
            )
        with here.db.reading() as session:
            spoken = findable.waiting(session, 100)
        findable.fill(here.db, spoken)
        links_keep.refresh_new(here.db, now(), links_keep.policy_of(WebSettings()))
        while keep.refresh_stale(here.db):
            pass
        with here.db.writing() as session:
            draft = publishing.draft(session, here, made.month, now().date())
            publishing.publish(session, draft, people["manager"].id, "")
    return made


def _hook(session: Session, here: Site, user_id: int, recording_id: int) -> None:
    """A receiver with a log: taken, waiting after a failure, given up."""
    wish = hook_acts.Wish("工单系统", "https://hooks.example.com/tingjian", hook_acts.choices())
    hook_id, _secret = hook_acts.add(session, here.seal, wish, user_id)
    for number in range(12):
        row = outbox.add(session, hook_id, HookEvent.RECORDING_JUDGED, {"recording_id": recording_id, "score": 80.0})
        row.state, row.attempts = [*DeliveryState][number % 3], 2
        session.flush()
        session.add_all(
            HookAttempt(
                delivery_id=row.id, number=tried + 1, took_ms=12, status=503, trouble="对方没有收下（HTTP 503）"
            )
            for tried in range(2)
        )


def _calibrations(session: Session, people: dict[str, Any], done: Recording, waiting: Recording) -> None:
    """One that is compared and agreed on, one that is still judged."""
    asked = [people[who].id for who in ("admin", "qa", "manager")]
    for row, closed in ((done, True), (waiting, False)):
        one = CalibrationSession(
            title="问候语", standard_id=row.standard_id or "", lead_id=people["qa"].id, due_on=now().date(),
            closed_at=now() if closed else None,
        )  # fmt: skip
        session.add(one)
        session.flush()
        verdicts = session.scalars(select(Verdict).where(Verdict.recording_id == row.id, Verdict.how == "rule")).all()
        clauses = [{"item": v.item_id, "kind": v.kind, "how": v.how, "machine": v.machine} for v in verdicts]
        session.add(CalibrationRecording(session_id=one.id, recording_id=row.id, position=0, clauses=clauses))
        for number, user in enumerate(asked):
            session.add(CalibrationRater(session_id=one.id, user_id=user, handed_in_at=now() if closed else None))
            session.add_all(
                CalibrationAnswer(
                    session_id=one.id, recording_id=row.id, item_id=v.item_id, user_id=user,
                    verdict=("met", "missed")[(number + position) % 3 == 0],
                )
                for position, v in enumerate(verdicts if closed else ())
            )  # fmt: skip
        if closed:
            session.add(
                CalibrationAgreement(
                    session_id=one.id, recording_id=row.id, item_id=verdicts[0].item_id, verdict="met",
                    sentence="您好，我是维修师傅。", note="说了身份就算", by_id=people["qa"].id,
                )
            )  # fmt: skip


def pages(made: Furniture) -> dict[str, str]:
    """Every page of the site by its endpoint: what a GET shows a person (not sound, exports and fragments)."""
    return {
        "auth.login": "/login",
        "home.index": "/",
        "notices.index": "/notices",
        "uploads.page": "/uploads",
        "jobs.queue": "/queue",
        "recordings.index": "/recordings/",
        "recordings.show": f"/recordings/{made.visit}",
        "recordings.show signed": f"/recordings/{made.signed}",
        "recordings.show waiting": f"/recordings/{made.waiting}",
        "recordings.details": f"/recordings/{made.visit}/details",
        "recordings.exclude": f"/recordings/{made.visit}/exclude",
        "standard_policy.page": "/standards/drafts/1/policy",
        "standard_trying.page": "/standards/try?recording=1",
        "standard_importing.page": "/standards/import",
        "search.page": "/search",
        "search.page found": "/search?q=热水器",
        "recordings.delete": f"/recordings/{made.visit}/delete",
        "review.work_list": "/review",
        "review.work_list mine": "/review?queue=mine",
        "review.work_list second": "/review?queue=second",
        "recordings.second": f"/recordings/{made.signed}/second",
        "review.agreement": "/review/agreement",
        "review.differences": "/review/differences?of=all",
        "review.appeals": "/appeals",
        "calibration.index": "/calibration",
        "calibration.new": "/calibration/new",
        "calibration.show": "/calibration/1",
        "calibration.show asked": "/calibration/2",
        "calibration.judge": f"/calibration/2/recordings/{made.to_judge}",
        "scorecards.mine": "/scorecards/mine",
        "scorecards.team": "/scorecards/team",
        "scorecards.technician": f"/scorecards/technicians/{made.technician}",
        "months.print_page": f"/scorecards/technicians/{made.technician}/print",
        "scorecards.standards_list": "/scorecards/standards",
        "scorecards.standard_show": "/scorecards/standards/property-visit",
        "standard_reading.index": "/standards",
        "standard_reading.show": "/standards/property-visit",
        "standard_reading.printed": "/standards/property-visit/print",
        "standard_reading.phrase_list": "/standards/property-visit/lists/hello",
        "months.index": "/scorecards/months",
        "months.show": f"/scorecards/months/{made.month}/1?technician={made.technician}",
        "topics.words": "/scorecards/words",
        "topics.word": "/scorecards/words/said?word=热水器",
        "topics.talk": "/scorecards/talk",
        "digest.show": "/scorecards/digest",
        "topics.talk one": f"/scorecards/talk?technician={made.technician}",
        "links.due": "/due",
        "staff.technicians": "/staff/technicians",
        "staff.technician": f"/staff/technicians/{made.technician}",
        "staff.technician new": "/staff/technicians/new",
        "staff.import_file": "/staff/technicians/import",
        "staff.orders": "/staff/orders",
        "staff.order": f"/staff/orders/{made.order}",
        "staff.order new": "/staff/orders/new",
        "staff.import_file orders": "/staff/orders/import",
        "admin.users": "/admin/users",
        "admin.user_new": "/admin/users/new",
        "admin.user_edit": f"/admin/users/{made.user}",
        "admin.audit_log": "/admin/audit",
        "privacy.page": "/privacy",
        "hooks.index": "/hooks",
        "hooks.new": "/hooks/new",
        "hooks.show": "/hooks/1",
        "hooks.edit": "/hooks/1/edit",
        "hooks.delivery": "/hooks/deliveries/1",
        "system.page": "/system",
        "help.index": "/help",
        "help.page": "/help/admin",
        "auth.password": "/password",
        "auth.second_factor": "/second-factor",
        "oidc.account": "/company-account",
        "tokens.index": "/tokens",
        "tokens.everybody": "/tokens/all",
        "tokens.reference": "/tokens/reference",
        "standard_editing.index": "/standards/drafts",
        "standard_editing.show": f"/standards/drafts/{made.draft}",
        "standard_editing.problems": f"/standards/drafts/{made.draft}/problems",
        "standard_editing.history": f"/standards/drafts/{made.draft}/changes",
        "standard_editing.clause": f"/standards/drafts/{made.draft}/clauses/greeting",
        "standard_editing.clause forbidden": f"/standards/drafts/{made.draft}/clauses/profanity",
        "standard_editing.suggested": f"/standards/drafts/{made.draft}/clauses/greeting/suggestions",
        "standard_editing.lists": f"/standards/drafts/{made.draft}/lists",
        "standard_editing.phrase_list": f"/standards/drafts/{made.draft}/lists/hello",
        "standard_editing.text": f"/standards/drafts/{made.draft}/text/property-visit.yaml",
        "standard_dryrun.index": f"/standards/drafts/{made.draft}/runs",
        "standard_dryrun.show": "/standards/runs/1",
        "standard_dryrun.show signed": "/standards/runs/1?show=signed",
        "standard_dryrun.rejudge": "/standards/rejudge/1",
        "standard_versions.index": "/standards/property-visit/versions",
        "standard_versions.compare": "/standards/property-visit/compare?old=0&new=1",
        "standard_versions.publish_form": f"/standards/drafts/{made.draft}/publish",
        "nothing": "/nothing/here",
    }


# Answers of GET that are no page: sound, files, fragments, numbers, the second half of a login. A new endpoint must be here or in `pages`.
NO_PAGES = frozenset(
    {
        "static", "watch.health", "watch.ready", "watch.metrics",
        "recordings.audio", "recordings.peaks", "recordings.transcript", "recordings.line",
        "recordings.part", "recordings.job", "recordings.export", "scorecards.clip_audio", "scorecards.export",
        "topics.talk_part", "scorecards.export_csv", "staff.example", "auth.code",
        "oidc.begin", "oidc.back", "oidc.left",
        "search.palette", "help.picture", "auth.renew",
        "notices.show", "standard_dryrun.table", "standard_trying.ready",
        "standard_versions.text", "standard_versions.folder", "staff.import_progress",
        "api.openapi", "api.me", "api.recordings", "api.recording", "api.analysis", "api.verdicts", "api.upload_state",
        "api.audio", "api.appeals", "api.appeal", "api.mine",
        "api.technicians", "api.orders", "api.order", "api.scorecards", "api.export_recordings", "api.standards", "api.standard",
    }
)  # fmt: skip
