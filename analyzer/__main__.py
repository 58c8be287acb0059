"""`python -m analyzer`."""

from __future__ import annotations

from typing import NoReturn

from analyzer import interrupt


def start() -> NoReturn:
    """Run the command line as this process's only purpose."""
    interrupt.install()
    from analyzer.cli import main  # after it: imports take a while, and Ctrl-C may come meanwhile

    try:
        status = main()
    except SystemExit as done:  # argparse: --help or a wrong option
        status = done.code if isinstance(done.code, int) else 0
    except KeyboardInterrupt:
        status = interrupt.STATUS
    interrupt.leave(status)


start()
