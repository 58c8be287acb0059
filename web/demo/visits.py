"""A visit, from the bell to the farewell."""

from __future__ import annotations

from dataclasses import dataclass

from web.demo.talk import FORBIDDEN, Talk

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


def visit(talk: Talk, about: Circumstances) -> None:
    """Write the whole conversation into `talk`."""
    talk.intended |= dict.fromkeys((*FORBIDDEN, "solicit"), "met")
    talk.intended |= dict.fromkeys(("late-apology", "explain-covered", "explain-charge"), "not_applicable")
    _arrival(talk, about)
    _problem(talk, about)
    _cost(talk, about)
    if talk.chance(PRESSED):
        _pressed(talk)
    _completion(talk, about)
    _offer(talk)
    talk.step("farewell", "farewell", "farewell")
    talk.customer("customer_bye")


def _arrival(talk: Talk, about: Circumstances) -> None:
    talk.step("greeting", "greeting", "greeting")
    named = talk.does("name")
    if named:
        talk.technician("name_yes", item="self-name")
    talk.intended["self-name"] = "met" if named else "missed"
    if not about.late:
        talk.customer("customer_welcome")
        return
    talk.customer("customer_late")
    talk.step("late-apology", "late-apology", "late")
    talk.customer("customer_welcome")


def _problem(talk: Talk, about: Circumstances) -> None:
    asked = talk.step("inquiry", "inquiry", "inquiry")
    talk.customer(f"{about.problem}.complaint")
    talk.technician("listen" if asked or talk.chance(0.6) else "curt")
    if talk.chance(CHATS):
        talk.customer("customer_chat")
        talk.technician("worker_chat")
    talk.intended["ask-before-moving"] = "not_applicable"
    if talk.chance(MOVES):
        well = talk.step("ask-before-moving", "move", "move")
        talk.customer("customer_move" if well else "customer_move_after")
    talk.technician("cause_open", gap_s=talk.rng.uniform(25, 240))


def _cost(talk: Talk, about: Circumstances) -> None:
    if not about.cost:
        return
    talk.customer("customer_cost")
    item, name = {"charged": ("explain-charge", "charge"), "covered": ("explain-covered", "covered")}[about.cost]
    talk.step(item, "explain", name)
    talk.customer("customer_pay" if about.cost == "charged" else "customer_calm")


def _pressed(talk: Talk) -> None:
    talk.customer("customer_press", gap_s=talk.rng.uniform(2, 30))
    if talk.does("patience"):
        talk.technician("press_good")
        talk.customer("customer_calm")
        return
    rude(talk)
    talk.customer("customer_angry")


def rude(talk: Talk) -> None:
    """Let the technician say one of the things that he must not say."""
    item = talk.words.draw("rude", [name for name, n in zip(RUDE, RUDE_CARDS, strict=True) for _ in range(n)])
    talk.forbidden(item, f"visit.press_{item.replace('-', '_')}")


def _completion(talk: Talk, about: Circumstances) -> None:
    well = talk.does("demonstrate")
    gap_s = talk.rng.uniform(60, 420)
    if well:
        talk.technician("done", gap_s=gap_s)
        talk.technician(f"{about.problem}.demo", item="demonstrate")
    else:
        talk.technician("done_no", gap_s=gap_s, item="demonstrate")
    talk.intended["demonstrate"] = "met" if well else "missed"
    talk.customer("customer_happy" if well else "customer_done_dull")


def _offer(talk: Talk) -> None:
    modest = talk.does("modesty")
    if modest and not talk.chance(OFFERED):
        return
    if modest or talk.chance(0.5):
        talk.customer("customer_offer")
    if modest:
        talk.technician("offer_good")
    else:
        talk.forbidden("solicit", "solicit")
    talk.customer("customer_calm")
