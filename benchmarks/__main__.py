"""`python -m benchmarks <what>`."""

from __future__ import annotations

import importlib
import sys

# name: module with `main(arguments)`, what it measures
COMMANDS = {
    "accuracy": ("accuracy.command", "items, words, speakers and roles on the samples, from audio and from scripts"),
    "speed": ("speed.command", "stage times and times real time, beside openai-whisper's own transcribe"),
    "peers": ("peers.command", "this pipeline beside openai-whisper, faster-whisper, whisperX and whisper.cpp"),
    "memory": ("speed.memory", "peak memory of `analyzer run` by stage and length"),
    "muting": ("speed.muting", "what it costs to silence private words, by format: for an archive after an upgrade"),
    "speakers": ("speakers.command", "speaker turns and number of speakers, on dialogues cut from real voices"),
    "certainty": ("speakers.certainty", "whether speaker confidence is what it says, on the same dialogues"),
    "wording": ("wording.command", "verdicts on other people's wordings, from perfect text"),
    "reports": ("wording.reports", "small talks as outsiders would report them, with a fair clerk's verdicts"),
    "turns": ("wording.turns", "single turns in other people's wordings, by meaning and by register"),
    "heard": (
        "wording.heard",
        "speaks lines of the readers and writes down what the engine hears: more lines for them",
    ),
    "chance": ("wording.chance", "chance hits of unrelated phrases by length: the calibration of similarity"),
    "sound": (
        "sound.command",
        "what log-probability tells of phrases and look-alikes, and what a second hearing costs",
    ),
    "strangers": (
        "strangers.command",
        "verdicts on other people's wordings, from audio near, by phone, far and in noise",
    ),
    "gpu": ("gpu.command", "engines on a GPU and on the processor: times real time, memory, words and verdicts"),
    "remote": ("remote", "the samples heard at home and by `analyzer serve`: the same verdicts, words and checks"),
    "engines": ("engines.command", "the same weights in each speech engine: words, verdicts, cost"),
    "demo": ("demo.command", "speaks the demo archive's spoken orders into samples/demo (needs ../shared/tts)"),
    "drafting": ("drafting.command", "written standards to drafts: clauses recognised, kinds right"),
    "pages": ("pages.command", "every page of the site at 100,000 recordings: times and queries"),
    "search": ("pages.search", "the search and Ctrl+K alone at 100,000 recordings, filled in a minute"),
    "order": ("order.command", "reviews that the work list needs to find what is bad, beside a random order"),
    "dryrun": (
        "dryrun",
        "a draft over stored transcripts: processor time of each, and all of it in the worker's processes",
    ),
    "capacity": ("capacity.command", "the archive to a million rows, the queue, a simulation to a thousand workers"),
    "crowd": (
        "crowd.command",
        "uploads, browsers, reviewers at once on 100,000 recordings: errors, memory, nothing lost",
    ),
    "fuzz": (
        "fuzz.command",
        "hostile requests to every route as every role, broken analyses: no error page, no traceback",
    ),
    "kills": ("kills", "site and worker killed a hundred times at random: nothing acknowledged is lost or done twice"),
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        for name, (_, title) in COMMANDS.items():
            print(f"python -m benchmarks {name:10} {title}")
        return 2
    module, _ = COMMANDS[sys.argv[1]]
    return int(importlib.import_module(f"benchmarks.{module}").main(sys.argv[2:]))


sys.exit(main())
