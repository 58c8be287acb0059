"""`python -m benchmarks.rendering SCRIPT... [--out DIR]`: render recordings and write the times back."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.rendering.dialogue import TimedTurn
from benchmarks.rendering.encode import CODECS, write_audio
from benchmarks.rendering.render import render
from benchmarks.rendering.script import (
    Expected,
    ScriptError,
    read_expected,
    read_script,
    write_expected,
    write_times,
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Render every script given; a faulty one is reported and the others go on (exit status 1)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rendering", description=__doc__)
    parser.add_argument("scripts", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, help="folder for the recordings (default: beside each script)")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.scripts:
        try:
            print(make(path, options.out or path.parent))
        except ScriptError as error:
            failed = True
            print(error, file=sys.stderr)
    return int(failed)


def make(path: Path, out: Path) -> str:
    """Render one script to `out`, write times into it and into its expected file; one line about it."""
    script = read_script(path)
    rendered = render(script)
    out.mkdir(parents=True, exist_ok=True)
    recording = out / f"{script.id}{CODECS[script.format].suffix}"
    write_audio(recording, rendered.samples, rendered.sample_rate_hz, script.format)
    if rendered.turns:
        write_times(path, [(turn.start_s, turn.end_s) for turn in rendered.turns])
    expected_path = path.with_name(f"{script.id}.expected.json")
    if expected_path.exists():
        write_expected(expected_path, with_times(expected_path, read_expected(expected_path), rendered.turns))
    size_kb = recording.stat().st_size / 1000
    return f"{recording}  {rendered.duration_s:.1f} s  {len(rendered.turns)} turns  {size_kb:.0f} kB"


def with_times(path: Path, expected: Expected, turns: tuple[TimedTurn, ...]) -> Expected:
    """Fill in `at_s` from the technician's turn in which the quote is said.

    Raises: ScriptError where the technician never says a quote.
    """
    items = {}
    problems = []
    for name, item in expected.items.items():
        at_s = None
        if item.quote:
            said = (t.find(item.quote) for t in turns if t.role == "technician")
            at_s = next((second for second in said if second is not None), None)
            if at_s is None:
                problems.append(f"items.{name}.quote: the technician never says {item.quote!r}")
        items[name] = replace(item, at_s=at_s)
    if problems:
        raise ScriptError(path, problems)
    return replace(expected, items=items)


if __name__ == "__main__":
    sys.exit(main())
