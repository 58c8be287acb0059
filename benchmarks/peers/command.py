"""This pipeline beside openai-whisper, faster-whisper, whisperX and whisper.cpp: `python -m benchmarks peers`.

Same weights, same audio, same threads, each in a process of its own, in turns. Every result is kept in `--kept` as soon as it
is there: stopped (Ctrl-C) and started again, a run goes on where it was. Writes benchmarks/results/peers.md and peers.png.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from pathlib import Path
from typing import NoReturn

from analyzer.hearing.models import provision
from analyzer.settings import Settings
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS, ROOT
from benchmarks.peers import ggml, material, plot, report
from benchmarks.peers.figures import rows
from benchmarks.peers.heard import Models
from benchmarks.peers.kept import Kept
from benchmarks.peers.registry import PEERS
from benchmarks.peers.rounds import Plan, Rounds


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__)
    parser.add_argument("--peers", nargs="+", metavar="NAME", default=list(PEERS), help=f"of: {', '.join(PEERS)}")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--only", nargs="*", metavar="ID", help="these samples (ids may be prefixes; none: no sample)")
    parser.add_argument("--no-people", action="store_true", help="leave the real people's speech out")
    parser.add_argument("--no-noise", action="store_true", help="leave the sounds without a word out")
    parser.add_argument("--long", type=float, default=0.0, metavar="MINUTES", help="also a visit of this length")
    parser.add_argument("--long-passes", type=int, default=1)
    parser.add_argument("--python", nargs="+", default=[], metavar="NAME=PATH", help="the Python that holds a peer")
    parser.add_argument("--only-report", action="store_true", help="write the report from what is kept")
    parser.add_argument("--dry", action="store_true", help="say what would be measured, and how long the audio is")
    parser.add_argument("--kept", type=Path, default=ROOT / "var" / "peers", metavar="DIR")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    parser.add_argument("--note", action="append", default=[], help="a line for the head of the report")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.peers if name not in PEERS]:
        parser.error(f"no such peer: {', '.join(unknown)}; there are: {', '.join(PEERS)}")
    kept = Kept(options.kept.resolve())
    if not options.only_report:
        signal.signal(signal.SIGTERM, _stop)
        try:
            if not _measure(options, kept, heading(["peers", *map(shlex.quote, arguments)])):
                return 0
        except KeyboardInterrupt:
            say(f"stopped: the same command goes on; {kept.folder} holds what was measured")
            return 130
    recordings = material.kept(kept.material)
    records = kept.records({r.id: r.digest for r in recordings})
    if not records:
        parser.error(f"{kept.folder} holds nothing that was measured")
    options.out.mkdir(parents=True, exist_ok=True)
    found = rows(records, recordings)
    text = "\n".join(report.lines(kept.sittings(), found, kept.met(), recordings, records, options.note))
    (options.out / "peers.md").write_text(text + "\n", "utf-8")
    plot.draw(options.out / "peers.png", found)
    say(f"{options.out / 'peers.md'}")
    return 0


def _measure(options: argparse.Namespace, kept: Kept, head: list[str]) -> bool:
    """False where nothing was to be done but to say what is missing."""
    settings = Settings.from_environment()
    recordings = list(
        material.chosen(
            kept.material, settings, options.only,
            people=not options.no_people, noises=not options.no_noise, minutes=options.long,
        )
    )  # fmt: skip
    pythons = {name: Path(path) for name, _, path in (pair.partition("=") for pair in options.python)}
    plan = Plan(
        [PEERS[name] for name in PEERS if name in options.peers], recordings, options.passes, options.long_passes,
        _models(kept, settings), pythons,
    )  # fmt: skip
    rounds = Rounds(plan, kept)
    missing = rounds.missing()
    say(f"{len(missing)} to measure: {sum(r.duration_s for _, r, _ in missing) / 60:.1f} minutes of audio in all")
    if options.dry:
        for name in options.peers:
            say(f"{name}: {sum(r.duration_s for _, r, p in missing if p.name == name) / 60:.1f} minutes")
        return False
    if missing:
        kept.sit(head)
        rounds.run()
    return True


def _models(kept: Kept, settings: Settings) -> Models:
    folder, checkpoint = provision(settings), provision(settings, checkpoint=True)
    kept.folder.mkdir(parents=True, exist_ok=True)
    target = kept.folder / f"ggml-{settings.model}.bin"
    if not target.is_file():
        say("weights for whisper.cpp: converting")
        ggml.convert(folder, target)
    return Models(str(folder), str(checkpoint), str(target), settings.usable_threads)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
