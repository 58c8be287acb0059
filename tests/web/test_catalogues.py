"""Every text of the site is said in every language, with its placeholders; what to run is said where one is missing."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import pytest

from analyzer.settings import ROOT
from supply import catalogues
from web.kit.catalogues import FOLDER, catalogue, script_texts
from web.kit.checkup_sentences import meanings
from web.kit.i18n import LANGUAGES, TAGS

RUN = "run `make catalogues`; English: then write what it lists (web/translations/README.md tells how)"
HAN = re.compile(r"[\u3400-\u9fff]+")
KEPT = re.compile(r"%\(\w+\)[.\d]*[sdfg]|%%|\{\w+\}|</?(?:a|b|i|em|br|kbd|code|span|strong)\b[^>]*>")
OTHERS = [language for language in LANGUAGES if language != "zh_Hans_CN"]


@functools.cache
def said() -> dict[str, bool]:
    return catalogues.said()


def held(language: str, wrong: Callable[[str, str], bool]) -> dict[str, str]:
    """The texts of a catalogue that are wrong, with what it says for them."""
    return {text: string for text, string in catalogues.read(language).items() if wrong(text, string)}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    known = catalogues.read(language)
    assert [text for text in said() if text not in known] == [], f"not in {language}: {RUN}"
    assert [text for text in known if text not in said()] == [], f"nobody says these any more: {RUN}"


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_and_tags_are_those_of_the_text(language: str) -> None:
    wrong = held(language, lambda text, string: sorted(KEPT.findall(text)) != sorted(KEPT.findall(string)))
    assert wrong == {}, f"{catalogues.catalogue_file(language)}: placeholders differ"


@pytest.mark.parametrize("language", OTHERS)
def test_texts_that_are_put_together_keep_their_ends(language: str) -> None:
    assert held(language, lambda text, string: text.endswith("\n") != string.endswith("\n")) == {}


def test_english_holds_chinese_only_where_it_quotes_it() -> None:
    """What stands in quotation marks, or behind a speaker, is an example; and so are the texts that are examples only."""
    quoted = re.compile(r"“[^”]*”|(?:技师|客户|[技客])：[^；/／]*|[〔（［〈《][^〕）］〉》]*[〕）］〉》]")
    shown = EXAMPLES | set(meanings())  # settings show names of Chinese services, and of teams
    wrong = held("en", lambda text, string: bool(HAN.search(quoted.sub("", string))) and text not in shown)
    assert wrong == {}, "write it in English, or put it into EXAMPLES"


# texts that show Chinese, because Chinese is what is meant
EXAMPLES = {
    "技师说的您好、谢谢、抱歉、再见等用语，按原字计数。",
    "用户没有提问，技师自己说了一句：不知道堵不堵车。",
    "以前来的人说这个修不了。",
    "公司说了，这个不归我们管。",
    "旁边的“没、不用、不给”一类的字说明没有做，或不打算做。",
    "一、进门语：您好，我是服务中心的维修人员。",
    "一条一行，编号照原文：一、（一）1、（1）① 第一条 1.1 A. 都认得。引号里的话会当作要说（或不许说）的原话。",
    "您好，我是物业的，来修水龙头",
    "第 %(line)s 行的“%(name)s”不认识是谁，整行当作技师说的。可以写：技师、客户、%(names)s。",
    "CSV，列名：文件名、标准、工号、工单号、录音时间、备注，以及各项事实",
    "20260105-1403_1001_WO-1_入户.m4a",
    "一行写一个姓，只写汉字；平常多作别的词的（来、从），后面加英文问号",
    "几种说法任选要写在大括号里，如 {{需要|要}}；整句不同就分成两句写",
    "看这一行和上一行：缩进用空格对齐；冒号后面空一格；以 {{ [ * & ! | > % @ ` 开头或含有“: ”“ #”的短语要用引号括起来，"
    "如 '{{请|麻烦}}您签个字'",
}


# what English says for a word, whatever the sentence (web/translations/README.md has the table)
TERMS = {
    "申诉": r"appeal|upheld", "工单": r"\border", "条款": "clause", "签核": r"sign(ed|s|ing)?[ -]off|signed", "校准": "calibrat|consensus",
    "技师": "technician", "质检员": r"\bqa\b", "主管": "manager", "禁语": "forbidden", "疑似": "suspi|suspect",
    "无法判断": r"cannot (be )?judged?|could not be judged", "证据": "evidence", "评分卡": "scorecard", "盲评": "blind",
    "辅导": "coach", "工号": r"staff n(o\.|umber)", "合格率": "pass rate", "达标率": "compliance|miss rate", "扣分": "deduct|scor",
    "班组": "team", "草稿": "draft", "试算": "trial|run|tried|judges past", "备份": "back", "令牌": "token",
    "推送": "webhook|deliver|sent|event",
    "权限": "permission|access|may not", "法律保留": "legal hold", "转写": "transcri", "短语表": "phrase list",
    "不适用": "not appl|applies", "区间": "interval|bound", "抽查": "sample", "声道": "channel", "未见": "not observed",
    "改判": "overrul|verdict", "放弃": "discard|given up",
}  # fmt: skip
OTHERWISE = {  # no word for it in the sentence
    "一句话，或几句对话（客户：…／技师：…）",
    "技：这个我不清楚。客：我下午还要上班去。技：我马上帮您问一下主管。不会比上面“紧接着”的那一项更宽。",
    "错判扣分：机器判了未达标或说了禁语，人工认为不是。漏判：人工判了，机器没有判。机器“无法判断”的不计。点数字可以逐条听。",
    "判为未见（人工条款，不计分）",
    "CSV，列名：文件名、标准、工号、工单号、录音时间、备注，以及各项事实",
}


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_said_by_its_english_word(term: str) -> None:
    said_so, otherwise = re.compile(TERMS[term], re.IGNORECASE), OTHERWISE | set(meanings())
    wrong = held("en", lambda text, string: term in text and not said_so.search(string) and text not in otherwise)
    assert wrong == {}, f"say {TERMS[term]!r}, or name the sentence in OTHERWISE"


def test_english_reads_as_english_is_written() -> None:
    """No marks of Chinese width outside what is quoted, no double blanks, none at the end but behind a colon."""
    quoted = re.compile(
        r"“[^”]*”|[〔〕]|(?:技师|客户|[技客])：.*|一、（一）.*?A\.|（甲／乙）|［甲］|〈甲〉|《甲》|[？＊／]"
    )

    def odd(text: str, string: str) -> bool:
        bare = quoted.sub("", string)
        ends = string != string.rstrip(" ") and not text.endswith(("：", " ")) and not text.startswith(("、", "；"))
        return ends or "  " in string or bool(re.search("[，。；：！？（）、「」]", bare) and text not in EXAMPLES)

    assert held("en", odd) == {}


def test_every_example_is_still_said() -> None:
    assert [text for text in EXAMPLES if text not in said()] == []


def test_traditional_holds_no_simplified_character() -> None:
    """Big5 of Hong Kong holds the Traditional characters, and no Simplified one that is not one of them too."""

    def simplified(text: str) -> list[str]:
        found = []
        for char in HAN.findall(text.replace("文件名、标准、工号、工单号、录音时间、备注", "").replace("入户", "")):
            for one in char:
                try:
                    one.encode("big5hkscs")
                except UnicodeEncodeError:
                    found.append(one)
        return found

    wrong = held("zh_Hant", lambda _text, string: bool(simplified(string)))
    assert wrong == {}, f"web/translations/zh_Hant/words.toml, then {RUN}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_stands_as_the_command_writes_it(language: str) -> None:
    """So that two people's catalogues differ by their texts only."""
    strings = catalogues.read(language)
    if language == catalogues.TRADITIONAL:
        assert strings == catalogues.traditional(strings), RUN
    scripts = {text for text, scripted in said().items() if scripted}
    file = catalogues.catalogue_file(language)
    assert file.read_bytes() == catalogues.content(language, strings, scripts), f"{file}: {RUN}"


def test_the_glossary_s_words_are_said_in_traditional_as_they_should_be() -> None:
    texts = ["发布", "用户名", "用户抱怨", "这个类型没有权限", "软件", "视频", "录音", "质检员", "“%(name)s”里的文件"]
    assert list(catalogues.traditional(texts).values()) == [
        "發佈", "使用者名稱", "用戶抱怨", "這個類型沒有權限", "軟體", "影片", "錄音", "質檢員", "“%(name)s”裡的檔案",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("已签核", "已簽核"), ("新标签页", "新標籤頁"), ("您来复核", "您來複核"), ("人工复听", "人工複聽"),
        ("只影响得分", "只影響得分"), ("只签核", "只簽核"), ("查看表格", "檢視表格"),
        ("短语表转着圈引用", "短語表轉著圈引用"), ("没有采用", "沒有採用"), ("草稿里加", "草稿裡加"),
        ("最近四周", "最近四週"), ("这台机器", "這台機器"), ("文字反复循环", "文字反覆循環"),
        ("公司账号", "公司帳號"), ("退出登录", "登出"), ("程序升级过", "程式升級過"), ("访问令牌", "存取權杖"),
        ("保存期限", "保存期限"), ("保存草稿", "儲存草稿"), ("里程", "里程"),
    ],
)  # fmt: skip
def test_words_that_are_easily_converted_wrongly(simplified: str, traditional: str) -> None:
    """Each was wrong once: OpenCC takes 签核 for a lot (籤) and 查看表格 for a watch (錶) where nobody tells it."""
    assert catalogues.traditional([simplified]) == {simplified: traditional}


def test_every_language_has_its_catalogue_and_its_tag() -> None:
    assert set(TAGS) == set(LANGUAGES)
    assert {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} == set(OTHERS)
    assert [catalogue(language).ugettext("登录") for language in LANGUAGES] == ["登录", "登入", "Log in"]
    assert script_texts("zh_Hans_CN") == {}


def test_the_command_reads_translations_from_lines(tmp_path: object) -> None:
    file = ROOT.__class__(str(tmp_path)) / "lines.tsv"
    file.write_text("登录\tLog in\n\n两行\\n文字\tTwo\\nlines\n", "utf-8")
    assert catalogues.written(file) == {"登录": "Log in", "两行\n文字": "Two\nlines"}
    file.write_text("登录\tLog in\n退出\t\n", "utf-8")
    with pytest.raises(ValueError, match=r"lines\.tsv:2: write the Chinese text, a tab and the English"):
        catalogues.written(file)
