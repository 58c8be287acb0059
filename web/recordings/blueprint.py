"""The blueprint that this package's view modules hang their pages on, and what they share."""

from __future__ import annotations

from flask import Blueprint, abort, request

from web.kit.login import viewer
from web.kit.site import reader
from web.recordings.filters import Filter
from web.recordings.page import RecordingPage, load

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")


def asked() -> Filter:
    """Return the list's filter in the request's address."""
    return Filter.read(request.args)


def shown(recording_id: int) -> RecordingPage:
    """Return the page of a recording; what the viewer may not see is not there (404)."""
    return load(reader(), viewer(), recording_id, asked()) or abort(404)
