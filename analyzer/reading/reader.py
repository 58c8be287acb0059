"""One meaning's reader: a linear model over a window's runs and vectors, and the lines that its answers are held to.

Where the folder has a network of all meanings, the reader's log-odds count for LINEAR_SHARE beside the network's; a company's
decisions teach the linear part alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.reading.encoder import DIMENSIONS, Encoder
from analyzer.reading.features import Page
from analyzer.reading.grams import SIZE, sums
from analyzer.reading.network import BROKEN, Network, broken

FORMAT = 2
LINEAR_SHARE = 0.3  # of the linear model's log-odds beside the network's
OWN_SCALE, BEFORE_SCALE, RUNS_SCALE = 6.0, 3.0, 2.0  # what each part weighs before the fit's penalty


@dataclass(frozen=True, slots=True)
class Bounds:
    """Probabilities that decide: from `sure` on it was said, from `maybe` on a person is asked, under `absurd` not."""

    sure: float
    maybe: float
    absurd: float


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Tells how probable it is that a window says `meaning`.

    `glance` (shape (SIZE,)) and its bias rank windows by their runs alone; `runs`, `own` and `before` with their bias
    read one. `lines` and `digest`: how many lines it learnt from, and what they were; `network`: the digest of the network
    beside which its bounds were set, "" for none.
    """

    meaning: str
    glance: NDArray[np.float32]
    glance_bias: float
    runs: NDArray[np.float32]
    own: NDArray[np.float32]
    before: NDArray[np.float32]
    bias: float
    bounds: Bounds
    lines: int
    digest: str
    network: str = ""

    def rank(self, page: Page, windows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return how much each window looks like the meaning at a glance; any scale."""
        return sums(page.grams, self.glance, page.spans[windows])

    def probability(
        self, page: Page, windows: NDArray[np.intp], encoder: Encoder, network: Network | None = None
    ) -> NDArray[np.float64]:
        """Return the probability that each window says the meaning, rounded to 3 decimals."""
        score = np.full(len(windows), self.bias, np.float64)
        score += RUNS_SCALE * sums(page.grams, self.runs, page.spans[windows])
        score += OWN_SCALE * (page.own(encoder, windows) @ self.own)
        score += BEFORE_SCALE * (page.answered(encoder, windows) @ self.before)
        if network is not None:
            score = LINEAR_SHARE * score + network.log_odds(self.meaning, page, windows, encoder)
        return np.round(1.0 / (1.0 + np.exp(-score)), 3)

    def save(self, path: Path) -> None:
        about = {
            "format": FORMAT,
            "meaning": self.meaning,
            "biases": [self.glance_bias, self.bias],
            "bounds": asdict(self.bounds),
            "lines": self.lines,
            "digest": self.digest,
            "network": self.network,
        }
        arrays = {name: getattr(self, name).astype(np.float16) for name in ("glance", "runs", "own", "before")}
        with path.open("wb") as out:
            np.savez_compressed(out, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)


def load_reader(path: Path) -> Reader:
    """Read a reader's file. Raises ModelError ("reader-file") for one that is none, or of another format."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            arrays = {name: stored[name].astype(np.float32) for name in ("glance", "runs", "own", "before")}
        if about["format"] != FORMAT or [len(a) for a in arrays.values()] != [SIZE, SIZE, DIMENSIONS, DIMENSIONS]:
            raise ValueError(f"format {about['format']}")
        bounds = Bounds(**about["bounds"])
    except BROKEN as error:
        raise broken(path, error) from error
    glance_bias, bias = about["biases"]
    return Reader(
        about["meaning"],
        arrays["glance"],
        glance_bias,
        arrays["runs"],
        arrays["own"],
        arrays["before"],
        bias,
        bounds,
        about["lines"],
        about["digest"],
        about["network"],
    )
