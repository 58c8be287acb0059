"""`python -m web.migrations "what changes"`: write the next migration from the difference to the models."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from web.migrations import HERE, configuration, upgrade


def main(message: str) -> None:
    """Compare the models with a fresh database at the newest migration and write what is missing."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'fresh.db'}"
        upgrade(url)
        number = f"{len(list((HERE / 'versions').glob('*.py'))) + 1:04}"
        command.revision(configuration(url), message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or "change")
