"""The number of voices is judged from voiceprints: here drawn at random around known voices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analyzer.speakers.clustering import CALL, VISIT, Limits, assign, find_voices

Floats = NDArray[np.float64]
DIMENSIONS = 192


def unit(rows: Floats) -> Floats:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def voices(count: int, alike: float, rng: np.random.Generator) -> Floats:
    """Unit vectors with cosine `alike` between any two."""
    base = np.linalg.qr(rng.standard_normal((DIMENSIONS, count + 1)))[0].T
    return unit(np.sqrt(alike) * base[0] + np.sqrt(1 - alike) * base[1:])


def talk(centroids: Floats, who: NDArray[np.int64], rng: np.random.Generator, own: float = 0.85) -> Floats:
    """Pieces whose cosine to their voice is about `own`, as CAM++ gives for one to one and a half seconds."""
    noise = unit(rng.standard_normal((len(who), DIMENSIONS)))
    return unit(own * centroids[who] + np.sqrt(1 - own**2) * noise)


def found(seed: int, count: int, alike: float, shares: list[int], limits: Limits = VISIT) -> int:
    rng = np.random.default_rng(seed)
    who = rng.permutation(np.repeat(np.arange(count), shares))
    prints = talk(voices(count, alike, rng), who, rng)
    return len(find_voices(prints, np.full(len(who), 1.2), limits).centroids)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("alike", "shares"), [(0.3, [30, 30]), (0.6, [40, 20]), (0.75, [30, 30]), (0.4, [50, 4])])
def test_two_voices_are_two(seed: int, alike: float, shares: list[int]) -> None:
    assert found(seed, 2, alike, shares) == 2


@pytest.mark.parametrize("seed", range(5))
def test_one_voice_stays_one(seed: int) -> None:
    assert found(seed, 1, 0.5, [60]) == 1


def test_three_and_four_distinct_voices_are_kept_on_a_visit() -> None:
    assert found(1, 3, 0.5, [30, 20, 10]) == 3
    assert found(1, 4, 0.5, [30, 20, 10, 10]) == 4


def test_more_than_four_voices_are_merged_to_the_most_that_a_visit_has() -> None:
    assert found(2, 6, 0.4, [15] * 6) <= VISIT.most


def test_a_few_seconds_of_a_third_voice_do_not_make_a_speaker_of_a_call() -> None:
    assert found(3, 3, 0.4, [30, 30, 3], CALL) == 2


def test_no_piece_has_no_voice_and_one_piece_has_one() -> None:
    none = np.zeros((0, DIMENSIONS))
    assert len(find_voices(none, np.zeros(0), VISIT).centroids) == 0
    assert len(find_voices(np.eye(1, DIMENSIONS), np.ones(1), VISIT).centroids) == 1


def test_three_hours_of_pieces_are_clustered_from_a_sample_and_all_assigned() -> None:
    rng = np.random.default_rng(4)
    who = rng.integers(0, 2, 9000)
    prints = talk(voices(2, 0.5, rng), who, rng)
    result = find_voices(prints, np.full(9000, 1.2), VISIT)
    assert len(result.centroids) == 2
    labels = assign(prints, np.full(9000, 1.2), np.ones(9000), result.centroids)
    assert max(np.mean(labels == who), np.mean(labels != who)) > 0.999


def test_running_speech_changes_its_speaker_less_easily_than_speech_after_a_pause() -> None:
    centroids = voices(2, 0.5, np.random.default_rng(0))
    between = unit(0.9 * centroids[0] + 1.0 * centroids[1])
    prints = np.stack([centroids[0], between, centroids[0]])
    seconds = np.ones(3)
    assert assign(prints, seconds, np.zeros(3), centroids).tolist() == [0, 0, 0]
    assert assign(np.stack([centroids[0], centroids[1]]), np.ones(2), np.zeros(2), centroids).tolist() == [
        0,
        1,
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(2, 40))
def test_every_piece_gets_a_kept_voice_and_twice_gives_the_same(seed: int, count: int, pieces: int) -> None:
    rng = np.random.default_rng(seed)
    who = rng.integers(0, count, pieces)
    prints = talk(voices(count, 0.5, rng), who, rng)
    seconds = rng.uniform(0.2, 1.6, pieces)
    first, second = find_voices(prints, seconds, VISIT), find_voices(prints, seconds, VISIT)
    assert np.array_equal(first.centroids, second.centroids)
    assert 1 <= len(first.centroids) <= VISIT.most
    labels = assign(prints, seconds, rng.uniform(0, 0.5, pieces), first.centroids)
    assert len(labels) == pieces
    assert set(labels.tolist()) <= set(range(len(first.centroids)))
