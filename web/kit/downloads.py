"""Answers that browsers save: Chinese file names arrive whole (RFC 5987)."""

from __future__ import annotations

import io

from flask import Response, send_file


def attachment(content: bytes, mimetype: str, name: str) -> Response:
    """Return `content` as a file to save under `name`."""
    return send_file(io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)
