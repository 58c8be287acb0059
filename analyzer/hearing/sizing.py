"""Which Whisper model a machine can carry: what each costs, and the largest that costs no more than it has.

Published: openai/whisper, README.md, "Available models" (parameters; memory of a card, of openai-whisper itself in float16 and
float32 mixed, so that CTranslate2 needs less). Measured: benchmarks/results/engines.md, "Sizes" (AMD EPYC, CTranslate2 4.8.5, int8).
How well each hears Mandarin at home visits was measured here for `base` and `small-q8` (README).
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from analyzer.hearing.catalogue import ALIASES


@dataclass(frozen=True, slots=True)
class Cost:
    """`core_s`: seconds of one core for a second of speech; `memory_mib` of a process that holds the model, int8."""

    parameters_m: int
    card_gb: int
    core_s: float
    memory_mib: int


# From the least to the most that they hear.
COSTS = {
    "tiny": Cost(39, 1, 0.021, 291),
    "base": Cost(74, 1, 0.039, 269),
    "small": Cost(244, 2, 0.116, 711),
    "medium": Cost(769, 5, 0.333, 1891),
    "turbo": Cost(809, 6, 0.369, 1819),
    "large-v3": Cost(1550, 10, 0.600, 3462),
}
_LIKE = {"large-v2": "large-v3", "small-q8": "small"}  # of the same size
SLOWEST = 0.2  # of the length of the speech: an hour of it is heard in twelve minutes
OTHERS_MIB = 1024  # the rest of a worker: base's whole process peaks at 1004 MiB (benchmarks/results/memory.md)


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory_mib` that this process may use, `cores` likewise, `card_mib` of the card that would hear, if there is one."""

    memory_mib: int
    cores: int
    card_mib: int | None = None

    def carries(self, name: str) -> bool:
        """Whether the model fits into memory, beside the rest and as much again for the machine."""
        return self._fits(COSTS[name])

    def holds(self, cost: Cost) -> bool:
        """Whether a second model fits beside the one that is loaded."""
        if self.card_mib is not None:
            return cost.card_gb * 1000 <= self.card_mib
        return self._fits(cost)

    def _fits(self, cost: Cost) -> bool:
        return 2 * (cost.memory_mib + OTHERS_MIB) <= self.memory_mib

    def share(self, name: str) -> float:
        """What part of the speech's length hearing it takes on this processor, were all cores of use."""
        return COSTS[name].core_s / self.cores


def recommended(machine: Machine) -> str:
    """The best model that the card holds by the published figures, or that the processor hears in time by ours."""
    if machine.card_mib is not None:
        fitting = [name for name, cost in COSTS.items() if cost.card_gb * 1000 <= machine.card_mib]
    else:
        fitting = [name for name in COSTS if machine.carries(name) and machine.share(name) <= SLOWEST]
    return fitting[-1] if fitting else "tiny"


def cost_of(name: str) -> Cost | None:
    """None for a folder, or a model that is not in the table."""
    name = ALIASES.get(name, name)
    return COSTS.get(_LIKE.get(name, name))


def this_machine(cores: int, *, card: bool) -> Machine:
    """What this process may use; `cores` and whether a card is wanted are settings."""
    return Machine(_memory_mib(), cores, _card_mib() if card else None)


def _memory_mib() -> int:
    """Of the machine, or of the container where that is less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
    except (OSError, ValueError):  # no such file, or "max"
        limit = whole
    return min(whole, limit) // 1024**2


def free_mib() -> int:
    """Memory that can be taken now without driving another process out; all there is where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return _memory_mib()


def _card_mib() -> int | None:
    """Memory of the first card; None where there is none or its driver does not answer."""
    command = ["nvidia-smi", "--id=0", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
        return int(done.stdout.strip())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
