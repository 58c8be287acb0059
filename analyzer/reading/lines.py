"""The text that readers learn from: `lexicons/meanings/<meaning>/<hand>.txt`, and `<hand>.heard.txt` for what the engine made
of some of that hand's lines when they were spoken.

[北京]                                    the register of the lines that follow
+ 您好，打扰了，我是楼下物业的              says the meaning
- 客：你们物业管不管？／技：管，这就来        looks like it, and does not; the last turn counts
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.domain import Role
from analyzer.errors import AnalyzerError
from analyzer.rubric.example import parse_example

HEARD = ".heard.txt"


@dataclass(frozen=True, slots=True)
class Line:
    """A turn with whether it says the meaning; `before` are the other person's last words, "" where there are none."""

    text: str
    before: str
    said: bool
    hand: str
    register: str
    role: Role


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of one hand. Raises AnalyzerError ("meaning-line") with the place of one that is none."""
    register = ""
    for number, written in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        text = written.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("[") and text.endswith("]"):
            register = text[1:-1]
            continue
        turns = parse_example(text[1:]) if text[0] in "+-" else []
        if not turns:
            raise AnalyzerError(
                "meaning-line", f"{path}:{number}: “{text[:20]}”不是训练句", "每行以 + 或 - 开头，后面是一句话"
            )
        role, last = turns[-1]
        before = next((said for who, said in reversed(turns[:-1]) if who is not role), "")
        yield Line(last, before, text[0] == "+", path.name.partition(".")[0], register, role)
