"""An engine on another machine. See README.md."""

from analyzer.hearing.remote.engine import NAME, RemoteScorer, RemoteTranscriber, connect
from analyzer.hearing.remote.looking import look

__all__ = ["NAME", "RemoteScorer", "RemoteTranscriber", "connect", "look"]
