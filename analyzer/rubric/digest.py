"""The fingerprint of everything in a standard that can change a verdict."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable

from analyzer.rubric.model import FactRule, Phrase, Standard
from analyzer.rubric.policy import Policy, decided
from analyzer.rubric.terms import facts_of
from analyzer.rubric.tree import show

DIGEST_CHARS = 16


def digest_of(standard: Standard, words: Iterable[str]) -> Standard:
    """Return `standard` with its digest filled in: 16 hex digits of the SHA-256 of a canonical JSON text.

    Covered: the standard as parsed, with the shared lists it uses written out and the facts it asks about, the settings
    of its policy that can change a verdict and differ from what holds anyway, and the jieba user words. Left out:
    comments, layout, examples (they test a verdict but do not make it) and shared entries that the standard does not use.
    """
    reduced = dataclasses.replace(standard, facts=_deciding_facts(standard))
    content = {"standard": _plain(reduced), "words": sorted(set(words))}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARS]
    return dataclasses.replace(standard, ref=dataclasses.replace(standard.ref, digest=digest))


def _deciding_facts(standard: Standard) -> dict[str, FactRule]:
    """Return the facts that the items ask about and those that can change these as opposites."""
    names = {name for item in standard.items for name in facts_of(item.when)}
    while True:
        linked = {rule.opposite for name, rule in standard.facts.items() if name in names and rule.opposite}
        linked |= {name for name, rule in standard.facts.items() if rule.opposite in names}
        if linked <= names:
            return {name: rule for name, rule in standard.facts.items() if name in names}
        names |= linked


def _plain(value: object) -> object:
    """Return dataclasses as plain JSON values; a phrase as what was written and what it came out as."""
    if isinstance(value, Phrase):
        return [value.source, show(value.pattern)]
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if dataclasses.is_dataclass(value):
        if isinstance(value, Policy):
            return decided(value)
        names = [field.name for field in dataclasses.fields(value) if not field.name.startswith("examples_")]
        if (
            getattr(value, "optional", None) is False
        ):  # a standard that does not use the key has the digest it always had
            names.remove("optional")
        return {name: _plain(getattr(value, name)) for name in names if not _says_nothing(getattr(value, name))}
    return value


def _says_nothing(value: object) -> bool:
    """Whether a value is a policy that decides no verdict: the digest then is what it was before there were any."""
    return isinstance(value, Policy) and not decided(value)
