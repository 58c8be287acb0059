"""What a session agreed on where people differed, and the step from there to an example of the clause.

Belongs into a writing transaction.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from web.calibration.comparing import example_of
from web.calibration.sessions import recordings, session_for
from web.db import now
from web.intake.private import hide
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.kit.login import Viewer
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.lexicon import drafts, yamltext
from web.models import CalibrationAgreement, StandardDraft
from web.review.second import line_to_judge

MOST_SENTENCE, MOST_NOTE = 200, 500


def agree(
    session: Session,
    viewer: Viewer,
    session_id: int,
    recording_id: int,
    item_id: str,
    verdict: str,
    sentence: str,
    note: str,
) -> CalibrationAgreement:
    """Record what holds; once more changes it. Raises GoneError, InvalidError, also while the session is still judged."""
    row = session_for(session, viewer, session_id)
    clause = _clause(session, viewer, session_id, recording_id, item_id)
    if row.closed_at is None:
        raise InvalidError(_("大家都提交，或者结束校准以后，再记共识。"))
    sentence, note = " ".join(sentence.split()), note.strip()
    if verdict not in line_to_judge(row.standard_id, item_id, clause["kind"], clause["how"]).choices:
        raise InvalidError(_("请选择大家同意的结论。"))
    if len(sentence) > MOST_SENTENCE:
        raise InvalidError(_("例句最多 %(n)s 个字，现在有 %(now)s 个。", n=MOST_SENTENCE, now=len(sentence)))
    if len(note) > MOST_NOTE:
        raise InvalidError(_("说明最多 %(n)s 个字，现在有 %(now)s 个。", n=MOST_NOTE, now=len(note)))
    found = session.get(CalibrationAgreement, (session_id, recording_id, item_id))
    if found is None:
        found = CalibrationAgreement(session_id=session_id, recording_id=recording_id, item_id=item_id)
        session.add(found)
    elif (found.verdict, found.sentence) != (verdict, sentence):
        found.draft_id = None  # another example than the one that was put there
    found.verdict, found.sentence, found.note = verdict, sentence, note
    found.at, found.by_id = now(), viewer.id
    session.flush()
    audit.record(session, "calibration-agreed", "calibration", row.id, item=item_id, after=verdict)
    return found


def to_draft(
    session: Session, viewer: Viewer, here: Site, session_id: int, recording_id: int, item_id: str
) -> StandardDraft:
    """Put the agreed sentence into the standard's open draft as an example of its clause; once more changes nothing.

    Raises GoneError where nothing was agreed, InvalidError for a sentence that cannot be an example.
    """
    row = session_for(session, viewer, session_id)
    clause = _clause(session, viewer, session_id, recording_id, item_id)
    found = session.get(CalibrationAgreement, (session_id, recording_id, item_id))
    if found is None:
        raise GoneError
    example = example_of(clause["kind"], clause["how"], found.verdict)
    if not example:
        raise InvalidError(_("只有说没说清楚的条款才有例句：这一条的结论不能作例句。"))
    if not found.sentence:
        raise InvalidError(_("请先填例句。"))
    if hide(found.sentence) != found.sentence:
        raise InvalidError(
            _("例句里有客户的个人信息，标准人人可看：请改写成“%(s)s”这样再加入。", s=hide(found.sentence))
        )
    draft = drafts.open_draft(session, here, row.standard_id, viewer.id)
    path = f"{row.standard_id}.yaml"
    text = drafts.text_in(session, here, draft, path)
    if text is None:
        raise GoneError
    try:
        changed = with_example(text, item_id, example, found.sentence)
    except yamltext.YamlTextError as error:
        raise InvalidError(_("草稿里加不进去：%(why)s", why=str(error))) from None
    with in_source():
        what = _("校准“%(title)s”的例句", title=row.title)
    draft = drafts.save(session, here, draft.id, draft.revision, {path: changed}, viewer.id, what)
    found.draft_id = draft.id
    audit.record(session, "calibration-example", "calibration", row.id, item=item_id, draft=draft.id)
    return draft


def with_example(text: str, item_id: str, example: str, sentence: str) -> str:
    """A standard's text with the sentence among the clause's examples. Raises YamlTextError, InvalidError for its opposite."""
    place = ("items", f"#{item_id}")
    examples: Any = yamltext.get(text, place).get("examples")
    if not isinstance(examples, dict):
        return yamltext.put(text, (*place, "examples"), {example: [sentence]})
    other = "no_match" if example == "match" else "match"
    if sentence in (examples.get(other) or []):
        raise InvalidError(
            _("这句话在草稿里已经是这一条的反例，请先改草稿。")
            if example == "match"
            else _("这句话在草稿里已经是这一条的正例，请先改草稿。")
        )
    there = examples.get(example)
    if not there:
        return yamltext.put(text, (*place, "examples", example), [sentence])
    if sentence in there:
        return text
    return yamltext.insert(text, (*place, "examples", example), len(there), sentence)


def _clause(session: Session, viewer: Viewer, session_id: int, recording_id: int, item_id: str) -> dict[str, Any]:
    for one in recordings(session, viewer, session_id):
        for clause in one.clauses:
            if (one.recording_id, clause["item"]) == (recording_id, item_id):
                return clause
    raise GoneError
