"""Windows are decoded together as far as memory reaches, and none is lost where it does not."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from analyzer.errors import ModelError
from analyzer.hearing.batches import HANDS, Hands, in_batches
from analyzer.hearing.types import Decoded, Window, WindowPiece

SOURCE = np.zeros(16_000, np.int16)
NAMES = "甲乙丙丁戊己庚辛壬癸子"
WINDOWS = [Window(SOURCE, (WindowPiece(i * 100, i * 100 + 50, 0),)) for i in range(len(NAMES))]


class Card:
    """Decodes a window to its name, as long as no more than `room` come at once."""

    def __init__(self, room: int, says: str = "CUDA failed with error out of memory") -> None:
        self.room, self.says = room, says
        self.tried: list[int] = []

    def decode(self, batch: Sequence[Window]) -> list[Decoded]:
        self.tried.append(len(batch))
        if len(batch) > self.room:
            raise RuntimeError(self.says)
        return [Decoded(NAMES[WINDOWS.index(window)], (0.0,), (0.1,), (1.0,), -0.1, 0.0, 1.0) for window in batch]


def heard(card: Card, size: int) -> list[str]:
    return [decoded.text for decoded in in_batches(WINDOWS, size, card.decode)]


IN_ORDER = list(NAMES)


@pytest.mark.parametrize(("size", "batches"), [(1, [1] * 11), (4, [4, 4, 3]), (64, [11])])
def test_windows_come_in_order_and_never_more_at_once_than_set(size: int, batches: list[int]) -> None:
    card = Card(room=64)
    assert heard(card, size) == IN_ORDER
    assert card.tried == batches


@pytest.mark.parametrize(
    "says",
    [
        "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.10 GiB",  # torch
        "CUDA failed with error out of memory",  # CTranslate2
        "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED",
    ],
)
def test_what_does_not_fit_is_halved_until_it_does_and_nothing_is_lost(says: str) -> None:
    card = Card(room=2, says=says)
    assert heard(card, 8) == IN_ORDER
    assert card.tried == [8, 4, 2, 2, 2, 2, 2, 1]


def test_a_card_without_room_for_one_window_says_so_and_what_to_do() -> None:
    with pytest.raises(ModelError, match=r"显卡内存不足.*TINGJIAN_DEVICE=cpu"):
        heard(Card(room=0), 8)


def test_another_failure_is_not_taken_for_a_lack_of_memory() -> None:
    card = Card(room=2, says="CUDA error: an illegal memory access was encountered")
    with pytest.raises(RuntimeError, match="illegal"):
        heard(card, 8)
    assert card.tried == [8]


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_hands_use_every_thread_and_never_idle_for_want_of_one(threads: int) -> None:
    hands = Hands(threads)
    assert hands.count <= HANDS
    assert threads <= hands.count * hands.threads < threads + hands.count


def test_hands_work_beside_each_other_and_answer_in_order() -> None:
    meet = threading.Barrier(2, timeout=60)  # broken where one waits for the other to end

    def work(part: int) -> int:
        meet.wait()
        return part * part

    assert Hands(2).each(work, range(4)) == [0, 1, 4, 9]


def test_what_one_hand_cannot_do_is_told() -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        Hands(2).each(Card(0).decode, [WINDOWS[:1]])
