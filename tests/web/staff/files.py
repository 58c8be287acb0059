"""Files of people and orders, sent and confirmed as the page does."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import Technician


def preview(login: Login, what: str, content: bytes) -> Any:
    fields = {"file": (io.BytesIO(content), "表.csv"), "preview": "1"}
    return login("qa").post(f"/staff/{what}/import", data=fields)


def ticket(answer: Any) -> dict[str, str]:
    """What the page sends to confirm its list."""
    shown = page(answer)
    return {name: shown.one("input", name=name).get("value") or "" for name in ("token", "digest")}


def upload(login: Login, what: str, content: bytes, **more: str) -> Any:
    """Send a file and confirm what its preview lists (`doubtful="1"`: the doubtful rows too)."""
    fields = ticket(preview(login, what, content)) | more
    return login("qa").post(f"/staff/{what}/import/confirm", data=fields)


def technicians(db: Database) -> dict[str, Technician]:
    with db.reading() as session:
        return {t.staff_no: t for t in session.scalars(select(Technician))}
