"""Files are read in the encodings that Chinese documents come in; what is no text is refused with what to do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.drafting.files import read_file
from analyzer.drafting.limits import MAX_BYTES, DocumentError

SIMPLIFIED = "一、进门时向用户问好：“您好，我是维修人员。”\r\n二、严禁向用户索取财物。\r\n"
TRADITIONAL = "一、進門時向用戶問好：「您好，我是維修人員。」\r\n二、嚴禁向用戶索取財物。\r\n"


_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [*((text, encoding) for text in (SIMPLIFIED, TRADITIONAL) for encoding in _ENCODINGS), (TRADITIONAL, "big5")],
)
def test_the_encoding_is_told_from_the_text(text: str, encoding: str) -> None:
    assert read_file(text.encode(encoding)) == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"  \r\n\t", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "docx-locked"),
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "not-text"),
        (b"\x7fELF" + bytes(4000), "not-text"),
        (b"PK\x03\x04" + bytes(300), "docx-broken"),
        (b"x" * (MAX_BYTES + 1), "too-big"),
    ],
)
def test_what_is_no_text_is_refused_with_what_to_do(raw: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_file(raw)
    assert refused.value.code == code
    assert refused.value.advice


def test_an_old_word_file_is_told_how_to_become_a_new_one() -> None:
    with pytest.raises(DocumentError) as refused:
        read_file(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512))
    assert "另存为" in refused.value.advice
    assert ".docx" in refused.value.advice


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_only_the_documented_error_comes_out(raw: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"):
        try:
            assert isinstance(read_file(head + raw), str)
        except DocumentError as error:
            assert error.message
