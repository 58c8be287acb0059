"""Who somebody is, and what he may do here, by the claims that the provider signed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.kit.forms import plain_number
from web.kit.values import plain_text
from web.models import UserRole
from web.oidc.provider import UnprovedError, claim
from web.oidc.rules import Rules

LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, §2


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the provider. `role` None: he is in no group that has one.

    `team`: None where groups tell of no teams here, "" where he is in none of those that do, `*` for all teams.
    """

    issuer: str
    subject: str
    name: str
    username: str  # what the provider calls him; proves nothing
    known_as: str  # the value of the claim by which accounts may be claimed; ""
    staff_no: str
    role: UserRole | None
    team: str | None


def person(claims: Mapping[str, Any], rules: Rules) -> Person:
    """Read verified claims. Raises UnprovedError for a subject that cannot be one."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise UnprovedError("sub is no subject")
    groups = groups_of(claim(claims, rules.groups_claim))
    known_as = _word(claim(claims, rules.username_claim)) if rules.username_claim else ""
    username = known_as or _word(claims.get("preferred_username"))
    return Person(
        issuer=rules.issuer,
        subject=subject,
        name=_word(claims.get("name")) or username,
        username=username,
        known_as=known_as,
        staff_no=plain_number(_word(claim(claims, rules.staff_claim))) if rules.staff_claim else "",
        role=next((role for group, role in rules.roles if group in groups), None),
        team=next((team for group, team in rules.teams if group in groups), "") if rules.teams else None,
    )


def groups_of(value: object) -> frozenset[str]:
    """The groups of a claim: a list of words, or one word; objects count by their name."""
    if isinstance(value, str):
        return frozenset({value})
    if not isinstance(value, list | tuple):
        return frozenset()
    named = (one.get("name") if isinstance(one, Mapping) else one for one in value)
    return frozenset(one for one in named if isinstance(one, str))


def _word(value: object) -> str:
    """A short line of text; "" for anything else. Numbers count: staff numbers come as such."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    seen = "".join(c for c in plain_text(value) if unicodedata.category(c)[0] != "C")
    return " ".join(seen.split())[:64]
