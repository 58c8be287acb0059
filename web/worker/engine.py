"""The worker's door to the analyzer: the one module here that imports it, and so the engines behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analyzer.audio import PEAKS_FILE, PLAY_FILE, Audio, cut_file, mute_file, open_audio
from analyzer.domain import Engine, Hearing, Judgement, Role, Span, Speaker, Utterance
from analyzer.heap import first_to_go
from analyzer.hearing.integrity import inspection
from analyzer.judging import CALL_ANSWERED
from analyzer.pipeline import Analyzer, load, rescore
from analyzer.progress import Progress
from analyzer.reading.company import Outcome, company_line, fingerprint_text
from analyzer.reading.company import learn as learn_lines
from analyzer.reading.library import FOLDER as MEANINGS
from analyzer.rejudging import Rejudging
from analyzer.rubric.load import standard_files
from analyzer.rubric.model import Standard
from analyzer.serial import analysis_to_dict, hearing_from_dict, parse_analysis
from web.config import AnalyzerError, Settings
from web.learning.values import Said

__all__ = [
    "PEAKS_FILE",
    "PLAY_FILE",
    "Audio",
    "LoadedAnalyzer",
    "Outcome",
    "Progress",
    "Rejudging",
    "Standard",
    "cut_file",
    "first_to_go",
    "hearing_from_dict",
    "inspection",
    "judge",
    "judgement",
    "learn",
    "mute_file",
    "open_audio",
    "parse_analysis",
    "rejudging",
    "standard_of",
    "warm",
]


class LoadedAnalyzer:
    """Hears and judges recordings; its engines are loaded when the first one comes and stay."""

    def __init__(self, settings: Settings) -> None:
        self._analyzer = Analyzer(settings)

    def judge_by(self, lexicons: Path) -> None:
        """Judge by this folder from now on; the engines stay loaded."""
        self._analyzer.judge_by(lexicons)

    def analyse(
        self,
        audio: Audio,
        standard: Standard,
        facts: Mapping[str, bool],
        progress: Callable[[Progress], None],
        technician_channel: int | None,
    ) -> dict[str, Any]:
        """The Analysis JSON. Raises AnalyzerError."""
        known = _asked_about(facts, standard)
        return analysis_to_dict(self._analyzer.analyse_audio(audio, standard, known, progress, technician_channel))

    def listen_again(self, path: Path, hearing: Hearing, standard: Standard, facts: Mapping[str, bool]) -> Hearing:
        """The hearing with what decides under `standard` held against the sound. Raises AnalyzerError."""
        return self._analyzer.listen_again(path, hearing, standard, _asked_about(facts, standard))


def judge(hearing: Hearing, standard: Standard, facts: Mapping[str, bool], settings: Settings) -> dict[str, Any]:
    """The Analysis JSON of what was heard earlier, without audio or model. Raises AnalyzerError."""
    return analysis_to_dict(rescore(hearing, standard.ref.id, _asked_about(facts, standard), settings))


def rejudging(standard_id: str, settings: Settings) -> Rejudging:
    """A standard read once, for many recordings. Raises AnalyzerError."""
    return Rejudging(standard_id, settings)


def judgement(by: Rejudging, hearing: Hearing, facts: Mapping[str, bool]) -> Judgement:
    """What was heard earlier, judged. Raises AnalyzerError."""
    return by(hearing, _asked_about(facts, by.standard)).judgement


def learn(said: Mapping[str, Sequence[Said]], settings: Settings, *, write: bool) -> list[Outcome]:
    """Teach the readers of the meanings that people decided about. Raises AnalyzerError.

    Of one text that was decided both ways the newest decision counts.
    """
    lines = {}
    for meaning, decided in said.items():
        newest = {fingerprint_text(one.text): one for one in sorted(decided, key=lambda one: one.decision_id)}
        made = (company_line(one.text, one.before, one.said, Role(one.role)) for one in newest.values())
        lines[meaning] = [line for line in made if line is not None]
    return learn_lines(settings.lexicons / MEANINGS, lines, write=write)


def warm(settings: Settings) -> None:
    """Load words and standards and judge a few words once, so that the first answer is as quick as the second."""
    for path in standard_files(settings.lexicons):
        with contextlib.suppress(AnalyzerError):
            rescore(_FEW_WORDS, path.stem, {}, settings)


def standard_of(standard_id: str | None, settings: Settings) -> Standard:
    """Raises AnalyzerError where none is chosen, LexiconError where it is gone or has mistakes."""
    if standard_id is None:
        raise AnalyzerError("standard-missing", "还没有选定标准", "请先选择按哪个标准判断")
    return load(standard_id, settings)


def _asked_about(facts: Mapping[str, bool], standard: Standard) -> dict[str, bool]:
    """An order states more facts than each standard asks about; whether a call was answered every standard knows."""
    return {name: value for name, value in facts.items() if name in standard.facts or name == CALL_ANSWERED}


_FEW_WORDS = Hearing(
    "",
    4.0,
    (Span(0.0, 4.0),),
    (),
    Engine("none", ""),
    (Speaker("S1", Role.TECHNICIAN, 1.0, 2.0), Speaker("S2", Role.CUSTOMER, 1.0, 2.0)),
    tuple(
        Utterance(at_s, at_s + 2.0, speaker, role, text, 1.0, tuple(at_s + 0.2 * i for i in range(10)), (1.0,) * 10)
        for at_s, speaker, role, text in (
            (0.0, "S1", Role.TECHNICIAN, "您好请问有什么问题吗"),
            (2.0, "S2", Role.CUSTOMER, "厨房水龙头一直在漏水"),
        )
    ),
)
