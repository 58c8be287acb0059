"""The comparison of those who have handed in: agreement per clause, and who differs from whom on what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.calibration.sessions import RaterLine, recordings
from web.figures.intervals import Estimate
from web.figures.raters import fleiss_estimate, pairs_agreeing
from web.intake.analysis import Hit, hits_of
from web.intake.private import hide
from web.kit.access import reads_private
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.sound import silence
from web.models import (
    CalibrationAgreement,
    CalibrationAnswer,
    CalibrationRecording,
    CalibrationSession,
    Recording,
    User,
    Verdict,
)
from web.models.vocabulary import Kind, VerdictWord
from web.review.second import SecondLine, line_to_judge
from web.review.told import hit_without_words

Unit = tuple[int, str]  # recording, clause
MOST_SHOWN = 100  # differences on a page; a clause has 30 at most


@dataclass(frozen=True, slots=True)
class ClauseAgreement:
    """A clause (item_id "" is all): `n` recordings, the share of pairs of people who agree, κ, and where they differ.

    `machine`: where all people agree and the machine said otherwise.
    """

    item_id: str
    clause: str
    text: str
    n: int
    share: float | None
    kappa: Estimate
    differ: int
    machine: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed on. `draft_id`: the draft that has the sentence as an example; `example`: match | no_match | "" for none."""

    verdict: str
    sentence: str
    note: str
    at: datetime
    by: str
    draft_id: int | None
    example: str


@dataclass(frozen=True, slots=True)
class Place:
    """The recording of a difference."""

    id: int
    technician: str
    order_no: str
    recorded_at: datetime
    silence: str | None


@dataclass(frozen=True, slots=True)
class Differing:
    """A clause of a recording on which not all agree: {verdict: names}, the most given first. `unanimous`: only the machine differs."""

    recording: Place
    line: SecondLine
    said: Mapping[str, tuple[str, ...]]
    machine: str | None
    unanimous: bool
    hits: tuple[Hit, ...]
    agreed: Agreed | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`people`: who has handed in; with fewer than two of them nothing is compared.

    `differences`: of the clause asked for, else of all, the first `MOST_SHOWN` of `found`.
    """

    people: tuple[RaterLine, ...]
    total: ClauseAgreement | None
    clauses: tuple[ClauseAgreement, ...]
    differences: tuple[Differing, ...]
    found: int
    agreed: int


def comparison(
    session: Session, viewer: Viewer, row: CalibrationSession, people: Sequence[RaterLine], item_id: str = ""
) -> Comparison:
    """Of the answers handed in; seven queries."""
    done = tuple(person for person in people if person.handed_in_at is not None)
    asked = recordings(session, viewer, row.id)
    agreements = _agreements(session, viewer, row)
    if len(done) < 2 or not asked:
        return Comparison(done, None, (), (), 0, len(agreements))
    said = _answers(session, row.id, {person.user_id for person in done}, len(done))
    clauses = {(r.recording_id, c["item"]): c for r in asked for c in r.clauses if (r.recording_id, c["item"]) in said}
    differing = [unit for unit, clause in clauses.items() if _differs(said[unit], clause)]
    rows = _clauses(row, asked, clauses, said)
    wanted = [unit for unit in differing if item_id in ("", unit[1])]
    wanted.sort(key=lambda unit: len(set(said[unit].values())) == 1)  # where people differ first
    return Comparison(
        people=done,
        total=_agreement("", "", "", asked, clauses, said),
        clauses=rows,
        differences=_differences(session, viewer, row, wanted[:MOST_SHOWN], clauses, said, done, agreements),
        found=len(wanted),
        agreed=len(agreements),
    )


def example_of(kind: str, how: str, verdict: str) -> str:
    """The list of a clause's examples that a sentence belongs to: what its phrases are to match, or not. "": none."""
    if how != "rule" or verdict not in (VerdictWord.MET, VerdictWord.MISSED):
        return ""
    said = verdict == (VerdictWord.MISSED if kind == Kind.FORBIDDEN else VerdictWord.MET)
    return "match" if said else "no_match"


def _answers(session: Session, session_id: int, users: set[int], number: int) -> dict[Unit, dict[int, str]]:
    """What each said, of the clauses that all of them answered."""
    statement = select(CalibrationAnswer).where(
        CalibrationAnswer.session_id == session_id, CalibrationAnswer.user_id.in_(users)
    )
    said: dict[Unit, dict[int, str]] = defaultdict(dict)
    for one in session.scalars(statement):
        said[one.recording_id, one.item_id][one.user_id] = one.verdict
    return {unit: words for unit, words in said.items() if len(words) == number}


def _differs(words: Mapping[int, str], clause: Mapping[str, Any]) -> bool:
    return len(set(words.values())) > 1 or _machine_differs(words, clause)


def _machine_differs(words: Mapping[int, str], clause: Mapping[str, Any]) -> bool:
    return clause["machine"] is not None and set(words.values()) - {clause["machine"]} == set(words.values())


def _clauses(
    row: CalibrationSession,
    asked: Sequence[CalibrationRecording],
    clauses: Mapping[Unit, Mapping[str, Any]],
    said: Mapping[Unit, Mapping[int, str]],
) -> tuple[ClauseAgreement, ...]:
    """Clause by clause, those that agree least first."""
    made = []
    for item_id in dict.fromkeys(item for _, item in clauses):
        own = {unit: clause for unit, clause in clauses.items() if unit[1] == item_id}
        line = line_to_judge(row.standard_id, item_id, "", "")
        made.append(_agreement(item_id, line.clause, line.text, asked, own, said))
    return tuple(sorted(made, key=lambda one: (one.share or 0.0, -one.n)))


def _agreement(
    item_id: str,
    clause: str,
    text: str,
    asked: Sequence[CalibrationRecording],
    clauses: Mapping[Unit, Mapping[str, Any]],
    said: Mapping[Unit, Mapping[int, str]],
) -> ClauseAgreement:
    groups = [[Counter(said[unit].values()) for unit in clauses if unit[0] == r.recording_id] for r in asked]
    return ClauseAgreement(
        item_id=item_id,
        clause=clause,
        text=text,
        n=len(clauses),
        share=pairs_agreeing([unit for group in groups for unit in group]),
        kappa=fleiss_estimate(groups),
        differ=sum(len(set(said[unit].values())) > 1 for unit in clauses),
        machine=sum(
            len(set(said[unit].values())) == 1 and _machine_differs(said[unit], one) for unit, one in clauses.items()
        ),
    )


def _differences(
    session: Session,
    viewer: Viewer,
    row: CalibrationSession,
    units: Sequence[Unit],
    clauses: Mapping[Unit, Mapping[str, Any]],
    said: Mapping[Unit, Mapping[int, str]],
    people: Sequence[RaterLine],
    agreements: Mapping[Unit, Agreed],
) -> tuple[Differing, ...]:
    ids = {number for number, _ in units}
    columns = columns_of(Place, silence=silence(viewer))
    found = session.execute(with_people(select(*columns).select_from(Recording)).where(Recording.id.in_(ids)))
    places = {place.id: Place(**place._asdict()) for place in found}
    evidence = select(Verdict.recording_id, Verdict.item_id, Verdict.evidence).where(
        Verdict.recording_id.in_(ids), Verdict.how == "rule"
    )
    hits = {(number, item): hits_of(found) for number, item, found in session.execute(evidence)}
    names = {person.user_id: person.name for person in people}
    made = []
    for unit in units:
        clause, by_word = clauses[unit], defaultdict(list)
        for user, word in said[unit].items():
            by_word[word].append(names[user])
        shown = hits.get(unit, ())
        if not reads_private(viewer):
            shown = tuple(hit_without_words(hit) for hit in shown)
        ordered = sorted(by_word.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        made.append(
            Differing(
                recording=places[unit[0]],
                line=line_to_judge(row.standard_id, unit[1], clause["kind"], clause["how"]),
                said={word: tuple(sorted(who)) for word, who in ordered},
                machine=clause["machine"],
                unanimous=len(by_word) == 1,
                hits=shown,
                agreed=_with_example(agreements.get(unit), clause),
            )
        )
    return tuple(made)


def _with_example(agreed: Agreed | None, clause: Mapping[str, Any]) -> Agreed | None:
    if agreed is None:
        return None
    return replace(agreed, example=example_of(clause["kind"], clause["how"], agreed.verdict))


def _agreements(session: Session, viewer: Viewer, row: CalibrationSession) -> dict[Unit, Agreed]:
    statement = (
        select(CalibrationAgreement, User.name)
        .join(User, User.id == CalibrationAgreement.by_id)
        .where(CalibrationAgreement.session_id == row.id)
    )
    seen = (lambda words: words) if reads_private(viewer) else hide
    return {
        (a.recording_id, a.item_id): Agreed(a.verdict, seen(a.sentence), seen(a.note), a.at, name, a.draft_id, "")
        for a, name in session.execute(statement)
    }
