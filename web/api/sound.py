"""A recording's sound, as its page plays it: by the same rule of who hears what, and noted in the audit log alike."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from web.api.blueprint import blueprint
from web.api.schemas.common import told
from web.kit.problems import MIMETYPE
from web.recordings.media import sound_of

_BINARY: dict[str, Any] = {kind: {"schema": {}} for kind in ("audio/*", "application/octet-stream")}


class SoundArguments(Schema):
    original = fields.Boolean(
        load_default=False,
        metadata=told("The file as it came, where the owner may hear private words; else what browsers play."),
    )


@blueprint.get("/recordings/<int:recording_id>/audio", tags=["recordings"])
@blueprint.arguments(SoundArguments, location="query")
@blueprint.doc(
    responses={
        "200": {"description": "The whole of it.", "content": _BINARY},
        "206": {"description": "The range asked for (`Range: bytes=0-999`).", "content": _BINARY},
        "416": {"description": "A range that it has not.", "content": {MIMETYPE: {"schema": {"type": "object"}}}},
    }
)
def audio(asked: dict[str, bool], recording_id: int) -> ResponseReturnValue:
    """Give the sound, whole or a range; silent where private words are said, for who may not hear them."""
    return sound_of(recording_id, download=asked["original"])
