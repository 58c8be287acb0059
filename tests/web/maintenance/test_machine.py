"""What the doctor says of the model that recordings are heard with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.hearing import sizing
from analyzer.hearing.sizing import COSTS, Machine, recommended
from analyzer.settings import Settings
from tests.integration import onnx_graphs as graphs
from web.maintenance import machine

TOKENS = ("<blank>", "<s>", "</s>", "您", "好")


def test_the_doctor_tells_which_model_a_folder_holds_or_what_it_lacks(tmp_path: Path) -> None:
    settings = Settings(engine="sherpa-onnx", model=str(tmp_path / "model"), home=tmp_path)
    (missing,) = machine.weights(settings)
    assert (missing.level, missing.hint != "") == ("error", True)
    graphs.fire_red(tmp_path / "model", TOKENS, [3, 4, 2])
    (held,) = machine.weights(settings)
    assert held.level == "ok"
    assert "FireRed AED（int8）" in held.message
    assert held.message.endswith("和时间")  # this kind has no times of its own
    (tmp_path / "model" / "tokens.txt").unlink()
    (lacking,) = machine.weights(settings)
    assert "tokens.txt" in lacking.message


@pytest.mark.parametrize(
    ("memory_gb", "cores", "card_gb", "best"),
    [
        (1, 1, None, "tiny"),  # nothing fits: the least
        (2, 2, None, "tiny"),
        (4, 1, None, "small"),
        (4, 2, None, "small"),
        (8, 1, None, "small"),  # there is room for more, and no time
        (8, 4, None, "turbo"),
        (16, 1, 2, "small"),
        (16, 1, 8, "turbo"),
        (16, 1, 24, "large-v3"),
    ],
)
def test_the_largest_model_is_recommended_that_the_machine_carries_and_hears_with_in_time(
    memory_gb: int, cores: int, card_gb: int | None, best: str
) -> None:
    assert recommended(Machine(memory_gb * 1024, cores, card_gb and card_gb * 1024)) == best


def test_more_of_anything_never_recommends_less() -> None:
    order = list(COSTS)
    for cores in (1, 2, 4, 8, 32):
        by_memory = [order.index(recommended(Machine(gb * 1024, cores))) for gb in (1, 2, 4, 8, 16, 64)]
        assert by_memory == sorted(by_memory)
    by_cores = [order.index(recommended(Machine(64 * 1024, cores))) for cores in (1, 2, 4, 8, 32)]
    assert by_cores == sorted(by_cores)


def test_the_doctor_recommends_a_model_for_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "this_machine", lambda cores, card: Machine(8 * 1024, 4))
    settings = Settings(home=tmp_path, device="cpu")
    (larger,) = machine.size(settings)
    assert (larger.name, larger.level) == ("model-size", "ok")
    assert "turbo" in larger.message
    assert "下载 1618 MB；连不上 huggingface.co 就用 small-q8，166 MB" in larger.hint
    (larger_yet,) = machine.size(replace(settings, model="small-q8"))
    assert "下载 1618 MB）" in larger_yet.hint  # no registry has a larger one
    (enough,) = machine.size(replace(settings, model="turbo"))
    assert enough.hint == ""
    monkeypatch.setattr(sizing, "this_machine", lambda cores, card: Machine(2 * 1024, 4))
    (too_small,) = machine.size(replace(settings, model="medium"))
    assert (too_small.level, "内存" in too_small.message) == ("warning", True)
    assert list(machine.size(replace(settings, engine="sherpa-onnx"))) == []
    monkeypatch.setattr(sizing, "this_machine", lambda cores, card: Machine(8 * 1024, 1))
    (two_ways,) = machine.size(settings)
    assert "small-q8，166 MB" in two_ways.hint
    (there,) = machine.size(replace(settings, model="small-q8"))
    assert there.hint == ""


def test_what_this_machine_has_is_told_without_asking_anybody() -> None:
    here = sizing.this_machine(2, card=False)
    assert here.memory_mib > 256
    assert here.card_mib is None
