"""From a file to 16 kHz samples. See README.md."""

from analyzer.audio.recording import Audio, open_audio
from analyzer.audio.report import SAMPLE_RATE_HZ

__all__ = ["SAMPLE_RATE_HZ", "Audio", "open_audio"]
