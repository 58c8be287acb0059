"""A recording that the model heard badly is heard again by a larger one, where that lies ready and the machine carries it.

A far microphone or a running tap costs a small model many more words than a large one, and each word that was not heard
may be held against somebody. Clear recordings, which most are, cost what they did.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from analyzer.domain import Engine, Segment, Span, Utterance
from analyzer.hearing import sizing
from analyzer.hearing.catalogue import ALIASES, SOURCES
from analyzer.hearing.loading import is_loaded
from analyzer.hearing.models import is_installed
from analyzer.settings import Settings

log = logging.getLogger(__name__)
ENGINES = ("faster-whisper", "openai-whisper")
# Mean confidence of a recording's characters under which the larger model hears it again. Drawn on the dev half of
# benchmarks/wording/paraphrase, spoken in four conditions (docs/DECISIONS.md, "The larger ear").
CLEAR = 0.8
SPARE_MIB = 512  # of memory that must stay free when another model is loaded: several workers may share the machine
CHARACTERS_PER_S = 4.0  # of speech that got no text: so many were not heard at all


def larger(settings: Settings) -> Settings | None:
    """Return settings by which a larger model hears, None where none is wanted, in place, larger or carried by the machine."""
    name = settings.unclear_model
    used, other = sizing.cost_of(settings.model), sizing.cost_of(name)
    if settings.engine not in ENGINES or not name or used is None or other is None or Path(settings.model).exists():
        return None
    if other.parameters_m <= used.parameters_m or not is_installed(settings, name):
        return None
    better = replace(settings, model=name)
    machine = sizing.this_machine(settings.usable_threads, card=settings.device != "cpu")
    if not machine.holds(other) or not (is_loaded(better) or sizing.free_mib() >= other.memory_mib + SPARE_MIB):
        log.info("%s is not loaded beside %s: there is not memory enough", name, settings.model)
        return None
    return better


def ear_of(settings: Settings, engine: Engine) -> Settings | None:
    """Return settings of the model that wrote a hearing's words, which has to hold others against them; None where it is gone.

    A model finds its own words more probable than another's. Words of no model of the catalogue are held against the one
    that is set.
    """
    name = ALIASES.get(engine.model, engine.model)
    if settings.engine not in ENGINES or name not in SOURCES or name == ALIASES.get(settings.model, settings.model):
        return settings
    return replace(settings, model=name) if is_installed(settings, name) else None


def clearness(said: Iterable[Segment | Utterance], unheard: Iterable[Span]) -> float | None:
    """Return the mean confidence of what a recording says, in [0, 1]; speech that got no text (`unheard`) counts as 0.

    None where there is no speech, or the engine does not tell.
    """
    said = tuple(said)
    if any(one.confidence is None for one in said):
        return None
    sure = [confidence for one in said for confidence in one.char_confidence]
    lost = CHARACTERS_PER_S * sum(span.duration_s for span in unheard)
    return sum(sure) / (len(sure) + lost) if sure or lost else None


def is_unclear(said: Iterable[Segment | Utterance], unheard: Iterable[Span]) -> bool:
    """Return whether a recording should be heard again by a larger model."""
    heard = clearness(said, unheard)
    return heard is not None and heard < CLEAR
