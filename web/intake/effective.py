"""What is judged again without being heard again: the machine's hearing, with what people said about it put in.

Effective hearing = the latest document that was heard (or imported) + the technician's channel + roles of speakers +
corrected lines + the facts of the work order, overlaid by the recording's own. The document itself never changes.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import newest_hearing
from web.models import AnalysisDocument, Recording, TranscriptEdit, WorkOrder
from web.models.vocabulary import Role

CHANNELS = "channels"  # what the analyzer calls a hearing of one speaker a channel (Engine.diarizer)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What people told about a recording: all that, beside the audio, decides what is judged.

    `edits`: {(line, "text" | "role"): value}, `roles`: {speaker id: role}.
    """

    standard_id: str | None
    facts: Mapping[str, bool]
    technician_channel: int | None
    roles: Mapping[str, str]
    edits: Mapping[tuple[int, str], str]

    def of_a_new_hearing(self) -> Inputs:
        """Return these as a hearing uses them: it knows no speakers and no lines yet."""
        return replace(self, roles={}, edits={})


def inputs(session: Session, recording: Recording) -> Inputs:
    """Return what people have told about a recording until now."""
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
    """Return the latest document that was heard or imported, None where nothing was."""
    latest = newest_hearing(recording_id).scalar_subquery()
    return session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == latest))


def effective(heard: Mapping[str, Any], told: Inputs) -> dict[str, Any]:
    """Return the document to judge: `heard` with channel, roles and corrected lines put in. Pure.

    The words of a corrected line share its time evenly and are sure; a line's own role wins over its speaker's.
    """
    document: dict[str, Any] = copy.deepcopy(dict(heard))
    roles = {**_by_channel(document, told.technician_channel), **told.roles}
    for speaker in document.get("speakers") or []:
        if speaker["id"] in roles:
            role = roles[speaker["id"]]
            speaker["role"], speaker["confidence"] = role, 0.0 if role == Role.UNKNOWN else 1.0
    for line, utterance in enumerate(document["transcript"]):
        if utterance.get("speaker") in roles:
            utterance["role"] = roles[utterance["speaker"]]
        if (line, "role") in told.edits:
            utterance["role"] = told.edits[line, "role"]
        if (line, "text") in told.edits:
            utterance.update(text=told.edits[line, "text"], confidence=1.0)
            utterance.pop("char_s", None)
            utterance.pop("char_confidence", None)
    return document


def _by_channel(document: Mapping[str, Any], channel: int | None) -> dict[str, str]:
    """Return the roles that the technician's channel gives, where each speaker has a channel.

    Without one, speakers whose role came from a channel stated earlier are unknown again: what they say decides.
    """
    if (document.get("engine") or {}).get("diarizer") != CHANNELS:
        return {}
    speakers = document.get("speakers") or []
    if channel is None:
        stated = bool(speakers) and all(s.get("confidence") == 1.0 for s in speakers)
        return {s["id"]: Role.UNKNOWN.value for s in speakers} if stated else {}
    technician = f"S{channel + 1}"
    return {s["id"]: (Role.TECHNICIAN if s["id"] == technician else Role.CUSTOMER).value for s in speakers}
