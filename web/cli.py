"""The commands of `flask --app web`: each feature brings its own."""

from __future__ import annotations

from flask import Flask

from web.admin import commands as admin
from web.demo import commands as demo
from web.digest import commands as digest
from web.maintenance import commands as maintenance
from web.privacy import commands as privacy
from web.serving import commands as serving
from web.sources import commands as sources
from web.standards.versions import commands as standards
from web.worker import commands as worker

FEATURES = (serving, admin, maintenance, worker, sources, demo, digest, privacy, standards)


def init(app: Flask) -> None:
    for feature in FEATURES:
        feature.init_commands(app)
