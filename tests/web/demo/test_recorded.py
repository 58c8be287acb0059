"""Orders of the archive that can be heard: their place among the others, and the package that holds them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.serial import parse_analysis
from analyzer.settings import ROOT, Settings
from benchmarks.demo.choice import spoken_orders
from benchmarks.demo.command import name_of
from tests.web.demo.spoken import spoken_order
from web.demo import calendar
from web.demo.archive import SEED, generate
from web.demo.comparison import compare
from web.demo.conversation import FORBIDDEN
from web.demo.people import CAST, WEEKS
from web.demo.recorded import FOLDER, ORDER_FILE, PEAKS, SOUND, Recorded, recorded_orders
from web.demo.values import KINDS, Booking, DemoArchive

END = dt.date(2026, 11, 23)  # a Monday
ZONE = ZoneInfo("Asia/Shanghai")
PACKAGE = [one for order in recorded_orders() for one in order.recordings]


def named(one: Recorded) -> str:
    return f"{one.sound.path.parent.name}-{one.sound.path.stem}"


each = pytest.mark.parametrize("one", [pytest.param(one, id=named(one)) for one in PACKAGE])


@given(st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31)), st.integers(1, 6), st.integers(0, 1))
def test_an_order_keeps_weekday_and_hour_whatever_day_the_archive_ends_on(
    tmp_path_factory: pytest.TempPathFactory, end: dt.date, weekday: int, weeks_ago: int
) -> None:
    order = spoken_order(tmp_path_factory.getbasetemp(), weeks_ago, weekday)
    at = order.appointment(end - dt.timedelta(days=7 * WEEKS - 1), ZONE)
    assert (at.isoweekday(), at.hour, at.minute) == (weekday, 15, 0)
    assert 7 * weeks_ago <= (end - at.date()).days < 7 * (weeks_ago + 1)


def visited(archive: DemoArchive) -> int:
    return sum(o.staff_no == "9001" and o.finished_at is not None for o in archive.orders)


def test_it_takes_the_place_of_another_visit_and_has_a_number_of_its_own(tmp_path: Path) -> None:
    order = spoken_order(tmp_path)
    plain, whole = (generate(SEED, END, recorded=recorded) for recorded in ((), (order,)))
    (call,) = (t for t in whole.transcripts if t.sound is not None)
    assert call.recorded_at == dt.datetime(2026, 11, 17, 10, 23, 45, tzinfo=ZONE)
    (own,) = (o for o in whole.orders if o.order_no == call.order_no)
    assert own.appointment_at == dt.datetime(2026, 11, 18, 15, 0, tzinfo=ZONE)
    assert own.finished_at == dt.datetime(2026, 11, 18, 15, 52, tzinfo=ZONE)
    assert call.original_name == f"演示_20261117_9001_{own.order_no}_预约.opus" == call.document["file"]
    assert call.week == WEEKS - 1
    assert visited(whole) == visited(plain)
    assert len({o.order_no for o in whole.orders}) == len(whole.orders)


def test_what_is_recorded_after_the_last_day_is_left_out(tmp_path: Path) -> None:
    order = spoken_order(tmp_path, weekday=2)
    booking = Booking(CAST[0], WEEKS - 1, dt.datetime(2026, 11, 24, 15, tzinfo=ZONE), "WO-1")
    midnight = dt.datetime(2026, 11, 23, tzinfo=ZONE)
    told, made = order.placed(booking, midnight)
    assert made == []
    assert (told.finished_at, told.facts) == (None, {})


def test_the_orders_that_are_spoken_cover_all_technicians_kinds_and_forbidden_clauses() -> None:
    chosen = spoken_orders()
    transcripts = [t for one in chosen for t in one.transcripts]
    assert len(transcripts) >= 60
    assert {t.standard_id for t in transcripts} == set(KINDS)
    assert {t.staff_no for t in transcripts} == {f"900{n}" for n in range(1, 8)}
    said = {item for t in transcripts for item, verdict in t.intended.items() if verdict == "missed"}
    assert said >= {*FORBIDDEN, "solicit", "greeting", "farewell", "self-name", "inquiry", "demonstrate"}


def test_the_package_holds_whole_orders_of_these_and_stays_small() -> None:
    chosen = {name_of(one): len(one.transcripts) for one in spoken_orders()}
    made = {path.parent.name: len(list(path.parent.glob(f"*{SOUND}"))) for path in FOLDER.glob(f"*/{ORDER_FILE}")}
    assert made
    assert made.items() <= chosen.items()
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 20_000_000


def test_no_recording_of_the_package_is_there_twice() -> None:
    assert len({one.sound.sha256 for one in PACKAGE}) == len(PACKAGE)


@each
def test_words_and_sound_of_a_recording_belong_together(one: Recorded) -> None:
    """Where the document has speech there is sound, where it has none there is next to none; a browser plays it as it is."""
    with av.open(str(one.sound.path)) as container:
        stream = container.streams.audio[0]
        assert (container.format.name, stream.codec_context.name, stream.channels) == ("ogg", "opus", 1)
        rate = stream.rate
        sound = np.concatenate([f.to_ndarray().astype(np.float32).mean(axis=0) for f in container.decode(stream)])
    duration_s = one.document["duration_s"]
    assert abs(len(sound) / rate - duration_s) < 0.1
    assert one.sound.size_bytes < 2_600 * duration_s
    peaks = json.loads(one.sound.peaks.read_text("ascii"))
    assert one.sound.peaks.name.endswith(PEAKS)
    assert peaks["duration_s"] == pytest.approx(duration_s, abs=0.05)
    speech = one.document["speech"]
    level = np.sqrt(np.mean(sound**2))
    for start_s, end_s in speech:
        assert np.sqrt(np.mean(sound[int(start_s * rate) : int(end_s * rate)] ** 2)) > level / 4
    times = np.arange(len(sound)) / rate
    quiet = np.ones(len(sound), bool)
    for start_s, end_s in speech:
        quiet &= (times < start_s - 0.1) | (times > end_s + 0.4)  # the room answers for a while
    assert np.sqrt(np.mean(sound[quiet] ** 2)) < level / 4


@each
def test_every_line_of_a_recording_lies_in_speech_and_in_order(one: Recorded) -> None:
    hearing, _facts = parse_analysis({"file": "x", **one.document}, "x")
    assert [u.start_s for u in hearing.transcript] == sorted(u.start_s for u in hearing.transcript)
    assert all(u.end_s <= hearing.duration_s for u in hearing.transcript)
    starts = {start_s for start_s, _ in one.document["speech"]}
    assert all(u.start_s in starts for u in hearing.transcript)


def test_the_package_is_judged_as_its_templates_intend() -> None:
    archive = generate(SEED, END)
    found = compare(
        archive, Settings(lexicons=ROOT / "lexicons"), [t for t in archive.transcripts if t.sound is not None]
    )
    assert found.share >= 0.95, found.table()


@pytest.mark.parametrize("end", [END + dt.timedelta(days=n) for n in range(7)])
def test_what_is_said_of_the_day_of_a_visit_stays_true(end: dt.date) -> None:
    """An appointment call that names the visit's time names it as it would be said on that day."""
    archive = generate(SEED, end)
    visits = {order.order_no: order.appointment_at for order in archive.orders}
    named = 0
    for call in (t for t in archive.transcripts if t.sound is not None and t.standard_id == "property-appointment"):
        at = visits[call.order_no]
        assert at is not None
        spoken = calendar.spoken_when(at, call.recorded_at.date())
        said = "".join(u["text"] for u in call.document["transcript"])
        if "点" in said and call.intended["agree-time"] == "met":
            named += 1
            assert spoken in said, (call.original_name, spoken, said)
    assert named or not PACKAGE
