"""A storage of the site's own, and the site itself, without a request."""

from __future__ import annotations

import pytest
from flask import Flask

from web.intake.storage import Storage, open_storage
from web.site import KEY, Site


@pytest.fixture
def here(app: Flask) -> Site:
    """The site."""
    found: Site = app.extensions[KEY]
    return found


@pytest.fixture
def storage(here: Site) -> Storage:
    """Its storage."""
    return open_storage(here.web, here.settings.home)
