"""When a connection ends: where another process is free, and where connections become too many.

A connection that is kept open stays with its process, and of five people who happen to sit in one of two, each waits
for the four others while the second process idles. So an answer given while others are being answered here ends its
connection: whoever accepts the next one is the process with nothing to do.

Browsers keep up to six connections, used or not. Beyond half of what a process can hold it keeps none: each answer ends
its connection, and one that nobody uses is closed after seconds instead of minutes.
"""

from __future__ import annotations

from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

UNUSED_S = 120  # an unused connection is kept for so long
UNUSED_IN_A_CROWD_S = 5


def balanced(server: Any, *, shared: bool, many: int) -> Any:
    """Return the server with connections that end in time.

    `shared`: other processes listen at the same address; `many`: with more connections than this none is kept.
    """
    tidy = server.maintenance

    class Task(WSGITask):  # type: ignore[misc]  # waitress has no types
        def build_response_header(self) -> bytes:
            others = shared and server.task_dispatcher.active_count > 1  # this one is counted
            if others or len(server.active_channels) > many:
                self.set_close_on_finish()
            return bytes(super().build_response_header())

    class Channel(HTTPChannel):  # type: ignore[misc]
        task_class = Task

    def maintenance(now_s: float) -> None:
        crowded = len(server.active_channels) > many
        server.adj.channel_timeout = UNUSED_IN_A_CROWD_S if crowded else UNUSED_S
        tidy(now_s)

    server.channel_class = Channel
    server.maintenance = maintenance
    return server
