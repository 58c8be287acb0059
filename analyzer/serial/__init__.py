"""Analysis to JSON (schema 1, docs/CONTRACTS.md) and a stored transcript back."""

from analyzer.serial.read import NOBODY, documents, parse_analysis, read_analysis
from analyzer.serial.write import analysis_to_dict, dump, quantised

__all__ = ["NOBODY", "analysis_to_dict", "documents", "dump", "parse_analysis", "quantised", "read_analysis"]
