"""The audio samples in the demo: taken in like any upload, then analysed by the worker while one can watch."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from web.config import ROOT
from web.intake.details import Details
from web.intake.receive import receive_file
from web.intake.storage import open_storage
from web.kit.site import Site

SCRIPT = ".script.yaml"
MORNING = dt.time(9, 0)
APART = dt.timedelta(minutes=25)


def take_in(here: Site, staff_nos: list[str], day: dt.date, folder: Path = ROOT / "samples") -> int:
    """Take in every sample as a recording of `day`, shared out among the technicians; return how many were new."""
    storage = open_storage(here.web, here.settings.home)
    new = 0
    moment = dt.datetime.combine(day, MORNING, here.zone)
    for number, script in enumerate(sorted(folder.rglob(f"*{SCRIPT}"))):
        description = yaml.safe_load(script.read_text("utf-8"))
        stem = script.name.removesuffix(SCRIPT)
        for sound in (p for p in script.parent.glob(f"{stem}.*") if p.suffix not in (".yaml", ".json", ".md")):
            details = Details(
                standard_id=description["standard"],
                staff_no=staff_nos[number % len(staff_nos)],
                recorded_at=moment + number * APART,
                facts=description.get("facts") or {},
                note=f"示例录音：{description['title']}",
            )
            new += not receive_file(here.db, storage, here, sound, sound.name, details, None, "demo").duplicate
    return new
