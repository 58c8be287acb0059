"""The call before a visit and the call after it."""

from __future__ import annotations

from web.demo.talk import FORBIDDEN, Talk
from web.demo.visits import rude

TELLS = 0.6  # share of calls before a visit in which the technician says what to prepare
SURVEYS = 0.6  # share of calls after a visit in which he asks whether the customer was satisfied


def appointment(talk: Talk, postponed: bool) -> None:
    """Write the call that agrees when to come, or puts an earlier appointment off."""
    talk.intended |= dict.fromkeys(FORBIDDEN, "met")
    talk.customer("customer_hello", plain=True)
    talk.step("greeting", "call-greeting", "greeting")
    talk.intended |= dict.fromkeys(("delay-apology", "rebook"), "not_applicable")
    if postponed:
        _postpone(talk)
    else:
        talk.customer("customer_problem")
        agreed = talk.step("agree-time", "agree-time", "time")
        talk.customer("customer_time" if agreed else "customer_time_vague")
    if talk.chance(TELLS):
        talk.technician("tell")
    talk.step("farewell", "call-farewell", "farewell")
    talk.customer("customer_bye")


def _postpone(talk: Talk) -> None:
    talk.technician("fact_postponed")
    talk.step("delay-apology", "delay", "delay")
    talk.customer("customer_postponed")
    rebooked = talk.step("rebook", "rebook", "rebook")
    talk.intended["agree-time"] = "met" if rebooked else "missed"  # the new time is the time agreed
    talk.customer("customer_time" if rebooked else "customer_time_vague")


def followup(talk: Talk, *, broken_again: bool) -> None:
    """Write the call that asks whether the repair held."""
    talk.intended |= dict.fromkeys(FORBIDDEN, "met")
    talk.customer("customer_hello", plain=True)
    talk.step("greeting", "call-greeting", "greeting")
    asked = talk.step("ask-usage", "ask-usage", "usage")
    talk.intended["handle-problem"] = "not_applicable"
    if broken_again:
        _again(talk)
    else:
        talk.customer("customer_fine")
        if asked and talk.chance(SURVEYS):
            talk.technician("survey")
            talk.customer("customer_survey")
    talk.step("farewell", "followup-farewell", "farewell")
    talk.customer("customer_bye")


def _again(talk: Talk) -> None:
    talk.customer("customer_again")
    handled = talk.step("handle-problem", "handle", "handle")
    if not handled and not talk.does("patience"):
        rude(talk)
    talk.customer("customer_handled" if handled else "customer_unhandled")
