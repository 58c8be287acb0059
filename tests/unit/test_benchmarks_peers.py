"""What a peer's text is counted as, the assembled visit, whose turn it is to be measured, and a peer's own process."""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyzer.domain import Span
from analyzer.physics import SAMPLE_RATE_HZ
from benchmarks.corpus import ReferenceTurn
from benchmarks.peers import assembly, ggml, measures
from benchmarks.peers.assembly import Talk, assemble, grouped, speech_rms
from benchmarks.peers.figures import rows
from benchmarks.peers.heard import Heard, Models, Said, Task, Word
from benchmarks.peers.kept import Kept, Met, Record
from benchmarks.peers.material import SAMPLE, Recording
from benchmarks.peers.process import DiedError, Worker, python_of
from benchmarks.peers.registry import OURS, PEERS
from benchmarks.peers.report import lines
from benchmarks.peers.rounds import Plan, Rounds
from tests.cast import C, T

GREETING = ReferenceTurn(T, "您好我是王师傅", Span(1.0, 3.0))
INVITED = ReferenceTurn(C, "快请进吧就是这个水龙头", Span(5.0, 8.0))
TALK = (GREETING, INVITED)
MODELS = Models("folder", "checkpoint", "ggml", 2)


def by_character(turn: ReferenceTurn, speaker: str = "") -> Said:
    each_s = turn.span.duration_s / len(turn.text)
    at = [turn.span.start_s + each_s * i for i in range(len(turn.text))]
    words = tuple(Word(s, s + each_s, c) for s, c in zip(at, turn.text, strict=True))
    return Said(turn.span.start_s, turn.span.end_s, turn.text, speaker, words)


def test_speech_that_got_no_word_is_counted_in_seconds() -> None:
    assert measures.without_text(TALK, Heard(tuple(map(by_character, TALK)))) == pytest.approx(0.0, abs=1e-9)
    assert measures.without_text(TALK, Heard((by_character(GREETING),))) == pytest.approx(3.0)
    assert measures.without_text(TALK, Heard(())) == pytest.approx(5.0)


def test_a_word_that_is_stretched_over_lost_speech_does_not_hide_it() -> None:
    stretched = Said(1.0, 8.0, "您", words=(Word(1.0, 8.0, "您"),))
    assert measures.without_text(TALK, Heard((stretched,))) == pytest.approx(5.0 - 1.5)
    segment = replace(stretched, words=())
    assert measures.without_text(TALK, Heard((segment,))) == pytest.approx(0.0)


def test_a_segment_without_a_character_is_no_text() -> None:
    assert measures.covered(Heard((Said(1.0, 3.0, "……"),))) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("您好我是王师傅快请进吧就是这个水龙头", 0),
        ("您好我是王师傅", 11),
        ("您好快请进吧就是这个水龙头", 0),  # five characters are a slip
        ("", 18),
    ],
)
def test_only_whole_stretches_count_as_lost(text: str, count: int) -> None:
    assert measures.lost("您好我是王师傅快请进吧就是这个水龙头", text) == count


def test_words_far_from_every_turn_are_invented() -> None:
    credits = Said(20.0, 22.0, "请不吝点赞")
    assert measures.invented(TALK, Heard((by_character(GREETING), credits))) == 5
    assert measures.invented((), Heard((by_character(GREETING),))) == 7
    late = Said(8.2, 9.0, "头", words=(Word(8.2, 9.0, "头"),))
    assert measures.invented(TALK, Heard((late,))) == 0


def test_turns_are_on_the_right_speaker_or_not() -> None:
    apart = Heard((by_character(GREETING, "S1"), by_character(INVITED, "S2")))
    score = measures.turn_score(TALK, apart)
    assert (score.right, score.heard, score.unheard) == (2, 2, 0)
    together = Heard((by_character(GREETING, "S1"), by_character(INVITED, "S1")))
    assert measures.turn_score(TALK, together).right == 1
    assert measures.turn_score(TALK, Heard(())).unheard == 2


def tone(seconds: float, turns: tuple[ReferenceTurn, ...]) -> Talk:
    at = np.arange(round(seconds * SAMPLE_RATE_HZ), dtype=np.float32)
    return Talk(np.float32(0.1) * np.sin(at * np.float32(0.3)).astype(np.float32), turns)


def test_a_visit_is_assembled_of_talks_and_pauses_and_its_turns_stay_on_their_words() -> None:
    talk = tone(9.0, TALK)
    visit = assemble([talk, talk], 200.0)
    assert len(visit.samples) >= 200 * SAMPLE_RATE_HZ
    assert len(visit.turns) % 2 == 0 and len(visit.turns) >= 4
    assert np.abs(visit.samples).max() <= 1.0
    third = visit.turns[2].span.start_s - 1.0  # where the second talk begins
    assert 9.0 + assembly.PAUSE_S[0] <= third <= 9.0 + assembly.PAUSE_S[1]
    begins = round(third * SAMPLE_RATE_HZ)
    assert np.array_equal(
        visit.samples[begins : begins + len(talk.samples)], talk.samples
    )  # the first round is as it is
    assert np.array_equal(visit.samples, assemble([talk, talk], 200.0).samples)


def test_from_the_second_round_on_work_goes_on_under_the_talk() -> None:
    talk = tone(9.0, TALK)
    visit = assemble([talk], 100.0)  # more than a talk with the longest pause
    begins = round((visit.turns[2].span.start_s - 1.0) * SAMPLE_RATE_HZ)
    added = visit.samples[begins : begins + len(talk.samples)] - talk.samples
    level_db = 20 * np.log10(np.sqrt((added**2).mean()) / speech_rms(talk))
    assert level_db == pytest.approx(assembly.UNDER_DB, abs=0.5)


def test_nothing_is_assembled_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one talk"):
        assemble([], 60.0)


def test_short_clips_are_joined_and_a_rest_goes_to_the_last() -> None:
    assert grouped([20.0, 20.0, 40.0, 3.0], 35.0) == [[0, 1], [2, 3]]
    assert grouped([3.0], 35.0) == [[0]]
    assert grouped([], 35.0) == []


def test_the_ggml_file_says_its_sizes_backwards_and_keeps_small_tensors_whole(tmp_path: Path) -> None:
    vocabulary = tmp_path / "v.tiktoken"
    vocabulary.write_bytes(b"Yg== 1\nYQ== 0\n")
    assert ggml.tokens(vocabulary) == [b"a", b"b"]
    dims = dict.fromkeys(ggml._DIMENSIONS, 3)
    state = {
        "encoder.conv1.bias": np.array([1.0, 2.0], np.float16),
        "decoder.ln.weight": np.array([3.0], np.float16).repeat(2),
        "decoder.token_embedding.weight": np.arange(6, dtype=np.float16).reshape(2, 3),
    }
    file = io.BytesIO()
    ggml.write(file, dims, np.zeros((2, 4), np.float32), [b"a", b"bc"], state)
    file.seek(0)

    def ints(count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}i", file.read(4 * count))

    assert ints(12) == (ggml.MAGIC, *[3] * 10, 1)
    assert ints(2) == (2, 4)
    file.read(2 * 4 * 4)
    assert ints(1) == (2,)
    assert [file.read(ints(1)[0]) for _ in range(2)] == [b"a", b"bc"]
    assert ints(5) == (2, 18, 0, 1, 2)  # two rows of one: sizes from the last to the first
    assert file.read(18) == b"encoder.conv1.bias"
    assert np.frombuffer(file.read(8), "<f4").tolist() == [1.0, 2.0]
    assert ints(4) == (1, 17, 0, 2)
    file.read(17 + 8)
    assert ints(5) == (2, 30, 1, 3, 2)
    assert file.read(30) == b"decoder.token_embedding.weight"
    assert np.frombuffer(file.read(), "<f2").tolist() == [0, 1, 2, 3, 4, 5]


def recording(name: str = "visit-01", kind: str = SAMPLE) -> Recording:
    task = Task(f"{name}.npy", f"{name}.wav", "property-visit", {})
    return Recording(name, kind, task, 10.0, "".join(t.text for t in TALK), TALK, "abc")


def record(peer: str, number: int, wall_s: float, heard: Heard, name: str = "visit-01") -> Record:
    return Record(peer, name, number, "abc", 10.0, wall_s, 2 * wall_s, 500.0 + number, 300.0, 0.01, heard)


WHOLE = Heard(tuple(by_character(t, s) for t, s in zip(TALK, "ab", strict=True)))
HALF = Heard((Said(1.0, 3.0, "您好我是王师父"),))


def test_a_row_is_of_medians_and_counts_each_text_once() -> None:
    records = [record(OURS, n, wall_s, WHOLE) for n, wall_s in enumerate((1.0, 9.0, 2.0))]
    records += [record("openai-whisper", 0, 5.0, HALF)]
    ours, theirs = rows(records, [recording()])
    assert ours.short is not None and theirs.short is not None
    assert (ours.short.wall_s, ours.short.cpu_s, ours.short.audio_s, ours.short.peak_mib) == (2.0, 4.0, 10.0, 502.0)
    assert ours.errors == {SAMPLE: (0, 18)}
    assert ours.turns == (2, 2) and not ours.segments_only
    assert theirs.errors == {SAMPLE: (12, 18)}
    assert theirs.lost == {SAMPLE: (11, 18)}
    assert theirs.unheard[SAMPLE] == pytest.approx((3.0, 5.0))
    assert theirs.turns is None and theirs.segments_only
    text = "\n".join(
        lines([["- head"]], [ours, theirs], [Met("whisperx", {}, None, "ImportError: none")], [recording()], records)
    )
    assert "| tingjian | 0.200 | 0.400 | 502 | 0.000 (0/18) | – | 0.0 of 5 | 0 of 18 | – | 2 of 2 |" in text
    assert "| openai-whisper | 0.500 | 1.000 | 500 | 0.667 (12/18) | – | 3.0 of 5 * | 11 of 18 | – | – |" in text
    assert "- whisperx: ImportError: none" in text
    assert "Not all peers" not in text


def test_a_row_of_fewer_recordings_is_told() -> None:
    more = replace(recording("visit-02"))
    records = [
        record(OURS, 0, 1.0, WHOLE),
        record(OURS, 0, 1.0, WHOLE, "visit-02"),
        record("openai-whisper", 0, 5.0, HALF),
    ]
    found = rows(records, [recording(), more])
    text = "\n".join(lines([["- head"]], found, [], [recording(), more], records))
    assert (
        "**Not all peers have all recordings**; each row is of those that its peer heard (short): tingjian 2, openai-whisper 1."
        in text
    )
    assert "| openai-whisper | 1 | 0.2 | 1 | 5.0 | 5.0–5.0 | 10.0 | – | – | 300 |" in text


def plan(**changes: object) -> Plan:
    peers = [PEERS[name] for name in (OURS, "openai-whisper", "faster-whisper")]
    long = recording("long-60", "long")
    return replace(Plan(peers, [recording(), recording("visit-02"), long], 2, 1, MODELS, {}), **changes)  # type: ignore[arg-type]


def test_every_pass_begins_with_another_peer_and_the_long_visit_comes_last() -> None:
    turns = [(n, r.id, p.name) for n, r, p in plan().turns()]
    assert len(turns) == 3 * (2 * 2 + 1)
    assert [name for n, r, name in turns if (n, r) == (0, "visit-01")] == [OURS, "openai-whisper", "faster-whisper"]
    assert [name for n, r, name in turns if (n, r) == (1, "visit-01")] == ["openai-whisper", "faster-whisper", OURS]
    assert {r for _, r, _ in turns[-3:]} == {"long-60"}


def test_what_is_kept_is_not_measured_again_unless_the_sound_is_another(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.keep(PEERS[OURS], record(OURS, 0, 1.0, WHOLE))
    assert kept.record(PEERS[OURS], "visit-01", 0, "abc") == record(OURS, 0, 1.0, WHOLE)
    missing = Rounds(plan(), kept).missing()
    assert len(missing) == 14 and (0, "visit-01", OURS) not in [(n, r.id, p.name) for n, r, p in missing]
    other = replace(recording(), digest="another")
    assert len(Rounds(plan(recordings=[other]), kept).missing()) == 6
    assert kept.records({"visit-01": "another"}) == []


def test_a_recording_comes_back_from_its_file(tmp_path: Path) -> None:
    recording().keep(tmp_path)
    assert Recording.read(tmp_path / "visit-01.json") == recording()


@pytest.fixture
def absent(tmp_path: Path) -> Iterator[Worker]:
    with Worker(PEERS["pywhispercpp"], Path(sys.executable), MODELS, tmp_path / "log.txt") as worker:
        yield worker


def test_a_peer_whose_package_is_missing_says_so(absent: Worker) -> None:
    assert absent.absent is not None and absent.absent.startswith("ModuleNotFoundError")


def test_a_process_that_dies_tells_its_last_words(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no such thing' >&2\nexit 3\n", "ascii")
    python.chmod(0o755)
    with pytest.raises(DiedError, match="exit status 3: no such thing"):
        Worker(PEERS["pywhispercpp"], python, MODELS, tmp_path / "log.txt")


def test_a_python_is_the_given_one_or_its_own_or_ours(tmp_path: Path) -> None:
    peer = replace(PEERS["pywhispercpp"], home=tmp_path)
    assert python_of(peer, {"pywhispercpp": Path("there")}) == Path("there")
    assert python_of(peer, {}) == Path(sys.executable)
    own = tmp_path / "bin" / "python"
    own.parent.mkdir()
    own.touch()
    assert python_of(peer, {}) == own
