"""Trials answer at once: what they need is loaded before the first."""

from __future__ import annotations

import pytest

from web.kit.site import Site
from web.lexicon import trial


@pytest.fixture
def warm(here: Site) -> None:
    trial.warm(here.settings.lexicons, here.settings, wait=True)
