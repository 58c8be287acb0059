"""A hundred kills of site and worker at random instants while files come in: nothing acknowledged is lost or done twice.

python -m benchmarks kills [KILLS] [SEED]      two to five minutes on two cores; the suite does twenty kills
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.web.worker import kills
from tests.web.worker.test_kill import NOTHING


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 100
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="tingjian-kills-") as folder:
        found = kills.kill(Path(folder) / "home", count, seed)
    print(json.dumps(found, indent=1))
    return int(any(found[name] for name in NOTHING) or found["integrity"] != "ok")
