"""The line before the engine: many ask, one thread decodes, and what waits together is decoded together."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from analyzer.domain import Engine
from analyzer.hearing import Decoded, Scorer, Transcriber, Window
from analyzer.hearing.types import Look, Prompted


class GoneError(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    windows: tuple[Window, ...]
    look: Look
    prompt: str
    gone: Callable[[], bool]
    done: Future[list[Decoded]] = field(default_factory=Future)


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    window: Window
    texts: tuple[str, ...]
    gone: Callable[[], bool]
    done: Future[tuple[float, ...]] = field(default_factory=Future)


class Line:
    """Holds the engine; engines are not safe for several threads. `together`: windows that are decoded at once."""

    def __init__(self, transcriber: Transcriber, together: int) -> None:
        self._transcriber, self._together = transcriber, together
        self._waiting: deque[_Windows | _Texts] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)
        self._thread.start()

    @property
    def engine(self) -> Engine:
        return self._transcriber.engine

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._transcriber.warnings

    @property
    def scores(self) -> bool:
        return isinstance(self._transcriber, Scorer)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def decode(
        self, windows: Sequence[Window], look: Look, prompt: str, gone: Callable[[], bool] = bool
    ) -> list[Decoded]:
        """One Decoded a window, once it is their turn. Raises what the engine raises, GoneError where nobody waits any more."""
        asked = _Windows(tuple(windows), look, prompt, gone)
        self._join(asked)
        return asked.done.result()

    def score(self, window: Window, texts: Sequence[str], gone: Callable[[], bool] = bool) -> tuple[float, ...]:
        """As a Scorer does, once it is its turn. Raises as `decode`."""
        asked = _Texts(window, tuple(texts), gone)
        self._join(asked)
        return asked.done.result()

    def close(self) -> None:
        """Let the thread end after what it is at; who still waits is sent away."""
        with self._wake:
            self._closed = True
            self._wake.notify()

    def _join(self, asked: _Windows | _Texts) -> None:
        with self._wake:
            if self._closed:
                raise RuntimeError("the line is closed")
            self._waiting.append(asked)
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._closed)
                self._let_go()
                if self._closed:
                    for late in self._waiting:
                        late.done.set_exception(RuntimeError("the line is closed"))
                    return
                some = self._taken() if self._waiting else []
            if some:
                self._do(some)

    def _let_go(self) -> None:
        """Who has hung up meanwhile comes again: what nobody waits for must not keep those who wait."""
        for each in [each for each in self._waiting if each.gone()]:
            self._waiting.remove(each)
            each.done.set_exception(GoneError())

    def _taken(self) -> list[_Windows | _Texts]:
        """The first who waits and, where windows are decoded for the first time, others that can be decoded with them."""
        first = self._waiting.popleft()
        if not isinstance(first, _Windows) or first.look is Look.CAREFUL:
            return [first]
        some: list[_Windows | _Texts] = [first]
        room = self._together - len(first.windows)
        others = [w for w in self._waiting if isinstance(w, _Windows)]
        for other in others:
            if (other.look, other.prompt) == (first.look, first.prompt) and len(other.windows) <= room:
                some.append(other)
                room -= len(other.windows)
        for taken in some[1:]:
            self._waiting.remove(taken)
        return some

    def _do(self, some: list[_Windows | _Texts]) -> None:
        try:
            first = some[0]
            if isinstance(first, _Texts):
                assert isinstance(self._transcriber, Scorer)  # noqa: S101  # nobody asks where `scores` is false
                first.done.set_result(self._transcriber.score(first.window, first.texts))
                return
            if isinstance(self._transcriber, Prompted):
                self._transcriber.prompt_by(first.prompt)
            asked = [each for each in some if isinstance(each, _Windows)]
            decoded = iter(list(self._transcriber.transcribe([w for each in asked for w in each.windows], first.look)))
            for each in asked:
                each.done.set_result([next(decoded) for _ in each.windows])
        except Exception as error:
            for one in some:
                if not one.done.done():
                    one.done.set_exception(error)


class InLine:
    """The engine as `hear` knows it, for one request: its windows wait in the line, a few at a time."""

    def __init__(self, line: Line, prompt: str, at_once: int, gone: Callable[[], bool]) -> None:
        self._line, self._prompt, self._at_once, self._gone = line, prompt, at_once, gone
        self.engine, self.warnings = line.engine, line.warnings

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        size = 1 if look is Look.CAREFUL else self._at_once
        for first in range(0, len(windows), size):
            yield from self._line.decode(windows[first : first + size], look, self._prompt, self._gone)
