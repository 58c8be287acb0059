"""A stored Analysis as the analyzer's own values: the one module through which web takes apart what the analyzer said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import has_app_context
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from analyzer.domain import Analysis as Analysed
from analyzer.domain import (
    Dropped,
    Fact,
    Figures,
    Hearing,
    Hit,
    ItemResult,
    Judgement,
    Keyword,
    Layout,
    Score,
    Span,
    StandardRef,
    Utterance,
)
from analyzer.errors import LexiconError, TranscriptError
from analyzer.judging.score import score
from analyzer.serial import (
    Broken,
    documents,
    hearing_from_dict,
    hit_from_dict,
    judgement_from_dict,
    parse_analysis,
    quantised,
)
from analyzer.serial import analysis_from_dict as analysed
from analyzer.serial import analysis_to_dict as document_of
from analyzer.text.normalise import normalise
from analyzer.text.syllables import readings_of, spell
from analyzer.text.tokens import cut, tokenizer
from web.config import Settings
from web.kit.site import site
from web.kit.standards import StandardInfo, standard
from web.models import Analysis, AnalysisDocument
from web.models.vocabulary import Kind

__all__ = [
    "Analysed", "Broken", "Dropped", "Fact", "Figures", "Hearing", "Hit", "ItemResult", "Judgement", "Keyword", "Layout", "LexiconError",
    "Span", "StoredAnalysis", "TranscriptError", "Utterance", "analysed", "cut", "document_of", "documents", "hearing_from_dict", "hits_of",
    "newest_hearing", "normalise", "parse_analysis", "quantised", "readings_of", "score", "spell", "stored", "tokenizer", "unjudged",
    "with_terms",
]  # fmt: skip


TERMS = "terms"  # {item id: {"penalty", "cap"}} of the forbidden items


class StoredAnalysis:
    """A document of schema 1; each half is read when it is asked for. Both raise TranscriptError naming `place`."""

    def __init__(self, document: Mapping[str, Any], place: str) -> None:
        self._document, self._place = document, place

    @cached_property
    def hearing(self) -> Hearing:
        return hearing_from_dict(self._document, self._place)

    @cached_property
    def judgement(self) -> Judgement:
        return judgement_from_dict(self._document, self._place)

    @property
    def costed(self) -> StoredAnalysis:
        """The same with what its clauses cost. Raises LexiconError, as `with_terms` does."""
        return StoredAnalysis(with_terms(self._document), self._place)

    def costed_by(self, lexicons: Path) -> StoredAnalysis:
        """`costed` where there is no application: what an old document lacks is taken from this folder."""
        return StoredAnalysis(with_terms(self._document, lexicons), self._place)

    @property
    def items(self) -> dict[str, ItemResult]:
        return {item.id: item for item in self.judgement.items}


def newest_hearing(recording_id: int) -> Select[int]:
    """The id of the analysis whose utterances lines and corrections count: the last that heard it or was imported."""
    return (
        select(Analysis.id)
        .where(Analysis.recording_id == recording_id, Analysis.origin != "rescored")
        .order_by(Analysis.number.desc())
        .limit(1)
    )


def stored(session: Session, analysis_ids: Collection[int | None]) -> dict[int, StoredAnalysis]:
    """The analyses with these ids, by id."""
    statement = select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
        AnalysisDocument.analysis_id.in_(analysis_ids)
    )
    return {number: StoredAnalysis(body, f"analysis {number}") for number, body in session.execute(statement)}


def unjudged(hearing: Hearing, info: StandardInfo) -> dict[str, Any]:
    """The document of what was heard, to be judged by a standard later."""
    standard = StandardRef(info.id, info.version, info.digest, info.title)
    nothing = Judgement(standard, {}, (), Score(None, None, 0.0, None, 0, 0, 0))
    return document_of(Analysed(hearing, nothing))


def hits_of(evidence: Iterable[Mapping[str, Any]]) -> tuple[Hit, ...]:
    """The hits that a verdict's row keeps."""
    return tuple(hit_from_dict(hit, "evidence") for hit in evidence)


def with_terms(document: Mapping[str, Any], lexicons: Path | None = None) -> dict[str, Any]:
    """The document with what its forbidden items cost under the very version of the standard that judged it.

    A standard that is edited later must not change the score of what was judged before.

    Taken from the standard of its id where an old document does not bring them. Raises LexiconError where that is gone.
    """
    if TERMS in document:
        return dict(document)
    if all("penalty" in item for item in document["items"]):
        banned = (item for item in document["items"] if item["kind"] == Kind.FORBIDDEN)
        return {**document, TERMS: {item["id"]: {"penalty": item["penalty"], "cap": item["cap"]} for item in banned}}
    name = document["standard"]["id"]
    found = standard(lexicons or _lexicons(), name)
    if found is None:
        raise LexiconError("standard-missing", f"没有标准 {name}，不能计分", "请先把这个标准放回 lexicons 文件夹")
    return {
        **document,
        TERMS: {i.id: {"penalty": i.penalty, "cap": i.cap} for i in found.items if i.kind == Kind.FORBIDDEN},
    }


def _lexicons() -> Path:
    return site().lexicons if has_app_context() else Settings.from_environment().lexicons
