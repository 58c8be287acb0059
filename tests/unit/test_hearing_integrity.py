"""Damaged weights: found by their bytes, in the first analysis of a process, and mended where they can be."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.errors import ModelError
from analyzer.hearing import integrity, models
from analyzer.hearing.catalogue import BUNDLED
from analyzer.hearing.integrity import Inspection, damaged, inspected, weights
from analyzer.reading.reader import load_reader
from analyzer.settings import ROOT, Settings
from tests.unit.test_hearing_models import settings as settings  # the fixture
from web import queue


def flip(path: Path, at: int = 5) -> None:
    """Change one bit, and neither size nor time."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.fixture(autouse=True)
def fresh() -> None:
    """As in a new process: nothing is known of any file."""
    integrity._kept_digest.cache_clear()
    integrity._inspection.cache_clear()


def test_the_bundled_weights_of_this_installation_are_the_published_ones() -> None:
    found = list(weights(replace(Settings(), engine="recorded")))
    assert len(found) == len(BUNDLED)
    assert damaged(replace(Settings(), engine="recorded")) == []


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_flipped_bit_with_an_old_time_is_found_and_mended(settings: Settings, name: str) -> None:
    folder = models.provision(settings)
    assert [w for w in damaged(settings) if w.path.parent == folder] == []
    fresh_bytes = (folder / name).read_bytes()
    flip(folder / name, 1)
    assert models.provision(settings) == folder  # size and time tell nothing
    integrity._kept_digest.cache_clear()
    assert [w.path.name for w in damaged(settings)] == [name]
    with pytest.raises(ModelError, match="损坏"):
        Inspection(settings).wait()
    integrity._kept_digest.cache_clear()
    models_mend(settings)
    assert (folder / name).read_bytes() == fresh_bytes
    integrity._kept_digest.cache_clear()
    assert damaged(settings) == []


def models_mend(settings: Settings) -> None:
    """`mend` without the conversion for the other engine, which needs real weights."""
    for one in damaged(settings):
        (one.path.parent / integrity.STAMP).unlink()
    models.provision(settings)


def test_a_damaged_checkpoint_is_found_for_the_engine_that_uses_it(settings: Settings) -> None:
    folder = models.provision(settings)
    checkpoint = folder / integrity.CHECKPOINT
    checkpoint.write_bytes(b"tensors")
    (folder / "whisper.pt.sha256").write_text(integrity.sha256_of(checkpoint))
    other = replace(settings, engine="openai-whisper")
    assert damaged(other) == []
    flip(checkpoint)
    integrity._kept_digest.cache_clear()
    assert [w.path for w in damaged(other)] == [checkpoint]
    assert damaged(settings) == []


def test_a_damaged_package_says_how_to_install_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    title, package, distribution, file, _digest = BUNDLED[0]
    monkeypatch.setattr(integrity, "BUNDLED", ((title, package, distribution, file, "0" * 64),))
    with pytest.raises(ModelError, match="Silero") as caught:
        Inspection(replace(Settings(), engine="recorded")).wait()
    assert "--force-reinstall" in caught.value.advice
    assert caught.value.code == integrity.DAMAGED == queue.MODEL_DAMAGED


def test_nothing_leaves_an_analysis_with_damaged_weights(settings: Settings) -> None:
    flip(models.provision(settings) / "model.bin")
    with pytest.raises(ModelError, match="没有用它得出任何结果"), inspected(settings):
        pass  # an engine that hears nothing and says nothing
    with pytest.raises(ModelError, match="没有用它得出任何结果"), inspected(settings):
        raise RuntimeError("an engine's own words")


def test_a_file_is_hashed_once_a_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    models.provision(settings)
    damaged(settings)
    monkeypatch.setattr(integrity, "sha256_of", lambda _: pytest.fail("hashed again"))
    assert damaged(settings) == []


def test_a_reader_with_a_flipped_bit_is_refused_by_name(tmp_path: Path) -> None:
    whole = ROOT / "lexicons" / "meanings" / "abuse.npz"
    size = whole.stat().st_size
    kept = load_reader(whole)
    refused = 0
    for at in range(100, size - 100, size // 40):
        copy = tmp_path / "abuse.npz"
        shutil.copy(whole, copy)
        flip(copy, at)
        try:
            read = load_reader(copy)
        except ModelError as error:
            refused += str(copy) in error.message
        else:  # a byte of the archive that says nothing of the reader
            assert (read.glance == kept.glance).all()
            assert (read.runs == kept.runs).all()
    assert refused > 30
