"""The body of a delivery: small, and the same for years. Links are made when it is sent, from TINGJIAN_WEB_PUBLIC_URL."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from web.models import HookEvent

OF_RECORDINGS = (HookEvent.RECORDING_JUDGED, HookEvent.SUSPICION_FOUND)
OF_APPEALS = (HookEvent.APPEAL_FILED, HookEvent.APPEAL_ANSWERED)


def body(event: HookEvent, at: dt.datetime, facts: Mapping[str, Any], public_url: str) -> bytes:
    """{"type", "timestamp", "data"} in UTF-8. Needs an application context."""
    site = urlsplit(public_url)
    routes = current_app.url_map.bind(site.netloc, site.path or "/", url_scheme=site.scheme)
    endpoint, values = _page(event, facts)
    links = {"url": routes.build(endpoint, values, force_external=True)}
    if "recording_id" in facts:
        asked = {"recording_id": facts["recording_id"]}
        links["api_url"] = routes.build("api.recording", asked, force_external=True)
    told = {
        "type": event.value,
        "timestamp": at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {**facts, **links},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _page(event: HookEvent, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The page of the site that shows what it is about, to who may see it."""
    if event in OF_RECORDINGS:
        return "recordings.show", {"recording_id": facts["recording_id"]}
    if event in OF_APPEALS:
        return "review.appeals", {"appeal": facts["appeal_id"]}
    if event is HookEvent.MONTH_PUBLISHED:
        return "months.show", {"month": facts["month"], "edition": facts["edition"]}
    return "hooks.show", {"hook_id": facts["hook_id"]}
