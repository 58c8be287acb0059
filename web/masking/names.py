"""Customers' names: how they are addressed (张先生), what they say of themselves (我姓张), what they are asked (您是张建国吗)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from web.masking.kinds import Secret, SecretKind

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪范金石廖贾夏韦付方"
    "邹熊白孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严赖覃洪武莫孔汤温易乔文安常康樊葛施牛洛鲁倪伍庄聂章梅兰邢关俞詹季谷路毕祁柯柳喻舒"
    "霍耿涂凌柴盛鲍翟尚申裴饶辛应穆阮岳向戴尤左祝符骆甘瞿管符成游齐项全焦屈娄"
)
DOUBLE = "欧阳|上官|司马|诸葛|夏侯|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|端木|长孙|宇文|南宫|轩辕|申屠|太史|澹台"
_ONE = "".join(sorted(SURNAMES))
_SURNAME = f"(?:{DOUBLE}|[{_ONE}])"
_GIVEN = "[\u4e00-\u9fff]"
_TITLE = (
    "(?:先生|女士|小姐|太太|阿姨|大爷|大妈|大娘|大叔|大婶|叔叔|伯伯|奶奶|爷爷|大哥|大姐|老师|经理|业主"
    "|总(?![是之共数价闸阀机台开计部店平体面管会务结]))"
)
# common words that begin or end like a name
_WORDS = re.compile(
    r"^(?:马上|高兴|方便|安装|万一|全部|全都|成了|常[常来]|应该|任何|路上|路口|黄色|白色|金属|石头|温[度水]|江边|周[一二三四五六日末围]|单元|管[子道理家]|关[了上掉]"
    r"|文件|康复|武器|易[拉损]|左[边右]|向[上下左右您你]|盛水|游泳|安全|安排|白天|白班|任务|成功|高[一低压层]|万[科达]|金[地茂]|毛[巾病]|牛奶|龙头|兰花|梅雨|齐[全了]|程序|段时|严重|严格"
    r"|余[额下]|全款|田里|申请|尚且|辛苦|祝您|符合|项目|焦[急糊]|何[时必况]|洪水|汤[匙锅]|陶瓷|史上|贺卡|雷[雨电]|谷底|柳树|施工|章程|季度|庄园|明|温州|广|时|陈旧|许多|许可|谢谢|叶子|夏[天季]|洪|沈阳"
    r"|常规|常用|方[向法]|石膏|连|林[区子]|宋体|汪汪|孔[位洞径]|钟头|钱[包不]|丁[字点]|苏州|毛坯|马桶|马路|马达|高度|高温|管线|管用|路由|向来|万能|万用|全屋|全自|石材|金额|安心|关于|关机|关门|关水|关阀)"
)
_NO_GIVEN = re.compile(
    "[的了是吗呢吧啊呀我你您他她它们这那哪个么什不没给把被就也都还跟让请叫说来去在到有要会能可以下上号楼室层点块由修换各由修换各家\\s，。！？、,.]"
)
_TITLED = re.compile(f"(?<![小老])(?P<name>{_SURNAME})(?:{_GIVEN}{{1,2}}?)??{_TITLE}")
_TITLED_AT = re.compile(f"{_SURNAME}(?:师傅|{_TITLE})")  # its surname is found as such, or it is a colleague
_OWN = re.compile(
    f"(?:我|俺|免贵|敝|本人|业主|户主)(?:姓|是姓)(?P<name>{_SURNAME})|(?:我叫|我名字叫|名字是|叫我)(?P<whole>{_SURNAME}{_GIVEN}{{1,2}})"
)
_ASKED = re.compile(
    f"(?:[您你](?:就)?[是叫]|请问是|找|联系人是?|业主是?|户主是?|收件人是?|姓名是?|名字(?:是|叫)|登记的(?:名字)?是)"
    f"[：: ]?(?P<whole>{_SURNAME}{_GIVEN}{{1,2}})"
    r"(?=吗|吧|么|是吧|对吧|对吗|本人|家|先生|女士|[，。？\s]|$)"
)
_OWN_LOOSE = re.compile(f"[您你](?:姓|是姓|贵姓是?)(?P<name>{_SURNAME})")
_NAMING = ("您好", "你好", "喂", "是", "姓", "那位", "的", "找", "给", "叫", "跟", "请", "问")
_SELDOM = frozenset("向关管应时全钱谢")
_AMBIGUOUS = frozenset(
    "和向关管应成全路万常余时明单游任安文易石金温白方高武毛"
)  # mostly other words right before a title


# what a recogniser makes of a surname (流女士 for 刘女士): any character where one is addressed or asked for
_MISHEARD = re.compile(
    "(?:^|[，。！？,.!?\\s]|请问|[是的找]|喂|您好|你好)(?P<name>[\u4e00-\u9fff])(?:先生|女士|小姐|太太)(?=[，。！？,.!?\\s]|$|您|你|吗|吧|是|家|啊|呀|在)"
)
_NO_SURNAME = frozenset(
    "位个些这那老好的了是有和跟对给帮请让叫问您你我他她它们就也都还在到去来说吧吗呢啊哦嗯哎喂家小大一二两各诸本男女每某哪谢亲早安那各上下这"
)


def private_names(text: str, own: bool) -> Iterator[Secret]:
    """Names in a line. `own`: the speaker's own name counts (a technician's does not: to say it is his duty)."""
    for found in _TITLED.finditer(text):
        if not _no_name(text, found):
            yield _secret(text, found.start("name"), _before_title(found))
    for found in _MISHEARD.finditer(text):
        if found.group("name") not in _NO_SURNAME:
            yield _secret(text, *found.span("name"))
    for pattern in (_OWN, _ASKED, _OWN_LOOSE) if own else (_ASKED, _OWN_LOOSE):
        for found in pattern.finditer(text):
            group = "name" if "name" in pattern.groupindex and found.group("name") else "whole"
            first, last = found.span(group)
            if group == "name":
                yield _secret(text, first, last)
            elif not _WORDS.match(text[first:last]) and not _TITLED_AT.match(text, first):
                end = _name_end(text, first, last)
                if end is not None:
                    yield _secret(text, first, end)


def _no_name(text: str, found: re.Match[str]) -> bool:
    """Whether what stands before a title are other words: 谢谢阿姨, 不要钱大娘, 感谢各位老师."""
    first, last = found.span("name")
    surname, given, title = (
        text[first:last],
        text[last : _before_title(found)],
        text[_before_title(found) : found.end()],
    )
    if given and (
        title in ("总", "业主") or given == "各位" or _NO_GIVEN.search(given) or _WORDS.match(surname + given)
    ):
        return True
    if surname in _SELDOM and title not in ("先生", "女士"):
        return True
    return surname in _AMBIGUOUS and not _called(text, first)


def _called(text: str, first: int) -> bool:
    """Whether a name may begin here: at a pause, or behind a word that names."""
    before = text[max(0, first - 2) : first]
    return not before or not "\u4e00" <= before[-1] <= "\u9fff" or before.endswith(_NAMING)


def _before_title(found: re.Match[str]) -> int:
    title = re.search(f"{_TITLE}$", found.group())
    return found.start() + (title.start() if title else len(found.group()))


def _name_end(text: str, first: int, last: int) -> int | None:
    """Where a surname with its given name ends: before the first character that no name has; None where none follows."""
    double = re.match(DOUBLE, text[first:last])
    given = first + (2 if double else 1)
    broken = _NO_GIVEN.search(text, given, last)
    end = broken.start() if broken else last
    return end if end > given else None


def _secret(text: str, first: int, last: int) -> Secret:
    return Secret(first, last, SecretKind.NAME, text[first:last])
