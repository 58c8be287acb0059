"""Stored transcripts on disk, ours or another system's. Raises TranscriptError naming file, line and field."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from analyzer.domain import Hearing
from analyzer.errors import TranscriptError
from analyzer.serial.analysis import facts_from_dict
from analyzer.serial.foreign import from_subtitles, is_subtitles, recognised
from analyzer.serial.hearing import hearing_from_dict
from analyzer.serial.values import refuse


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that could not be read, in the place of its document; the other lines are as good as before."""

    error: TranscriptError


def documents(path: Path) -> list[tuple[str, object]]:
    """The documents of a file with their places: one, or one a line (JSON lines); other systems' in our form.

    A line of JSON lines that cannot be read is `Broken`, which `parse_analysis` raises. Raises TranscriptError for a file
    that cannot be read, or is neither UTF-8 JSON nor subtitles.
    """
    try:
        content = _text(path.read_bytes(), path)
    except OSError as error:
        refuse("unreadable", f"读不到转写文件 {path}：{error.strerror}", "请检查路径")
    if is_subtitles(content):
        return [(str(path), from_subtitles(content, str(path)))]
    lines = [(f"{path} 第 {i} 行", line) for i, line in enumerate(content.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and _is_document(lines[0][1]):
        return [found for place, line in lines for found in _line(line, place)]
    return recognised(_parse(content, str(path)), str(path))


def _line(line: str, place: str) -> list[tuple[str, object]]:
    try:
        return recognised(_parse(line, place), place)
    except TranscriptError as error:
        return [(place, Broken(error))]


def read_analysis(path: Path) -> tuple[Hearing, dict[str, bool]]:
    """Like `parse_analysis`, from a file that holds one document."""
    parts = documents(path)
    if len(parts) > 1:
        refuse("several", f"{path} 里有 {len(parts)} 份转写", "请一份一个文件")
    place, data = parts[0]
    return parse_analysis(data, place)


def parse_analysis(data: object, place: str) -> tuple[Hearing, dict[str, bool]]:
    """What was heard, and the facts that came with the recording; those that were heard will be heard again.

    Raises TranscriptError for what is no transcript, `Broken` lines among it.
    """
    if isinstance(data, Broken):
        raise data.error
    hearing = hearing_from_dict(data, place)
    facts = facts_from_dict(data.get("facts") if isinstance(data, dict) else None, f"{place}：facts")
    return hearing, {name: fact.value for name, fact in facts.items() if fact.source == "given"}


def _text(content: bytes, path: Path) -> str:
    """JSON is UTF-8; subtitles come in what the Windows of their makers writes, too."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("gb18030",):
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if is_subtitles(text):
                return text
        refuse("json", f"{path} 不是 UTF-8 的 JSON：{error}", "请用 run --json 生成的文件，或 UTF-8 的字幕")


def _is_document(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _parse(content: str, place: str) -> object:
    try:
        return json.loads(content)
    except RecursionError:
        refuse("json", f"{place} 嵌套太深", "请用 run --json 生成的文件")
    except ValueError as error:
        refuse("json", f"{place} 不是 JSON：{error}", "请用 run --json 生成的文件")
