"""`python -m web …` is `flask --app web …`, and Ctrl-C ends it without a traceback, even while it is being loaded."""

from __future__ import annotations

import signal

from web import create_app


def main() -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # before Flask is imported; commands that tidy up set their own handler
    from flask.cli import FlaskGroup

    FlaskGroup(create_app=create_app).main(prog_name="python -m web")


main()
