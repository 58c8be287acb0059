"""From lines to a reader: a logistic regression that finds out by itself which part of a turn says the meaning.

A line is labelled as a whole turn, and a turn says more than one thing. So the fit goes in rounds, as in Andrews,
Tsochantaridis & Hofmann, "Support Vector Machines for Multiple-Instance Learning", NIPS 2002: of a turn that says it only
the window that looks most like it is taken as an example, of one that does not all of them are. scikit-learn is imported
here alone; a fixed seed and a fixed order make the same lines into the same reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.reading.encoder import Encoder
from analyzer.reading.features import page_of_turn
from analyzer.reading.grams import SIZE, buckets_of, grams
from analyzer.reading.lines import Line
from analyzer.reading.network import Network
from analyzer.reading.reader import BEFORE_SCALE, OWN_SCALE, RUNS_SCALE

ROUNDS = 3
PENALTY = 1.0  # inverse strength of the L2 penalty; 0.3 and 3 read other hands' lines no better


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The windows of some lines as a matrix: `line[i]` is the line of window i, `width[i]` its characters.

    `said[k]` is the label of line k. `runs` and `everything` are sparse, a row a window. `advice` is what a network makes of
    each window, a column a meaning of it; no column where there is none.
    """

    line: NDArray[np.intp]
    width: NDArray[np.intp]
    said: NDArray[np.bool_]
    runs: Any
    everything: Any
    advice: NDArray[np.float32]

    def best(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the highest score among each line's windows; shape (lines,)."""
        highest = np.full(len(self.said), -np.inf)
        np.maximum.at(highest, self.line, scores)
        return highest

    def halves(self) -> tuple[Sheet, Sheet]:
        """Return the lines with even numbers and those with odd ones."""
        return self._of(0), self._of(1)

    def _of(self, odd: int) -> Sheet:
        rows = self.line % 2 == odd
        return Sheet(
            self.line[rows] // 2,
            self.width[rows],
            self.said[odd::2],
            self.runs[rows],
            self.everything[rows],
            self.advice[rows],
        )


def sheet_of(lines: Sequence[Line], encoder: Encoder, beside: Sequence[Network] = ()) -> Sheet:
    """Return lines as a sheet; `beside`: the network whose advice each of them gets, none for nobody's."""
    from scipy import sparse

    pages = [page_of_turn(line.text, line.before) for line in lines]
    pairs = [(k, i) for k, page in enumerate(pages) for i in range(len(page.spans))]
    rows = [buckets_of(pages[k].grams, *map(int, pages[k].spans[i])) for k, i in pairs]
    counts = np.array([len(row) for row in rows])
    values = np.repeat(1.0 / np.sqrt(counts), counts)
    runs = sparse.csr_matrix(
        (values, np.concatenate(rows), np.concatenate([[0], np.cumsum(counts)])), (len(rows), SIZE)
    )
    runs.sum_duplicates()
    own = encoder([pages[k].words(i) for k, i in pairs])
    before = encoder([pages[k].before[i] for k, i in pairs])
    everything = sparse.hstack(
        [RUNS_SCALE * runs, sparse.csr_matrix(OWN_SCALE * own), sparse.csr_matrix(BEFORE_SCALE * before)], format="csr"
    )
    widths = np.array([pages[k].spans[i, 1] - pages[k].spans[i, 0] for k, i in pairs])
    said = np.array([line.said for line in lines])
    advice = [net.every_log_odds(page, encoder) for net, page in zip(beside, pages, strict=True)] if beside else []
    told = np.concatenate(advice) if advice else np.zeros((len(rows), 0), np.float32)
    return Sheet(np.array([k for k, _ in pairs]), widths, said, runs, everything, told)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Weights of the columns and the bias of a fitted model."""

    weights: NDArray[np.float64]
    bias: float

    def scores(self, columns: Any) -> NDArray[np.float64]:
        return np.asarray(columns @ self.weights + self.bias)


def fit(sheet: Sheet, columns: Any) -> Fit:
    """Fit `columns` (the sheet's `everything` or `runs`) to its labels."""
    from sklearn.linear_model import LogisticRegression

    positive = sheet.said[sheet.line]
    number = np.bincount(sheet.line, minlength=len(sheet.said))
    weight = np.where(positive, 1.0, 1.0 / np.sqrt(number[sheet.line]))
    scores = sheet.width.astype(np.float64)  # first the widest window of each turn: most of it
    fitted = Fit(np.zeros(columns.shape[1]), 0.0)
    model = LogisticRegression(C=PENALTY, max_iter=300, warm_start=True)  # a round goes on from the one before
    for _ in range(ROUNDS):
        kept = ~positive | _likeliest(sheet, scores, positive)
        model.fit(columns[kept], positive[kept], sample_weight=weight[kept])
        fitted = Fit(model.coef_[0], float(model.intercept_[0]))
        scores = fitted.scores(columns)
    return fitted


def _likeliest(sheet: Sheet, scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark of each line that says it the window with the highest score."""
    chosen = np.zeros(len(scores), bool)
    order = np.lexsort((scores, sheet.line))
    last = order[np.flatnonzero(np.diff(sheet.line[order], append=-1))]
    chosen[last] = True
    return chosen & positive


def join(sheets: Sequence[Sheet]) -> Sheet:
    """Return sheets one below the other."""
    from scipy import sparse

    offsets = np.cumsum([0, *(len(s.said) for s in sheets[:-1])])
    return Sheet(
        np.concatenate([s.line + o for s, o in zip(sheets, offsets, strict=True)]),
        np.concatenate([s.width for s in sheets]),
        np.concatenate([s.said for s in sheets]),
        sparse.vstack([s.runs for s in sheets], format="csr"),
        sparse.vstack([s.everything for s in sheets], format="csr"),
        np.concatenate([s.advice for s in sheets]),
    )


def fit_turns(texts: Sequence[str], said: Sequence[bool]) -> Fit:
    """Fit the runs of whole (normalised) texts to labels, either label weighing the same."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    rows = [buckets_of(grams(text), 0, len(text)) for text in texts]
    counts = np.array([len(row) for row in rows])
    values = np.repeat(RUNS_SCALE / np.sqrt(counts), counts)
    ends = np.concatenate([[0], np.cumsum(counts)])
    runs = sparse.csr_matrix((values, np.concatenate(rows), ends), (len(rows), SIZE))
    runs.sum_duplicates()
    model = LogisticRegression(C=PENALTY, solver="liblinear", class_weight="balanced", max_iter=300, random_state=0)
    model.fit(runs, np.array(said))
    return Fit(RUNS_SCALE * model.coef_[0], float(model.intercept_[0]))
