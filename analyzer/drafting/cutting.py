"""Where sentences, their parts and what is quoted stand in a flattened clause."""

from __future__ import annotations

from collections.abc import Iterator

PAIRS = {"“": "”", "「": "」", "『": "』", '"': '"', "‘": "’"}
SENTENCE, COMMA = "。；;！!？?", "，,"


def quotes_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return where quoted stretches stand (without their marks), the outermost ones; marks that do not close are none."""
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        closer = PAIRS.get(text[at])
        close = text.find(closer, at + 1) if closer else -1
        if close > at:
            spans.append((at + 1, close))
            at = close
        at += 1
    return tuple(spans)


def sentences(flat: str, begin: int) -> Iterator[tuple[int, int]]:
    yield from cut(flat, begin, len(flat), SENTENCE)


def cut(flat: str, begin: int, end: int, signs: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches between signs that stand outside of quotes and brackets; a sign belongs to what it ends."""
    inside = [(a, b) for a, b in quotes_of(flat)]
    depth, start, quote = 0, begin, 0
    at = begin
    while at < end:
        while quote < len(inside) and inside[quote][1] <= at:
            quote += 1
        if quote < len(inside) and inside[quote][0] <= at:
            at = inside[quote][1]
            closing = flat[at - 1]
            if signs == SENTENCE and closing in SENTENCE and at + 1 < end and not _goes_on(flat, at + 1):
                yield start, at + 1  # “……。”其余：the quotation ended its sentence
                start = at + 1
            at += 1
            continue
        char = flat[at]
        depth = max(0, depth + (char == "(") - (char == ")"))
        if char in signs and not depth:
            yield start, at + 1
            start = at + 1
        at += 1
    if flat[start:end].strip():
        yield start, end


def _goes_on(flat: str, at: int) -> bool:
    return flat[at] in "，,。；;、)或和及等" or flat[at] in PAIRS
