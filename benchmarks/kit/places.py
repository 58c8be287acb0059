"""Where things lie. `SHARED` stands beside the checkout and is optional: without it the real speakers and the rendering
of new recordings are left out, and the report says so."""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results"
SHARED = ROOT.parent / "shared"
SPEECH = SHARED / "speech"  # clips of real people reading, with manifest.tsv
TTS = SHARED / "tts"  # say.py, the synthetic voices


def speech_clips(folder: Path = SPEECH) -> list[dict[str, str]]:
    """The rows of the manifest (file, text, seconds, speaker …); empty where the folder is not on this machine."""
    manifest = folder / "manifest.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))
