"""Where somebody lives, what he drives, where he can be written to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from web.masking.digits import DIGIT, HARD
from web.masking.kinds import Secret, SecretKind

_HAN = "[\u4e00-\u9fff]"
_N = f"(?:{DIGIT}|[十百千两A-Za-z])"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SIGN = f"(?:[A-Za-zＡ-Ｚ]|{DIGIT})[\\s、，,]*"
_PLATES = (
    re.compile(f"[{_PROVINCE}]\\s*[A-Za-zＡ-Ｚ]\\s*[·•.\\-、，,]?\\s*(?:{_SIGN}){{4,5}}(?:[A-Za-zＡ-Ｚ]|{DIGIT})"),
    re.compile(
        f"(?:车牌|牌照|车号)[^。\\n]{{0,10}}?(?P<sign>[{_PROVINCE}]?\\s*(?:{_SIGN}){{2,6}}(?:[A-Za-zＡ-Ｚ]|{DIGIT}))"
    ),
)
_ACCOUNTS = (
    re.compile(r"[A-Za-z0-9._%+-]{2,}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    re.compile(r"(?:微信|[Qq]{2})号?(?:就?是|叫|：|:)?\s*(?P<sign>[A-Za-z][-_A-Za-z0-9]{4,19})"),
)

_ESTATE = (
    f"{_HAN}{{2,10}}(?:小区|花园|花苑|家园|公寓|新村|嘉园|雅苑|名苑|华府|公馆|新城|山庄|大厦|[苑府邸庭])(?:的|，)?"
)
_BUILDING = f"{_N}{{1,4}}(?:栋|幢|座|号楼|号院|弄|号)(?:的|，|,)?\\s*"
_UNIT = f"(?:{_N}{{1,3}}|[东西南北])单元(?:的|，|,)?\\s*"
_FLOOR = f"{_N}{{1,3}}(?:楼|层)(?:的|，|,)?\\s*"
_BARE = f"(?:{DIGIT}[\\s杠\\-]*){{3,4}}"
_NO_COUNT = "(?![十百千万个块元毛年月日点分秒米平次遍度瓦伏斤升号层楼台套把])"
_ROOM = f"(?:{_BARE}(?:室|户|号房|房间?)|{_BARE}{_NO_COUNT})"
_ADDRESSES = (
    re.compile(f"(?:{_ESTATE})?\\s*(?:{_BUILDING})?{_UNIT}(?:{_FLOOR})?{_ROOM}"),
    re.compile(f"(?:{_ESTATE})?\\s*{_BUILDING}(?:{_FLOOR})?{_ROOM}"),
    re.compile(f"(?:{_ESTATE})?\\s*{_BUILDING}{_UNIT}"),
    re.compile(f"{_ESTATE}\\s*{_BUILDING}"),
    re.compile(f"(?<!{DIGIT}){_BARE}(?:室|户(?!外)|号房)"),
    re.compile(f"{_ESTATE}\\s*{_ROOM}"),
    re.compile(
        f"(?:我家|我住|住在?|家在|门牌号?|房号|房间号|家是)(?:就?[是在]|的)?\\s*(?P<sign>{_BARE}){_NO_COUNT}(?!{DIGIT})"
    ),
)
_FLAT = f"{DIGIT}{{1,2}}[0０零〇]{DIGIT}"  # 501, 一二零三: a bare number that looks like a flat's
_DASH = "\\s*[-－—杠]\\s*"
_FLATS = (
    re.compile(
        f"(?<![0-9０-９\\-]){DIGIT}{{1,2}}{_DASH}{DIGIT}{{1,2}}{_DASH}(?!(?:19|20)\\d\\d){DIGIT}{{3,4}}(?![0-9\\-])"
    ),
    re.compile(f"{_N}{{1,3}}[楼层][，,的]?(?P<sign>{_FLAT}){_NO_COUNT}(?!{DIGIT})"),
    re.compile(
        f"(?:楼上|楼下|隔壁|对门|对面|我是|[去到在住找])的?(?P<sign>(?<!{DIGIT}){_FLAT}){_NO_COUNT}(?!{DIGIT}|胶|医院)"
    ),
    re.compile(
        f"(?<!{DIGIT})(?P<sign>{_FLAT})(?=家(?!具)|门口|漏|停[水电]|的?(?:业主|住户|客户|用户|邻居|租户|水管|门))"
    ),
)
_ROAD = re.compile(
    f"(?P<road>{_HAN}{{1,8}}(?:路|大街|街|大道|胡同|巷))(?P<at>[东西南北]?{_N}{{1,6}}(?:号院?|弄))(?P<what>{_HAN}{{0,2}})"
)
_NO_ROAD = re.compile(
    r"(?:线|电|水|管|回|油|气|马|半|走|一|二|两|三|几|哪|网|短|断|开|通|支|干|主|思|套|公|铁|铺|[这那]条|上下)路$|[这那整本]条?(?:路|街|巷)$"
)
_THING = re.compile(r"^(?:[线阀机口键位钢管]|开关|插座|螺丝|配件|电池|公交|地铁|车)")
# words in front of an address that are not part of it
_LEAD = re.compile(
    r"^.*(?:住在|家在|就在|地址是|地址|送到|寄到|位于|请问|我们|咱们|你们|您家|你家|我家|这里是|那边是|这个|那个|这是|就是|先生|女士|师傅"
    r"|[住在到去来是的您你我他她咱和从给往问报修说，。！？、])"
)


def private_places(text: str) -> Iterator[Secret]:
    """Plates, accounts and addresses, in no order; they may overlap."""
    for kind, patterns in (
        (SecretKind.PLATE, _PLATES),
        (SecretKind.ACCOUNT, _ACCOUNTS),
        (SecretKind.ADDRESS, _ADDRESSES + _FLATS),
    ):
        for pattern in patterns:
            for found in pattern.finditer(text):
                first, last = found.span("sign") if "sign" in pattern.groupindex else found.span()
                if kind is SecretKind.PLATE and not any(c in HARD for c in text[first:last]):
                    continue
                first += _lead(text[first:last]) if kind is SecretKind.ADDRESS else 0
                last -= len(text[first:last]) - len(text[first:last].rstrip(" \n的，,、"))
                yield Secret(first, last, kind, text[first:last])
    for found in _ROAD.finditer(text):
        road = found.group("road")
        if _NO_ROAD.search(road) or _THING.match(found.group("what")):
            continue
        first = found.start() + _lead(road)
        if found.end("road") - first < 2:
            continue
        yield Secret(first, found.end("at"), SecretKind.ADDRESS, text[first : found.end("at")])


def _lead(words: str) -> int:
    """How many characters in front of the first digit are words of the sentence, not of the address."""
    name = re.match(f"{_HAN}*?(?={DIGIT}|[十百千两]|$)", words)
    lead = _LEAD.match(name.group() if name else "")
    return lead.end() if lead else 0
