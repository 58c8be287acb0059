"""`python -m benchmarks demo`: speaks the demo archive's spoken orders into `samples/demo/` (see its README).

An order's folder appears when all its recordings are made, so that a run can be stopped at any time; the next goes on with
the orders that have none. `--list` only tells what there is to do, `--hear N` whether what was made says what it should.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from analyzer.audio import PEAKS_FILE, open_audio
from analyzer.settings import Settings
from benchmarks.demo.casting import TECHNICIANS, customer
from benchmarks.demo.choice import SpokenOrder, spoken_orders
from benchmarks.demo.documents import spoken_document, written
from benchmarks.demo.listening import listen
from benchmarks.kit.machine import say
from benchmarks.kit.places import ROOT
from benchmarks.rendering import Scene, Script, render
from benchmarks.rendering.encode import write_audio
from benchmarks.rendering.script import ScriptTurn
from web.demo.recorded import ORDER_FILE, PEAKS, SOUND
from web.demo.values import DemoTranscript

FOLDER = ROOT / "samples" / "demo"
LONGEST_PAUSE_S = 3.0  # work takes minutes, its silence in the demo seconds
SHORTEST_PAUSE_S = -0.2  # who cuts in does so in the last syllable
INDOORS = Scene("reverberant", rt60_s=0.3, drr_db=6.0)
SCENES = {"property-visit": INDOORS, "property-appointment": Scene("phone"), "property-followup": Scene("phone")}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks demo", description=__doc__)
    parser.add_argument("--list", action="store_true", help="only tell what there is to do")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder for the orders (default: samples/demo)")
    parser.add_argument(
        "--hear", type=int, default=0, metavar="N", help="hear N recordings and compare them with their words"
    )
    options = parser.parse_args(arguments)
    if options.hear:
        for line in listen(options.out, options.hear):
            say(line)
        return 0
    for one in spoken_orders():
        folder = options.out / name_of(one)
        done = (folder / ORDER_FILE).exists()
        if options.list:
            say(f"{'done' if done else 'to do'}  {folder.name}  {len(one.transcripts)} recordings")
        elif not done:
            begun = time.monotonic()
            seconds = make(one, folder)
            say(f"{folder.name}  {seconds:.0f} s of sound in {time.monotonic() - begun:.0f} s")
    return 0


def name_of(one: SpokenOrder) -> str:
    """Who, how many weeks before the last, weekday (Monday is 1) and hour: `9005-0-3-1330`."""
    at = one.order.appointment_at
    if at is None:
        raise ValueError(f"{one.order.order_no} has no appointment")
    return f"{one.order.staff_no}-{one.weeks_ago}-{at.isoweekday()}-{at:%H%M}"


def make(one: SpokenOrder, folder: Path) -> float:
    """Speak all recordings of an order and put them into its folder; return their seconds."""
    order, at = one.order, one.order.appointment_at
    if at is None or order.finished_at is None:
        raise ValueError(f"{order.order_no} was not visited")
    whole_s = 0.0
    with tempfile.TemporaryDirectory(prefix="tingjian-demo-") as name:
        place = Path(name)
        for transcript in one.transcripts:
            whole_s += _speak(transcript, place, at.date())
        body = {
            "staff_no": order.staff_no,
            "weeks_ago": one.weeks_ago,
            "weekday": at.isoweekday(),
            "appointment_at": f"{at:%H:%M}",
            "finished_at": f"{order.finished_at:%H:%M:%S}",
            "job_kind": order.job_kind,
            "address_note": order.address_note,
            "facts": dict(order.facts),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(place.iterdir()):
            shutil.copyfile(path, folder / path.name)
        (folder / ORDER_FILE).write_text(written(body), "utf-8")  # last: it says that all is there
    return whole_s


def _speak(transcript: DemoTranscript, place: Path, day: dt.date) -> float:
    kind = transcript.standard_id.removeprefix("property-")
    rendered = render(_script(transcript))
    sound = place / f"{kind}{SOUND}"
    write_audio(sound, rendered.samples, rendered.sample_rate_hz, "opus")
    with open_audio(sound, Settings(), place) as audio:
        if audio.playback is None or audio.playback.copied:
            raise ValueError(f"{transcript.original_name}: browsers would not play it as it is")
        heard_s = audio.duration_s
    (place / PEAKS_FILE).rename(place / f"{kind}{PEAKS}")
    body: dict[str, Any] = {
        "standard_id": transcript.standard_id,
        "days": (transcript.recorded_at.date() - day).days,
        "recorded_at": f"{transcript.recorded_at:%H:%M:%S}",
        "intended": dict(transcript.intended),
        "document": spoken_document(transcript.document, rendered.turns, heard_s),
    }
    (place / f"{kind}.json").write_text(written(body), "utf-8")
    return heard_s


def _script(transcript: DemoTranscript) -> Script:
    lines = transcript.document["transcript"]
    said = "".join(u["text"] for u in lines if u["role"] == "technician")
    turns, until_s = [], 0.0
    for number, line in enumerate(lines):
        gap_s = line["start_s"] - until_s
        until_s = line["end_s"]
        pause_s = None if number == 0 else round(min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, gap_s)), 2)
        turns.append(ScriptTurn(line["role"], line["text"], pause_s))
    return Script(
        id=f"{transcript.order_no}-{transcript.standard_id}",
        standard=transcript.standard_id,
        title=transcript.original_name,
        scene=SCENES[transcript.standard_id],
        format="opus",
        facts={},
        voices={"technician": TECHNICIANS[transcript.staff_no], "customer": customer(transcript.order_no, said)},
        turns=tuple(turns),
    )
