"""What is said in the recordings of the benchmark: a few hundred talks, each in many recordings, as the search keeps them."""

from __future__ import annotations

import functools
import json
import random
import zlib
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from web.intake.sounds import Line, Words, terms_of
from web.masking import mask
from web.models.vocabulary import Role

TALKS, LINES = 400, 16
CHARACTER_S = 0.2
_BEGIN = "您好，我是服务中心的维修工"
_SAID = {
    Role.TECHNICIAN: (
        "我先看一下|请问是哪里漏水|这个要换一个阀门|收费是三十块钱|材料费另外算|给您开发票|这个我们不管的|您找厂家去|电池没电了|我给您拧紧了"
        "|没有关系|麻烦您签个字|还有别的问题吗|明天上午再来一趟|地面给您擦干净了|请您扫二维码评价|跳闸是因为插座短路|热水器打不着火|门锁要上点油|空调滤网该洗了"
        "|这个坏了很久了吧|不归我们负责|我尽快处理|您别着急|配件要等两天|水压太低了|先把总闸关了|保修期内不要钱|这根管子老化了|您看这样行不行"
    ).split("|"),
    Role.CUSTOMER: (
        "请进请进|厨房水管漏水|卫生间马桶堵了|多少钱啊|怎么这么贵|上次修过又坏了|能不能便宜点|我要投诉|你们经理呢|什么时候能好"
        "|谢谢师傅|辛苦了|我电话是幺三八零零一三八零零零|楼下也漏了|暖气不热|家里没水了|昨天就报修了|等了一个上午|你们怎么才来|这个能保修吗"
        "|客厅灯不亮|门打不开|插座没电|有没有发票|不用换鞋|你慢慢修|那边也看一下|声音很大|味道很重|行那就换吧"
    ).split("|"),
}
RARE = "紫檀木地板都泡坏了"  # in one talk


@dataclass(frozen=True, slots=True)
class Talk:
    """The lines as the column holds them, and the terms as the index takes them."""

    lines: bytes
    terms: str


@functools.cache
def talks() -> tuple[Talk, ...]:
    dice = random.Random(7)
    return tuple(_talk(dice, number) for number in range(TALKS))


def _talk(dice: random.Random, number: int) -> Talk:
    said, at_s = [(Role.TECHNICIAN, _BEGIN)], 1.0
    for place in range(LINES):
        role = (Role.CUSTOMER, Role.TECHNICIAN)[place % 2]
        said.append((role, "，".join(dice.sample(_SAID[role], 2))))
    if number == 0:
        said.append((Role.CUSTOMER, RARE))
    lines = []
    for role, words in said:
        end_s = round(at_s + CHARACTER_S * len(words), 2)
        times = tuple(round(100 * CHARACTER_S * i) for i in range(len(words)))
        hidden = mask(words, technician=role is Role.TECHNICIAN)
        masked = Words.of(hidden) if hidden != words else None
        lines.append(Line(role, at_s, end_s, times, Words.of(words), masked))
        at_s = end_s + 0.5
    body = json.dumps([line.as_list() for line in lines], ensure_ascii=False, separators=(",", ":"))
    return Talk(zlib.compress(body.encode(), 6), " ".join(terms_of(lines)))


def put_talks(session: Session, first: int, count: int) -> None:
    """Make recordings `first` … findable."""
    dice = random.Random(first)
    chosen = [(number, dice.choice(talks())) for number in range(first, first + count)]
    connection = session.connection()
    connection.execute(
        text("INSERT INTO spoken_texts (recording_id, stamp, waiting, lines) VALUES (:id, 'bench', false, :lines)"),
        [{"id": number, "lines": talk.lines} for number, talk in chosen],
    )
    if connection.dialect.name == "sqlite":
        connection.execute(
            text("INSERT INTO spoken_index (rowid, terms) VALUES (:id, :terms)"),
            [{"id": number, "terms": talk.terms} for number, talk in chosen],
        )
        return
    connection.execute(
        text("INSERT INTO spoken_index (recording_id, terms) VALUES (:id, array_to_tsvector(:terms))"),
        [{"id": number, "terms": sorted(set(talk.terms.split()))} for number, talk in chosen],
    )
