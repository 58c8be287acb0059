"""The blueprint that the pages of this folder hang on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("standard_dryrun", __name__, url_prefix="/standards")
