"""From a written standard to the file of a draft: the pages' door to `analyzer.drafting`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analyzer.drafting.entries import edited
from analyzer.drafting.files import checked, read_file
from analyzer.drafting.library import Library, library_of
from analyzer.drafting.limits import MAX_BYTES, DocumentError
from analyzer.drafting.propose import Proposal, Row, propose, read_documents, summary
from analyzer.drafting.prove import Draft, draft
from analyzer.drafting.slugs import slug
from analyzer.drafting.write import Head
from analyzer.rubric.load import shared_reading
from analyzer.rubric.notation import NotationError, parse
from analyzer.rubric.phrases import MIN_CHARS
from web.config import Settings
from web.lexicon import trial

__all__ = [
    "MAX_BYTES", "DocumentError", "Draft", "Proposal", "Row", "documents", "drafted", "edited", "facts", "phrase_problem",
    "proposed", "read_file", "read_text", "slug", "summary", "warm",
]  # fmt: skip


def read_text(text: str) -> str:
    """Pasted text as it is read: one kind of line end, nothing unseen. Raises DocumentError."""
    return checked(text)


def documents(text: str) -> tuple[tuple[str, int], ...]:
    """Title ("" where there is none) and number of demands of each document in a text. Raises DocumentError."""
    return tuple((document.title, len(asked)) for _, document, asked in read_documents(text))


def proposed(text: str, document: int, folder: Path, settings: Settings) -> Proposal:
    """What one document of a text would be as a standard, over what `folder` knows. Raises DocumentError."""
    return propose(text, _library(folder, settings), document)


def drafted(
    rows: Sequence[Row], standard_id: str, title: str, source: str, recording: str, folder: Path, settings: Settings
) -> Draft:
    """The file of the rows that are listed; it passes the check (seconds: every example is judged)."""
    return draft(rows, Head(standard_id, title, source, recording), _library(folder, settings))


def facts(folder: Path) -> dict[str, str]:
    """The facts of a folder, by name with their titles."""
    return {name: rule.title for name, rule in shared_reading(folder).shared.facts.items()}


def phrase_problem(phrase: str, folder: Path) -> str:
    """What is wrong with one phrase, and how to mend it; "" where nothing is."""
    try:
        read = parse(phrase, shared_reading(folder).lists.book)
    except NotationError as error:
        return f"{error.message}；{error.advice}"
    whole = phrase.strip().startswith("<") and phrase.strip().endswith(">")
    if read.max_chars == 0:
        return "里面没有要说的词"
    if read.min_chars < MIN_CHARS and not whole:
        return f"太短，至少要有 {MIN_CHARS} 个字"
    return ""


def warm(folder: Path, settings: Settings) -> None:
    """Begin to load what a proposal needs, while somebody looks for the file."""
    trial.warm(folder, settings)


def _library(folder: Path, settings: Settings) -> Library:
    return library_of(folder, settings, trial.one_at_a_time)
