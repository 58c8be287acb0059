"""Whether a speech server can be heard with, found out with a second of silence: no recording is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analyzer.hearing.remote.client import Client
from analyzer.hearing.remote.engine import RemoteScorer, connect
from analyzer.hearing.types import Window, WindowPiece
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings

WITHIN_S = 15.0  # an answer about silence


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answered. `behind` is the engine of our own server, "" where it is somebody else's.

    `scores`: it gives a second hearing; of somebody else's servers only recordings show whether they time words and tell
    how sure they are. `bare`: sound and key travel there without encryption, and not only inside this machine.
    """

    address: str
    behind: str
    scores: bool
    bare: bool

    @property
    def sentence(self) -> str:
        if self.behind:
            again = "能第二遍听" if self.scores else "不能第二遍听"
            return f"语音服务器 {self.address} 应答正常：听检自己的，引擎 {self.behind}，{again}"
        return (
            f"语音服务器 {self.address} 应答正常；不是听检自己的，没有第二遍听，"
            "每个字的时间和把握要看它给不给（每份结果的提示里会写）"
        )


def look(settings: Settings) -> Server:
    """Raises SettingsError, ModelError: what is missing, and what to do. Nothing is tried twice."""
    once = replace(settings, speech_patience_s=0.0, speech_timeout_s=min(WITHIN_S, settings.speech_timeout_s))
    transcriber = connect(once)
    silence = np.zeros(SAMPLE_RATE_HZ, np.int16)
    list(transcriber.transcribe([Window(silence, (WindowPiece(0, len(silence), 0),))]))
    where = Client(once).address
    return Server(
        where.shown,
        transcriber.engine.version,
        isinstance(transcriber, RemoteScorer),
        not where.secure and not where.is_loopback,
    )
