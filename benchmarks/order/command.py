"""`python -m benchmarks order [--home DIR] [--shuffles N]`: reviews that the work list needs to find what is bad.

The demo archive comes in as any import does, and nobody reviews anything. Then the work list is paged to its end, in the
very order in which a reviewer gets it, and compared with random orders. Nothing in the order is learned from the archive
(`web/intake/risk.py` is a fixed table), so that no part of it has to be left out of a training; three periods are counted
apart to see whether the figure holds in each.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from analyzer.settings import ROOT
from benchmarks.kit.machine import heading
from benchmarks.kit.places import RESULTS
from benchmarks.order.filling import WEEKS_END, archive, filled
from benchmarks.order.measures import at_random, resampled, reviews_needed
from benchmarks.order.truth import LOW, Truth, truth
from web.demo import seed
from web.intake.analysis import stored
from web.kit.login import viewer_of
from web.kit.site import site_of
from web.models import Recording, User
from web.review.work_filter import RISK, WorkFilter
from web.review.worklist import work_list

SHARE, AIM = 0.8, 1 / 3
SEED = 13
PERIODS = 3
AT_ONCE = 200  # documents in memory


@dataclass(frozen=True, slots=True)
class Listed:
    """A recording in its place of the list. `score`: the machine's."""

    id: int
    day: date
    score: float | None
    truth: Truth
    meant: int  # verdicts that its script intends
    agreed: int  # those that the machine gives


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks order")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-order")
    parser.add_argument("--shuffles", type=int, default=2000)
    chosen = parser.parse_args(arguments)
    head = heading(["order", *arguments])
    listed = in_order(filled(chosen.home))
    report, ratio = _report(listed, chosen.shuffles, head)
    print(report)
    (RESULTS / "order.md").write_text(report, "utf-8")
    return int(ratio > AIM)


def in_order(app: Flask) -> list[Listed]:
    """Every recording that waits, in the order of the work list by risk, with the truth about it."""
    intended = {seed.sha256_of(t): t.intended for t in archive().transcripts}
    here = site_of(app)
    with app.test_request_context(), here.db.reading() as session:
        who = viewer_of(session.scalars(select(User).where(User.username == "qa")).one())
        ids: list[int] = []
        wanted = WorkFilter(queue=RISK)
        while True:
            page = work_list(session, who, wanted)
            ids += [line.id for line in page.lines]
            if not page.next:
                break
            wanted = replace(wanted, after=page.next)
        found: list[Listed] = []
        for first in range(0, len(ids), AT_ONCE):
            part = ids[first : first + AT_ONCE]
            rows = {r.id: r for r in session.scalars(select(Recording).where(Recording.id.in_(part)))}
            documents = stored(session, [row.analysis_id for row in rows.values()])
            for number in part:
                row = rows[number]
                items = documents[row.analysis_id or 0].costed.judgement.items
                meant = intended[row.sha256]
                agreed = sum(item.verdict == meant.get(item.id) for item in items if item.id in meant)
                known = sum(item.id in meant for item in items)
                found.append(Listed(number, row.recorded_on, row.machine_score, truth(items, meant), known, agreed))
            session.expunge_all()
    return found


def _report(listed: Sequence[Listed], shuffles: int, head: Sequence[str]) -> tuple[str, float]:
    bad = [one.truth.is_bad() for one in listed]
    needed, (mean, low, high) = reviews_needed(bad, SHARE), at_random(bad, SHARE, shuffles, SEED)
    by_score = sorted(listed, key=lambda one: -1.0 if one.score is None else one.score)
    lines = [
        "# The order of the work list",
        "",
        *head,
        f"- demo archive that ends on {WEEKS_END}: {len(listed)} recordings, judged by the machine, none reviewed",
        f"- bad: forbidden words are said, or the score deserved is under {LOW:g} (red on every page); known from the scripts"
        f" (`intended`), not from the machine. {sum(bad)} of {len(listed)} ({sum(bad) / len(listed):.1%})",
        "",
        f"**To find {SHARE:.0%} of the bad recordings the list by risk needs {needed} reviews, a random order {mean:.0f}"
        f" (middle 95 % of {shuffles} shuffles: {low}–{high}): {needed / mean:.1%} of it; aim: a third or less.**",
        "",
        "| found | by risk | at random (95 %) | share | no order needs fewer than |",
        "| --- | --- | --- | --- | --- |",
    ]
    for share in (0.5, 0.8, 0.9, 0.95, 1.0):
        lines.append(_row(f"{share:.0%}", bad, share, shuffles))
    lines += ["", f"The same {SHARE:.0%}, with other meanings of bad, and in each period by itself:", ""]
    lines += ["| bad, or period | bad | by risk | at random (95 %) | share |", "| --- | --- | --- | --- | --- |"]
    for name, marks in (
        ("forbidden words alone", [one.truth.forbidden for one in listed]),
        ("forbidden words, or under 50", [one.truth.is_bad(50.0) for one in listed]),
        ("forbidden words, or under 70", [one.truth.is_bad(70.0) for one in listed]),
        *((f"{a} – {b}", [one.truth.is_bad() for one in listed if a <= one.day <= b]) for a, b in _periods(listed)),
    ):
        lines.append(_named_row(name, marks, shuffles))
    least, most = resampled(bad, SHARE, shuffles, SEED)
    lines += [
        "",
        f"Drawn anew {shuffles} times (bootstrap), the list by risk needs {least / 10:.1f}–{most / 10:.1f} % of the recordings;"
        f" here {needed / len(listed):.1%}.",
        f"Sorted by the machine's score alone {reviews_needed([one.truth.is_bad() for one in by_score], SHARE)} reviews:"
        " the risk also puts forward what the machine is unsure of, which is where a person is needed, and the archive's"
        " speech is clear.",
        "",
        "What this does not say: most of the archive is text, and the machine judges"
        f" {sum(x.agreed for x in listed) / sum(x.meant for x in listed):.1%} of its verdicts as the scripts intend. With noisier"
        " sound more of what is bad is hidden from the machine, and"
        " any order by its results finds less. The order was made before this measure and nothing in it was changed for it.",
        "",
    ]
    return "\n".join(lines), needed / mean


def _row(name: str, bad: Sequence[bool], share: float, shuffles: int) -> str:
    needed, (mean, low, high) = reviews_needed(bad, share), at_random(bad, share, shuffles, SEED)
    return f"| {name} | {needed} | {mean:.0f} ({low}–{high}) | {needed / mean:.1%} | {reviews_needed(sorted(bad, reverse=True), share)} |"


def _named_row(name: str, bad: Sequence[bool], shuffles: int) -> str:
    needed, (mean, low, high) = reviews_needed(bad, SHARE), at_random(bad, SHARE, shuffles, SEED)
    return f"| {name} | {sum(bad)} of {len(bad)} | {needed} | {mean:.0f} ({low}–{high}) | {needed / mean:.1%} |"


def _periods(listed: Sequence[Listed]) -> list[tuple[date, date]]:
    """The archive's weeks in three equal parts."""
    first = min(one.day for one in listed)
    days = ((WEEKS_END - first).days + 1) // PERIODS
    starts = [first + timedelta(days=days * i) for i in range(PERIODS)]
    return [
        (a, b - timedelta(days=1)) for a, b in zip(starts, [*starts[1:], WEEKS_END + timedelta(days=1)], strict=True)
    ]
