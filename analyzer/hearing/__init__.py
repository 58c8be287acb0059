"""From sound to text with character times: detection, engines, guards, model provisioning."""

from analyzer.hearing.channels import hear_channels
from analyzer.hearing.detection import DetectionOptions, detect_speech
from analyzer.hearing.integrity import inspected, inspection
from analyzer.hearing.listening import hear
from analyzer.hearing.loading import load_transcriber
from analyzer.hearing.models import mend, provision
from analyzer.hearing.rescoring import listen_again
from analyzer.hearing.types import ChannelHearing, Decoded, Scorer, Transcriber, Window, WindowPiece
from analyzer.hearing.unclear import ear_of

__all__ = [
    "ChannelHearing",
    "Decoded",
    "DetectionOptions",
    "Scorer",
    "Transcriber",
    "Window",
    "WindowPiece",
    "detect_speech",
    "ear_of",
    "hear",
    "hear_channels",
    "inspected",
    "inspection",
    "listen_again",
    "load_transcriber",
    "mend",
    "provision",
]
