"""The shipped recordings, each in a folder of its own: `sample("visit-01-faucet.ogg")`."""

from pathlib import Path

from analyzer.settings import ROOT

SAMPLES = ROOT / "samples"


def sample(name: str) -> Path:
    return SAMPLES / Path(name).stem / name
