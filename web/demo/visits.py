"""A visit, from the bell to the farewell."""

from __future__ import annotations

from dataclasses import dataclass

from web.demo.conversation import FORBIDDEN, Conversation

MOVES = 0.35  # share of visits in which something stands in the way
PRESSED = 0.5  # in which the customer asks what is hard to answer
OFFERED = 0.3  # in which the customer offers a drink or more
CHATS = 0.55
RUDE = ("not-our-job", "not-our-concern", "cannot-solve", "do-not-know", "profanity")
RUDE_CARDS = (5, 4, 4, 6, 1)  # how often each of them comes in twenty


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the order and the clock say about a visit. `cost` is charged, covered or nothing (not spoken of).

    `problem` begins the names of its lists, `暖气.0`.
    """

    late: bool
    cost: str
    problem: str


def visit(conversation: Conversation, about: Circumstances) -> None:
    conversation.intended |= dict.fromkeys((*FORBIDDEN, "solicit"), "met")
    conversation.intended |= dict.fromkeys(("late-apology", "explain-covered", "explain-charge"), "not_applicable")
    _arrival(conversation, about)
    _problem(conversation, about)
    _cost(conversation, about)
    if conversation.chance(PRESSED):
        _pressed(conversation)
    _completion(conversation, about)
    _offer(conversation)
    conversation.step("farewell", "farewell", "farewell")
    conversation.customer("customer_bye")


def _arrival(conversation: Conversation, about: Circumstances) -> None:
    conversation.step("greeting", "greeting", "greeting")
    named = conversation.does("name")
    if named:
        conversation.technician("name_yes", item="self-name")
    conversation.intended["self-name"] = "met" if named else "missed"
    if not about.late:
        conversation.customer("customer_welcome")
        return
    conversation.customer("customer_late")
    conversation.step("late-apology", "late-apology", "late")
    conversation.customer("customer_welcome")


def _problem(conversation: Conversation, about: Circumstances) -> None:
    well = conversation.step("inquiry", "inquiry", "inquiry")
    conversation.customer(f"{about.problem}.complaint")
    conversation.technician("listen" if well or conversation.chance(0.6) else "curt")
    if conversation.chance(CHATS):
        conversation.customer("customer_chat")
        conversation.technician("worker_chat")
    conversation.intended["ask-before-moving"] = "not_applicable"
    if conversation.chance(MOVES):
        well = conversation.step("ask-before-moving", "move", "move")
        conversation.customer("customer_move" if well else "customer_move_after")
    conversation.technician("cause_open", gap_s=conversation.rng.uniform(25, 240))


def _cost(conversation: Conversation, about: Circumstances) -> None:
    if not about.cost:
        return
    conversation.customer("customer_cost")
    item, name = {"charged": ("explain-charge", "charge"), "covered": ("explain-covered", "covered")}[about.cost]
    conversation.step(item, "explain", name)
    conversation.customer("customer_pay" if about.cost == "charged" else "customer_calm")


def _pressed(conversation: Conversation) -> None:
    conversation.customer("customer_press", gap_s=conversation.rng.uniform(2, 30))
    if conversation.does("patience"):
        conversation.technician("press_good")
        conversation.customer("customer_calm")
        return
    rude(conversation)
    conversation.customer("customer_angry")


def rude(conversation: Conversation) -> None:
    item = conversation.words.draw("rude", [name for name, n in zip(RUDE, RUDE_CARDS, strict=True) for _ in range(n)])
    conversation.forbidden(item, f"visit.press_{item.replace('-', '_')}")


def _completion(conversation: Conversation, about: Circumstances) -> None:
    well = conversation.does("demonstrate")
    gap_s = conversation.rng.uniform(60, 420)
    if well:
        conversation.technician("done", gap_s=gap_s)
        conversation.technician(f"{about.problem}.demo", item="demonstrate")
    else:
        conversation.technician("done_no", gap_s=gap_s, item="demonstrate")
    conversation.intended["demonstrate"] = "met" if well else "missed"
    conversation.customer("customer_happy" if well else "customer_done_dull")


def _offer(conversation: Conversation) -> None:
    modest = conversation.does("modesty")
    if modest and not conversation.chance(OFFERED):
        return
    if modest or conversation.chance(0.5):
        conversation.customer("customer_offer")
    if modest:
        conversation.technician("offer_good")
    else:
        conversation.forbidden("solicit", "solicit")
    conversation.customer("customer_calm")
