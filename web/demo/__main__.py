"""python -m web.demo [--end DAY] [--seed N] [--judge]: what the demo archive holds, without touching any database."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import click

from web.config import Settings
from web.demo.archive import SEED, generate
from web.demo.comparison import compare
from web.demo.people import WEEKS
from web.demo.values import KINDS, DemoArchive


def summary(archive: DemoArchive) -> str:
    counts = Counter((t.staff_no, t.week) for t in archive.transcripts)
    kinds = Counter((t.staff_no, t.standard_id) for t in archive.transcripts)
    head = (
        "工号  姓名    " + "".join(f"{week + 1:>4}" for week in range(WEEKS)) + "   合计  " + "  ".join(KINDS.values())
    )
    lines = [head]
    for who in archive.technicians:
        weeks = [counts[who.staff_no, week] for week in range(WEEKS)]
        name = who.name + "　" * (4 - len(who.name))
        by_kind = "".join(f"{kinds[who.staff_no, standard]:>6}" for standard in KINDS)
        lines.append(f"{who.staff_no}  {name}" + "".join(f"{n:>4}" for n in weeks) + f"{sum(weeks):>7}{by_kind}")
    lines.append(
        f"共 {len(archive.transcripts)} 段录音，{len(archive.orders)} 张工单；都是演示数据，人物和事情都是虚构的。"
    )
    return "\n".join(lines)


@click.command()
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="最后一天；不写就是昨天。")
@click.option("--seed", default=SEED, show_default=True, help="随机数种子。")
@click.option("--judge", is_flag=True, help="用真的匹配器判一遍，与模板的用意比较（约一分钟）。")
def main(end: dt.datetime | None, seed: int, judge: bool) -> None:
    """演示档案里有什么（不动数据库）。"""
    last = end.date() if end else dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    archive = generate(seed, last)
    click.echo(summary(archive))
    if judge:
        click.echo(compare(archive, Settings.from_environment()).table())


if __name__ == "__main__":
    main()
