"""An order of the archive that can be heard, for tests: its sound is one of the samples'."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

from analyzer.settings import ROOT
from web.demo.conversation import SPOKEN_LABEL
from web.demo.recorded import Recorded, RecordedOrder
from web.demo.values import Sound

SAMPLE = ROOT / "samples" / "appointment-03-brush-off" / "appointment-03-brush-off.mp3"
LINES = (
    ("customer", 0.8, 2.1, "喂，您好。"),
    ("technician", 2.6, 9.4, "您好，我是物业的维修师傅，明天下午三点上门给您修暖气，您看方便吗？"),
    ("customer", 9.9, 11.5, "方便，到时候打我电话一三九一二三四五六七八。"),
    ("technician", 12.0, 14.8, "好的，那明天见，再见。"),
)


def spoken_order(folder: Path, weeks_ago: int = 0, weekday: int = 3, staff_no: str = "9001") -> RecordedOrder:
    """A Wednesday's visit at three with the call of the day before; `folder` gets the waveform."""
    peaks = folder / "peaks.json"
    peaks.write_text('{"schema":1}', "ascii")
    sound = Sound(SAMPLE, peaks, hashlib.sha256(SAMPLE.read_bytes()).hexdigest(), SAMPLE.stat().st_size)
    call = Recorded("property-appointment", -1, dt.time(10, 23, 45), {"agree-time": "met"}, document(), sound)
    return RecordedOrder(
        staff_no,
        weeks_ago,
        weekday,
        dt.time(15),
        dt.time(15, 52),
        "暖气",
        "翠湖园3栋（演示）",
        {"late": False},
        (call,),
    )


def document() -> dict[str, Any]:
    return {
        "schema": 1,
        "duration_s": 46.0,
        "engine": {"name": "demo", "model": "templates", "version": "1"},
        "facts": {},
        "speakers": [
            {"id": "S1", "role": "technician", "confidence": 0.95},
            {"id": "S2", "role": "customer", "confidence": 0.95},
        ],
        "transcript": [
            {
                "start_s": a,
                "end_s": b,
                "speaker": "S1" if role == "technician" else "S2",
                "role": role,
                "text": text,
                "confidence": 0.9,
            }
            for role, a, b, text in LINES
        ],
        "speech": [[a, b] for _, a, b, _ in LINES],
        "unheard": [],
        "hearing_warnings": [SPOKEN_LABEL],
    }
