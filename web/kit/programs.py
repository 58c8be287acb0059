"""Whether a request is a program's (for the REST API) or a person's: errors, language and login differ by it."""

from __future__ import annotations

from flask import request

API = "/api/v1/"


def of_api() -> bool:
    """Whether the request is for the REST API."""
    return request.path.startswith(API)
