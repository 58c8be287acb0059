"""Lines as the engine heard them: written so that they are read back the same, and left out where another sentence came."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.domain import Role
from analyzer.reading.lines import Line, read_lines
from benchmarks.wording import heard


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.CUSTOMER])
@pytest.mark.parametrize("before", ["", "您是哪位"])
def test_a_heard_line_is_read_back_with_its_label_its_role_and_what_it_answers(
    role: Role, before: str, tmp_path: Path
) -> None:
    line = Line("我是物业的", before, True, "a", "phone", role)
    heard._write(tmp_path / "a.heard.txt", [line])
    assert list(read_lines(tmp_path / "a.heard.txt")) == [line]


@pytest.mark.parametrize(
    ("spoken", "came", "kept"),
    [
        ("您慢慢说，哪里漏水", "您慢慢说，那里漏睡。", True),
        ("给您添麻烦了", "给您天麻烦的。", True),
        ("您受累了，外头下雨，慢点走", "瘦了外国的雷弄力量。", False),
        ("您说说哪儿坏了", "", False),
    ],
)
def test_what_sounds_like_another_sentence_is_left_out(spoken: str, came: str, kept: bool) -> None:
    assert (heard.alike(spoken, came) >= heard.LEAST_ALIKE) is kept
