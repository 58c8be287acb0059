"""Every setting with its value and where it comes from. A secret is never told, nor what an address carries of one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from web.config import ANALYZER_PREFIX, PREFIX, Settings, WebSettings
from web.kit.seal import KEY_FILE
from web.kit.site import Site

SECRET = re.compile(r"key|secret|token|password")
KEPT = {"secret_key": "secret_key", "audit_key": KEY_FILE}  # made once where nobody sets them
OPEN_ADDRESS = "public_url"  # everybody who gets a mail knows it


@dataclass(frozen=True, slots=True)
class Told:
    """`source`: default | environment | file | program; `secret`: its value stays untold."""

    variable: str
    value: str
    source: str
    meaning: str
    secret: bool = False

    @property
    def changed(self) -> bool:
        return self.source in ("environment", "program")


def told(here: Site, environment: Mapping[str, str] | None = None) -> tuple[Told, ...]:
    """All settings: the site's, then the analyzer's."""
    known = os.environ if environment is None else environment
    return (*_of(here.web, PREFIX, known, here.folder), *_of(here.settings, ANALYZER_PREFIX, known, here.folder))


def _of(settings: WebSettings | Settings, prefix: str, environment: Mapping[str, str], folder: Path) -> Iterator[Told]:
    defaults = type(settings)()
    for field in fields(settings):
        value, variable = getattr(settings, field.name), f"{prefix}{field.name.upper()}"
        secret = SECRET.search(field.name) is not None
        if variable in environment:
            source = "environment"
        elif value != getattr(defaults, field.name):
            source = "program"
        else:
            source = "file" if _is_kept(field.name, folder) else "default"
        yield Told(variable, "" if secret else _shown(field.name, value), source, field.metadata["zh"], secret)


def _is_kept(name: str, folder: Path) -> bool:
    """Whether the site made the value itself and keeps it in a file."""
    return name in KEPT and (folder / KEPT[name]).is_file()


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return _address(text) if "://" in text and name != OPEN_ADDRESS else text


def _address(text: str) -> str:
    """Where an address leads: who logs in, with what, and what it asks for stays untold."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "…"
    path = "/…" if parts.scheme in ("http", "https") and parts.path.strip("/") else parts.path
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"
