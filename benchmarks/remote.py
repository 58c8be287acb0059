"""`python -m benchmarks remote [--only ID…]`: the samples heard at home and by our own server, held against each other.

`python -m analyzer serve` runs as it would on a GPU machine, here on the loopback; both ways use the settings of the environment.
Beside that: what becomes of the verdicts at home where an engine tells no probabilities and hears nothing twice, by taking both
out of what was heard. Writes benchmarks/results/remote.md.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass, replace

from analyzer.domain import Analysis, Hearing, ItemResult
from analyzer.pipeline import Analyzer, load
from analyzer.rejudging import judged
from analyzer.settings import Settings
from benchmarks.corpus import SAMPLES, Sample, frozen, given, load_samples, select
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS, ROOT
from benchmarks.kit.report import table

_ADDRESS = re.compile(r"http://[0-9.:]+/v1")


@dataclass(frozen=True, slots=True)
class Pair:
    """One sample, both ways, and what is left of it without probabilities."""

    id: str
    here: Analysis
    there: Analysis
    bare: Analysis
    here_s: float
    there_s: float

    @property
    def row(self) -> list[object]:
        a, b = self.here, self.there
        return [
            self.id,
            len(a.judgement.items),
            _same(differing(a, b)),
            _same([u for u, v in zip(words(a.hearing), words(b.hearing), strict=False) if u != v]),
            len(a.hearing.checks),
            _same(set(a.hearing.checks) ^ set(b.hearing.checks)),
            f"{self.here_s:.0f}",
            f"{self.there_s:.0f}",
            "; ".join(f"{i.id} {_told(i)} → {_told(j)}" for i, j in differing(a, self.bare)) or "none",
        ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks remote", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="ID", help="samples whose id begins so")
    options = parser.parse_args(arguments)
    head = heading(["remote", *arguments])
    with frozen(Settings.from_environment()) as home, serving() as url:
        away = replace(home, engine="openai-api", speech_url=url)
        RESULTS.mkdir(parents=True, exist_ok=True)
        pairs = []
        for sample in select(load_samples([SAMPLES]), options.only):
            pairs.append(_both(sample, home, away))
            say(f"{sample.id}: verdicts {pairs[-1].row[2]}, words {pairs[-1].row[3]}, checks {pairs[-1].row[5]}")
            (RESULTS / "remote.md").write_text(
                "\n".join(_report(head, pairs)) + "\n", "utf-8"
            )  # an hour may be cut short
    say(f"{RESULTS / 'remote.md'}")
    return 0


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server in a process of its own, which ends with the block."""
    command = (sys.executable, "-m", "analyzer", "serve", "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            found = _ADDRESS.search(server.stdout.readline() if server.stdout else "")
            assert found, "the server did not start: its reason stands above"
            yield found[0]
        finally:
            server.terminate()
            server.wait()


def _both(sample: Sample, home: Settings, away: Settings) -> Pair:
    assert sample.path is not None, f"{sample.id} has no recording"
    standard = load(sample.script.standard, home)
    facts = given(sample, standard)
    heard, seconds = [], []
    for settings in (home, away):
        began = time.monotonic()
        heard.append(Analyzer(settings).analyse(sample.path, standard, facts))
        seconds.append(time.monotonic() - began)
    hearing = heard[0].hearing
    said = tuple(replace(u, confidence=None, char_confidence=()) for u in hearing.transcript)
    bare = judged(replace(hearing, transcript=said, checks=()), standard, facts, home)
    return Pair(sample.id, heard[0], heard[1], bare, seconds[0], seconds[1])


def words(hearing: Hearing) -> list[tuple[str, str, float, float, float | None]]:
    """What stands in the transcript: text, speaker, seconds, confidence; as long as the longer of two."""
    return [(u.text, u.speaker, u.start_s, u.end_s, u.confidence) for u in hearing.transcript] + [("", "", 0, 0, 0)]


def differing(a: Analysis, b: Analysis) -> list[tuple[ItemResult, ItemResult]]:
    """The clauses that are judged otherwise: verdict, credit, or what is suspected."""
    both = zip(a.judgement.items, b.judgement.items, strict=True)
    return [(i, j) for i, j in both if (_told(i), i.credit) != (_told(j), j.credit)]


def _told(item: ItemResult) -> str:
    verdict = "–" if item.verdict is None else item.verdict.value
    return f"{verdict} (suspected)" if any(hit.suspicion for hit in item.hits) else verdict


def _same(others: Sized) -> str:
    return f"**{len(others)} differ**" if others else "same"


def _report(head: list[str], pairs: list[Pair]) -> list[str]:
    columns = [
        "sample",
        "clauses",
        "verdicts",
        "words, times, confidence",
        "checks",
        "checks are",
        "s at home",
        "s by server",
    ]
    changes = Counter(f"{_told(i)} → {_told(j)}" for pair in pairs for i, j in differing(pair.here, pair.bare))
    clauses = sum(len(pair.here.judgement.items) for pair in pairs)
    here_s, there_s = sum(p.here_s for p in pairs), sum(p.there_s for p in pairs)
    return [
        "# Another machine hears",
        "",
        *head,
        "",
        "Each sample by the engine at home and by `python -m analyzer serve` over HTTP on the loopback, with the second hearing.",
        f"Seconds are those on the wall, of one after the other, and depend on who else works here: {here_s:.0f} and {there_s:.0f}",
        "together; server and client share the cores.",
        "",
        *table(columns, [pair.row[:8] for pair in pairs]),
        "## Without probabilities and a second hearing",
        "",
        "What was heard at home, judged again with every confidence unknown and no checks: "
        f"{sum(changes.values())} of {clauses} clauses are judged otherwise.",
        "",
        *table(["change", "clauses"], changes.most_common()),
        *table(
            ["sample", "clauses that change"],
            [[pair.id, pair.row[8]] for pair in pairs if pair.row[8] != "none"],
            left=2,
        ),
    ]
