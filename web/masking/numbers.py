"""Which of a text's numbers are private: phones, identity cards, bank cards, codes of doors. And which surely are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from web.masking.digits import Run, runs
from web.masking.kinds import Secret, SecretKind

BEFORE, AFTER = 16, 8  # characters around a number that say what it is
LONG = 7  # digits in a row that nothing explains: no price, no room, no year
PHONE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{9,11}")
_IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_HOTLINE = re.compile(r"(?:400|800)\d{7}|9[56]\d{3,4}|1(?:10|12|14|19|20|22)|12\d{3}")
_ASCENDING = "01234567890123456789"

_PHONE_WORDS = re.compile(r"电话|手机|座机|号码|联系方式|联系我|打我|打给|加我|微信|拨打?|呼叫?|短信|联系人|QQ|qq")
_OURS = re.compile(
    r"(?:服务|报修|客服|前台|公司|物业|投诉|监督|值班|总)(?:中心)?的?(?:电话|热线|号码|总机)|热线|客服|总机"
)
_THING = re.compile(
    r"(?:发票|设备|产品|机器|合同|订单|工单|快递)号码|工单|单号|订单|编号|工号|型号|流水|条码|条形码|序列号?|机号|货号|批号|批次|读数|表数|度数|水表|电表|气表|资产|发票|合同|页码|版本|规格"
    r"|配件|零件|物料|代码|故障码|错误码|邮编|频道"
)
_CARD_WORDS = re.compile(r"身份证|证件|银行卡|卡号|账号|帐号|社保|医保|护照")
_TAIL = re.compile(r"(?:尾号|后[四六]位|末[四六]位|最后[四六]位)")
_PART = re.compile(r"(?:中间|前面|后面|开头|最后|剩下)[^，。0-9]{0,4}$")  # of a number that is given in pieces
_CODE_WORDS = re.compile(
    r"密码(?!锁)|门禁(?!卡)|口令|验证码|校验码|开门码|开锁码|取件码|取货码|解锁|开锁|暗号|密码锁|[Ww][Ii][Ff][Ii]|无线网"
)
_CODE_END = re.compile(
    r"^[\s，,]*(?:再?[按摁加]?(?:个|一下)?(?:井号?|#|＃|星号?|\*|确认键?)|(?:就能?|可以|就可以)?开[门锁]|进单元)"
)
_PRESS = re.compile(r"(?:按|摁|输入?|键入|打|拨)[^，。\n]{0,4}$")
_UNITS = re.compile(
    r"^[\s]*(?:多|来|几)?(?:元|块|毛|角|钱|万|岁|年|月|日|号楼|楼|层|平|米|度|升|斤|公|千|毫|厘|寸|吋|次|个|台|套|张|把|片|瓦|伏|安|匹|点|分|秒|小时|天"
    r"|周|位|人|户|家|节|根|颗|条|遍|回|趟|页|步|倍|成|折|%|％|kg|mm|cm|W|w|V|P|L|A)"
)
_ABOUT_IT = re.compile(
    r"^(?:，?(?:这|那)?(?:就)?是|，)?(?:我|他|她|俺|我们|我爱人|我老婆|我老公|家里|本人|您)?的?(?:电话|手机|号码|微信|联系)"
)


def private_numbers(text: str) -> Iterator[Secret]:
    """The numbers of a text that are somebody's, in order."""
    for run in runs(text):
        kind = _kind(text, run)
        if kind is None:
            continue
        last, value = run.last, run.value
        if (tail := re.match(r"[\s，、]*(?:[XxＸ]|叉|艾克斯)", text[last:])) and len(value) in (14, 17):
            last, value = last + tail.end(), value + "X"
            kind = SecretKind.IDENTITY
        yield Secret(run.first, last, kind, value)


def _kind(text: str, run: Run) -> SecretKind | None:
    before, after = text[max(0, run.first - BEFORE) : run.first], text[run.last : run.last + AFTER]
    value = run.value
    near = before.rsplit("。", 1)[-1]
    if (
        _CODE_WORDS.search(near)
        and 3 <= len(value) <= 10
        and not _UNITS.match(after)
        and not _last(near, _THING, _CODE_WORDS)
    ):
        return SecretKind.CODE
    if 3 <= len(value) <= 10 and _CODE_END.match(after) and _PRESS.search(near):
        return SecretKind.CODE
    if PHONE.fullmatch(value) or (len(value) == 13 and value.startswith("86") and PHONE.fullmatch(value[2:])):
        return None if _last(near, _THING, _PHONE_WORDS) else SecretKind.PHONE
    if _IDENTITY.match(value):
        return SecretKind.IDENTITY
    if _CARD_WORDS.search(near) and len(value) >= 4 and not _UNITS.match(after):
        return SecretKind.IDENTITY if "身份" in near or "证件" in near else SecretKind.CARD
    if _last(near, _THING, _PHONE_WORDS):
        return None
    told = text[max(0, run.first - 3 * BEFORE) : run.first]
    if len(value) >= 3 and (_TAIL.search(near) or (_PART.search(near) and _PHONE_WORDS.search(told))):
        return SecretKind.PHONE
    return _phone(value, near, after, run)


def _phone(value: str, near: str, after: str, run: Run) -> SecretKind | None:
    """A phone by its context, or a long row of digits that nothing explains."""
    if _HOTLINE.fullmatch(value) or _last(near, _OURS, re.compile(r"我的|您的|你的|手机|家里")):
        return None
    called = _PHONE_WORDS.search(near) or _ABOUT_IT.match(after)
    if called and len(value) >= 5 and not _UNITS.match(after):
        return SecretKind.PHONE
    listed = run.paused and max(run.groups) > 1 and not PHONE.search(value)
    dated = _DATE.match(value) and not PHONE.search(value)  # with the time, as recorders name their files
    if dated or value in _ASCENDING or listed or _UNITS.match(after):
        return None
    if len(value) >= LONG or _LANDLINE.fullmatch(value):
        return SecretKind.CARD if len(value) >= 14 else SecretKind.PHONE
    return None


def _last(text: str, wanted: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Whether `wanted` stands in the text, and nearer to its end than `other`."""
    ends = [max((m.end() for m in pattern.finditer(text)), default=-1) for pattern in (wanted, other)]
    return ends[0] >= 0 and ends[0] >= ends[1]
