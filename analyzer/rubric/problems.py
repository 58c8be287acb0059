"""What is wrong with a lexicon: one value a finding, collected instead of raised, and printed like semgrep does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.errors import LexiconError
from analyzer.rubric.messages import HINTS, explain


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding: where, which item, a stable code, what is wrong and how to mend it (both Chinese).

    `severity` is "error" (the standard is refused) or "hint". `picture` shows the place in a phrase, or is "".
    """

    file: str
    line: int
    item: str
    code: str
    message: str
    advice: str
    severity: str = "error"
    picture: str = ""


class InvalidLexiconError(LexiconError):
    """A standard that does not pass; `problems` holds every error found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("invalid-lexicon", *explain("invalid-lexicon", count=len(self.problems)))

    def __str__(self) -> str:
        return f"{self.message}\n{render(self.problems)}"


class Findings:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(self, code: str, line: int, item: str = "", *, picture: str = "", **values: object) -> None:
        self.put(code, line, item, *explain(code, **values), picture)

    def put(self, code: str, line: int, item: str, message: str, advice: str, picture: str = "") -> None:
        """Add a problem whose sentence is made already."""
        severity = "hint" if code in HINTS else "error"
        self.problems.append(Problem(self.file, line, item, code, message, advice, severity, picture))


def render(problems: Iterable[Problem]) -> str:
    """Return all problems as text for a terminal, ordered by place, with a closing line that counts them."""
    ordered = sorted(set(problems))
    if not ordered:
        return "检查通过，没有发现问题。"
    errors = sum(p.severity == "error" for p in ordered)
    blocks = [_block(problem) for problem in ordered]
    return "\n".join([*blocks, f"共 {errors} 个错误、{len(ordered) - errors} 个提示。"])


def _block(problem: Problem) -> str:
    item = f"[{problem.item}]  " if problem.item else ""
    mark = "提示 " if problem.severity == "hint" else ""
    lines = [f"{problem.file}:{problem.line}  {item}{mark}{problem.code}: {problem.message}"]
    lines += [f"    {line}" for line in problem.picture.splitlines()]
    if problem.advice:
        lines.append(f"    怎么改：{problem.advice}")
    return "\n".join(lines)
