"""A hundred kills of site and worker at random instants while files come in: nothing acknowledged is lost or done twice.

python -m benchmarks kills [KILLS] [SEED] [servers]      on a PostgreSQL and a Redis of its own, killed as well
python -m benchmarks kills [KILLS] [SEED]      two to five minutes on two cores; the suite does twenty kills
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

from tests.web.worker import kills
from tests.web.worker.own_servers import own_servers
from tests.web.worker.test_kill import NOTHING


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 100
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    with tempfile.TemporaryDirectory(prefix="tingjian-kills-") as folder, contextlib.ExitStack() as stack:
        home = Path(folder) / "home"
        servers = stack.enter_context(own_servers(home)) if arguments[2:] == ["servers"] else None
        found = kills.kill(home, count, seed, servers)
    print(json.dumps(found, indent=1))
    return int(any(found[name] for name in NOTHING) or found["integrity"] != "ok")
