"""Who is measured: name, the exact call, and the Python where its package lies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers import programs
from benchmarks.peers.programs import Program

_ROOT = Path(__file__).resolve().parents[2]
OURS = "tingjian"


@dataclass(frozen=True, slots=True)
class Peer:
    """`home` is the folder of a Python of its own, made as benchmarks/README.md says; None: ours. `turns`: tells speakers.

    `environment` is added to that of its process.
    """

    name: str
    call: str
    program: Callable[..., Program]
    options: Mapping[str, Any] = field(default_factory=dict)
    home: Path | None = None
    turns: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The name of its folder."""
        return self.name.replace(" ", "-")


_FASTER = 'WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=N)'
_EVERY = (
    Peer(OURS, "Analyzer(Settings()).analyse(path, standard, facts)", programs.Tingjian, turns=True),
    Peer("openai-whisper", 'load_model(checkpoint).transcribe(samples, language="zh", fp16=False)', programs.OpenAIWhisper),
    Peer(
        "openai-whisper beam 5", 'load_model(checkpoint).transcribe(samples, language="zh", fp16=False, beam_size=5)',
        programs.OpenAIWhisper, {"beam_size": 5},
    ),
    Peer(
        "faster-whisper", f'{_FASTER}.transcribe(samples, language="zh", word_timestamps=True)', programs.FasterWhisper
    ),
    Peer(
        "faster-whisper batched",
        f'BatchedInferencePipeline({_FASTER}).transcribe(samples, language="zh", batch_size=8, word_timestamps=True)',
        programs.FasterWhisper, {"batched": True, "batch_size": 8},
    ),
    Peer(
        "faster-whisper batched beam 2",
        f'BatchedInferencePipeline({_FASTER}).transcribe(samples, language="zh", batch_size=8, word_timestamps=True, beam_size=2)',
        programs.FasterWhisper, {"batched": True, "batch_size": 8, "beam_size": 2},
    ),
    Peer(
        "whisperx",
        'whisperx.load_model(folder, "cpu", compute_type="int8", language="zh", threads=N)'
        '.transcribe(samples, language="zh", batch_size=8)',
        programs.WhisperX, {"batch_size": 8}, _ROOT / "var" / "whisperx-venv",
        # its detector's weights lie in its own wheel, pickled with omegaconf's classes: torch refuses them since 2.6
        environment={"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"},
    ),
    Peer(
        "pywhispercpp", 'Model(ggml, n_threads=N, print_progress=False).transcribe(samples, language="zh")',
        programs.WhisperCpp, {}, _ROOT / "var" / "peers-venv",
    ),
)  # fmt: skip
PEERS = {peer.name: peer for peer in _EVERY}
