"""The dev half of the dialogues as lines that readers learn from: `python -m benchmarks wording --lines`.

A turn of staff in a dialogue where an inspector heard nothing forbidden is ordinary talk for every forbidden meaning; in a
dialogue that lacks an item of one element, no turn says that element. The test half stays unread.
"""

from __future__ import annotations

from pathlib import Path

from analyzer.domain import How, Kind, Role, Verdict
from analyzer.rubric.load import load_standard
from benchmarks.wording.dialogues import JudgedDialogue, cases

HAND = "dialogues.txt"
_HEAD = "[对话]"


def write(lexicons: Path) -> int:
    """Write `meanings/forbidden/ordinary.txt` and a `dialogues.txt` beside each meaning that has lines; return how many lines."""
    files: dict[Path, dict[str, None]] = {}
    for case in cases("dev"):
        for path, line in _lines(case, lexicons):
            files.setdefault(path, {})[line] = None
    for path, lines in files.items():
        if path.parent.is_dir():
            path.write_text("\n".join([_HEAD, *lines, ""]), "utf-8")
    return sum(len(lines) for path, lines in files.items() if path.parent.is_dir())


def _lines(case: JudgedDialogue, lexicons: Path) -> list[tuple[Path, str]]:
    folder = lexicons / "meanings"
    groups = {path.name: path for path in folder.glob("*/*") if path.is_dir()}
    staff = [_line(case, at) for at, (role, _) in enumerate(case.turns) if role is Role.TECHNICIAN]
    found: list[tuple[Path, str]] = []
    innocent = True
    for item in load_standard(case.standard, lexicons).items:
        if item.how is not How.RULE or item.id not in case.expect:
            continue
        expected = case.expect[item.id]
        innocent &= item.kind is Kind.REQUIRED or expected == Verdict.MET
        meaning = item.elements[0].meaning
        said = case.said.get(item.id, ())
        if said and meaning in groups:
            found += [(groups[meaning] / HAND, f"+{_line(case, at)[1:]}") for at in said]
        if item.kind is Kind.REQUIRED and expected == Verdict.MISSED and len(item.elements) == 1 and meaning in groups:
            found += [(groups[meaning] / HAND, line) for line in staff]
    if innocent:
        found += [(folder / "forbidden" / "ordinary.txt", line) for line in staff]
    return found


def _line(case: JudgedDialogue, at: int) -> str:
    before = next((text for role, text in reversed(case.turns[:at]) if role is Role.CUSTOMER), "")
    return f"- 客：{before}／技：{case.turns[at][1]}" if before else f"- {case.turns[at][1]}"
