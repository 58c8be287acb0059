"""Manuals from Markdown: their own headings as anchors, links and pictures on the site. The only module that knows the library."""

from __future__ import annotations

import functools
import itertools
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from web.config import ROOT
from web.kit.catalogues import SOURCE

FOLDER = ROOT / "docs" / "manuals"
PICTURES = "pictures"
Address = Callable[[str, str], str]  # (manual, anchor) or ("", picture) to a URL
_OTHER = re.compile(r"([a-z]+)\.md(?:#(.*))?")


@dataclass(frozen=True, slots=True)
class Manual:
    """A manual as the site shows it; `language`: the one it is in.

    `sections`: anchor and words of its headings of the second level.
    """

    name: str
    title: str
    body: Markup
    sections: tuple[tuple[str, str], ...]
    language: str = SOURCE


def manual(name: str, address: Address, language: str = SOURCE) -> Manual:
    """The manual of `docs/manuals/<language>/<name>.md`, else the Chinese one, `docs/manuals/<name>.md`.

    Anchors are the Chinese headings in every language: an address leads whoever follows it to the same section.
    Raises OSError where there is none.
    """
    source, own = FOLDER / f"{name}.md", FOLDER / language / f"{name}.md"
    path = own if own.is_file() else source
    tokens = _parsed(path, path.stat().st_mtime_ns)
    headings = list(_headings(tokens))
    anchors = [text for _, text in _headings(_parsed(source, source.stat().st_mtime_ns))]
    shown = [_shown(token, address) for token in _anchored(tokens, anchors)]
    rendered = _library().renderer.render(shown, _library().options, {})
    body = Markup(rendered)  # noqa: S704  # of our own documents, HTML in them switched off
    title = next(text for level, text in headings if level == "h1")
    sections = tuple((anchor, text) for anchor, (level, text) in zip(anchors, headings, strict=True) if level == "h2")
    return Manual(name, title, body, sections, language if path == own else SOURCE)


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


def _anchored(tokens: tuple[Token, ...], anchors: Sequence[str]) -> Iterator[Token]:
    """The tokens with headings that can be pointed at, by the anchors in their order."""
    names = iter(anchors)
    for token in tokens:
        yield token.copy(attrs={"id": next(names)}) if token.type == "heading_open" else token


def _shown(token: Token, address: Address) -> Token:
    """The token as the site shows it; the kept one stays as it was read."""
    if token.type == "link_open" and (found := _OTHER.fullmatch(unquote(str(token.attrs["href"])))):
        return token.copy(attrs={**token.attrs, "href": address(found[1], found[2] or "")})
    if token.type == "image":
        source = str(token.attrs["src"]).removeprefix("../").removeprefix(f"{PICTURES}/")
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
