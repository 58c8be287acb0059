"""`python -m benchmarks <what>`: accuracy, speed, wording, chance."""

from __future__ import annotations

import importlib
import sys

COMMANDS = {
    "accuracy": "items, words, speakers and roles on the samples, from the audio and from the scripts",
    "speed": "stage times and times real time, beside openai-whisper's own transcribe",
    "wording": "verdicts on held-out wordings, from perfect text",
    "pages": "every page of the site at 100,000 recordings: times and queries",
    "chance": "chance hits of unrelated phrases by length: the calibration of similarity",
    "kills": "site and worker killed a hundred times at random: nothing acknowledged is lost or done twice",
}


def main() -> int:
    """Run one benchmark."""
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        for name, title in COMMANDS.items():
            print(f"python -m benchmarks {name:10} {title}")
        return 2
    return int(importlib.import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:]))


sys.exit(main())
