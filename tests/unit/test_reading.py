"""The second reading: windows, runs, lines, and a small reader taught here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Role
from analyzer.errors import AnalyzerError, ModelError
from analyzer.reading.encoder import DIMENSIONS, Encoder
from analyzer.reading.features import page_of_turn
from analyzer.reading.grams import SIZE, buckets_of, counts, grams, sums
from analyzer.reading.lines import read_lines
from analyzer.reading.reader import load_reader
from analyzer.reading.staff import staff_reader, teach_staff
from analyzer.reading.teaching import lessons, teach
from analyzer.reading.windows import LONG_CLAUSE, WIDEST, windows
from analyzer.text import Break

TEXT = st.text(alphabet="您好我是物业修水管不知道abc", min_size=1, max_size=30)


@given(st.lists(st.sampled_from([Break.NONE, Break.NONE, Break.COMMA, Break.SENTENCE, Break.TURN]), max_size=120))
def test_every_character_is_in_a_window_and_none_crosses_a_turn(breaks: list[Break]) -> None:
    spans = windows(np.array(breaks, np.int8))
    read = {i for begin, end in spans for i in range(begin, end)}
    assert read == set(range(len(breaks)))
    for begin, end in spans:
        assert 0 < end - begin <= max(WIDEST, LONG_CLAUSE)
        assert all(breaks[i] is not Break.TURN for i in range(begin + 1, end))


@given(TEXT, st.data())
def test_the_sum_over_a_window_is_that_over_its_runs(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    found, window = grams(text), np.array([[begin, end]])
    weights = np.random.default_rng(1).normal(size=SIZE).astype(np.float32)
    runs = buckets_of(found, begin, end)
    assert len(runs) == counts(window)[0]
    assert sums(found, weights, window)[0] == pytest.approx(weights[runs].sum() / np.sqrt(len(runs)), abs=1e-3)


def test_runs_of_sound_are_the_same_for_other_characters_of_one_sound() -> None:
    heard, meant = grams("天麻烦"), grams("添麻烦")
    alike = [np.array_equal(a, b) for a, b in zip(heard.runs, meant.runs, strict=True)]
    assert alike == [False, False, False, True, True, True]


def test_a_vector_has_length_one_and_is_remembered() -> None:
    encoder = Encoder()
    first = encoder(["您好", "", "水管漏水"])
    assert first.shape == (3, DIMENSIONS)
    assert np.linalg.norm(first, axis=1) == pytest.approx([1, 0, 1], abs=1e-3)
    assert np.array_equal(first, encoder(["您好", "", "水管漏水"]))


def test_a_line_is_labelled_by_its_last_turn(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("[北京]\n+ 客：多少钱？／技：不要钱\n- 客：不要钱吧？\n", "utf-8")
    first, second = read_lines(path)
    assert (first.text, first.before, first.said, first.register, first.hand) == (
        "不要钱",
        "多少钱？",
        True,
        "北京",
        "one",
    )
    assert (second.text, second.before, second.said, second.role) == ("不要钱吧？", "", False, Role.CUSTOMER)


@pytest.mark.parametrize("bad", ["您好", "*您好", "+", "+ 客：／技："])
def test_what_is_no_line_is_refused_with_its_place(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "one.txt"
    path.write_text(f"[北京]\n{bad}\n", "utf-8")
    with pytest.raises(AnalyzerError, match=r"one\.txt:2"):
        list(read_lines(path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two meanings, two hands each, a dozen lines of each label."""
    trying = ["您试一下", "您开开看", "您拧拧这个", "来，您按一下", "您看，出水了", "您瞧，亮了"]
    other = ["水管在哪儿", "我把总闸关了", "您家几楼", "今天真热", "配件明天到", "这个要换"]
    rude = ["我们不管", "找别人去", "不归我们", "爱找谁找谁", "自己想办法", "没那义务"]
    for group, meaning, said, not_said in (
        ("visit", "trying", trying, other),
        ("forbidden", "rude", rude, [*other, "我们管", "这就给您找人"]),
    ):
        for hand in "ab":
            path = tmp_path / group / meaning / f"{hand}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = [f"+ {'好，' if hand == 'b' else ''}{text}" for text in said] + [f"- {text}" for text in not_said]
            path.write_text("\n".join(["[普通]", *lines]), "utf-8")
    return tmp_path


def test_a_reader_knows_what_it_was_taught_and_the_same_lines_make_the_same_reader(folder: Path) -> None:
    (first, grade), (again, _) = (next(teach(folder, ["trying"])) for _ in range(2))
    assert np.array_equal(first.runs, again.runs) and first.bounds == again.bounds and first.digest == again.digest
    encoder = Encoder()

    def probability(text: str) -> float:
        page = page_of_turn(text, "")
        return float(first.probability(page, np.arange(len(page.spans)), encoder).max())

    assert min(map(probability, ["您试一下", "您看，出水了"])) > 0.5 > max(map(probability, ["水管在哪儿", "这个要换"]))
    assert grade.area > 0.8


def test_a_reader_is_the_same_after_it_was_stored(folder: Path, tmp_path: Path) -> None:
    reader, _ = next(teach(folder, ["rude"]))
    reader.save(tmp_path / "rude.npz")
    stored = load_reader(tmp_path / "rude.npz")
    page = page_of_turn("我们不管，您找别人去", "师傅帮我看看")
    every = np.arange(len(page.spans))
    assert stored.bounds == reader.bounds
    before, after = (r.probability(page, every, Encoder()) for r in (reader, stored))
    assert after == pytest.approx(before, abs=0.01)  # half precision


def test_a_file_that_is_no_reader_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "rude.npz").write_bytes(b"no reader")
    with pytest.raises(ModelError, match=r"rude\.npz"):
        load_reader(tmp_path / "rude.npz")


def test_what_was_heard_of_a_hands_lines_stays_with_that_hand(tmp_path: Path) -> None:
    """Else a reader would be held against words of which it had learnt the spelling."""
    meaning = tmp_path / "visit" / "bye"
    meaning.mkdir(parents=True)
    for name, line in {"a.txt": "+ 那我先走了", "a.heard.txt": "+ 那我献走了", "b.txt": "- 您先别走"}.items():
        (meaning / name).write_text(f"[北京]\n{line}\n", "utf-8")
    (lesson,) = lessons(tmp_path)
    assert {hand: [line.text for line in lines] for hand, lines in lesson.hands.items()} == {
        "a": ["那我献走了", "那我先走了"],
        "b": ["您先别走"],
    }


def test_a_meaning_without_lines_cannot_be_taught(folder: Path) -> None:
    with pytest.raises(AnalyzerError, match="没有 kind 的训练句"):
        list(teach(folder, ["kind"]))


def test_a_talk_tells_who_is_staff_and_the_same_turns_make_the_same_reader(tmp_path: Path) -> None:
    turns = [(f"您好，我是物业的，{place}我给您看看", True) for place in ("厨房", "阳台", "卧室", "门口")]
    turns += [(f"师傅你可来了，我家{place}漏了好几天了", False) for place in ("厨房", "阳台", "卧室", "门口")]
    reader, again = teach_staff(turns), teach_staff(turns)
    assert np.array_equal(reader.turns.weights, again.turns.weights) and reader.turns.bias == again.turns.bias
    assert reader.balance(["我是物业的，给您看看", "好"]) > 0 > reader.balance(["师傅，我家又漏了", "漏了几天了"])
    assert reader.balance(["我家漏了", "漏了几天"] * 4) < reader.balance(["我家漏了", "漏了几天"]) < 0
    assert reader.balance([]) == reader.balance(["嗯"]) == 0.0


def test_the_reader_of_who_speaks_is_read_back_and_a_file_that_is_none_is_told_by_its_place(tmp_path: Path) -> None:
    assert staff_reader(tmp_path) is None
    teach_staff([("我是物业的", True), ("我家漏了", False)]).save(tmp_path)
    read = staff_reader(tmp_path)
    assert read is not None and read.balance(["我是物业的"]) > read.balance(["我家漏了"])
    (tmp_path / "roles" / "staff.npz").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"staff\.npz"):
        staff_reader(tmp_path)
