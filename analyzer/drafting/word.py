"""The text of a .docx, one line a paragraph or table row, with the numbers that Word makes and does not write down.

python-docx opens the package (its parser resolves no entities and fetches nothing); sizes are looked at before.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from analyzer.drafting.limits import (
    MAX_PARAGRAPHS,
    MAX_PARTS,
    MAX_RATIO,
    MAX_UNPACKED,
    in_megabytes,
    refuse,
)
from analyzer.drafting.numbering import Numbering

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# What is in the file and not in the text: deleted and moved words, the second copy of a text box, text boxes within a line.
_NOT_READ = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _FALLBACK})
_DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
# what zipfile raises for a damaged, half or foreign package: its documentation names only BadZipFile
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
_ENDS = tuple("。；;！!？?：:")


def read_word(raw: bytes) -> str:
    """Return the text of a .docx. Raises DocumentError for what is no Word document, broken, or made to do harm."""
    _look_at_sizes(raw)
    try:
        import docx

        document = docx.Document(io.BytesIO(raw))
        body = document.element.body
        numbering = Numbering(document)
    except Exception as error:  # what a library says about a broken package is open-ended
        raise refuse("docx-broken") from error
    lines: list[str] = []
    for line in _lines(body, numbering):
        lines.append(line)
        if len(lines) > MAX_PARAGRAPHS:
            raise refuse("docx-long", count=MAX_PARAGRAPHS, most=MAX_PARAGRAPHS)
    return "\n".join(lines)


def _look_at_sizes(raw: bytes) -> None:
    """Refuse a package that would unpack to more than a written standard can be, or that declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = package.infolist()
            total = sum(part.file_size for part in parts)
            packed = any(p.file_size > 1024**2 and p.file_size > MAX_RATIO * max(1, p.compress_size) for p in parts)
            if len(parts) > MAX_PARTS or total > MAX_UNPACKED or packed:
                raise refuse("docx-bomb", size=in_megabytes(total))
            names = {part.filename for part in parts}
            if "word/document.xml" not in names:
                raise refuse("other-zip")
            if any(part.flag_bits & 1 for part in parts):
                raise refuse("docx-locked")
            for part in parts:
                # zipfile reads no more of a part than the size that was added up above
                if part.filename.endswith((".xml", ".rels")) and _declares(package.read(part)):
                    raise refuse("docx-entities")
    except _BROKEN as error:
        raise refuse("docx-broken") from error


def _declares(xml: bytes) -> bool:
    return any(word in xml for word in _DECLARATIONS)


def _lines(body: Any, numbering: Numbering) -> Iterator[str]:
    """Yield the body's paragraphs and table rows in their order; a table of contents is left out."""
    for block in _blocks(body):
        if block.tag == f"{_W}p":
            if not numbering.is_contents(block):
                yield _paragraph(block, numbering)
        else:
            yield from _rows(block, numbering)


def _blocks(parent: Any) -> Iterator[Any]:
    """Yield paragraphs and tables, also those within content controls, without descending into tables."""
    waiting = list(reversed(list(parent)))
    while waiting:
        child = waiting.pop()
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag not in _NOT_READ:
            waiting.extend(reversed(list(child)))


def _paragraph(paragraph: Any, numbering: Numbering) -> str:
    text = _text(paragraph)
    if not text.strip():
        return ""
    return f"{numbering.label(paragraph)}{text}".replace("\n", " ")


def _text(paragraph: Any) -> str:
    """Return what a reader sees of a paragraph: inserted words are read, deleted ones are not."""
    pieces: list[str] = []
    waiting = [paragraph]
    while waiting:
        node = waiting.pop()
        if node.tag == f"{_W}t":
            pieces.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr") and node.getparent().tag == f"{_W}r":
            pieces.append(" ")
        elif node.tag not in _NOT_READ:
            waiting.extend(reversed(list(node)))
    return "".join(pieces)


def _rows(table: Any, numbering: Numbering) -> Iterator[str]:
    """Yield a line for each row: a number in the first cell is the clause's, other cells follow as name：content."""
    for row in table.iter(f"{_W}tr"):
        cells = []
        for cell in row.iterchildren(f"{_W}tc"):
            said = [_paragraph(p, numbering).strip() for p in cell.iter(f"{_W}p")]
            cells.append(_joined([text for text in said if text]))
        cells = [cell for cell in cells if cell]
        if len(cells) > 1 and cells[0].rstrip(".、").isdigit():
            yield f"{cells[0].rstrip('.、')}、{'：'.join(cells[1:])}"
        elif cells:
            yield "：".join(cells)


def _joined(said: list[str]) -> str:
    return "".join(text if text.endswith(_ENDS) else f"{text}；" for text in said[:-1]) + "".join(said[-1:])
