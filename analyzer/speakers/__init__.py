"""Who speaks when and as what: turns from sound, characters to speakers, roles from words."""

from analyzer.speakers.aside import aside
from analyzer.speakers.attribution import attribute, attribute_channels
from analyzer.speakers.diarization import Diarization, Diarizer, Recording, load_diarizer
from analyzer.speakers.roles import CueCounter, assign_roles
from analyzer.speakers.stereo import channel_turns

__all__ = [
    "CueCounter",
    "Diarization",
    "Diarizer",
    "Recording",
    "aside",
    "assign_roles",
    "attribute",
    "attribute_channels",
    "channel_turns",
    "load_diarizer",
]
