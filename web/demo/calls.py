"""The call before a visit and the call after it."""

from __future__ import annotations

from web.demo.conversation import FORBIDDEN, Conversation
from web.demo.visits import rude

TELLS = 0.6  # share of calls before a visit in which the technician says what to prepare
SURVEYS = 0.6  # share of calls after a visit in which he asks whether the customer was satisfied


def appointment(conversation: Conversation, postponed: bool) -> None:
    """Write the call that agrees when to come, or puts an earlier appointment off."""
    conversation.intended |= dict.fromkeys(FORBIDDEN, "met")
    conversation.customer("customer_hello", plain=True)
    conversation.step("greeting", "call-greeting", "greeting")
    conversation.intended |= dict.fromkeys(("delay-apology", "rebook"), "not_applicable")
    if postponed:
        _postpone(conversation)
    else:
        conversation.customer("customer_problem")
        agreed = conversation.step("agree-time", "agree-time", "time")
        conversation.customer("customer_time" if agreed else "customer_time_vague")
    if conversation.chance(TELLS):
        conversation.technician("tell")
    conversation.step("farewell", "call-farewell", "farewell")
    conversation.customer("customer_bye")


def _postpone(conversation: Conversation) -> None:
    conversation.technician("fact_postponed")
    conversation.step("delay-apology", "delay", "delay")
    conversation.customer("customer_postponed")
    rebooked = conversation.step("rebook", "rebook", "rebook")
    conversation.intended["agree-time"] = "met" if rebooked else "missed"  # the new time is the time agreed
    conversation.customer("customer_time" if rebooked else "customer_time_vague")


def followup(conversation: Conversation, *, broken_again: bool) -> None:
    """Write the call that asks whether the repair held."""
    conversation.intended |= dict.fromkeys(FORBIDDEN, "met")
    conversation.customer("customer_hello", plain=True)
    conversation.step("greeting", "call-greeting", "greeting")
    well = conversation.step("ask-usage", "ask-usage", "usage")
    conversation.intended["handle-problem"] = "not_applicable"
    if broken_again:
        _again(conversation)
    else:
        conversation.customer("customer_fine")
        if well and conversation.chance(SURVEYS):
            conversation.technician("survey")
            conversation.customer("customer_survey")
    conversation.step("farewell", "followup-farewell", "farewell")
    conversation.customer("customer_bye")


def _again(conversation: Conversation) -> None:
    conversation.customer("customer_again")
    handled = conversation.step("handle-problem", "handle", "handle")
    if not handled and not conversation.does("patience"):
        rude(conversation)
    conversation.customer("customer_handled" if handled else "customer_unhandled")
