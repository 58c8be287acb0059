"""What a standard makes of a few sentences, or of a stored transcript: the pages' door to judging.

One trial at a time in a process: the analyzer's tables of costs and its dictionary are written while they are read from.
The first trial of a process loads words and the compiled alignment (seconds; half a minute where that was never compiled
on this machine). `warm` does it in a thread, and until it has, `tried` raises WarmingError.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from analyzer.domain import MACHINE, Hearing, How, ItemResult, Judgement, Role, Utterance
from analyzer.judging.conversation import LEAST_CHARACTERS
from analyzer.judging.examples import conversation
from analyzer.judging.trace import Standing, Trace
from analyzer.matching.drawing import Drawing, Step, StepKind
from analyzer.rejudging import Rejudging, load
from analyzer.rubric.load import standard_files
from analyzer.rubric.terms import facts_of
from analyzer.text import normalise
from web.config import AnalyzerError, Settings
from web.lexicon.dialogue import Turn

__all__ = [
    "MACHINE", "BrokenError", "CrowdedError", "Drawing", "Hearing", "ItemResult", "Judgement", "Standing", "Step", "StepKind",
    "Trace", "Trial", "WarmingError", "asked_facts", "heard", "is_ready", "tried", "turn", "warm",
]  # fmt: skip

log = logging.getLogger(__name__)
MOST_WAIT_S = 10.0  # for whoever tries at the same time
one_at_a_time = threading.Lock()  # whoever else judges in this process enters it too
_warming = threading.Lock()
_begun: set[Path] = set()
_ready = threading.Event()


class WarmingError(Exception):
    """The words and the alignment are being loaded: ask again in a few seconds."""


class CrowdedError(Exception):
    """Others try as well, and it is not one's turn yet."""


class BrokenError(Exception):
    """The standard is gone or has mistakes; the text says which."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The judgement, as `analyzer score` gives it on the same lines; by item the places that it rests on; how long it took.

    `hearing` is what was judged: announcements have the speaker MACHINE. `transcript`: the lines that traces count, without
    them.
    """

    hearing: Hearing
    judgement: Judgement
    traces: Mapping[str, tuple[Trace, ...]]
    transcript: tuple[Utterance, ...]
    took_s: float

    @property
    def too_short(self) -> bool:
        """Whether so little was said that nothing is judged."""
        return sum(len(normalise(u.text).text) for u in self.transcript) < LEAST_CHARACTERS


def heard(turns: Sequence[Turn]) -> Hearing:
    """The turns as if they had been said one after the other and heard perfectly."""
    return conversation([(turn.role, turn.text) for turn in turns], "trial")


def tried(
    hearing: Hearing,
    standard_id: str,
    given: Mapping[str, bool],
    folder: Path,
    settings: Settings,
    *,
    anywhere: bool = False,
    only: str = "",
) -> Trial:
    """Judge a hearing by a standard of `folder`; facts that it does not know are left out.

    `anywhere`: no matter where in the talk and in which order; `only`: the one item whose places are traced.
    Raises WarmingError, CrowdedError, BrokenError.
    """
    if not _ready.is_set():
        warm(folder, settings)
        raise WarmingError
    with turn():
        begun_s = perf_counter()
        here = replace(settings, lexicons=folder)
        try:
            judging = Rejudging(standard_id, here)
            asked = {name: value for name, value in given.items() if name in judging.standard.facts}
            made = judging.traced(hearing, asked, placeless=anywhere, only=only)
        except AnalyzerError as error:
            raise BrokenError(error.message) from error
        analysis = made.analysis
        took_s = perf_counter() - begun_s
        return Trial(analysis.hearing, analysis.judgement, made.traces, made.transcript, took_s)


def asked_facts(standard_id: str, folder: Path, settings: Settings) -> dict[str, tuple[str, ...]]:
    """The facts that each rule item asks about, by item; {} where the standard cannot be read."""
    try:
        standard = load(standard_id, replace(settings, lexicons=folder))
    except AnalyzerError:
        return {}
    return {item.id: tuple(facts_of(item.when)) for item in standard.items if item.how is How.RULE}


@contextlib.contextmanager
def turn() -> Iterator[None]:
    """Nobody else judges meanwhile. Raises CrowdedError."""
    if not one_at_a_time.acquire(timeout=MOST_WAIT_S):
        raise CrowdedError
    try:
        yield
    finally:
        one_at_a_time.release()


def is_ready() -> bool:
    """Whether a trial would be answered at once."""
    return _ready.is_set()


def warm(folder: Path, settings: Settings, *, wait: bool = False) -> None:
    """Load what the standards of a folder need, once a process and folder: in a thread, or here and now (`wait`)."""
    with _warming:
        if folder in _begun and (_ready.is_set() or not wait):
            return
        _begun.add(folder)
    if wait:
        _warm(folder, settings)
    else:
        threading.Thread(target=_warm, args=(folder, settings), name="warm trial", daemon=True).start()


def _warm(folder: Path, settings: Settings) -> None:
    here = replace(settings, lexicons=folder)
    try:
        for path in standard_files(folder):
            with one_at_a_time, contextlib.suppress(AnalyzerError):
                Rejudging(path.stem, here).traced(_FEW_WORDS, {})
            _ready.set()
    except Exception:
        log.exception("the trial of phrases could not be made ready")
        with _warming:
            _begun.discard(folder)


_FEW_WORDS = conversation(
    [(Role.CUSTOMER, "厨房的水龙头一直在漏水"), (Role.TECHNICIAN, "您好，请问有什么问题吗，我不知道")]
)
