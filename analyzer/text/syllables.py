"""Characters to their Mandarin syllables, all living readings (pypinyin is imported here alone).

A syllable is (initial, final, tone); tone 5 is the neutral tone. A character that is not Chinese has no
syllable and is only ever equal to itself.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[a-z]+")
_VOWELS = re.compile("[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Syllable:
    """One reading. `initial` is "" for zero initials; `final` in pypinyin's strict spelling (ü as v)."""

    initial: str
    final: str
    tone: int


# Everyday characters with more than one living reading (Xiandai Hanyu Cidian); only the sound matters here, a tone is
# cheap anyway. Literary and dialect readings are left out on purpose: by them 那个 would be 挪个 (那 nuó) and 布置到
# would be 不知道 (知 zhì).
_HETERONYMS = {
    key: tuple(spelled.split())
    for key, spelled in (
        entry.split(":")
        for entry in (
            "了:le5 liao3|行:xing2 hang2|都:dou1 du1|还:hai2 huan2|长:chang2 zhang3|重:zhong4 chong2|得:de5 dei3|"
            "地:di4 de5|着:zhe5 zhao2 zhuo2|没:mei2 mo4|调:tiao2 diao4|便:bian4 pian2|觉:jue2 jiao4|乐:le4 yue4|"
            "率:lv4 shuai4|降:jiang4 xiang2|朝:chao2 zhao1|传:chuan2 zhuan4|差:cha4 chai1|会:hui4 kuai4|系:xi4 ji4|"
            "血:xue4 xie3|落:luo4 la4 lao4|露:lu4 lou4|模:mo2 mu2|色:se4 shai3|熟:shu2 shou2|谁:shei2 shui2|"
            "削:xue1 xiao1|择:ze2 zhai2|折:zhe2 she2|粘:zhan1 nian2|盛:sheng4 cheng2|弹:tan2 dan4|约:yue1 yao1|"
            "这:zhe4 zhei4|那:na4 nei4|哪:na3 nei3|给:gei3 ji3|壳:ke2 qiao4|卡:ka3 qia3|角:jiao3 jue2|剥:bo1 bao1|"
            "钥:yao4 yue4|什:shen2 shi2|数:shu4 shuo4|校:xiao4 jiao4|解:jie3 xie4|单:dan1 shan4|车:che1 ju1|"
            "薄:bao2 bo2|尾:wei3 yi3|吓:xia4 he4|咽:yan4 ye4|嚼:jiao2 jue2|一:yi1 yao1|绿:lv4 lu4|六:liu4 lu4|"
            "喝:he1 huo4|和:he2 huo4 hu2|溜:liu1 lu4|疟:nve4 yao4|澄:cheng2 deng4|巷:xiang4 hang4|提:ti2 di1|"
            "厦:sha4 xia4|轧:ya4 zha2|扒:ba1 pa2|臭:chou4 xiu4|参:can1 shen1|藏:cang2 zang4|曾:ceng2 zeng1"
        ).split("|")
    )
}


@functools.cache
def readings(char: str) -> tuple[Syllable, ...]:
    """Return the readings of one character, the most common first; empty for letters and signs."""
    return tuple(dict.fromkeys(_syllable(text) for text in _spelled(char)))


def written(key: str, syllable: Syllable) -> str:
    """Return a reading of a character, or of a key of `spell`, as people write it; "" where it is none of its readings.

    >>> written("好", readings("好")[0])
    'hǎo'
    """
    from pypinyin.contrib.tone_convert import to_tone

    char, _, spelled = key.partition(":")
    listed = (spelled,) if spelled else _spelled(char)
    return next((str(to_tone(one)) for one in listed if _syllable(one) == syllable), "")


@functools.cache
def _spelled(char: str) -> tuple[str, ...]:
    """The readings of one character with the number of their tones."""
    from pypinyin import Style, pinyin

    if not "\u3400" <= char <= "\u9fff":
        return ()
    spelled = _HETERONYMS.get(char)
    if spelled is None:
        single = pinyin(char, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
        spelled = tuple(single[0]) if single else ()
    return tuple(text for text in spelled if text[-1].isdigit())


@functools.cache
def _syllable(spelled: str) -> Syllable:
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    initial = to_initials(spelled, strict=True)
    final = to_finals(spelled, strict=True)
    if final == "i" and initial in {"zh", "ch", "sh", "r", "z", "c", "s"}:
        final = "-i"  # the apical vowel of zhi and zi is not the vowel of ji
    return Syllable(initial, final, int(spelled[-1]))


def spell(text: str) -> list[str]:
    """Return one key a character for `readings_of`: the character, with its reading where the words around decide it.

    >>> spell("重新"), spell("好")
    (['重:chong2', '新'], ['好'])
    """
    if not any(char in _HETERONYMS for char in text):
        return list(text)
    from pypinyin import Style, pinyin

    keys = list(text)
    spelled = pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    if len(spelled) == len(keys):
        for i, char in enumerate(text):
            if spelled[i][0] in _HETERONYMS.get(char, ()):
                keys[i] = f"{char}:{spelled[i][0]}"
    return keys


def readings_of(key: str) -> tuple[Syllable, ...]:
    """Return the readings of a character, or the one reading of a key that `spell` gave."""
    char, _, spelled = key.partition(":")
    return (_syllable(spelled),) if spelled else readings(char)


def count_syllables(text: str) -> int:
    """Return how many syllables normalised `text` has.

    One a Han character (儿 of 哪儿 included), one a vowel group of a Latin word, one a letter where it has no vowel.

    >>> count_syllables("wifi用不了"), count_syllables("tv")
    (5, 2)
    """
    latin = sum(len(_VOWELS.findall(word)) or len(word) for word in _LATIN.findall(text))
    return len(_HAN.findall(text)) + latin


def romanised(text: str) -> list[str]:
    """Return the syllables of the Chinese characters of a text in plain letters, ü as v: 绿灯 → lv, deng.

    >>> romanised("进门语")
    ['jin', 'men', 'yu']
    """
    from pypinyin import Style, lazy_pinyin

    plain = "".join(char for char in text if _HAN.match(char))
    return [
        s for s in lazy_pinyin(plain, style=Style.NORMAL, errors="ignore", v_to_u=False) if s.isascii() and s.isalpha()
    ]
