"""From a file to 16 kHz samples. See README.md."""

from analyzer.audio.decoder import cut_file, mute_file
from analyzer.audio.recording import Audio, Playback, open_audio, plain_samples
from analyzer.audio.report import PEAKS_FILE, PLAY_FILE
from analyzer.audio.tones import line_tones

__all__ = [
    "PEAKS_FILE",
    "PLAY_FILE",
    "Audio",
    "Playback",
    "cut_file",
    "line_tones",
    "mute_file",
    "open_audio",
    "plain_samples",
]
