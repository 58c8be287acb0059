"""The blueprint that this package's view modules hang their pages on, and what they share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request

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
    """The page of a recording; what the viewer may not see is not there (404)."""
    return load(reader(), viewer(), recording_id, listed() if neighbours else None, talk=talk) or abort(404)
