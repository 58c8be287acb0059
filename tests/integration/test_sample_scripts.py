"""Every sample judged from its script, word for word: each verdict that an inspector would give, and no other.

What a recogniser hears is measured (benchmarks/results/accuracy.md); what is made of perfect text must stay right.
"""

from __future__ import annotations

import pytest

from analyzer.judging import judge, words_for
from analyzer.pipeline import load
from analyzer.settings import Settings
from benchmarks.corpus import Sample, given, load_samples, perfect
from tests.samples import SAMPLES

SETTINGS = Settings()
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
EVERY = [pytest.param(sample, id=sample.id) for sample in load_samples([SAMPLES])]


@pytest.mark.parametrize("sample", EVERY)
def test_the_verdicts_on_a_samples_script_are_its_inspectors(sample: Sample) -> None:
    standard = load(sample.script.standard, SETTINGS)
    judgement = judge(perfect(sample), standard, given(sample, standard), WORDS)
    expected = {name: item.verdict for name, item in sample.expected.items.items()}
    assert {item.id: item.verdict for item in judgement.items if item.id in expected} == expected
