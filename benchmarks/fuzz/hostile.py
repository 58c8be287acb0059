"""Hostile values by kind, and documents and tables with some of them in."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Sequence
from typing import Any

NUMBERS = (
    "-1", "0", "00", "+1", "1.5", "1e9", "1e309", "nan", "inf", "-inf", "0x10", "1_0", "²", "٣", "１２", "½", "Ⅷ",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "2147483648", "9" * 30, "9" * 5000, " 1", "1 2",
)  # fmt: skip
DAYS = (
    "0000-00-00", "0001-01-01", "0001-01-01T00:00", "1899-12-31", "1970-01-01", "1989-12-31", "2026-02-30", "2200-01-01",
    "9999-12-31", "9999-12-31T23:59", "9999-12-31T23:59:59+14:00_1", "0001-01-01T00:00:00+14:00_1", "10000-01-01", "00010101", "99991231",
    "2026-11-24T09:00", "2026-11-24 09:00", "2026年11月24日", "2026-11-24", "09:00", "٢٠٢٦-11-24",
)  # fmt: skip
PERIODS = (
    "9999-12", "9999-01", "0001-01", "0000-01", "1989-12", "1990-01", "2199-12", "2200-01", "2026-00", "2026-13", "2026-11",
    "2026-W00", "2026-W53", "2026-W54", "9999-W52", "0001-W01", "2199-W52", "1990-W01", "9999", "0001", "1989", "2999", "0w",
    "99w", "12w", "²w", "２０２６-11", "2026-W٣",
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff嗨", "\ufffe", "\u202e", "\u2028", "a\r\nX: y", "👨‍👩‍👧", "字" * 70, "x" * 300, "字" * 600,
    "x" * 70_000, "%", "_", "\\", "%s", "%(n)s", "{0}", "{{7*7}}", "'", '"', "<script>alert(1)</script>", "' OR 1=1 --",
    "../../etc/passwd", "..\\x", "/etc/passwd", "//evil.example", "null", "true", "[]", "{}", "=1+1", "＝1", "@x", "\x1b[31m", "\t", "\n=1",
    "_".join("9" * 30 for _ in range(3)), "nan_1", "inf_1", "1e999_1", "retry:²", "retry:9223372036854775808", "：",
)  # fmt: skip
KINDS = (NUMBERS, DAYS, PERIODS, TEXTS)
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 10**30, 1.5, -0.5, 1e9, 1e300, float("nan"), float("inf"), [], {}, [[]],
    {"a": 1}, [None], "", "x", "met", "missed", "technician", "2026-11-24", "\0", "\ud800", "字" * 300, "9" * 40,
)  # fmt: skip


def text(chance: random.Random) -> str:
    """One hostile text, every kind as likely as another."""
    return chance.choice(chance.choice(KINDS))


def named(chance: random.Random, name: str) -> str:
    """A hostile text for a field: more often of the kind that its name asks for."""
    kinds = {"period": PERIODS, "month": PERIODS, "day": DAYS, "from": DAYS, "to": DAYS, "due_on": DAYS, "after": DAYS}
    likely = kinds.get(name, DAYS if name.endswith("_at") else NUMBERS)
    return chance.choice(likely) if chance.random() < 0.5 else text(chance)


def value(chance: random.Random) -> Any:
    """One hostile JSON value."""
    return text(chance) if chance.random() < 0.3 else copy.deepcopy(chance.choice(VALUES))


def nested(depth: int) -> str:
    """JSON of lists in one another."""
    return "[" * depth + "]" * depth


def broken(chance: random.Random, document: Any, faults: int) -> Any:
    """A copy of a JSON document with so many places changed, doubled or taken out."""
    made = copy.deepcopy(document)
    for _ in range(faults):
        holder, key = _place(chance, made)
        act = chance.random()
        if holder is None:
            return value(chance)
        if act < 0.15:
            del holder[key]
        elif act < 0.25 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif act < 0.3:
            holder[key] = [holder[key]]
        else:
            holder[key] = value(chance)
    return made


def _place(chance: random.Random, document: Any) -> tuple[Any, Any]:
    """A place of the document, by walking down: short branches are met as often as long ones."""
    holder, key, here = None, None, document
    while isinstance(here, dict | list) and here:
        if holder is not None and chance.random() < 0.25:
            break
        holder = here
        key = chance.choice(list(here)) if isinstance(here, dict) else chance.randrange(len(here))
        here = here[key]
    return holder, key


def dumped(document: Any) -> bytes:
    """JSON as a careless program writes it: half characters escaped, NaN and Infinity bare."""
    return json.dumps(document).encode()


def table(chance: random.Random, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV file with hostile cells, sometimes in another encoding or broken as a whole."""
    cells = [list(heads), *(list(row) for row in rows)]
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(cells[1:] if chance.random() < 0.9 else cells)
        row[chance.randrange(len(row))] = text(chance)
    separator = chance.choice(",,,;\t")
    written = "\r\n".join(separator.join(_quoted(chance, cell) for cell in row) for row in cells)
    act = chance.random()
    if act < 0.05:
        return written.encode("utf-16", "surrogatepass")
    if act < 0.1:
        return (written + '\r\n"' + "x" * 140_000).encode("utf-8", "surrogatepass")
    if act < 0.15:
        return chance.randbytes(300)
    encoding = chance.choice(("utf-8", "utf-8-sig", "gb18030"))
    return written.encode(encoding, "surrogatepass" if encoding != "gb18030" else "replace")


def _quoted(chance: random.Random, cell: str) -> str:
    if chance.random() < 0.8 and any(mark in cell for mark in ',;\t\r\n"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
