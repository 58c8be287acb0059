"""Manuals from Markdown: their own headings as anchors, links and pictures on the site. The only module that knows the library."""

from __future__ import annotations

import functools
import itertools
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from web.config import ROOT

FOLDER = ROOT / "docs" / "manuals"
PICTURES = "pictures"
Address = Callable[[str, str], str]  # (manual, anchor) or ("", picture) to a URL
_OTHER = re.compile(r"([a-z]+)\.md(?:#(.*))?")


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual as the site shows it; `sections`: its headings of the second level, which are its anchors."""

    name: str
    title: str
    body: Markup
    sections: tuple[str, ...]


def manual(name: str, address: Address) -> Manual:
    """The manual of `docs/manuals/<name>.md`. Raises OSError where there is none."""
    path = FOLDER / f"{name}.md"
    tokens = _parsed(path, path.stat().st_mtime_ns)
    headings = list(_headings(tokens))
    shown = [_shown(token, address) for token in _anchored(tokens)]
    rendered = _library().renderer.render(shown, _library().options, {})
    body = Markup(rendered)  # noqa: S704  # of our own documents, HTML in them switched off
    title = next(text for level, text in headings if level == "h1")
    return Manual(name, title, body, tuple(text for level, text in headings if level == "h2"))


@functools.cache
def _library() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


@functools.lru_cache(maxsize=16)
def _parsed(path: Path, _changed_ns: int) -> tuple[Token, ...]:
    return tuple(_library().parse(path.read_text("utf-8")))


def _headings(tokens: tuple[Token, ...]) -> Iterator[tuple[str, str]]:
    for opening, words in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            yield opening.tag, words.content


def _anchored(tokens: tuple[Token, ...]) -> Iterator[Token]:
    """The tokens with headings that can be pointed at."""
    for token, after in itertools.zip_longest(tokens, tokens[1:]):
        yield token.copy(attrs={"id": after.content}) if token.type == "heading_open" else token


def _shown(token: Token, address: Address) -> Token:
    """The token as the site shows it; the kept one stays as it was read."""
    if token.type == "link_open" and (found := _OTHER.fullmatch(unquote(str(token.attrs["href"])))):
        return token.copy(attrs={**token.attrs, "href": address(found[1], found[2] or "")})
    if token.type == "image":
        source = str(token.attrs["src"]).removeprefix(f"{PICTURES}/")
        return token.copy(attrs={**token.attrs, "src": address("", source), "loading": "lazy", **_size(source)})
    if token.children:
        return token.copy(children=[_shown(child, address) for child in token.children])
    return token


@functools.lru_cache(maxsize=64)
def _size(picture: str) -> dict[str, str | int | float]:
    """Width and height in pixels, as a PNG's first chunk tells them (ISO 15948 §11.2.2): the page keeps their place."""
    head = (FOLDER / PICTURES / picture).read_bytes()[:24]
    width, height = struct.unpack(">II", head[16:24])
    return {"width": width, "height": height}
