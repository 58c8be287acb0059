"""Trials are ready: what they load was loaded once in this process."""

from __future__ import annotations

import pytest

from analyzer.settings import ROOT, Settings
from web.lexicon import trial

SETTINGS = Settings()


@pytest.fixture(scope="session")
def warm() -> Settings:
    trial.warm(ROOT / "lexicons", SETTINGS, wait=True)
    return SETTINGS
