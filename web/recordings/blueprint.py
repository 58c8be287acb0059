"""The blueprint that this package's view modules hang their pages on, and what they share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.exceptions import Forbidden

from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.site import reader
from web.recordings.filters import Filter
from web.recordings.page import RecordingPage, load
from web.review import saved

saved.LISTS["recordings.index"] = lambda asked: Filter.read(asked).arguments()
blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")


def listed() -> Filter:
    """The list that the request's address names."""
    return Filter.read(request.args)


def list_arguments() -> dict[str, Any]:
    """The arguments of the list that the request's address names, its page too: the way back to it."""
    number = wanted_page()
    return listed().arguments(page=number if number > 1 else "")


def shown(recording_id: int, *, neighbours: bool = False, talk: bool = False) -> RecordingPage:
    """The page of a recording; what the viewer may not see is not there (404).

    One who is to judge it blind in a calibration is led there instead.
    """
    page = load(reader(), viewer(), recording_id, listed() if neighbours else None, talk=talk) or abort(404)
    if page.sealed_by is not None and request.endpoint != "recordings.second":
        if request.method != "GET" or "HX-Request" in request.headers or request.endpoint == "recordings.transcript":
            raise worded(Forbidden(_("这段录音在等您校准，提交以前看不到判定。")))
        flash(_("这段录音在等您校准，提交以前看不到判定。"), "info")
        abort(redirect(url_for("calibration.judge", session_id=page.sealed_by, recording_id=recording_id)))
    return page
