"""A peer in a process of its own: `python -m benchmarks.peers.worker NAME MODELS`, spoken to in JSON lines.

It loads, says `{"ready": …}` or `{"absent": reason}`, and then answers every task line with what it heard and what that cost.
Between tasks it waits in `read` and uses no processor. Libraries print where they like: their words go to stderr.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib import metadata
from typing import Any

from benchmarks.peers.heard import Models, Task
from benchmarks.peers.programs import Program, quiet
from benchmarks.peers.registry import PEERS


def main(name: str, models: Models) -> int:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(entry: dict[str, Any]) -> None:
        print(json.dumps(entry, ensure_ascii=False), file=out, flush=True)

    peer = PEERS[name]
    began_s = time.perf_counter()
    try:
        with quiet():
            import numpy as np

            program = peer.program(models, **peer.options)
    except Exception as error:  # whatever keeps it from loading is what the report says
        say({"absent": f"{type(error).__name__}: {error}"})
        return 1
    versions = {package: metadata.version(package) for package in program.packages}
    load_s = time.perf_counter() - began_s
    say({"ready": {"load_s": load_s, "versions": versions, "python": platform.python_version()}})
    for line in sys.stdin:
        task = Task(**json.loads(line))
        with quiet():
            say(answered(program, np.load(task.samples), task))
    return 0


def answered(program: Program, samples: Any, task: Task) -> dict[str, Any]:
    """What was heard, with wall seconds and processor seconds, of children that ended too, of hearing alone."""
    began_s, cpu_began_s = time.perf_counter(), _cpu_s()
    result = program.run(samples, task)
    wall_s, spent_s = time.perf_counter() - began_s, _cpu_s() - cpu_began_s
    stages: Callable[[Any], Any] = getattr(program, "stages", lambda _: None)
    return {"heard": asdict(program.heard(result)), "wall_s": wall_s, "cpu_s": spent_s, "stages": stages(result)}


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Models(**json.loads(sys.argv[2]))))
