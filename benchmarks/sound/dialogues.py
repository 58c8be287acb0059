"""What is rendered for the calibration: the lexicons' own examples and the dialogues that may be learnt from.

Nothing of benchmarks/held_out or of the halves that are only counted comes in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from analyzer.domain import Role
from analyzer.rubric.example import parse_example
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from benchmarks.corpus import Sample, reference_turns
from benchmarks.rendering import Expected, Scene, Script
from benchmarks.rendering.script import STANDARDS, ScriptTurn
from benchmarks.rendering.voices import Voice
from benchmarks.wording.dialogues import cases

ANSWER = (Role.CUSTOMER, "嗯，那你说呢？")  # after every example: where one voice speaks alone, nothing is judged
EXAMPLES_EACH = 14  # about a minute of talk
EVERY_DIALOGUE, EVERY_BATCH = 3, 2  # how much is left out, so that a run takes minutes: 40 minutes of talk remain
VOICES = (
    (Voice("zm_yunxi"), Voice("zf_xiaobei")),
    (Voice("zm_yunyang", 1.08), Voice("zf_xiaoxiao", 0.95)),
    (Voice("zf_xiaoxiao+zm_yunxi", 1.1, -1.0), Voice("zm_yunyang", 0.95, 1.0)),
    (Voice("zf_xiaobei", 1.15, -1.5), Voice("zm_yunxi+zm_yunyang", 1.0, 1.5)),
    (Voice("zm_yunxi+zm_yunyang", 1.18, -1.5), Voice("zf_xiaobei+zf_xiaoxiao", 1.0, 1.0)),
)
CONDITIONS = {
    "near": Scene("clean"),
    "phone": Scene("phone"),
    "far": Scene("reverberant", noise="fan", snr_db=15.0),
    "noise": Scene("noise", noise="water", snr_db=5.0),
}


def dialogues(settings: Settings) -> Iterator[Sample]:
    """The dialogues with the standard by which each is judged, voices going round."""
    voices = itertools.cycle(VOICES)
    for case in itertools.islice(cases("dev"), None, None, EVERY_DIALOGUE):
        yield _sample(f"dev-{case.standard}-{case.id}", case.standard, case.turns, next(voices))
    for name in STANDARDS:
        standard = load_standard(name, settings.lexicons)
        examples = [e for item in standard.items for e in (*item.examples_match, *item.examples_no_match)]
        for n, some in itertools.islice(enumerate(_batches(examples)), None, None, EVERY_BATCH):
            turns = [turn for example in some for turn in (*parse_example(example), ANSWER)]
            yield _sample(f"examples-{name}-{n:02d}", name, turns, next(voices))


def _batches(examples: Sequence[str]) -> Iterable[Sequence[str]]:
    return (examples[i : i + EXAMPLES_EACH] for i in range(0, len(examples), EXAMPLES_EACH))


def _sample(name: str, standard: str, turns: Iterable[tuple[Role, str]], voices: tuple[Voice, Voice]) -> Sample:
    said = tuple(ScriptTurn(role.value, text) for role, text in turns)
    speakers = {"technician": voices[0], "customer": voices[1], "other": voices[1]}
    used = {role: voice for role, voice in speakers.items() if any(turn.role == role for turn in said)}
    script = Script(name, standard, "", CONDITIONS["near"], "wav", {}, used, said)
    return Sample(script, Expected(standard, {}, len(used)), None, reference_turns(script))
