"""What is judged again without being heard again: the machine's hearing, with what people said about it put in.

Effective hearing = the latest document that was heard (or imported) + the technician's channel + roles of speakers +
corrected lines + the facts of the work order, overlaid by the recording's own. The document itself never changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import Hearing, Layout, Utterance, newest_hearing, quantised
from web.models import Analysis, AnalysisDocument, Recording, TranscriptEdit, WorkOrder
from web.models.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Inputs:
    """What people said about a recording: all that, beside the audio, decides what is judged.

    `edits`: {(line, "text" | "role"): value}, `roles`: {speaker id: role}.
    """

    standard_id: str | None
    facts: Mapping[str, bool]
    technician_channel: int | None
    roles: Mapping[str, str]
    edits: Mapping[tuple[int, str], str]

    def of_a_new_hearing(self) -> Inputs:
        """These as a hearing uses them: it knows no speakers and no lines yet."""
        return replace(self, roles={}, edits={})


def inputs(session: Session, recording: Recording) -> Inputs:
    """What people have said about a recording until now."""
    order = session.get(WorkOrder, recording.work_order_id) if recording.work_order_id else None
    facts = {**(order.facts if order else {}), **recording.facts}
    latest = session.scalar(newest_hearing(recording.id))
    edits = {}
    if latest is not None:
        for edit in session.scalars(
            select(TranscriptEdit)
            .where(TranscriptEdit.recording_id == recording.id, TranscriptEdit.analysis_id == latest)
            .order_by(TranscriptEdit.id)
        ):
            edits[edit.line, edit.field] = edit.after
    return Inputs(
        recording.standard_id,
        {name: value for name, value in facts.items() if isinstance(value, bool)},
        recording.technician_channel,
        dict(recording.roles),
        {key: after for key, after in edits.items() if after is not None},
    )


def heard_document(session: Session, recording_id: int) -> dict[str, Any] | None:
    """The latest document that was heard or imported, with all that was held against the sound since; None where none was."""
    latest = session.scalar(newest_hearing(recording_id))
    current = session.scalar(select(Recording.analysis_id).where(Recording.id == recording_id))
    body, judged = (
        session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == number))
        for number in (latest, current)
    )
    checks = judged.get("checks") if judged else None
    return {**body, "checks": checks} if body and checks else body


def was_heard(session: Session, recording_id: int) -> bool:
    """Whether the words come from the recording's own sound: to hear it once more is to listen to what is in question."""
    latest = newest_hearing(recording_id).scalar_subquery()
    return session.scalar(select(Analysis.origin).where(Analysis.id == latest)) == "heard"


def effective(hearing: Hearing, said: Inputs) -> Hearing:
    """What to judge: the hearing with channel, roles and corrected lines put in. Pure.

    The words of a corrected line share its time evenly and are sure; a line's own role wins over its speaker's.
    """
    roles = {**_by_channel(hearing, said.technician_channel), **{name: Role(role) for name, role in said.roles.items()}}
    speakers = tuple(
        replace(s, role=roles[s.id], confidence=0.0 if roles[s.id] is Role.UNKNOWN else 1.0) if s.id in roles else s
        for s in hearing.speakers
    )
    transcript = tuple(_corrected(line, u, roles, said.edits) for line, u in enumerate(hearing.transcript))
    return replace(hearing, speakers=speakers, transcript=transcript)


def _corrected(
    line: int, utterance: Utterance, roles: Mapping[str, Role], edits: Mapping[tuple[int, str], str]
) -> Utterance:
    role = Role(edits.get((line, "role")) or roles.get(utterance.speaker, utterance.role))
    if (line, "text") not in edits:
        return replace(utterance, role=role)
    text, start_s = edits[line, "text"], utterance.start_s
    step_s = (utterance.end_s - start_s) / max(1, len(text))
    starts = tuple(start_s + step_s * i for i in range(len(text)))
    sure = (1.0,) * len(text)
    return quantised(
        replace(utterance, role=role, text=text, confidence=1.0, char_start_s=starts, char_confidence=sure)
    )


def _by_channel(hearing: Hearing, channel: int | None) -> dict[str, Role]:
    """The roles that the technician's channel gives, where each speaker has a channel.

    Without one, speakers whose role came from a channel stated earlier are unknown again: what they say decides.
    """
    if hearing.layout is not Layout.STEREO:
        return {}
    if channel is None:
        stated = bool(hearing.speakers) and all(s.confidence == 1.0 for s in hearing.speakers)
        return {s.id: Role.UNKNOWN for s in hearing.speakers} if stated else {}
    technician = f"S{channel + 1}"
    return {s.id: Role.TECHNICIAN if s.id == technician else Role.CUSTOMER for s in hearing.speakers}
