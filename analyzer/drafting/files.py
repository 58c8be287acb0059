"""From the bytes of a file to its text: .docx, or plain text in the encodings that Chinese documents come in."""

from __future__ import annotations

import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from analyzer.drafting.limits import MAX_BYTES, MAX_CHARS, in_megabytes, refuse
from analyzer.text.simplify import simplify

_SAMPLE = 20_000  # bytes that the encoding is told from
_SURE = 0.6  # the least share of everyday characters in a text that counts as read rightly
_OLE, _ZIP, _PDF, _RTF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF", b"{\\rtf"
_GUESSES = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")


def read_file(raw: bytes) -> str:
    """Return the text of a .docx or .txt, whatever its name says. Raises DocumentError."""
    if len(raw) > MAX_BYTES:
        raise refuse("too-big", size=in_megabytes(len(raw)), most=in_megabytes(MAX_BYTES))
    if raw.startswith(_ZIP):
        from analyzer.drafting.word import read_word

        return checked(read_word(raw))
    for magic, code in ((_PDF, "pdf"), (_RTF, "rtf")):
        if raw.lstrip()[:16].startswith(magic):
            raise refuse(code)
    if raw.startswith(_OLE):
        raise refuse("docx-locked" if "EncryptedPackage".encode("utf-16-le") in raw else "old-word")
    return checked(decode(raw))


def checked(text: str) -> str:
    """Return a text that is neither empty nor too long, with one kind of line end. Raises DocumentError."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARS:
        raise refuse("too-long", count=len(text), most=MAX_CHARS)
    text = "".join(" " if _unseen(c) else c for c in text)
    if not any(c.isalnum() for c in text):
        raise refuse("empty")
    return text


def _unseen(char: str) -> bool:
    """Whether a character is no text: control characters but the line end, halves of characters, none at all."""
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def decode(raw: bytes) -> str:
    """Return the text of a plain file: by its mark, as UTF-8, or as what reads most like Chinese."""
    if raw.startswith(BOM_UTF8):
        return raw.decode("utf-8-sig", "replace")
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if not raw.strip():
        raise refuse("empty")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and "\0" not in text:
        return _no_binary(text)
    best = max(_GUESSES, key=lambda encoding: _likely(raw[:_SAMPLE], encoding))
    if _likely(raw[:_SAMPLE], best) < _SURE:
        raise refuse("not-text" if b"\0" in raw or _binary(raw) else "encoding")
    return _no_binary(raw.decode(best, "replace"))


def _no_binary(text: str) -> str:
    head = text[:_SAMPLE]
    if sum(unicodedata.category(c) == "Cc" and c not in "\n\r\t\f" for c in head) > len(head) * 0.02:
        raise refuse("not-text")
    return text


def _binary(raw: bytes) -> bool:
    head = raw[:_SAMPLE]
    return sum(byte < 9 or 13 < byte < 32 for byte in head) > len(head) * 0.02


def _likely(raw: bytes, encoding: str) -> float:
    """Return the share of characters that everyday Chinese is written with; a wrong encoding gives rare ones."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 4:  # the sample may end within a character
            return 0.0
        text = raw[: error.start].decode(encoding)
    text = "".join(c for c in text if not c.isspace())
    return sum(map(_everyday, simplify(text))) / len(text) if text else 0.0


def _everyday(char: str) -> bool:
    """Whether a character is ASCII, Chinese punctuation or one of the 3,755 of the first level of GB 2312."""
    if char.isascii():
        return char.isprintable()
    try:
        lead = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return lead in (0xA1, 0xA3) or 0xB0 <= lead <= 0xD7
