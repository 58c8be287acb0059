"""What is kept of a trial on a GPU, and the report that joins several machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.gpu import card
from benchmarks.gpu.measured import Configuration, Measured, Words, keep, kept
from benchmarks.gpu.report import lines

WORDS = Words(
    (2, 10),
    (1, 10),
    {"visit-01/thanks": "met", "visit-01/abuse": "met"},
    2,
    5.0,
    100.0,
    {"transcribe": 2.0, "recheck": 0.5},
)
PROCESSOR = Measured(
    "openai-whisper:cpu:8:auto", "16 cores", "torch 2", "2026-11-26 01:00 UTC", "cpu", "float32", [], 1.0, 100.0, 4,
    [8.0, 12.0, 10.0], [80.0, 120.0, 100.0], None, "您好打扰了", WORDS,
)  # fmt: skip
CARD = replace(
    PROCESSOR, configuration="openai-whisper:cuda:8:auto", device="cuda", compute_type="float16", wall_s=[0.5], cpu_s=[0.6],
    gpu_mib=1234, text="您好打搅了", words=replace(WORDS, verdicts={**WORDS.verdicts, "visit-01/thanks": "missed"}),
)  # fmt: skip
WITHOUT = replace(CARD, device="cpu", warnings=["没有找到可用的显卡"], wall_s=[], cpu_s=[], words=None, text="")


def row(text: list[str], *cells: str) -> list[str]:
    """The cells of the one row that begins so."""
    (found,) = [line for line in text if line.startswith("| " + " | ".join(cells) + " |")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_a_configuration_is_read_as_it_is_written() -> None:
    assert Configuration.read("faster-whisper:cuda:32") == Configuration("faster-whisper", "cuda", 32)
    assert str(Configuration.read("openai-whisper:cpu:1:float32")) == "openai-whisper:cpu:1:float32"
    with pytest.raises(ValueError, match="unpack"):
        Configuration.read("faster-whisper")


def test_what_is_kept_comes_back_and_machines_keep_apart(tmp_path: Path) -> None:
    keep(tmp_path / "a", "card", CARD)
    keep(tmp_path / "b", "card", WITHOUT)
    assert [(m.device, m.words) for m in kept(tmp_path)] == [("cuda", CARD.words), ("cpu", None)]


def test_a_card_is_held_against_the_processor_of_its_machine() -> None:
    text = lines([PROCESSOR, CARD])
    times = row(text[: text.index("## Words and verdicts")], "machine A", "openai-whisper", "cuda", "float16")
    assert times[7] == "0.0050"
    assert times[10] == "20.0"
    assert times[11] == "1234"
    assert times[13] == "0.200 (1/5)"
    judged = row(text[text.index("## Words and verdicts") :], "machine A", "openai-whisper", "cuda", "float16")
    assert judged[7] == "1"
    assert "- openai-whisper cuda float16: visit-01/thanks met → missed" in text


def test_an_engine_that_went_on_without_its_card_is_no_measurement() -> None:
    text = lines([PROCESSOR, WITHOUT])
    assert not [line for line in text if line.startswith("| machine A | openai-whisper | cuda")]
    assert text[text.index("## Not measured") + 2].endswith("没有找到可用的显卡")


def test_a_machine_without_nvidia_smi_has_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert card.name() == ""
    with card.Memory() as memory:
        pass
    assert (memory.before, memory.most) == (0, 0)
