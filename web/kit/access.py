"""The one authorization table: which role may ask for which endpoint, and whose recordings it sees.

An endpoint that is missing here is refused (and a test fails): access is granted on purpose, never by accident.
"""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Flask, abort, flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import Select, false, select
from werkzeug.wrappers import Response

from web.kit.i18n import gettext as _
from web.kit.login import Viewer, came_by_company
from web.kit.site import site
from web.models import Recording, ReviewState, Technician, UserRole

Chosen = TypeVar("Chosen", bound=Select[*tuple[Any, ...]])
ADMIN, QA, MANAGER, TECHNICIAN = UserRole.ADMIN, UserRole.QA, UserRole.MANAGER, UserRole.TECHNICIAN
PUBLIC: frozenset[UserRole] = frozenset()  # no login needed
EVERYONE = frozenset(UserRole)
STAFF = frozenset({ADMIN, QA, MANAGER})  # all but technicians
OFFICE = frozenset({ADMIN, QA})
ADMINS = frozenset({ADMIN})
PRIVATE = OFFICE  # read and hear private words (phones, addresses, names …): who judges must know what was said

TABLE: dict[str, frozenset[UserRole]] = {
    "static": PUBLIC,
    # home
    "home.index": EVERYONE,
    # notices: everybody's own
    "notices.index": EVERYONE,
    "notices.show": EVERYONE,
    "notices.read": EVERYONE,
    "notices.by_mail": EVERYONE,
    # watch
    "watch.health": PUBLIC,
    "watch.ready": PUBLIC,
    "watch.metrics": PUBLIC,  # but for the addresses of TINGJIAN_WEB_METRICS_FROM only
    # auth
    "auth.login": PUBLIC,
    "auth.login_submit": PUBLIC,
    "auth.code": PUBLIC,
    "auth.code_submit": PUBLIC,
    "auth.language": PUBLIC,
    "auth.logout": EVERYONE,
    "auth.renew": EVERYONE,
    "auth.password": EVERYONE,
    "auth.password_submit": EVERYONE,
    "auth.second_factor": EVERYONE,
    "auth.second_factor_begin": EVERYONE,
    "auth.second_factor_confirm": EVERYONE,
    "auth.second_factor_remove": EVERYONE,
    # oidc: the company's login
    "oidc.begin": PUBLIC,
    "oidc.back": PUBLIC,
    "oidc.left": PUBLIC,
    "oidc.account": EVERYONE,
    "oidc.unlink_own": EVERYONE,
    "oidc.link": ADMINS,
    "oidc.unlink": ADMINS,
    # admin
    "admin.users": ADMINS,
    "admin.user_new": ADMINS,
    "admin.user_edit": ADMINS,
    "admin.user_reset": ADMINS,
    "admin.user_second_factor": ADMINS,
    "admin.user_sign_out": ADMINS,
    "admin.audit_log": ADMINS,
    "admin.audit_verify": ADMINS,
    # hooks
    "hooks.index": ADMINS,
    "hooks.new": ADMINS,
    "hooks.show": ADMINS,
    "hooks.edit": ADMINS,
    "hooks.switch": ADMINS,
    "hooks.rotate": ADMINS,
    "hooks.ping": ADMINS,
    "hooks.delivery": ADMINS,
    "hooks.replay": ADMINS,
    # system
    "system.page": ADMINS,
    "system.backup": ADMINS,
    "system.look": ADMINS,
    # help
    "help.index": EVERYONE,
    "help.page": EVERYONE,
    "help.picture": EVERYONE,
    # staff
    "staff.technicians": OFFICE,
    "staff.technician": OFFICE,
    "staff.orders": OFFICE,
    "staff.order": OFFICE,
    "staff.import_file": OFFICE,
    "staff.confirm_import": OFFICE,
    "staff.import_progress": OFFICE,
    "staff.example": OFFICE,
    # standards: settings of a draft
    "standard_policy.page": OFFICE,
    "standard_policy.save": OFFICE,
    "standard_policy.effect": OFFICE,
    # recordings
    "recordings.index": EVERYONE,
    "recordings.show": EVERYONE,
    "recordings.part": EVERYONE,
    "recordings.job": EVERYONE,
    "recordings.audio": EVERYONE,
    "recordings.peaks": EVERYONE,
    "recordings.transcript": EVERYONE,
    "recordings.line": EVERYONE,
    "recordings.presence": OFFICE,
    "recordings.edit_line": OFFICE,
    "recordings.edit_role": OFFICE,
    "recordings.swap": OFFICE,
    "recordings.rejudge": OFFICE,
    "recordings.details": OFFICE,
    "recordings.exclude": OFFICE,
    "recordings.count_again": OFFICE,
    "recordings.bulk": OFFICE,
    "recordings.second": OFFICE,
    "recordings.second_answer": OFFICE,
    "recordings.delete": OFFICE,
    "recordings.delete_submit": OFFICE,
    "recordings.export": STAFF,
    # search
    "search.page": EVERYONE,
    "search.palette": EVERYONE,
    # scorecards
    "scorecards.team": STAFF,
    "scorecards.technician": STAFF,
    "scorecards.mine": frozenset({TECHNICIAN}),
    "scorecards.note_add": frozenset({ADMIN, MANAGER}),
    "scorecards.note_done": frozenset({ADMIN, MANAGER}),
    "scorecards.clip_add": STAFF,
    "scorecards.clip_remove": STAFF,
    "scorecards.clip_audio": EVERYONE,
    "scorecards.export": STAFF,
    "scorecards.export_csv": STAFF,
    "scorecards.standards_list": STAFF,
    "scorecards.standard_show": STAFF,
    # standard_importing
    "standard_importing.page": OFFICE,
    "standard_importing.read": OFFICE,
    "standard_importing.create": OFFICE,
    # standard_trying
    "standard_trying.page": STAFF,
    "standard_trying.result": STAFF,
    "standard_trying.ready": STAFF,
    # drafts of standards
    **dict.fromkeys(
        (
            "standard_editing.index",
            "standard_editing.create",
            "standard_editing.show",
            "standard_editing.save_head",
            "standard_editing.problems",
            "standard_editing.history",
            "standard_editing.undo",
            "standard_editing.drop",
            "standard_editing.clause",
            "standard_editing.save_clause",
            "standard_editing.add_clause",
            "standard_editing.act",
            "standard_editing.check_clause",
            "standard_editing.suggested",
            "standard_editing.add_phrase",
            "standard_editing.lists",
            "standard_editing.phrase_list",
            "standard_editing.save_list",
            "standard_editing.check_list",
            "standard_editing.text",
            "standard_editing.save_text",
            "standard_editing.check_text",
            "standard_editing.renew",
        ),
        OFFICE,
    ),
    # dry runs of drafts over the archive, judging again after a publication
    "standard_dryrun.index": OFFICE,
    "standard_dryrun.begin": OFFICE,
    "standard_dryrun.show": OFFICE,
    "standard_dryrun.stop": OFFICE,
    "standard_dryrun.table": OFFICE,
    "standard_dryrun.rejudge": OFFICE,
    "standard_dryrun.rejudge_begin": OFFICE,
    "standard_dryrun.rejudge_stop": OFFICE,
    # standards: everybody reads them, technicians without any figure of others
    "standard_reading.index": EVERYONE,
    "standard_reading.show": EVERYONE,
    "standard_reading.printed": EVERYONE,
    "standard_reading.phrase_list": EVERYONE,
    # months
    "months.index": EVERYONE,
    "months.show": EVERYONE,
    "months.publish": frozenset({ADMIN, MANAGER}),  # but no manager of a single team
    "months.print_page": EVERYONE,  # a technician: his own, signed recordings only
    # topics
    "topics.words": STAFF,
    "topics.word": STAFF,
    "topics.talk": EVERYONE,
    "topics.talk_part": EVERYONE,
    # digest
    "digest.show": STAFF,
    "digest.preference": STAFF,
    # uploads
    "uploads.page": OFFICE,
    "uploads.details": OFFICE,
    "uploads.rows": OFFICE,
    "uploads.read_manifest": OFFICE,
    "uploads.begin": OFFICE,
    "uploads.append": OFFICE,
    "uploads.finish": OFFICE,
    "uploads.cancel": OFFICE,
    "uploads.cancel_form": OFFICE,
    # the REST API: the roles of the pages that show the same; what a token may beside that, its scopes say (web/api)
    "api.openapi": PUBLIC,  # what there is to ask stands in the source as well
    "api.me": EVERYONE,
    "api.recordings": EVERYONE,
    "api.recording": EVERYONE,
    "api.analysis": EVERYONE,
    "api.verdicts": EVERYONE,
    "api.audio": EVERYONE,
    "api.decide": OFFICE,
    "api.appeals": EVERYONE,
    "api.appeal": EVERYONE,
    "api.file_appeal": frozenset({TECHNICIAN}),
    "api.answer_appeal": OFFICE,
    "api.decide_appeal": frozenset({MANAGER}),  # who neither signed nor answered
    "api.accept_answer": frozenset({TECHNICIAN}),
    "api.contest_answer": frozenset({TECHNICIAN}),
    "api.add_recording": OFFICE,
    "api.begin_upload": OFFICE,
    "api.upload_state": OFFICE,
    "api.append_slice": OFFICE,
    "api.finish_upload": OFFICE,
    "api.cancel_upload": OFFICE,
    "api.technicians": OFFICE,
    "api.orders": OFFICE,
    "api.order": OFFICE,
    "api.put_orders": OFFICE,
    "api.put_order": OFFICE,
    "api.scorecards": STAFF,
    "api.mine": frozenset({TECHNICIAN}),
    "api.export_recordings": STAFF,
    "api.standards": EVERYONE,
    "api.standard": EVERYONE,
    # tokens of programs: one's own; the office of all is the admin's
    "tokens.index": EVERYONE,
    "tokens.make": EVERYONE,
    "tokens.revoke": EVERYONE,
    "tokens.everybody": ADMINS,
    "tokens.reference": EVERYONE,
    # jobs
    "jobs.queue": STAFF,
    "jobs.act": OFFICE,
    "jobs.retry_aside": OFFICE,
    # privacy
    "privacy.page": ADMINS,
    "privacy.find_person": ADMINS,
    "privacy.export": ADMINS,
    "privacy.erase": ADMINS,
    "privacy.hold": ADMINS,
    "privacy.release": ADMINS,
    # review
    "review.work_list": OFFICE,
    "review.draw_share": OFFICE,
    "review.hand": OFFICE,
    "review.seen_handovers": OFFICE,
    "review.give_team": ADMINS,
    "review.sign_chosen": OFFICE,
    "review.decide": OFFICE,
    "review.leave_to_machine": OFFICE,
    "review.sign": OFFICE,
    "review.reopen": OFFICE,
    "review.preference": OFFICE,
    "review.resolve": OFFICE,
    "review.decide_appeal": frozenset({MANAGER}),  # who neither signed nor answered
    "review.agreement": STAFF,
    "review.differences": STAFF,
    "review.save_filter": STAFF,
    "review.change_filter": STAFF,
    "review.appeals": EVERYONE,
    "review.appeal": frozenset({TECHNICIAN}),
    "review.accept_answer": frozenset({TECHNICIAN}),
    "review.contest": frozenset({TECHNICIAN}),
    # links
    "links.due": STAFF,
    # standards: whoever is judged by them reads them; the office changes them
    "standard_versions.index": STAFF,
    "standard_versions.compare": STAFF,
    "standard_versions.text": STAFF,
    "standard_versions.folder": STAFF,
    "standard_versions.publish_form": OFFICE,
    "standard_versions.publish": OFFICE,
    "standard_versions.retire": OFFICE,
    "standard_versions.take_files": OFFICE,
    # calibration: a session is its participants' and the office's; who has not handed in sees nobody's answers
    "calibration.index": STAFF,
    "calibration.new": OFFICE,
    "calibration.start": OFFICE,
    "calibration.show": STAFF,
    "calibration.judge": STAFF,
    "calibration.answer": STAFF,
    "calibration.hand_in": STAFF,
    "calibration.close": OFFICE,
    "calibration.agree": OFFICE,
    "calibration.to_draft": OFFICE,
    # learning
    "learning.ask": OFFICE,
}

# what must be done before anything else, and the endpoints that it takes
_FIRST = {
    "auth.password": {"auth.password", "auth.password_submit", "auth.logout"},
    "auth.second_factor": {
        *("auth.second_factor", "auth.second_factor_begin", "auth.second_factor_confirm", "auth.logout"),
    },
}


def visible(statement: Chosen, viewer: Viewer) -> Chosen:
    """Return the statement (over Recording) narrowed to the recordings that the viewer may see.

    QA and admins see all; a manager his team's (all teams where none is set); a technician his own, once signed:
    what only a machine said accuses nobody.
    """
    statement = statement.where(Recording.deleted_at.is_(None))
    if viewer.role in OFFICE:
        return statement
    if viewer.role is MANAGER:
        if viewer.team_id is None:
            return statement
        team = select(Technician.id).where(Technician.team_id == viewer.team_id)
        return statement.where(Recording.technician_id.in_(team))
    if viewer.technician_id is None:
        return statement.where(false())
    return statement.where(
        Recording.technician_id == viewer.technician_id, Recording.review_state == ReviewState.SIGNED
    )


def reads_private(viewer: Viewer) -> bool:
    """Whether the viewer reads and hears private words of customers; everybody else gets them masked and muted.

    A manager compares and coaches, a technician learns how he did: neither needs a customer's number or door code
    (docs/DECISIONS.md §11).
    """
    return viewer.role in PRIVATE


def told_decided(viewer: Viewer) -> bool:
    """Whether the viewer is told what people decided only, not what the machine said before."""
    return viewer.role is TECHNICIAN


def may(viewer: Viewer, endpoint: str) -> bool:
    """Return whether the viewer may ask for the endpoint (templates use it to leave out what he cannot do)."""
    roles = TABLE.get(endpoint)
    return roles is not None and (roles == PUBLIC or viewer.role in roles)


def must_use_second_factor(role: UserRole) -> bool:
    """Whether the site asks this role for a second factor."""
    wanted = site().web.require_second_factor
    return wanted == "everybody" or (wanted == "managers" and role in (ADMIN, MANAGER))


def needs_second_factor(viewer: Viewer) -> bool:
    """Whether the viewer has to set up a second factor before anything else; the company's login has its own."""
    if came_by_company() and not site().web.oidc_second_factor:
        return False
    return not viewer.second_factor and must_use_second_factor(viewer.role)


def _check() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None:  # no such page: 404 follows
        return None
    roles = TABLE.get(endpoint)
    if roles is None:
        abort(403)
    if roles == PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method != "GET" or "HX-Request" in request.headers or request.path.startswith("/api/"):
            abort(401)
        return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
    if current_user.must_change_password and not came_by_company() and endpoint not in _FIRST["auth.password"]:
        flash(_("请先修改初始密码。"), "warning")
        return redirect(url_for("auth.password"))
    if needs_second_factor(current_user) and endpoint not in _FIRST["auth.second_factor"]:
        flash(_("您的身份必须使用两步验证，请先开启。"), "warning")
        return redirect(url_for("auth.second_factor"))
    if current_user.role not in roles:
        abort(403)
    return None


def init(app: Flask) -> None:
    """Check every request before its view."""
    app.before_request(_check)
    app.jinja_env.globals["may"] = lambda endpoint: (
        current_user.is_authenticated and endpoint in app.view_functions and may(current_user, endpoint)
    )
