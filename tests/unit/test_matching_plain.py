"""The compiled search against the textbook: Sellers' table, filled in full, one variant of the phrase at a time."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.matching import ACCUSATION, COURTESY, CUE, EXCUSE, THRESHOLD, CostTable, Finder, Strictness, make_stream
from analyzer.matching.costs import character_cost, deletion_cost, insertion_cost
from analyzer.rubric.model import Gap, Literal, Sequence
from analyzer.rubric.notation import parse
from analyzer.text.tokens import tokenizer
from tests.cast import spoken

WORDS = tokenizer()
# few characters, many of them sound-alikes, so that near misses are common; none with two readings
ALPHABET = "添天填麻马烦饭再在见件您宁请清问温"


def plain_row(literal: str, said: str, strictness: Strictness) -> list[float]:
    """Least cost − per_syllable × syllables of `literal` up to each position; a path begins with a heard character."""
    per = strictness.per_syllable
    n = len(said)
    row = [math.inf] * (n + 1)  # paths that have heard something
    fresh = 0.0  # paths that have heard nothing yet
    for char in literal:
        after = [math.inf] * (n + 1)
        for j in range(1, n + 1):
            heard = character_cost(said[j - 1], char)
            after[j] = min(
                fresh + heard - per,
                row[j - 1] + heard - per,
                row[j] + deletion_cost(char) - per,
                after[j - 1] + insertion_cost(said[j - 1]) * strictness.insertion,
            )
        fresh += deletion_cost(char) - per
        row = after
    return row


def plain_slack(literal: str, said: str, strictness: Strictness) -> float:
    """The least of it anywhere in `said`."""
    return min(plain_row(literal, said, strictness))


def literals(pattern: Sequence) -> list[str]:
    """Every way of saying a pattern without gaps."""
    said = [""]
    for part in pattern.parts:
        assert not isinstance(part, Gap)
        ends = [part.text] if isinstance(part, Literal) else [t for o in part.options for t in literals(o)]
        said = [begin + end for begin in said for end in ends]
    return said


PIECES = st.text(alphabet=ALPHABET, min_size=1, max_size=3)
PHRASES = st.builds(
    lambda head, options, optional, tail: f"{head}{{{'|'.join(options)}}}[{optional}]{tail}",
    PIECES,
    st.lists(PIECES, min_size=1, max_size=3, unique=True),
    PIECES,
    PIECES,
)


@pytest.mark.parametrize("strictness", [COURTESY, CUE], ids=lambda s: s.name)
@given(source=PHRASES, said=st.text(alphabet=ALPHABET, min_size=1, max_size=80))
@settings(deadline=None, max_examples=120)
def test_the_bounded_search_finds_exactly_what_the_full_table_finds(
    strictness: Strictness, source: str, said: str
) -> None:
    phrase = parse(source)
    table = CostTable(source)
    found = Finder(make_stream(spoken(said), None, WORDS), table, strictness).matches([phrase], resolve=False)
    least = min(plain_slack(literal, said, strictness) for literal in literals(phrase.pattern))
    ceiling = max(
        -strictness.per_syllable * strictness.free,
        strictness.minimum - strictness.per_syllable * phrase.min_chars,
    )
    if least > ceiling + 1e-3:
        assert found == []
    if least < -strictness.per_syllable * strictness.free - 1e-3:
        assert found, (least, ceiling)
        assert max(m.similarity for m in found) >= THRESHOLD
    for match in found:
        assert 0 <= match.first <= match.last < len(said)


@pytest.mark.parametrize("strictness", [COURTESY, CUE, ACCUSATION, EXCUSE], ids=lambda s: s.name)
@pytest.mark.parametrize("source", ["请您再见", "给{您|宁}添[麻]麻烦", "您先请{问|温}清再件麻饭", "填{马|宁请}麻见"])
def test_in_a_long_talk_the_pruned_search_keeps_every_end_that_the_full_table_has(
    strictness: Strictness, source: str
) -> None:
    chance = random.Random(source)
    literal = literals(parse(source).pattern)[-1]
    said = (
        "".join(chance.choices(ALPHABET, k=505)) + literal + "".join(chance.choices(ALPHABET + "嗯啊", k=700)) + literal
    )
    phrase = parse(source)
    finder = Finder(make_stream(spoken(said), None, WORDS), CostTable(source), strictness)
    rows = [plain_row(literal, said, strictness) for literal in literals(phrase.pattern)]
    ceiling = finder._ceiling(phrase, False, THRESHOLD) / 100
    expected = [end for end, slack in enumerate(map(min, zip(*rows, strict=True))) if slack <= ceiling + 1e-6]
    assert [path.end for path in finder._paths((phrase,), every=True)] == expected
    assert len(expected) >= 2


@given(
    said=st.text(alphabet=ALPHABET, min_size=30, max_size=90),
    begin=st.integers(0, 20),
    sources=st.lists(PHRASES, min_size=1, max_size=3),
)
@settings(deadline=None, max_examples=60)
def test_a_window_is_searched_as_if_nothing_else_were_said(said: str, begin: int, sources: list[str]) -> None:
    phrases = [parse(source) for source in sources]
    table = CostTable("".join(sources))
    windows = [(begin, len(said) - 5), (0, len(said)), (begin + 3, begin + 9)]
    stream = make_stream(spoken(said), None, WORDS)
    for (first, last), found in zip(windows, Finder(stream, table, CUE).within(phrases, windows), strict=True):
        alone = Finder(make_stream(spoken(said[first:last]), None, WORDS), table, CUE).matches(phrases, resolve=False)
        cut = Finder(stream.window(first, last), table, CUE).matches(phrases, resolve=False)
        places = [(m.first - first, m.last - first, m.phrase, m.similarity) for m in found]
        assert places == [(m.first, m.last, m.phrase, m.similarity) for m in alone]
        assert cut == alone
