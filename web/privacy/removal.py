"""Erasing one person's data on request; what a legal hold keeps stays and is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from web import queue
from web.intake.erasure import NAMELESS, erase_audio, erase_quotes, erase_words, with_people
from web.kit import audit
from web.kit.recordings import refuse_held
from web.kit.refusals import HeldError
from web.kit.site import Site
from web.models import CoachingNote, Identity, PublishedMonth, Recording, Technician, User, WorkOrder
from web.privacy.person import Person

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Erased:
    """How many recordings lost sound and words, and which a hold keeps."""

    recordings: int
    held: tuple[int, ...]


def erase(here: Site, person: Person, user_id: int | None = None) -> Erased:
    """Erase sound and words of all recordings about the person; verdicts and scores stay, without what was said.

    Of a customer also what his orders say about the address; a technician loses name, number and account, so that the
    figures that remain are nobody's. While a hold keeps one of his recordings his name stays too. May be repeated.
    """
    held: list[int] = []
    done = 0
    for start in range(0, len(person.recordings), AT_ONCE):
        ids = person.recordings[start : start + AT_ONCE]
        with here.db.writing() as session:
            kept = _held(session, ids)
            erase_quotes(session, set(ids) - set(kept))
            for number in ids:
                if number in kept:
                    continue
                row = session.get_one(Recording, number)
                queue.cancel(session, number)
                erase_audio(session, row)
                erase_words(session, row)
                row.revision += 1
                audit.record(session, "person-erased", "recording", number, user_id=user_id, by=person.by.value)
                done += 1
        held += kept
    with here.db.writing() as session:
        session.execute(update(WorkOrder).where(WorkOrder.id.in_(person.orders)).values(address_note=""))
        if person.technician_id is not None and not held:
            _nobody(session, person.technician_id)
        audit.record(
            session, "person-erased", "person", person.technician_id or "", user_id=user_id,
            by=person.by.value, recordings=done, held=held,
        )  # fmt: skip
    return Erased(done, tuple(held))


def _held(session: Session, ids: Sequence[int]) -> list[int]:
    kept = []
    for number in ids:
        try:
            refuse_held(session, session.get_one(Recording, number))
        except HeldError:
            kept.append(number)
    return kept


def _nobody(session: Session, technician_id: int) -> None:
    row = session.get_one(Technician, technician_id)
    names = {"name": NAMELESS, "staff_no": f"deleted-{technician_id}"}
    row.name, row.staff_no, row.active, row.example_consent = names["name"], names["staff_no"], False, False
    session.execute(delete(CoachingNote).where(CoachingNote.technician_id == technician_id))
    for user in session.scalars(select(User).where(User.technician_id == technician_id)):
        user.username, user.name, user.email, user.active = f"deleted-{user.id}", NAMELESS, "", False
        user.second_factor_salt, user.recovery_codes = "", []
        user.session_epoch, user.password_hash, user.preferences = user.session_epoch + 1, "", {}
        session.execute(delete(Identity).where(Identity.user_id == user.id))
    for month in session.scalars(select(PublishedMonth)):
        people = [{**one, **names} if one["id"] == technician_id else one for one in month.body["technicians"]]
        if people != month.body["technicians"]:
            month.body = with_people(month.body, people)
        changes = (month.difference or {}).get("technicians", [])
        if any(one["id"] == technician_id for one in changes):
            renamed = [{**one, **names} if one["id"] == technician_id else one for one in changes]
            month.difference = {**month.difference, "technicians": renamed}
