"""Whether the times of a transcript can be those of talk. What cannot is refused, or mended and told.

Another system's times go wrong in few ways: another unit, no ends, no times at all, lines by speaker instead of by time.
A wrong unit puts every sentence outside the window it is asked for in, so that a good visit is judged to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from analyzer.domain import Utterance
from analyzer.serial.values import refuse
from analyzer.serial.write import quantised

FASTEST = 12.0  # characters a second; the fastest Mandarin has eight (analyzer/hearing/guards.py)
SLOWEST = 0.05  # of the usual line; in milliseconds it has .002 to .01, and a drawled 嗯 of 5 s still .2
USUAL = 4.5
SLACK_S = 0.5  # times are often rounded to the second or half
LONGEST_S = 24 * 3600.0
LEAST_S = 0.1  # what a line keeps where the next begins at once

MILLISECONDS = "start_s、end_s 要用秒，毫秒请先除以 1000"


def in_time(utterances: Iterable[Utterance]) -> tuple[Utterance, ...]:
    return tuple(sorted(utterances, key=lambda u: (u.start_s, u.end_s, u.speaker)))


def plausible(
    listed: Sequence[Utterance], stated_s: float, place: str
) -> tuple[tuple[Utterance, ...], tuple[str, ...]]:
    """The utterances in order of time, mended where the times cannot be right, and what was mended, in Chinese.

    `stated_s` is the length that the document states (0: none). Raises TranscriptError where the times as a whole
    cannot be those of talk.
    """
    _refuse_units(listed, stated_s, place)
    utterances = in_time(dict.fromkeys(listed))
    warnings = []
    if len(utterances) < len(listed):
        warnings.append(f"转写里有 {len(listed) - len(utterances)} 段和别的段完全相同，只算一次")
    starts = [u.start_s for u in listed]
    if starts != sorted(starts):
        warnings.append("转写里的各段没有按时间先后排列，已重新排好，请核对时间是否正确")
    wrong = [i for i, u in enumerate(utterances) if _impossible(u)]
    if not wrong:
        return utterances, tuple(warnings)
    points = sum(utterances[i].end_s == utterances[i].start_s for i in wrong)
    if points:
        warnings.append(f"转写里有 {points} 段的结束时间等于开始时间，时长已按字数估计，时间只是大概")
    if len(wrong) > points:
        warnings.append(
            f"转写里有 {len(wrong) - points} 段短得来不及说（每秒超过 {FASTEST:.0f} 个字），时长已按字数估计，时间只是大概"
        )
    return _stretched(utterances, set(wrong)), tuple(warnings)


def _impossible(u: Utterance) -> bool:
    """No length, or far more characters than anybody could say in it."""
    said = _characters(u)
    return said > 0 and (u.end_s == u.start_s or said > FASTEST * (u.end_s - u.start_s + SLACK_S))


def _characters(u: Utterance) -> int:
    return sum(character.isalnum() for character in u.text)


def _refuse_units(utterances: Sequence[Utterance], stated_s: float, place: str) -> None:
    """Refuse times of another unit, or none."""
    spoken = [u for u in utterances if _characters(u)]
    if not spoken:
        return
    last_s = max(u.end_s for u in spoken)
    rates = [_characters(u) / (u.end_s - u.start_s) for u in spoken if u.end_s > u.start_s]
    slow = bool(rates) and median(rates) < SLOWEST
    if slow or (stated_s and last_s > 100 * stated_s):
        refuse("milliseconds", f"{place}：时间像是毫秒，最后一段在 {last_s:.0f} 才结束", MILLISECONDS)
    if last_s > LONGEST_S:
        refuse("times", f"{place}：最后一段在 {last_s / 3600:.0f} 小时才结束，一段录音没有这么长", MILLISECONDS)
    first_s = min(u.start_s for u in spoken)
    if len(spoken) > 1 and max(u.start_s for u in spoken) == first_s and not rates:
        refuse(
            "times", f"{place}：各段的时间都是 {first_s:g} 秒，等于没有时间", "每段要写明 start_s 和 end_s，单位是秒"
        )
    total = sum(map(_characters, spoken))
    if len(spoken) > 1 and total > FASTEST * (last_s - first_s + len(spoken) * SLACK_S + USUAL):
        refuse(
            "times", f"{place}：{total} 个字只占 {last_s - first_s:.1f} 秒，谁也说不了这么快", "时间要用秒，请核对单位"
        )


def _stretched(utterances: Sequence[Utterance], wrong: set[int]) -> tuple[Utterance, ...]:
    """Every wrong one as long as its characters usually take, but no longer than to the next."""
    mended = []
    for i, u in enumerate(utterances):
        if i in wrong:
            following_s = min((v.start_s for v in utterances[i + 1 :] if v.start_s > u.start_s), default=LONGEST_S)
            usual_s = max(LEAST_S, _characters(u) / USUAL)
            end_s = max(u.end_s, u.start_s + LEAST_S, min(u.start_s + usual_s, following_s))
            starts = tuple(u.start_s + (end_s - u.start_s) * k / len(u.text) for k in range(len(u.text)))
            u = quantised(replace(u, end_s=end_s, char_start_s=starts))
        mended.append(u)
    return in_time(mended)
