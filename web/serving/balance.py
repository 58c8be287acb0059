"""Which process answers: a browser that had to share one goes to a free one with its next request.

A connection that is kept open stays with its process, and of five people who happen to sit in one of two, each waits
for the four others while the second process idles. So an answer given while others are being answered here ends its
connection: whoever accepts the next one is the process with nothing to do.
"""

from __future__ import annotations

from waitress.channel import HTTPChannel
from waitress.task import WSGITask


class _Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    def build_response_header(self) -> bytes:
        if self.channel.server.task_dispatcher.active_count > 1:  # this one is counted
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class SharingChannel(HTTPChannel):  # type: ignore[misc]
    """A connection to one of several processes."""

    task_class = _Task
