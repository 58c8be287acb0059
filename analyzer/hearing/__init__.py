"""From sound to text with character times: detection, engines, guards, model provisioning."""

from analyzer.hearing.detection import DetectionOptions, detect_speech
from analyzer.hearing.listening import hear
from analyzer.hearing.loading import load_transcriber
from analyzer.hearing.models import provision
from analyzer.hearing.types import SAMPLE_RATE_HZ, Decoded, Heard, Piece, Transcriber, Window

__all__ = [
    "SAMPLE_RATE_HZ",
    "Decoded",
    "DetectionOptions",
    "Heard",
    "Piece",
    "Transcriber",
    "Window",
    "detect_speech",
    "hear",
    "load_transcriber",
    "provision",
]
