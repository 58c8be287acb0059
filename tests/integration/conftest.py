"""What the tests of the command line share: short cuts of samples, and one run over good and bad files."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.command_line import Done, command, cut


@dataclass(frozen=True)
class Cuts:
    """Short recordings: a visit on one channel, a call on two (the technician on the first), and work without words."""

    folder: Path
    visit: Path
    phone: Path
    silent: Path


@pytest.fixture(scope="session")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Cuts:
    folder = tmp_path_factory.mktemp("录音")
    return Cuts(
        folder,
        cut("visit-01-faucet.ogg", 27.0, folder / "visit.wav"),
        cut("appointment-02-postpone.wav", 20.0, folder / "phone.wav"),
        cut("visit-06-work-no-speech.opus", 20.0, folder / "silent.wav"),
    )


@dataclass(frozen=True)
class Batch:
    """One run over everything, with the network cut: `good` files in their order, `bad` with the reason expected."""

    done: Done
    good: tuple[Path, ...]
    bad: dict[Path, str]


@pytest.fixture(scope="session")
def batch(cuts: Cuts, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("坏的")
    bad = {
        folder / "empty.wav": "audio-empty",
        folder / "renamed.wav": "audio-text",
        folder / "missing.m4a": "audio-missing",
        folder / "no-sounds": "audio-directory",
        folder / "torn.mp3": "audio-not-audio",
    }
    (folder / "empty.wav").touch()
    (folder / "renamed.wav").write_text("王师傅今天去了三家\n" * 20, encoding="utf-8")
    (folder / "no-sounds").mkdir()
    (folder / "no-sounds" / "notes.txt").write_text("没有录音", encoding="utf-8")
    (folder / "torn.mp3").write_bytes(bytes(range(256)) * 8)
    first, second, *rest = bad
    calls = folder / "calls"
    calls.mkdir()
    (calls / "周一").mkdir()
    (calls / "周一" / "phone.wav").symlink_to(cuts.phone)
    (calls / ".hidden").mkdir()
    (calls / ".hidden" / "phone.wav").symlink_to(cuts.phone)
    (calls / "notes.txt").write_text("不是录音", encoding="utf-8")
    done = command(
        *("run", first, cuts.visit, second, calls, *rest, cuts.silent),
        *("--standard", "property-visit", "--fact", "late=true", "--fact", "charged=否"),
        *("--technician-channel", "1", "--json", "-"),
        folder=folder,
    )
    return Batch(done, (cuts.visit, cuts.phone, cuts.silent), bad)


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real openai-whisper checkpoint of two narrow layers with random weights."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from whisper.model import ModelDimensions, Whisper
    torch.manual_seed(7)
    dims = {
        "n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 16, "n_audio_head": 2, "n_audio_layer": 2,
        "n_vocab": 51865, "n_text_ctx": 64, "n_text_state": 16, "n_text_head": 2, "n_text_layer": 2,
    }  # fmt: skip
    path = tmp_path_factory.mktemp("tiny") / "tiny.pt"
    state = Whisper(ModelDimensions(**dims)).state_dict()
    state = {name: (torch.randn(tensor.shape) * 0.1).half() for name, tensor in state.items()}
    torch.save({"dims": dims, "model_state_dict": state, "alignment_heads": [[0, 1], [1, 0]]}, path)
    return path
