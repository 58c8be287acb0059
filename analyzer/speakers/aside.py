"""Who speaks, worked out in a thread of its own while the words are heard."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span
from analyzer.progress import Listener, Progress, silent
from analyzer.speakers.diarization import Diarization, Diarizer, Recording


@contextmanager
def aside(
    diarizer: Diarizer,
    samples: NDArray[np.int16],
    speech: tuple[Span, ...],
    kind: Recording,
    progress: Listener = silent,
) -> Iterator[Future[Diarization]]:
    """Give what `diarizer.diarize` will find; arguments as for it, and `progress` is called from its thread.

    Once the block is left, it goes on with no more pieces.
    """
    left = Event()

    def unless_left(now: Progress) -> None:
        if left.is_set():
            raise CancelledError
        progress(now)

    with ThreadPoolExecutor(1, "voices") as thread:
        try:
            yield thread.submit(diarizer.diarize, samples, speech, kind, unless_left)
        finally:
            left.set()
