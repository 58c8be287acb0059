"""What is learnt from is kept in files of its own: nobody's number stands in it."""

from __future__ import annotations

from web.learning.decisions import _without_private_words
from web.learning.values import Said


def test_private_words_are_masked_in_both_turns_and_a_technicians_own_name_stays() -> None:
    said = Said("我姓王，您电话幺三八幺二三四五六七八对吧", "我是三号楼的刘女士，我姓刘", True, "technician", 1)
    assert _without_private_words(said) == Said(
        "我姓王，您电话＊＊＊＊＊＊＊＊＊＊＊对吧", "我是三号楼的＊女士，我姓＊", True, "technician", 1
    )
