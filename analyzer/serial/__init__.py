"""Analysis to JSON (schema 1, docs/CONTRACTS.md) and a stored transcript back."""

from analyzer.serial.analysis import analysis_from_dict, hit_from_dict, judgement_from_dict
from analyzer.serial.hearing import NOBODY, hearing_from_dict
from analyzer.serial.read import Broken, documents, parse_analysis, read_analysis
from analyzer.serial.write import analysis_to_dict, dump, quantised

__all__ = [
    "NOBODY",
    "Broken",
    "analysis_from_dict",
    "analysis_to_dict",
    "documents",
    "dump",
    "hearing_from_dict",
    "hit_from_dict",
    "judgement_from_dict",
    "parse_analysis",
    "quantised",
    "read_analysis",
]
