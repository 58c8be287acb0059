"""The sound that everything works on, stated once: what Whisper and the speaker model were trained with."""

from __future__ import annotations

SAMPLE_RATE_HZ = 16_000  # mono, 16 bits
HOP_SAMPLES = 160  # samples between two frames of a filter bank
FRAMES_PER_S = SAMPLE_RATE_HZ // HOP_SAMPLES  # 100: one every 10 ms
