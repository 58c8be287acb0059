"""Whether what the package says is what is heard: some of its recordings through the engine, line by line against its words."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from random import Random

from analyzer.domain import Hearing
from analyzer.pipeline import Analyzer, load
from analyzer.settings import Settings
from analyzer.text import normalise
from benchmarks.kit.measures import cer
from web.demo.recorded import Recorded, recorded_orders

NEAR_S = 1.0  # a line's words are looked for so long before it begins and after it ends


def listen(folder: Path, count: int) -> Iterator[str]:
    """Hear `count` recordings of the package, the same at every run; one line about each: errors in the whole talk, and line by line."""
    everything = [one for order in recorded_orders(folder) for one in order.recordings]
    chosen = Random(count).sample(everything, min(count, len(everything)))
    analyzer = Analyzer(Settings.from_environment())
    for one in chosen:
        standard = load(one.standard_id, analyzer.settings)
        heard = analyzer.analyse(one.sound.path, standard, one.document["facts"]).hearing
        yield _compared(one, heard)


def _compared(one: Recorded, heard: Hearing) -> str:
    lines = one.document["transcript"]
    edits, characters = cer("".join(u["text"] for u in lines), "".join(u.text for u in heard.transcript))
    at_its_place = sum(_at_its_place(line, heard) for line in lines)
    name = f"{one.sound.path.parent.name}/{one.sound.path.name}"
    return f"{name}  CER {edits / characters:.1%} of {characters}  {at_its_place} of {len(lines)} lines heard at their seconds"


def _at_its_place(line: dict[str, object], heard: Hearing) -> bool:
    """Whether half of a line's characters at least are heard in its seconds, in their order."""
    begin_s, end_s = float(str(line["start_s"])) - NEAR_S, float(str(line["end_s"])) + NEAR_S
    there = "".join(
        character
        for u in heard.transcript
        for character, at_s in zip(u.text, u.char_start_s, strict=True)
        if begin_s <= at_s <= end_s
    )
    said = normalise(str(line["text"])).text
    blocks = SequenceMatcher(None, said, normalise(there).text, autojunk=False).get_matching_blocks()
    return 2 * sum(block.size for block in blocks) >= len(said)
