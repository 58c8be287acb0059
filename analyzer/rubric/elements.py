"""The elements of an item: what is asked for, with its phrases; of a forbidden item, its groups of banned phrases."""

from __future__ import annotations

from analyzer.rubric.fields import Fields
from analyzer.rubric.model import Element
from analyzer.rubric.phrases import Lists, marks_count, read_column, read_phrases
from analyzer.rubric.problems import Findings
from analyzer.rubric.terms import read_who

BANNED = ("phrases", "except", "alone", "remedy", "asked", "topics")  # keys of a group of banned phrases


class ElementReader:
    """Reads elements with the shared lists; without `by_meaning` no reader is asked for them."""

    def __init__(self, findings: Findings, lists: Lists, by_meaning: bool) -> None:
        self._findings, self._lists, self._by_meaning = findings, lists, by_meaning

    def banned(self, fields: Fields, item_id: str) -> tuple[Element, ...]:
        """Return the item's own phrases as an element, and one for each group under `also`."""
        own = self._group(fields, item_id, fields.text("text"), None)
        elements = {item_id: own}
        for node in fields.nodes("also"):
            part = Fields(node, self._findings, fields.item, "also")
            part.keys(["id", "title"], ["penalty", *BANNED])
            if not {"phrases", "alone"} & set(node.fields):
                part.report("missing-key", node.line, key="phrases")
            group_id = part.id()
            if group_id in elements:
                part.report("duplicate-id", part.line("id"), id=group_id, first="前面")
            group = self._group(part, group_id, part.text("title", group_id), own)
            most = fields.number("penalty", 100.0, low=0, high=100)
            if group.penalty is not None and group.penalty > most:
                part.report("group-dearer", part.line("penalty"), value=f"{group.penalty:g}", most=f"{most:g}")
            elements[group_id] = group
        return tuple(elements.values())

    def _group(self, fields: Fields, group_id: str, title: str, own: Element | None) -> Element:
        """Return a group of banned phrases; what a group under `also` leaves out is as in the item's `own`."""
        for key in ("phrases", "alone"):
            if key in fields and not fields.nodes(key):
                fields.report("no-phrases", fields.line(key), key=key)
        phrases, exceptions = read_phrases(fields, self._lists)
        alone, unless = read_column(fields, self._lists, "alone")
        remedies, refusals = read_column(fields, self._lists, "remedy")
        questions, _ = read_column(fields, self._lists, "asked")
        any_question = marks_count(fields)
        topics, but = read_column(fields, self._lists, "topics")
        who, penalty = read_who(fields), None
        if own is not None:
            who, penalty = own.who, fields.number("penalty", 0.0, low=0, high=100) if "penalty" in fields else None
            remedies, refusals = (remedies, refusals) if "remedy" in fields else (own.remedies, own.refusals)
            if "asked" not in fields:
                questions, any_question = own.questions, own.any_question
        exceptions = tuple(dict.fromkeys([*exceptions, *unless, *but]))
        meaning = self._reading(fields) if own is None else ""
        grave = "cap" in fields if own is None else own.grave
        return Element(
            group_id,
            title,
            1.0,
            phrases,
            exceptions,
            who,
            remedies,
            refusals,
            questions,
            meaning,
            topics,
            alone,
            penalty,
            grave,
            any_question=any_question,
        )

    def required(self, fields: Fields) -> tuple[Element, ...]:
        """Return what a required item asks for."""
        if "elements" in fields and not fields.nodes("elements"):
            fields.report("no-phrases", fields.line("elements"), key="elements")
        elements: dict[str, Element] = {}
        lines: dict[str, int] = {}
        for node in fields.nodes("elements"):
            part = Fields(node, self._findings, fields.item, "elements")
            part.keys(["id", "title", "phrases"], ["weight", "who", "except", "meaning"])
            element_id = part.id()
            if element_id in elements:
                part.report("duplicate-id", part.line("id"), id=element_id, first=f"第 {lines[element_id]} 行")
            lines.setdefault(element_id, part.line("id"))
            if "phrases" in part and not part.nodes("phrases"):
                part.report("no-phrases", part.line("phrases"), key="phrases")
            phrases, exceptions = read_phrases(part, self._lists)
            weight = part.number("weight", 1.0, low=0, high=100)
            title = part.text("title", element_id)
            elements[element_id] = Element(
                element_id,
                title,
                weight,
                phrases,
                exceptions,
                read_who(part),
                meaning=self._reading(part),
                surnames=self._lists.surnames(part),
            )
        return tuple(elements.values())

    def _reading(self, fields: Fields) -> str:
        meaning = self._lists.reading(fields, "phrases")
        return meaning if self._by_meaning else ""
