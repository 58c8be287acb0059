"""Calibration: the same recordings judged blind by several people, compared, and agreed on."""
