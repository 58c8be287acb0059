"""The blueprint of staff and orders, which two modules fill."""

from __future__ import annotations

from flask import Blueprint

from web.kit.site import site
from web.kit.standards import all_facts

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


def fact_titles() -> dict[str, str]:
    return {fact.name: fact.short for fact in all_facts(site().lexicons)}
