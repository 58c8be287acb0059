"""Every sentence that explains a verdict, in one place (Simplified Chinese is the source language).

A reason is one sentence that a technician understands: the clause, the words, the time. `{…}` are filled in by
`reason(code, …)`; a catalogue for another language replaces `TEMPLATES` and nothing else.
"""

from __future__ import annotations

import re

from analyzer.domain import FoundBy, Hit
from analyzer.rubric.gaps import named
from analyzer.text import normalise

ALIKE = 0.995  # from here on two decimals say 1.00: what was said is what was looked for
TEMPLATES = {
    "met": "第{clause}条已做到：{time} 说了“{quote}”{alike}。",
    "met-partly": "第{clause}条已做到：{time} 说了“{quote}”{alike}；若再说到{missing}会更完整。",
    "meant": "第{clause}条已做到：{time} 说了“{quote}”，用词不同，意思相同（把握 {similarity}）。",
    "meant-partly": "第{clause}条已做到：{time} 说了“{quote}”，用词不同，意思相同（把握 {similarity}）；若再说到{missing}会更完整。",
    "otherwise": "第{clause}条无法判断：{time} 的“{quote}”可能换了说法来{element}（把握 {similarity}），请人工复听。",
    "perhaps": "第{clause}条无法判断：{time} 听写为“{quote}”，按声音可能是“{phrase}”，不能确定，请人工复听。",
    "perhaps-needed": "第{clause}条无法判断：没有听到“{text}”，但这次要不要做不能确定："
    "只有 {time} 的“{quote}”像是“{fact}”{alike}，请人工复听。",
    "short-talk": "第{clause}条无法判断：这段对话很短，{time} 说的“{quote}”算不算{where}的话，机器不能断定，请人工判断（要求“{text}”）。",
    "missed": "第{clause}条要求“{text}”，{faults}。",
    "missed-partly": "第{clause}条只做到一部分：{time} 说了“{quote}”，但{faults}。",
    "at-another-time": "第{clause}条“{text}”要在{where}（{window}）说，但{faults}。",
    "out-of-order": "第{clause}条“{text}”应在“{after}”之后说，但{faults}。",
    "not-applicable": "第{clause}条只在“{condition}”时适用：{basis}，本次不计分。",
    "unheard": "第{clause}条无法判断：在{where}有 {seconds} 秒人声没有听清，需要的话可能就在其中，请人工复听。",
    "poorly-heard": "第{clause}条无法判断：在{where}没有听到{missing}，但那里的话听得不清楚（平均把握 {clearness}），"
    "说了也可能没听出来，请人工复听。",
    "unmeasured": "第{clause}条无法判断：{time} 的“{quote}”像是在说“{phrase}”（相似度 {similarity}），"
    "但语音引擎不说明听得有多准，请人工复听。",
    "unclear": "第{clause}条无法判断：{time} 的“{quote}”像是在说“{phrase}”（相似度 {similarity}），但录音不清楚，请人工复听。",
    "nothing-heard": "第{clause}条无法判断：录音里没有听到可以判断的人声。",
    "not-connected": "第{clause}条无法判断：电话没有接通，没有人对话。",
    "not-answered": "第{clause}条无法判断：话单写明这通电话没有接通。",
    "voicemail": "第{clause}条无法判断：没有接通，对方是语音信箱或电话助理，没有人对话。",
    "wrong-number": "第{clause}条无法判断：打错了电话，接电话的不是用户。",
    "only-machine": "第{clause}条无法判断：没有对话，只听到系统的语音提示。",
    "one-voice": "第{clause}条无法判断：没有对话，从头到尾只有一个人的声音。",
    "no-technician": "第{clause}条无法判断：录音里没有听到服务人员说话。",
    "not-said": "没有听到服务人员说违反第{clause}条（{text}）的话。",
    "not-said-either": "没有听到任何人说违反第{clause}条（{text}）的话；说话人身份不确定，双方的话都查过。",
    "said": "违反第{clause}条（{text}）：{time} 服务人员说了“{quote}”{alike}{more}。",
    "suspected": "第{clause}条疑似违反：{time} 听到“{quote}”{alike}，但{doubt}，请人工确认，暂不计分。",
    "suspected-meaning": "第{clause}条疑似违反：{time} 的“{quote}”像是“{phrase}”的意思（把握 {similarity}），"
    "但{doubt}，请人工确认，暂不计分。",
    "helped": "第{clause}条没有违反：{time} 说了“{quote}”，但紧接着替用户想了办法（“{promise}”），不算推脱。",
    "unasked": "第{clause}条没有违反：{time} 说了“{quote}”，前面没有听到用户提问或要求，按本标准的规定不算在回答用户。",
    "other-sense": "第{clause}条没有违反：{time} 的“{quote}”，连着前后的话看说的是别的意思，不是服务人员在推脱。",
    "framed": "第{clause}条没有违反：{time} 的“{quote}”{frame}，不是服务人员在推脱。",
    "too-unclear": "第{clause}条无法判断：全部人声中有 {share} 没有听清，不能断定没有说过。",
    "link": "第{clause}条要对照工单和其他录音的时间来判断，不从这段录音判断。",
    "person": "第{clause}条光听录音听不出来，由质检员填写；没有看到的填“未见”，不计分。",
}

PARTS = {
    "opening": "开场部分",
    "closing": "结束部分",
    "anywhere": "整段录音",
    "alike": "（与“{phrase}”相似度 {similarity}）",
    "by-ear": "（{note}）",
    "unheard-of": "在{where}（{window}）没有听到{missing}{nearest}",
    "nearest": "，最接近的是 {time} 的“{quote}”{alike}",
    "undone": "；{time} 的“{quote}”不算，旁边的话说的是没有做或不用做",
    "nothing-near": "，也没有相近的话",
    "too-early": "早在 {time} 就说了“{quote}”，说早了，到{where}没有再说",
    "too-late": "到 {time} 才说“{quote}”，说晚了",
    "out-of-order": "早在 {time} 就说了“{quote}”，之后没有再说",
    "also": "；",
    "given-false": "资料写明“{fact}”为否",
    "given-true": "资料写明“{fact}”为是",
    "heard-nothing": "资料没有写，录音里也没有听到“{fact}”",
    "heard-opposite": "录音里 {time} 说的“{quote}”是相反的情况",
    "heard-true": "录音里 {time} 听到“{quote}”，说明“{fact}”",
    "more": "，共 {count} 处",
    "lesser": "；属于{title}，扣 {penalty} 分",
    "doubt-voice": "不能确定是谁说的",
    "doubt-audio": "这一段录音不清楚",
    "doubt-unmeasured": "语音引擎不说明听得有多准",
    "doubt-misheard": "听写出来的这几个字连不成话，可能听岔了音",
    "doubt-unasked": "前面没有听到用户提问或要求，不一定是在回答用户",
    "doubt-meaning": "不是原话，只是意思像",
    "agreed": "单看这几个字不一定是，整句的意思也对得上",
    "doubt-sense": "前后的话不像这个意思",
    "doubt-topic": "只有这一句话头，后面没有聊下去",
    "doubt-helped": "紧接着替用户想了办法，按本标准的规定算不算违规要由人来定",
    "doubt-late-help": "用户又说了几句之后才去想办法，算不算马上补救要由人来定",
    "doubt-reads-as-help": "后面的话像是在替用户想办法",
    "doubt-perhaps-helped": "前后像是替用户想了办法，只是没有听清",
    "doubt-reported": "可能是在转述别人的话",
    "doubt-denied": "前面有否认的字眼，可能是说不会这样",
    "doubt-supposed": "前面有“如果、怕”一类的字眼，可能只是假设",
    "doubt-asked": "可能是在问用户，听写常常分不清问句",
    "doubt-of-others": "可能说的是别人",
    "doubt-joked": "后来说是开玩笑，算不算要由人来定",
    "joked": "是开玩笑",
    "reported": "是在转述别人的话",
    "denied": "是在否认（说的是没有、不会这样）",
    "supposed": "是假设、担心，不是真的这样答复用户",
    "asked": "是在问用户",
    "of-others": "说的是别人",
    "doubt-sound": "按声音也不能确定",
    "by-sound": "听写为“{quote}”，按声音更像“{phrase}”",
    "title": "“{title}”",
    "told-poorly": "{count} 条要求没有听到，但录音听得不清楚，没有算未达标，请先人工复听",
    "told-not-connected": "没有接通：只有提示音，没有人对话，本录音不判断、不打分",
    "told-not-answered": "没有接通：话单写明没有人接听，本录音不判断、不打分",
    "told-voicemail": "没有接通：对方是语音信箱或电话助理，没有人对话，本录音不判断、不打分",
    "told-wrong-number": "没有对话：打错了电话，接电话的不是用户，本录音不判断、不打分",
    "told-only-machine": "没有对话：只有系统的语音提示，本录音不判断、不打分",
    "told-one-voice": "没有对话：从头到尾只有一个人的声音，本录音不判断、不打分，请人工确认",
}


def reason(code: str, **values: object) -> str:
    """The sentence. A clause's number and its words are told as people write them: 二.1、三.4(5), 您的〔设备〕."""
    told = {name: _READ[name](str(value)) if name in _READ else value for name, value in values.items()}
    return TEMPLATES[code].format(**told)


def part(code: str, **values: object) -> str:
    return PARTS[code].format(**values)


def quoted(hit: Hit) -> dict[str, str]:
    """The values of a reason that tell of a hit. `alike`: how near it is to what was looked for, where that tells anything."""
    values = {
        "time": clock(hit.start_s),
        "quote": hit.quote,
        "phrase": hit.phrase,
        "similarity": number(hit.similarity),
    }
    return {**values, "alike": _alike(hit, values)}


def _alike(hit: Hit, values: dict[str, str]) -> str:
    if hit.by is FoundBy.SOUND:  # what the sound says stands there instead; of a suspicion it is the doubt
        return "" if hit.suspicion else part("by-ear", note=hit.note)
    if hit.note and not hit.suspicion:  # what its reader says beside the words
        return part("by-ear", note=hit.note)
    itself = hit.similarity >= ALIKE or normalise(hit.quote).text == normalise(hit.phrase).text
    return "" if itself else part("alike", **values)


def _clause(text: str) -> str:
    return re.sub(r"[,，]\s*", "、", text)


def _sentence(text: str) -> str:
    return named(text).removesuffix("。")


_READ = {"clause": _clause, "text": _sentence, "after": _sentence}


def clock(seconds: float) -> str:
    """Return m:ss, or h:mm:ss from an hour on.

    >>> clock(65.4), clock(3725)
    ('1:05', '1:02:05')
    """
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


def number(similarity: float) -> str:
    """Return a similarity as pages show it, with two decimals."""
    return f"{similarity:.2f}"
