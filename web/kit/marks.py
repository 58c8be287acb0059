"""Chinese punctuation that stands in the templates themselves, between what is said: each language writes its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from web.kit.i18n import language

_MARKS = re.compile("([：；，。、（）])")
_IN_ENGLISH = {"：": ": ", "；": "; ", "，": ", ", "。": ". ", "、": ", ", "（": " (", "）": ")"}


def mark(sign: str) -> str:
    """Return a punctuation mark as the language of the request writes it."""
    return _IN_ENGLISH.get(sign, sign) if language() == "en" else sign


class Marks(Extension):
    """Makes of each mark in a template's text `{{ mark('：') }}`."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Split the text between expressions at its marks."""
        for token in stream:
            if token.type != "data" or _MARKS.search(token.value) is None:
                yield token
                continue
            for piece in _MARKS.split(token.value):
                if _MARKS.fullmatch(piece):
                    for kind, value in (
                        ("variable_begin", "{{"), ("name", "mark"), ("lparen", "("), ("string", piece),
                        ("rparen", ")"), ("variable_end", "}}"),
                    ):  # fmt: skip
                        yield Token(token.lineno, kind, value)
                elif piece:
                    yield Token(token.lineno, "data", piece)
