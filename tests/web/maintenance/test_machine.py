"""What the doctor says of the model that recordings are heard with."""

from __future__ import annotations

from pathlib import Path

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
