"""The sentences that stand beside each rule: enough of them, each judged as it says, none accused by another rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from analyzer.domain import How, Kind, Role
from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Item, Standard
from analyzer.rubric.standard import StandardReading
from analyzer.rubric.tree import variants
from analyzer.rubric.yamlfile import Node

# Tells whether an example counts for an item: a required item is met, a forbidden one was said.
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
        fields = reading.items[item.id]
        for key, wanted in (("match", True), ("no_match", False)):
            for node in _examples(fields, key):
                if judge_example(standard, item, node.text.strip()) != wanted:
                    fields.report(
                        f"example-{key.replace('_', '-')}-fails", node.line, example=node.text.strip()
                    )
    for accuser in rules:
        if accuser.kind is Kind.FORBIDDEN:
            _accuse(reading, standard, accuser, judge_example)


def _accuse(reading: StandardReading, standard: Standard, accuser: Item, judge_example: JudgeExample) -> None:
    """A forbidden item must leave alone what others call innocent and what a required item calls well said.

    Sentences that the forbidden item itself lists under `match` are meant to be caught.
    """
    for item in standard.items:
        if item.id == accuser.id or item.how is not How.RULE:
            continue
        keys = ("match", "no_match") if item.kind is Kind.REQUIRED else ("no_match",)
        fields = reading.items[item.id]
        for node in (node for key in keys for node in _examples(fields, key)):
            example = node.text.strip()
            if example not in accuser.examples_match and judge_example(standard, accuser, example):
                fields.report(
                    "forbidden-fires", node.line, example=example, accuser=accuser.id, said=accuser.text
                )


def _examples(fields: Fields, key: str) -> Iterator[Node]:
    examples = fields.node.fields.get("examples")
    node = examples.fields.get(key) if examples else None
    return (entry for entry in node.items if entry.text.strip()) if node else iter(())
