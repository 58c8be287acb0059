"""The sentences that stand beside each rule: enough of them, each judged as it says, none accused by another rule."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from analyzer.domain import How, Kind, Role
from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Item, Standard
from analyzer.rubric.standard import StandardReading
from analyzer.rubric.tree import variants
from analyzer.rubric.yamlfile import Node

# Tells whether an example counts for an item: a required item is met, a forbidden one was said. Turns are judged
# one by one, so that what counts alone also counts among others.
JudgeExample = Callable[[Standard, Item, str], bool]

MIN_EXAMPLES = {Kind.REQUIRED: 1, Kind.FORBIDDEN: 5}
MIN_VARIANTS = 6
_SPEAKERS = {
    "客": Role.CUSTOMER,
    "客户": Role.CUSTOMER,
    "用户": Role.CUSTOMER,
    "技": Role.TECHNICIAN,
    "技师": Role.TECHNICIAN,
}
_TURN = re.compile(r"(?:^|[／/])\s*(客户|用户|技师|客|技)\s*[：:]")


def parse_example(text: str) -> list[tuple[Role, str]]:
    """Return who says what: a plain sentence is the technician's, `客：…／技：…` are turns one after the other.

    A slash that no speaker follows is part of what is said. Turns without words are left out.

    >>> parse_example("客：怎么才来／技：让您久等了")
    [(<Role.CUSTOMER: 'customer'>, '怎么才来'), (<Role.TECHNICIAN: 'technician'>, '让您久等了')]
    """
    marks = list(_TURN.finditer(text.strip()))
    if not marks or marks[0].start() != 0:
        return [(Role.TECHNICIAN, text.strip())] if text.strip() else []
    ends = [mark.start() for mark in marks[1:]] + [len(text.strip())]
    turns = [
        (_SPEAKERS[mark.group(1)], text.strip()[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    ]
    return [(role, said) for role, said in turns if said]


def count(reading: StandardReading) -> None:
    """Report rules with too few examples, and elements that know only a few ways to say it (a hint)."""
    if reading.standard is None:
        return
    for item in reading.standard.items:
        if item.how is not How.RULE:
            continue
        fields = reading.items[item.id]
        least = MIN_EXAMPLES[item.kind]
        for key, examples in (("match", item.examples_match), ("no_match", item.examples_no_match)):
            if len(examples) < least:
                line = fields.line("examples")
                fields.report("few-examples", line, key=key, count=len(examples), least=least)
        for element in item.elements if item.kind is Kind.REQUIRED else ():
            ways = sum(variants(phrase.pattern) for phrase in element.phrases)
            if 0 < ways < MIN_VARIANTS:
                line = fields.line("elements")
                fields.report("few-variants", line, element=element.id, count=ways, least=MIN_VARIANTS)


def judge(reading: StandardReading, judge_example: JudgeExample) -> None:
    """Report examples that come out otherwise than they say, and innocent ones that a forbidden phrase accuses."""
    standard = reading.standard
    if standard is None:
        return
    rules = [item for item in standard.items if item.how is How.RULE]
    for item in rules:
        counts = functools.partial(judge_example, standard, item)
        fields = reading.items[item.id]
        for node in _examples(fields, "match"):
            if not counts(node.text.strip()):
                fields.report("example-match-fails", node.line, example=node.text.strip())
        for node in _counting(_examples(fields, "no_match"), counts):
            fields.report("example-no-match-fails", node.line, example=node.text.strip())
    for accuser in rules:
        if accuser.kind is Kind.FORBIDDEN:
            _accuse(reading, standard, accuser, judge_example)


def _accuse(reading: StandardReading, standard: Standard, accuser: Item, judge_example: JudgeExample) -> None:
    """A forbidden item must leave alone what others call innocent and what a required item calls well said.

    Sentences that the forbidden item itself lists under `match` are meant to be caught.
    """
    owners: dict[int, Fields] = {}
    innocent: list[Node] = []
    for item in standard.items:
        if item.id == accuser.id or item.how is not How.RULE:
            continue
        fields = reading.items[item.id]
        for key in ("match", "no_match") if item.kind is Kind.REQUIRED else ("no_match",):
            for node in _examples(fields, key):
                if node.text.strip() not in accuser.examples_match:
                    owners[id(node)] = fields
                    innocent.append(node)
    for node in _counting(innocent, functools.partial(judge_example, standard, accuser)):
        owners[id(node)].report(
            "forbidden-fires", node.line, example=node.text.strip(), accuser=accuser.id, said=accuser.text
        )


def _counting(examples: Sequence[Node], counts: Callable[[str], bool]) -> Iterator[Node]:
    """Yield the examples that count, though none should: asked all in one breath, and halved where one does.

    A sound standard has hundreds of innocent pairs of phrase and example; this asks once for each item.
    """
    if len(examples) == 1:
        if counts(examples[0].text.strip()):
            yield examples[0]
    elif examples and counts(_together(examples)):
        half = len(examples) // 2
        yield from _counting(examples[:half], counts)
        yield from _counting(examples[half:], counts)


def _together(examples: Sequence[Node]) -> str:
    """Return one example in which all are said, each by its speaker."""
    letters = {Role.CUSTOMER: "客", Role.TECHNICIAN: "技"}
    turns = (turn for node in examples for turn in parse_example(node.text))
    return "／".join(f"{letters[role]}：{said}" for role, said in turns)


def _examples(fields: Fields, key: str) -> list[Node]:
    examples = fields.node.fields.get("examples")
    node = examples.fields.get(key) if examples else None
    return [entry for entry in node.items if entry.text.strip()] if node else []
