"""From a figure to the list behind it: the one place where what a figure counts becomes the arguments of an address.

`web.recordings.filters` reads them. The list of `arguments(query)` holds exactly the recordings that `judged.asked_for(query)`
lets through, `narrower` says which of them the figure counts.
"""

from __future__ import annotations

from typing import Any

from web.figures.frames import Reviewed
from web.summaries.query import ScorecardQuery


def arguments(query: ScorecardQuery | None, **narrower: object) -> dict[str, Any]:
    """The arguments of the list of recordings.

    `narrower`: the list's own arguments (technician, standard, item, verdict, flag, talk …; empty ones narrow nothing), and

    - `scored`: only those with a score, which a mean and its n count
    - `signed`: only those that a person signed, whatever the query says
    """
    scored, signed = bool(narrower.pop("scored", False)), bool(narrower.pop("signed", False))
    asked: dict[str, object] = {}
    if query is not None:
        asked = _asked(query, one=bool(narrower.get("technician")))
    if signed:
        asked["review"] = "signed"
    if scored:
        asked["score_from"] = "0"
    return {name: str(value) for name, value in {**asked, **narrower}.items() if value not in (None, "")}


def _asked(query: ScorecardQuery, *, one: bool) -> dict[str, object]:
    """`one`: a technician's figures are his in whatever team."""
    return {
        "from": query.span.period.first,
        "to": query.span.period.last,
        "team": None if one else query.team_id,
        "standard": query.standard_id,
        "kind": query.job_kind,
        "review": "signed" if query.reviewed is Reviewed.SIGNED else "",
        "counted": "1",
    }
