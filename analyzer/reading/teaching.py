"""`python -m analyzer readers`: from the lines of `lexicons/meanings/<group>/<meaning>/<hand>.txt` to readers.

What a reader may decide on is calibrated on words that it has not learnt from: the lines of each hand are read by a
model of the other hands' lines. The lines of groups that never mean it stand for ordinary talk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Role
from analyzer.errors import AnalyzerError
from analyzer.reading.bounds import FACTS, FORBIDDEN, area, bounds_of
from analyzer.reading.encoder import DIMENSIONS, Encoder
from analyzer.reading.grams import SIZE
from analyzer.reading.lines import Line, read_lines
from analyzer.reading.network import Network, network_of
from analyzer.reading.networking import LEAST_LINES, Council, convene
from analyzer.reading.reader import LINEAR_SHARE, Bounds, Reader, load_reader
from analyzer.reading.training import Sheet, fit, join, sheet_of

# groups whose lines never mean what a group's own do: ordinary talk for its readers
ELSEWHERE = {
    FORBIDDEN: ("visit", "call", "sales", "school"),
    "visit": (FORBIDDEN, "sales"),
    "call": (FORBIDDEN, "sales"),
    "school": (FORBIDDEN, "sales"),
    FACTS: (FORBIDDEN, "sales"),
    "sales": (FORBIDDEN, "visit", "call"),
}
MOST_ELSEWHERE = 1500  # lines of ordinary talk that one reader learns from


MOST_FOLDS = 4  # parts in which the hands of a meaning are held against each other
LEAST_LEARNT = 10  # turns that say it, under which a hand cannot be held against the others


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A meaning with the lines of each hand."""

    group: str
    meaning: str
    hands: Mapping[str, tuple[Line, ...]]

    @property
    def lines(self) -> list[Line]:
        return [line for hand in sorted(self.hands) for line in self.hands[hand]]


@dataclass(frozen=True, slots=True)
class Grade:
    """How a meaning's reader does on hands that it has not learnt from: areas and shares in [0, 1].

    `found` of the turns that mean it lie over `sure`, `noticed` over `maybe`; `wrong` of the near misses over `sure`.
    """

    meaning: str
    lines: int
    area: float
    found: float
    noticed: float
    wrong: float


def lessons(folder: Path) -> list[Lesson]:
    """Read the lines of every `<group>/<meaning>/`. Raises AnalyzerError for a line that is none."""
    found = []
    for path in sorted(p for p in folder.glob("*/*") if p.is_dir()):
        hands: dict[str, list[Line]] = {}
        for line in (line for file in sorted(path.glob("*.txt")) for line in read_lines(file)):
            hands.setdefault(line.hand, []).append(line)
        if hands:
            found.append(Lesson(path.parent.name, path.name, {hand: tuple(lines) for hand, lines in hands.items()}))
    return found


def teach(folder: Path, wanted: Sequence[str] = ()) -> Iterator[tuple[Reader, Grade | None]]:
    """Yield a reader and its grade for each meaning; the network that they share is put in its place after the last.

    Of `wanted` meanings, where any is named, the linear part alone is taught anew, beside the network that is there: bounds
    stay, and there is no grade. Raises AnalyzerError ("meaning-unknown") for a wanted meaning that has no lines.
    """
    known = lessons(folder)
    for name in wanted:
        if name not in {lesson.meaning for lesson in known}:
            raise AnalyzerError("meaning-unknown", f"没有 {name} 的训练句", f"在 {folder} 里添加")
    school = School(folder, known, network_of(folder) if wanted else None)
    council = None if wanted else school.convene()
    for lesson in known:
        if not wanted or lesson.meaning in wanted:
            yield school.teach(lesson)
    if council is not None:
        council.network.save(folder)


def turns(folder: Path) -> list[tuple[str, bool]]:
    """Return every turn of a folder of lines once, with whether staff says it."""
    lines = [line for lesson in lessons(folder) for line in lesson.lines]
    lines += [line for path in sorted(folder.iterdir()) if path.is_dir() for line in _talk(path)]
    said = {line.before: line.role is not Role.TECHNICIAN for line in lines if line.before}
    said |= {line.text: line.role is Role.TECHNICIAN for line in lines}
    return list(said.items())


class School:
    """Teaches lessons beside the ordinary talk of each group, which is made ready once, and beside a network.

    With a network that is there already a reader keeps its bounds: they were set on words that neither had learnt from.
    """

    def __init__(self, folder: Path, known: Sequence[Lesson], network: Network | None = None) -> None:
        self._folder, self._known = folder, known
        self._sheets: dict[str, Sheet] = {}
        self._council: Council | None = None
        self.network = network
        self.encoder = Encoder()

    def convene(self) -> Council | None:
        """Teach the networks of all lessons; None where they are too few lines for any."""
        if sum(len(lesson.lines) for lesson in self._known) < LEAST_LINES:
            return None
        groups = {lesson.meaning: lesson.group for lesson in self._known}
        talk = {group: self._talk(group) for group in sorted(set(groups.values()))}
        self._council = convene({lesson.meaning: lesson.lines for lesson in self._known}, talk, groups)
        self.network = self._council.network
        return self._council

    def teach(self, lesson: Lesson) -> tuple[Reader, Grade | None]:
        ordinary = self._ordinary(lesson.group)
        sheets = {
            hand: sheet_of(lines, self.encoder, self._council.stranger_to(hand, len(lines)) if self._council else ())
            for hand, lines in lesson.hands.items()
        }
        network = self.network if self.network and lesson.meaning in self.network.meanings else None
        old = self._folder / f"{lesson.meaning}.npz"
        if network is not None and self._council is None and old.is_file():
            return _taught(lesson, sheets, ordinary, network, load_reader(old).bounds), None
        column = network.meanings.index(lesson.meaning) if network and self._council else None
        scores, said, talk = _unseen(sheets, ordinary, column)
        bounds = bounds_of(lesson.group, scores, said, talk)
        return _taught(lesson, sheets, ordinary, network, bounds), _grade(lesson, scores, said, bounds)

    def _ordinary(self, group: str) -> Sheet:
        if group not in self._sheets:
            talk = self._talk(group)
            beside = self._council.strangers_to_talk(len(talk)) if self._council else ()
            self._sheets[group] = sheet_of(talk, self.encoder, beside)
        return self._sheets[group]

    def _talk(self, group: str) -> list[Line]:
        return [*_ordinary(self._known, ELSEWHERE[group]), *_talk(self._folder / group)]


def _ordinary(known: Sequence[Lesson], groups: Sequence[str]) -> list[Line]:
    """Return lines of other groups as lines that do not say it: those with the smallest fingerprints."""
    lines = {line.text: line for lesson in known if lesson.group in groups for line in lesson.lines if line.said}
    chosen = sorted(lines, key=lambda text: hashlib.sha256(text.encode()).digest())[:MOST_ELSEWHERE]
    return [Line(t, lines[t].before, False, "", lines[t].register, lines[t].role) for t in chosen]


def _talk(group: Path) -> Iterator[Line]:
    """Yield the lines of `<group>/ordinary.txt`: talk in which nobody says any meaning of the group."""
    path = group / "ordinary.txt"
    if path.is_file():
        yield from read_lines(path)


def _taught(
    lesson: Lesson, sheets: Mapping[str, Sheet], ordinary: Sheet, network: Network | None, bounds: Bounds
) -> Reader:
    whole = join([*sheets.values(), ordinary])
    read = fit(whole, whole.everything)
    glance = fit(whole, whole.runs)
    runs, own, before = np.split(read.weights.astype(np.float32), [SIZE, SIZE + DIMENSIONS])
    digest = hashlib.sha256(
        "\n".join(f"{line.said} {line.before} {line.text}" for line in lesson.lines).encode()
    ).hexdigest()[:16]
    return Reader(
        lesson.meaning,
        glance.weights.astype(np.float32),
        glance.bias,
        runs,
        own,
        before,
        read.bias,
        bounds,
        len(lesson.lines),
        digest,
        network.digest if network else "",
    )


def _unseen(
    sheets: Mapping[str, Sheet], ordinary: Sheet, column: int | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Probabilities of each line by a model of the other hands, the labels, and probabilities of ordinary turns.

    Ordinary turns are split in two: each half is read by a model that has learnt from the other. `column` is that of the
    meaning in the sheets' advice, which is a stranger's already.
    """
    parts = _folds(list(sheets.values()))
    halves = ordinary.halves()
    scores, said, talk = [], [], []
    for k, part in enumerate(parts):
        rest = [p for i, p in enumerate(parts) if i != k]
        learnt, kept = halves[k % 2], halves[1 - k % 2]
        seen = join([*rest, learnt])
        model = fit(seen, seen.everything)
        scores.append(part.best(_beside(model.scores(part.everything), part, column)))
        talk.append(kept.best(_beside(model.scores(kept.everything), kept, column)))
        said.append(part.said)
    return _sigmoid(np.concatenate(scores)), np.concatenate(said), _sigmoid(np.concatenate(talk))


def _beside(scores: NDArray[np.float64], sheet: Sheet, column: int | None) -> NDArray[np.float64]:
    return scores if column is None else LINEAR_SHARE * scores + sheet.advice[:, column]


def _folds(hands: list[Sheet]) -> list[Sheet]:
    """Return the hands in at most MOST_FOLDS parts of about one size, each to be read by the others.

    Too few hands, or too few that say it, are split in two halves.
    """
    said = [int(sheet.said.sum()) for sheet in hands]
    if not all(sum(said) - own >= LEAST_LEARNT for own in said):
        return list(join(hands).halves())
    parts: list[list[Sheet]] = [[] for _ in range(min(MOST_FOLDS, len(hands)))]
    for sheet in sorted(hands, key=lambda s: -len(s.said)):
        min(parts, key=lambda part: sum(len(s.said) for s in part)).append(sheet)
    return [join(part) for part in parts]


def _grade(lesson: Lesson, scores: NDArray[np.float64], said: NDArray[np.bool_], bounds: Bounds) -> Grade:
    found, noticed = float((scores[said] >= bounds.sure).mean()), float((scores[said] >= bounds.maybe).mean())
    wrong = float((scores[~said] >= bounds.sure).mean())
    return Grade(lesson.meaning, len(said), area(scores, said), found, noticed, wrong)


def _sigmoid(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-scores))
