"""A name that a speaker gives as his own: any surname of a list, in a frame that says whose name it is.

Names are an open class, so no list of phrases holds them, and a surname is one syllable, which tolerance of sound finds
everywhere (工 sounds like 龚). Here characters count as they are written: a surname, then a title or a given name, behind
words that introduce the speaker (我是…的_, 物业的_, 叫我_, 姓_). What a recogniser spells otherwise after 我姓 and 免贵, the
phrases of the list hear by sound, as before.

A line of the list that ends in RARELY is mostly another word (来, 从): it is a surname only before a title or behind 小, 老.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from analyzer.judging.framewords import Vocabulary
from analyzer.matching import Match, Stream, resolve_overlaps
from analyzer.rubric.model import FrameWords
from analyzer.text import Break
from analyzer.text.tokens import cut

RARELY = "?"
COMMA, STOP = "，", "。"  # stand in the searched text for breaks, so that a frame can ask for them
SIGHTINGS = 2000  # of jieba's dictionary: with more of them 方便 is a word, not Fang Bian
SOFT_SIGHTINGS = 200  # where the clause goes on behind the name
TITLED_SIGHTINGS = 20  # 安装师傅 names a trade; before a title a word is seldom a name
BESIDE = 24  # characters before 姓_ in which the speaker must have introduced himself
NO_END = (
    "人员工部区店姐叔姨婶嫂总号处科班组队站司师层级期点次户主客匠机"  # trades and places end so, given names do not
)
SHOWN = "（报出姓名）"  # as evidence names the phrase

_EDGE = f"[{COMMA}{STOP}]"
_ANY = f"[^{COMMA}{STOP}]"
_ME = "(?:我|俺|本人|敝人|鄙人|在下)"
_GIVEN = (
    f"[^{COMMA}{STOP}的了是吗呢吧啊呀我你您他她它们这那哪个么什不没给把被就也都还跟让请叫喊问说很太最着过哩咧呗嘞咯]"
)
_WILL_DO = "(?:就|便|都)?(?:行|好|成|可以|得了|就对了)"
_HARD = f"(?={_EDGE})"
_SOFT = (
    f"(?={_EDGE}|来(?![的了过])|给[您你]|[为帮]您|上门(?!的)|过来(?!的)|到(?!了)|负责|前来|专门|这就|今天|现在|报到|工号"
    "|[呀啊哈哎嘛噢哦]|跟您|打扰|您好|麻烦您|请您|您叫)"
)
_TRADE = f"(?={_SOFT}|物业|维修|水电|就是)"  # may follow a title, but 我是万科物业的 is no name
_OTHERS = "您你他她它找请让跟替问派陪随带和说听叫喊等换给"  # between a trade and a name these make it somebody else's
_FIRM = "[^，。您你他她它我咱的]{0,6}"  # 翠湖物业维修班的
_GOES_ON = f"(?={_EDGE}(?:{_FIRM}(?:物业|维修[部班组队])|来|给您|过来|上门|物业|维修|水电|修|报修|工号|负责|是来|是物业|是维修|专门))"
_BEFORE = "我是叫姓"  # right before a name: 叫门 is a word, and Men Haitao may say 我叫门海涛
_KINDS = ("titled", "small", "full", "called", "family", "spelt")


class Names:
    """The frames for one list of surnames and one vocabulary; make once."""

    def __init__(self, surnames: tuple[str, ...], vocabulary: Vocabulary) -> None:
        self._surnames = frozenset(name.rstrip(RARELY) for name in surnames)
        self._no_name, self._no_call = vocabulary[FrameWords.NO_NAME], vocabulary[FrameWords.NO_CALL]
        self._frames = [re.compile(frame) for frame in _frames(surnames, vocabulary)]

    def matches(self, stream: Stream) -> list[Match]:
        """Return where the speaker of a stream gives his own name, in order of position, none overlapping."""
        text, at = _with_breaks(stream)
        found = []
        for frame in self._frames:
            begin = 0
            while (m := frame.search(text, begin)) is not None:
                begin = m.start() + 1
                kind = next(kind for kind in _KINDS if kind in m.groupdict() and m.group(kind))
                if self._is_name(text, m, kind, stream.words):
                    found.append(Match(at[m.start()], at[m.end(kind) - 1], SHOWN, 0.0, 1.0))
        return resolve_overlaps(found)

    def _is_name(self, text: str, frame: re.Match[str], kind: str, words: Any) -> bool:
        """Whether what stands in the frame is no trade, place or other word."""
        said, (begin, end) = frame.group(kind), frame.span(kind)
        bare = frame.group("bare") if kind == "titled" else said
        no_name = self._no_name.beginning(said) or any(self._no_name.spans(bare))
        if no_name or _is_inside_word(text, begin, words):
            return False
        if kind == "titled":
            return len(bare) == 1 or bare in self._surnames or self._is_full(bare, TITLED_SIGHTINGS, words)
        if kind == "full":
            return self._is_full(said, SIGHTINGS if text[end] in COMMA + STOP else SOFT_SIGHTINGS, words)
        if kind == "called":
            return (len(said) > 1 or said in self._surnames) and not any(self._no_call.spans(said))
        if kind == "small" and said in self._surnames:
            return (words.FREQ.get(said) or 0) <= SIGHTINGS  # 欧阳 alone, but not 东方
        return True

    def _is_full(self, said: str, most: int, words: Any) -> bool:
        """Whether a surname and what follows look like a name: no common word is in them, and no end of a trade's."""
        if said[-1] in NO_END or (words.FREQ.get(said) or 0) > most:
            return False
        return len(said) == 2 or said[:2] in self._surnames or (words.FREQ.get(said[:2]) or 0) <= SIGHTINGS


def _frames(surnames: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the expressions of the frames; the group that matched is the name."""
    if not surnames:
        return
    any_surname = _one_of(name.rstrip(RARELY) for name in surnames)
    surname = _one_of(name for name in surnames if not name.endswith(RARELY))
    title, place = vocabulary[FrameWords.NAME_TITLE].expression, vocabulary[FrameWords.NAME_PLACE].expression
    titled = f"[小老]?(?P<titled>(?P<bare>{any_surname}|{surname}{_GIVEN}{{1,2}}|阿{_GIVEN}){title})"
    alone = _one_of(name for name in surnames if len(name.rstrip(RARELY)) > 1)
    small = f"(?P<small>[小老大]{any_surname}|阿{_GIVEN}{{1,2}}?|{alone})"
    full = f"(?P<full>{surname}{_GIVEN}{{1,2}}?)"
    name = f"(?:{titled}{_TRADE}|{small}{_TRADE}|{full}{_SOFT})"
    bare = f"(?:{titled}|{small}|{full})"
    family = f"(?P<family>姓{any_surname})"
    here = f"(?:{_ME}(?:这边|这儿|这里)?|这里|这边|这儿)(?:就)?是"
    hello = "(?:[您你]好)?"
    yield f"{here}(?:{_ANY}{{0,16}}?(?:的|{place}))?(?:那个)?{name}"  # 我是方师傅, 我是物业的小方, 这边是维修员方建国
    yield f"(?<={_EDGE}){hello}[^{COMMA}{STOP}{_OTHERS}]{{0,10}}?{place}的?{name}"  # 您好物业的方师傅，来修灯
    yield f"(?<={_EDGE}){hello}{bare}{_GOES_ON}"  # 方建国，来给您修灯的
    yield f"(?:{place}的?|工号{_ANY}{{1,8}}){COMMA}{bare}{_HARD}"  # 物业的，方师傅
    yield f"{_ME}{COMMA}{bare}{_HARD}"  # 我，老方
    small_first = f"(?P<small>[小老大](?P<again>{any_surname})){COMMA}(?P=again){_GIVEN}{{1,2}}{_HARD}"
    yield f"(?:(?<={STOP})|(?<=[您你]好{COMMA})){small_first}"  # 您好，小李，李志; 这是小鲁，鲁大鹏 is somebody else
    yield f"(?:[小老阿]|(?<![您你贵])姓)(?P<spelt>{_GIVEN}){COMMA}{_ANY}{{1,2}}的(?P=spelt){_HARD}"  # 小普，普通的普
    yield f"(?:叫|喊|称呼|管){_ME}(?:叫|做|作)?{name}"  # 叫我小方
    yield f"(?:叫|喊|称呼|管){_ME}(?:叫|做|作)?(?:{titled}|{small}|(?P<called>{_GIVEN}{{1,4}}?)){_WILL_DO}"  # 叫我扎西就行
    yield f"(?:{_ME}|名字|大名|全名)(?:就)?叫(?:做|作)?{full}{_HARD}"  # 我叫任建国
    yield f"{here}{_ANY}{{1,{BESIDE}}}?{COMMA}(?:我)?(?:就)?叫{full}{_HARD}"  # 我是物业的，叫方磊
    yield f"{_ME}(?:就)?{family}(?={_EDGE}|来|叫|名|您|你|是)"  # 我姓李
    yield f"{here}{_ANY}{{1,{BESIDE}}}?{COMMA}(?:我)?{family}(?={_EDGE}|来|叫)"  # 我是维修师傅，姓王
    yield f"(?<={_EDGE}){hello}[^{COMMA}{STOP}{_OTHERS}们]{{0,10}}?{place}的?{COMMA}?{family}(?={_EDGE}|来|叫)"
    yield f"(?<={_EDGE}){hello}{family}{COMMA}(?={place}|(?:叫|喊){_ME})"


def _one_of(names: Iterable[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"


def _with_breaks(stream: Stream) -> tuple[str, list[int]]:
    """Return the words of a stream with its breaks written out, and which character of the stream each one is."""
    text, at = [], []
    for index, (char, pause) in enumerate(zip(stream.text, stream.breaks.tolist(), strict=True)):
        if pause:
            text.append(COMMA if pause == Break.COMMA else STOP)
            at.append(index)
        text.append(char)
        at.append(index)
    return "".join([*text, STOP]), [*at, len(stream.text)]


def _is_inside_word(text: str, at: int, words: Any) -> bool:
    """Return whether a word of the dictionary runs on through the place before character `at`: 工程师傅 is no 程师傅."""
    if text[at - 1] in _BEFORE:
        return False
    begin = max(text.rfind(COMMA, 0, at), text.rfind(STOP, 0, at)) + 1
    end = min(i for sign in COMMA + STOP if (i := text.find(sign, at)) >= 0)
    starts, place = set(), begin
    for word in cut(text[begin:end], words, guess=False):
        starts.add(place)
        place += len(word)
    return at not in starts


@functools.lru_cache(maxsize=16)
def names_of(surnames: tuple[str, ...], vocabulary: Vocabulary) -> Names:
    """Return the frames over a list of surnames, compiled once a process."""
    return Names(surnames, vocabulary)
