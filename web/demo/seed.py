"""The demo archive into a database, through the same door as any import. Running it again adds nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.demo import examples
from web.demo.archive import SEED, generate
from web.demo.company import Company, settle
from web.demo.reviews import review
from web.demo.scoring import judge_transcript
from web.demo.values import DemoArchive, DemoTranscript, Sound
from web.intake.receive import drawn
from web.intake.rows import record_analysis
from web.intake.storage import PEAKS, Storage, key_of, open_storage
from web.kit import audit
from web.kit.site import Site
from web.links import keep as links
from web.models import Recording, SiteValue

STAMP = "demo_archive"  # the SiteValue that says which archive this database holds
BATCH = 25  # recordings a transaction: a page never waits long for the write lock
PROGRESS = 400  # recordings between two lines that say how far it is
SOURCE = "demo"
NAMED = "演示_"  # tells the archive from the audio samples, which come from the demo too
WORDS, HEARD = "application/json", "audio/ogg"  # media types of transcripts and of what can be heard


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a run did."""

    added: int
    already: int
    signed: int


def is_demo(here: Site) -> bool:
    """Whether this database began as a demo: what people add to it while trying it out does not change that."""
    with here.db.reading() as session:
        return session.get(SiteValue, STAMP) is not None


def unfinished(here: Site, weeks_end: dt.date | None = None) -> DemoArchive | None:
    """The archive that this database is to hold; None once all of it is in.

    The first call decides for ever which one: `weeks_end` is its last day, yesterday if not given.
    """
    last = weeks_end or now().astimezone(here.zone).date() - dt.timedelta(days=1)
    with here.db.writing() as session:
        row = session.get(SiteValue, STAMP)
        if row is None:
            wanted = {"seed": SEED, "weeks_end": last.isoformat(), "timezone": here.web.timezone}
            row = SiteValue(name=STAMP, value={**wanted, "finished": False})
            session.add(row)
        stamp: dict[str, Any] = row.value
    if stamp["finished"]:
        return None
    return generate(stamp["seed"], dt.date.fromisoformat(stamp["weeks_end"]), stamp["timezone"])


def found_company(here: Site, archive: DemoArchive) -> Company:
    with here.db.writing() as session:
        return settle(session, archive)


def seed(here: Site, tell: Callable[[str], None], weeks_end: dt.date | None = None) -> Seeded:
    """Bring the archive in, the newest recordings first; an interrupted run is taken up where it stopped.

    Runs in the application's context, beside a working site: the worker sums up what comes in.
    """
    archive = unfinished(here, weeks_end)
    if archive is None:
        return Seeded(0, len(known(here)), 0)
    company = found_company(here, archive)
    already = known(here)
    missing = [t for t in reversed(archive.transcripts) if sha256_of(t) not in already]
    bring_in(here, archive, missing, company, tell)
    links.refresh_new(here.db, now(), links.policy_of(here.web))  # first: what is signed keeps its verdicts
    signed = review(here, archive, {t.original_name: sha256_of(t) for t in archive.transcripts}, tell)
    with here.db.writing() as session:
        examples.keep(session)
        row = session.get_one(SiteValue, STAMP)
        row.value = {**row.value, "finished": True}
        audit.record(session, "demo.seeded", username="demo", recordings=len(missing), signed=signed)
    return Seeded(len(missing), len(archive.transcripts) - len(missing), signed)


def known(here: Site) -> frozenset[str]:
    with here.db.reading() as session:
        of_archive = (Recording.source == SOURCE, Recording.original_name.startswith(NAMED))
        return frozenset(session.scalars(select(Recording.sha256).where(*of_archive)))


def bring_in(
    here: Site,
    archive: DemoArchive,
    missing: list[DemoTranscript],
    company: Company,
    tell: Callable[[str], None],
) -> None:
    facts = {order.order_no: order.facts for order in archive.orders}
    storage = open_storage(here.web, here.settings.home)
    for first in range(0, len(missing), BATCH):
        batch = [(t, judge_transcript(t, facts[t.order_no], here.settings)) for t in missing[first : first + BATCH]]
        for transcript, _ in batch:
            if transcript.sound is not None:
                keep(storage, transcript.sound)
        with here.db.writing() as session:
            for transcript, analysis in batch:
                _store(session, here, transcript, analysis, company)
                session.expunge_all()  # else each recording looks through the rows of those before it
        count = first + len(batch)
        if count % PROGRESS == 0 or count == len(missing):
            tell(f"演示档案：已导入 {count}/{len(missing)} 段")


def _store(
    session: Session, here: Site, transcript: DemoTranscript, analysis: dict[str, Any], company: Company
) -> None:
    sha256, sound = sha256_of(transcript), transcript.sound
    row = Recording(
        sha256=sha256,
        original_name=transcript.original_name,
        size_bytes=len(_bytes(transcript.document)) if sound is None else sound.size_bytes,
        stored_key="" if sound is None else key_of(sound.sha256),
        media_type=WORDS if sound is None else HEARD,
        channels=None if sound is None else 1,
        source=SOURCE,
        uploaded_at=transcript.recorded_at + dt.timedelta(hours=3),
        standard_id=transcript.standard_id,
        technician_id=company.technicians[transcript.staff_no],
        work_order_id=company.orders[transcript.order_no],
        recorded_at=transcript.recorded_at,
        recorded_on=transcript.recorded_at.astimezone(here.zone).date(),
        facts=dict(transcript.document["facts"]),
        sampled=drawn(sha256, here.web.random_share),
        note="演示数据",
    )
    session.add(row)
    session.flush()
    record_analysis(session, row.id, analysis, origin="imported", cause="演示档案")


def keep(storage: Storage, sound: Sound) -> None:
    """Store a sound with its waveform; it needs no other file to be played. Safe before its row is written."""
    key = storage.take(sound.path).key
    storage.put(key + PEAKS, sound.peaks)


def sha256_of(transcript: DemoTranscript) -> str:
    """What a recording is known by: its sound, where it has none its words."""
    if transcript.sound is not None:
        return transcript.sound.sha256
    return hashlib.sha256(_bytes(transcript.document)).hexdigest()


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
