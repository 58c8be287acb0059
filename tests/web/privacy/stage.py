"""A recording in which private words are said, with everything that the site makes of one."""

from __future__ import annotations

import copy
import zipfile
import zlib
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import inspect, text

from tests.samples import sample
from tests.web import cast
from tests.web.data import analysis
from web.db import Database
from web.intake import rows
from web.intake.storage import open_storage
from web.kit.site import KEY
from web.models import Clip, Decision, Recording, Technician, Upload, WorkOrder

NUMBER = "13812345678"
SPOKEN = "幺三八幺二三四五六七八"
LINE, WORDS = 4, f"我电话{SPOKEN}，您记一下。"  # said by the customer from 7.51 to 11.07 s


def with_words(document: dict[str, Any], line: int = LINE, words: str = WORDS) -> dict[str, Any]:
    """The document with other words in a line, evenly timed, and quoted as evidence of a forbidden phrase."""
    made = copy.deepcopy(document)
    said = made["transcript"][line]
    step = (said["end_s"] - said["start_s"]) / len(words)
    said["text"] = words
    said["char_s"] = [round(said["start_s"] + step * i, 2) for i in range(len(words))]
    said["char_confidence"] = [1.0] * len(words)
    for item in made["items"]:
        if item["id"] == "not-our-concern":
            item["hits"][0]["quote"] = words
            item["reason"] = f"说了「{words}」"
    return made


def told(app: Flask, people: dict[str, Any], **more: Any) -> int:
    """A judged recording of 王师傅 with its sound, an order with an address, a clip, a reviewer's note, an upload."""
    here = app.extensions[KEY]
    taken = open_storage(here.web, here.settings.home).take(sample("visit-03-heater-rude.m4a"))
    with here.db.writing() as session:
        technician = session.get_one(Technician, people["wang"].id)
        order = WorkOrder(order_no="WO-9", technician_id=technician.id, address_note=f"3号楼2单元501，{NUMBER}")
        session.add(order)
        session.flush()
        row = cast.recording(
            session, technician, f"{NUMBER}_上门.m4a",
            **{"sha256": taken.sha256, "stored_key": taken.key, "work_order_id": order.id, "media_type": "audio/mp4",
               "note": f"客户电话{NUMBER}", **more},
        )  # fmt: skip
        number = rows.record_analysis(session, row.id, with_words(analysis("visit-03")), "heard")
        session.add(
            Decision(
                recording_id=row.id, analysis_id=number, item_id="not-our-concern", user_id=people["qa"].id,
                action="confirm", machine="missed", before="missed", after="missed", note=f"听到了：{WORDS}",
            )
        )  # fmt: skip
        session.flush()
        rows.refresh(session, row.id)
        session.add(
            Clip(
                recording_id=row.id, technician_id=technician.id, standard_id="property-visit", item_id="not-our-concern",
                start_s=7.5, end_s=11.0, quote=WORDS, good=False, chosen_by_id=people["qa"].id,
            )
        )  # fmt: skip
        session.add(
            Upload(
                id="u1", user_id=people["qa"].id, original_name=f"{NUMBER}_上门.m4a", size_bytes=1, recording_id=row.id,
                fingerprint="x", details={"note": NUMBER},
            )
        )  # fmt: skip
        return row.id


def everything(db: Database, besides: tuple[str, ...] = ()) -> str:
    """All that the database holds, as one text; compressed documents unpacked."""
    parts = []
    with db.engine.connect() as connection:
        for table in inspect(db.engine).get_table_names():
            if table in besides:
                continue
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608  # names of our own tables
                for value in row:
                    parts.append(_unpacked(value) if isinstance(value, bytes) else str(value))
    return "\n".join(parts)


def _unpacked(value: bytes) -> str:
    try:
        return zlib.decompress(value).decode()
    except zlib.error:  # a block of the search's index
        return value.decode(errors="replace")


def files(app: Flask) -> list[Path]:
    """The files of the storage."""
    here = app.extensions[KEY]
    folder = here.settings.home / "web" / "audio"
    return [path for path in folder.rglob("*") if path.is_file()]


def unzipped(content: bytes, folder: Path) -> Path:
    path = folder / "package.zip"
    path.write_bytes(content)
    with zipfile.ZipFile(path) as package:
        package.extractall(folder)
    return folder


def signed(db: Database, recording_id: int) -> None:
    with db.writing() as session:
        cast.sign(session, session.get_one(Recording, recording_id))
