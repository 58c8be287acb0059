"""Small talks as outsiders would report them: `python -m benchmarks reports`, from `reports/` (see its README)."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.domain import Engine, Hearing, How, Verdict
from analyzer.pipeline import rescore
from analyzer.serial import hearing_from_dict
from analyzer.settings import Settings

HERE = Path(__file__).parent / "reports"
ROLES = {"技": "technician", "客": "customer", "旁": "other"}
VOICES = {"甲": "S1", "乙": "S2", "丙": "S3"}
VERDICTS = {
    "met": {Verdict.MET},
    "missed": {Verdict.MISSED},
    "na": {Verdict.NOT_APPLICABLE},
    "unsure": {Verdict.CANNOT_JUDGE},
    "accuse": {Verdict.MISSED},
    "innocent": {Verdict.MET, Verdict.NOT_APPLICABLE},
}
CONVERSATION = "conversation"
CHARACTERS_A_SECOND = 4.2
PAUSE_S, LONELY_PAUSE_S = 0.4, 2.4  # who talks to nobody waits for an answer
ONE_VOICE = Engine("faster-whisper", "base", diarizer="CAM++, found 1, kept 1")


@dataclass
class Report:
    """One talk with what is expected of it: (item, verdict, why)."""

    id: str
    standard: str = "property-visit"
    turns: list[tuple[str, str]] = field(default_factory=list)
    expected: list[tuple[str, str, str]] = field(default_factory=list)


def read(path: Path) -> list[Report]:
    """The reports of a file. Raises ValueError for a line that is none of a report's."""
    found: list[Report] = []
    for number, line in enumerate(map(str.strip, path.read_text("utf-8").splitlines()), 1):
        if line.startswith("#"):
            found.append(Report(line[1:].split()[0]))
        elif line.startswith("@"):
            found[-1].standard = line[1:].split()[0]
        elif expected := re.fullmatch(r"=\s*([\w-]+)\s*[:：]\s*([\w|]+)\s*(?://)?\s*(.*)", line):
            found[-1].expected.append((expected[1], expected[2], expected[3]))
        elif turn := re.fullmatch(r"(\S)\s*[:：]\s*(.*)", line):
            found[-1].turns.append((turn[1], turn[2]))
        elif line:
            raise ValueError(f"{path}:{number}: {line}")
    return found


def hearing(report: Report) -> Hearing:
    """The talk as it would be imported, at an ordinary pace."""
    alone = {who for who, _ in report.turns} == {"甲"}
    at_s, said = 0.5, []
    for who, text in report.turns:
        length_s = max(0.5, len(re.sub(r"\W", "", text)) / CHARACTERS_A_SECOND)
        named = {"role": ROLES[who]} if who in ROLES else {"speaker": VOICES[who]}
        said.append({"start_s": round(at_s, 2), "end_s": round(at_s + length_s, 2), "text": text, **named})
        at_s += length_s + (LONELY_PAUSE_S if alone else PAUSE_S)
    heard = hearing_from_dict({"file": report.id, "transcript": said}, report.id)
    return replace(heard, engine=ONE_VOICE) if alone else heard


def outcomes(report: Report, settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """Yield (item, expected, what came of it: right, asked or wrong; the reason)."""
    judged = rescore(hearing(report), report.standard, {}, settings).judgement
    items = {item.id: item for item in judged.items}
    for name, expected, _ in report.expected:
        if name == CONVERSATION:
            ruled = {item.verdict for item in judged.items if item.how is How.RULE}
            none = ruled <= {Verdict.CANNOT_JUDGE, Verdict.NOT_APPLICABLE}
            yield name, expected, "right" if none is (expected == "none") else "wrong", "; ".join(judged.warnings)
            continue
        item = items[name]
        fair = set().union(*(VERDICTS[one] for one in expected.split("|")))
        asked = "asked" if item.verdict is Verdict.CANNOT_JUDGE else "wrong"
        yield name, expected, "right" if item.verdict in fair else asked, item.reason


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks reports")
    parser.add_argument("--show", action="store_true", help="show what did not come out as expected")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    for path in sorted(HERE.glob("*.txt")):
        counted: Counter[tuple[str, str]] = Counter()
        for report in read(path):
            for name, expected, came, reason in outcomes(report, settings):
                counted[expected, came] += 1
                if options.show and came != "right":
                    print(f"{came} {report.id} {name}: expected {expected}\n    {reason}")
        said = ", ".join(f"{expected} {came} {n}" for (expected, came), n in sorted(counted.items()))
        right = sum(n for (_, came), n in counted.items() if came == "right")
        print(f"{path.stem:12} {right}/{counted.total()} right: {said}")
    return 0
