"""A whole Analysis from outside: taken only where every page can show it and every sum can count it.

What our analyzer wrote passes unchanged. What passes is stored as our analyzer would have written it: unknown keys are
left out, times and shares have its resolution. What does not is refused with the place.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from web.intake.analysis import Analysed, ItemResult, TranscriptError, analysed, document_of
from web.models.vocabulary import VerdictWord

ID = re.compile(r"[\w.:-]{1,64}")  # of a clause: part of addresses and of keys
MOST_ITEMS, MOST_HITS, MOST_TURNS = 500, 1_000, 50_000
MOST_S = 24 * 3600.0
LENGTHS = {"standard.id": 64, "standard.version": 32, "standard.digest": 80}


def whole(data: object, place: str) -> dict[str, Any]:
    """The document to store. Raises TranscriptError."""
    read = analysed(data, place)
    _refuse_lengths(read, place)
    ids = Counter(item.id for item in read.judgement.items)
    for number, item in enumerate(read.judgement.items):
        at = f"{place}：items[{number}]"
        if not ID.fullmatch(item.id):
            _refuse(f"{at}.id 是 {item.id!r:.60}", "条款编号只能是 1–64 个字母、数字、汉字或 . _ : -")
        if ids[item.id] > 1:
            _refuse(f"{at}.id “{item.id}”出现了 {ids[item.id]} 次", "每个条款只能有一个结果")
        if len(item.hits) > MOST_HITS:
            _refuse(f"{at}.hits 有 {len(item.hits)} 处", f"一个条款最多 {MOST_HITS} 处")
        _refuse_credit(item, at)
    return document_of(read)


def _refuse_credit(item: ItemResult, at: str) -> None:
    """What was judged has a credit, what was not has none: the score adds them up."""
    judged = item.verdict in (VerdictWord.MET, VerdictWord.MISSED)
    if judged != (item.credit is not None):
        told = "没有判定" if item.verdict is None else f"判定是 {item.verdict.value}"
        _refuse(f"{at}：{told}，credit 是 {item.credit}", "met 和 missed 要有 credit，其他判定 credit 为 null")


def _refuse_lengths(read: Analysed, place: str) -> None:
    hearing, standard = read.hearing, read.judgement.standard
    given = {"standard.id": standard.id, "standard.version": standard.version, "standard.digest": standard.digest}
    for name, value in given.items():
        if len(value) > LENGTHS[name]:
            _refuse(f"{place}：{name} 有 {len(value)} 个字符", f"最多 {LENGTHS[name]} 个")
    if len(read.judgement.items) > MOST_ITEMS:
        _refuse(f"{place}：items 有 {len(read.judgement.items)} 条", f"最多 {MOST_ITEMS} 条")
    if len(hearing.transcript) > MOST_TURNS:
        _refuse(f"{place}：transcript 有 {len(hearing.transcript)} 段", f"最多 {MOST_TURNS} 段")
    if hearing.duration_s > MOST_S:
        _refuse(f"{place}：录音长 {hearing.duration_s:.0f} 秒", "一段录音最长 24 小时，时间要用秒")


def _refuse(message: str, advice: str) -> None:
    raise TranscriptError("transcript-whole", message, advice)
