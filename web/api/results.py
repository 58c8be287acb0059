"""What came of it: scorecards, the list to take away, the standards; and what the token itself may."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flask import Response, abort, g
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError, fields, validate

from web.api.blueprint import blueprint
from web.api.recordings import ListArguments, asked_for
from web.api.schemas.common import enum, told
from web.api.schemas.results import Cards, Me
from web.api.schemas.standards import StandardFull, StandardList
from web.db import now
from web.figures.frames import Reviewed
from web.figures.team import TeamRow
from web.kit.calendar import MONTH, day_named, today_in
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.policies import minimum
from web.kit.problems import ProblemError
from web.kit.site import reader, site
from web.kit.standards import standard, standards
from web.recordings import export, listing
from web.scorecards.team_page import team_page
from web.summaries.query import ScorecardQuery


class MonthName(validate.Regexp):
    """YYYY-MM; the document shows its pattern, people read how a month is written."""

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(value)
        except ValidationError:
            raise ValidationError(_("月份请写成 2026-11 这样。")) from None


class CardArguments(Schema):
    month = fields.String(required=True, validate=MonthName(MONTH), metadata=told("YYYY-MM", example="2026-11"))
    standard = fields.String(load_default="", validate=validate.Length(max=64))
    reviewed = fields.String(
        load_default=Reviewed.ALL.value,
        validate=enum(Reviewed),
        metadata=told("Whether only signed recordings count."),
    )


@blueprint.get("/me", tags=["token"])
@blueprint.response(200, Me)
def me() -> Any:
    """Say whose the token is and what it may."""
    grant, who = g.api_token, viewer()
    return {
        "token": grant.name,
        "scopes": sorted(grant.scopes),
        "expires_at": grant.expires_at,
        "username": who.username,
        "name": who.name,
        "role": who.role,
    }


@blueprint.get("/scorecards", tags=["scorecards"])
@blueprint.arguments(CardArguments, location="query")
@blueprint.response(200, Cards)
def scorecards(asked: dict[str, str]) -> Any:
    """Give a month's scorecards of the owner's team (of all, where he sees all), with intervals."""
    here, query = site(), asked_month(asked)
    least = minimum(query.standard_id)
    shown = team_page(reader(), viewer(), query, standards(here.lexicons), here.zone, least)
    return {
        "month": asked["month"],
        "minimum": least,
        "mixed_standards": shown.mixed,
        "items": [_card(row, shown.mixed) for row in shown.rows],
    }


def asked_month(asked: dict[str, str]) -> ScorecardQuery:
    """The query of a month. Raises ProblemError for one out of reach."""
    try:
        day_named(f"{asked['month']}-01")
    except ValueError:
        words = _("“%(v)s”不是可以查询的月份。", v=asked["month"])
        raise ProblemError(422, "month", words, errors=[("query.month", words)]) from None
    told = {"period": asked["month"], "standard": asked["standard"], "reviewed": asked.get("reviewed", "")}
    return ScorecardQuery.read(told, today_in(site().zone, now()))


@blueprint.get("/exports/recordings.csv", tags=["recordings"])
@blueprint.arguments(ListArguments(exclude=("cursor", "limit")), location="query")
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
def export_recordings(arguments: dict[str, Any]) -> ResponseReturnValue:
    """Give the list of recordings as the CSV of the site's own export, whole."""
    who, sort = viewer(), "-recorded"
    asked = replace(asked_for(arguments), sort=sort)
    answer: Response = export.as_csv(lambda session: listing.every(session, who, asked), None)
    return answer


@blueprint.get("/standards", tags=["standards"], endpoint="standards")
@blueprint.response(200, StandardList)
def standards_list() -> Any:
    """List the standards in effect today."""
    return {"items": standards(site().lexicons)}


@blueprint.get("/standards/<standard_id>", tags=["standards"], endpoint="standard")
@blueprint.response(200, StandardFull)
def standard_full(standard_id: str) -> Any:
    """Give a standard with its clauses."""
    return standard(site().lexicons, standard_id) or abort(404)


def _card(row: TeamRow, mixed: bool) -> dict[str, Any]:
    ranks = (None, None) if mixed else (row.rank_first, row.rank_last)
    return {
        **{name: getattr(row, name) for name in ("technician_id", "staff_no", "name", "team", "orders", "coverage")},
        "recordings": row.totals.recordings,
        "signed": row.totals.signed,
        "scored": row.totals.scored,
        "score": asdict(row.score),
        "change": asdict(row.change),
        "forbidden_per_100": asdict(row.forbidden),
        "rank_first": ranks[0],
        "rank_last": ranks[1],
        "ranked": row.ranked,
    }
